"""What the index says of a name: a symbol, or why nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from misspawn.model import SymbolKind

_NONE: Mapping[str, str] = MappingProxyType({})


Kind = SymbolKind


class Symbol(msgspec.Struct, frozen=True):
    """A name, followed to where it is defined.

    `name` is the full dotted one there, `line` counts from 1. Of a class: `bases` as dotted names as
    far as they are plain, the names of its `members`, and `attributes`: what instances have, with the
    dotted class where that is plain. `returns`: the dotted annotation of a function, or the class that
    a value is an instance of.
    """

    name: str
    kind: Kind
    path: str
    line: int
    bases: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = msgspec.field(default_factory=lambda: _NONE)
    returns: str = ""


class Unknown(msgspec.Struct, frozen=True):
    """Nothing is said of a name, for this reason."""

    reason: str


class Missing(Unknown, frozen=True):
    """The tree surely does not define the name: the file that would is known, and tells."""
