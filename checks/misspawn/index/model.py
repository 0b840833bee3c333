"""What the index says of a name: a symbol, or why nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from misspawn.model import SymbolKind

_NONE: Mapping[str, str] = MappingProxyType({})


Kind = SymbolKind


@dataclass(frozen=True)
class Symbol:
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
    attributes: Mapping[str, str] = field(default_factory=lambda: _NONE)
    returns: str = ""


@dataclass(frozen=True)
class Unknown:
    """Nothing is said of a name, for this reason."""

    reason: str


@dataclass(frozen=True)
class Missing(Unknown):
    """The tree surely does not define the name: the file that would is known, and tells."""
