"""What the index says of a name: a symbol, or why nothing is said."""

from __future__ import annotations

import msgspec

from misspawn.model import SymbolKind

Kind = SymbolKind


class Symbol(msgspec.Struct, frozen=True):
    """A name, followed to where it is defined.

    `name` is the full dotted one there, `line` counts from 1. Of a class: `bases` as dotted names as
    far as they are plain. `returns`: the annotation, in full, of what a
    function gives or a value is.
    """

    name: str
    kind: Kind
    path: str
    line: int
    bases: tuple[str, ...] = ()
    returns: str = ""


class Unknown(msgspec.Struct, frozen=True):
    """Nothing is said of a name, for this reason."""

    reason: str


class Unclear(Unknown, frozen=True):
    """A plain function of which is not known whether what it gives can be awaited."""

    symbol: Symbol


class Missing(Unknown, frozen=True):
    """The tree surely does not define the name: the file that would is known, and tells."""
