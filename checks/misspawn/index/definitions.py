"""What a module's text says that it binds."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from misspawn.index.model import Kind

GETATTR = "it has a module-level `__getattr__`"  # why a module may have more names


class Definition(msgspec.Struct, frozen=True):
    """One binding of a name. Dotted names in it are as the module writes them.

    `kind` is None for what stands for another name: an import for `target`, which is in full, and
    `x = y` for `alias`, which is not. `called`: what the returns of a
    function, or a value, are calls of; '' among them for what is no call of a plain name. `wraps`: what
    a function makes of the one that it decorates, see `decorators`; `makes`: what its result does.
    """

    name: str
    line: int
    kind: Kind | None
    target: str = ""
    alias: str = ""
    typing: bool = False
    decorators: tuple[str, ...] = ()
    returns: str = ""
    called: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    wraps: str = ""
    makes: str = ""
    members: Mapping[str, tuple[Definition, ...]] = msgspec.field(default_factory=dict)


class Outline(msgspec.Struct, frozen=True):
    """All that a module binds. `stars`: modules of which it takes everything; `dynamic`: why more may come."""

    names: Mapping[str, tuple[Definition, ...]]
    stars: tuple[str, ...]
    exported: frozenset[str] | None
    dynamic: str
