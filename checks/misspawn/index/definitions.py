"""What a module's text says that it binds."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec

from misspawn.index.model import Kind

GETATTR = "it has a module-level `__getattr__`"  # why a module may have more names
ABSTRACT = "NotImplementedError"  # among `called` of a function that raises it in place of a result


class Names(Protocol):
    """Bindings by name."""

    def get(self, name: str, default: tuple[Definition, ...], /) -> tuple[Definition, ...]:
        """The bindings of a name, in the order of the text."""


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
    members: Names = msgspec.field(default_factory=dict[str, tuple["Definition", ...]])


class Outline(Protocol):
    """All that a module binds."""

    @property
    def names(self) -> Names:
        """The bindings of its names."""

    @property
    def stars(self) -> tuple[str, ...]:
        """The modules of which it takes everything."""

    @property
    def dynamic(self) -> str:
        """Why it may have more names, '' when it has not."""


_NO_NAMES: dict[str, tuple[Definition, ...]] = {}


class Unread(NamedTuple):
    """The outline of what is no source: nothing is known, and more may come."""

    names: Names = _NO_NAMES
    stars: tuple[str, ...] = ()
    dynamic: str = "it cannot be read as Python source"
