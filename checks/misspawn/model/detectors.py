"""How a pattern is seen in a file, and how what is seen is mended."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from misspawn.model.vocabulary import Language, Record, Sentence, SymbolKind


class Clause(Record, frozen=True, kw_only=True):
    """Regexes that must all match, and regexes of which none may, `unless` one of a third kind matches."""

    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


NOTHING = Clause()


Kinds = SymbolKind | tuple[SymbolKind, ...]


class Names(Record, frozen=True, kw_only=True):
    """What a named group of `match` may have captured.

    `any`: a regex whose groups collect names from the scope; the captured text must be among them.
    `none`: the same, but it must not be among them. `times`: how often a name has to be collected.
    `is`: what the name is, where it is defined; `is_not`: what it is not. Of a name of which this is
    not known, neither holds.
    """

    scope: Literal["statement", "function", "class", "file"] = "file"
    any: str = ""
    none: str = ""
    times: Annotated[int, Meta(ge=1)] = 1
    is_: Kinds = msgspec.field(name="is", default=())
    is_not: Kinds = ()

    @property
    def wanted(self) -> frozenset[SymbolKind]:
        """The kinds of which the name must be one; any when there are none."""
        return _kinds(self.is_)

    @property
    def unwanted(self) -> frozenset[SymbolKind]:
        """The kinds of which the name must be none."""
        return _kinds(self.is_not)


def _kinds(kinds: Kinds) -> frozenset[SymbolKind]:
    return frozenset((kinds,) if isinstance(kinds, SymbolKind) else kinds)


class Safety(str, Enum):
    """What a rewrite may change: `safe` is nothing but the mistake, `unsafe` more than that."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Edit(Record, frozen=True, kw_only=True):
    """One change to the file, by exactly one verb, at one place.

    The place is the hit, or what `find` matches first in the region (`scope: file`: in the file); `group`
    names a group of `find`, else of `match`, to take in its stead. The verbs: `replace` it; put text
    `before` or `after` it; put a line of its own `above` or `below`, indented alike; add an `argument`
    to the call of which the place is the callee, or put an `operator` in front of that call. In their
    text `{name}` is what a group captured, and `{module.name}` what the file calls that, imported when missing.
    """

    group: str = ""
    find: str = ""
    scope: Literal["region", "file"] = "region"
    replace: str | None = None
    before: str | None = None
    after: str | None = None
    above: str | None = None
    below: str | None = None
    argument: str | None = None
    operator: str | None = None

    @property
    def verbs(self) -> dict[str, str]:
        """The verbs that are given, with their text."""
        return {verb: text for verb in VERBS if (text := getattr(self, verb)) is not None}


VERBS = ("replace", "before", "after", "above", "below", "argument", "operator")


class Rewrite(Record, frozen=True, kw_only=True):
    """How `check --fix` mends what a detector finds. It is made where all conditions hold too.

    `because`: why it is safe, or what it risks. The conditions are those of a detector.
    """

    safety: Safety
    because: Sentence
    edits: Annotated[tuple[Edit, ...], Meta(min_length=1)]
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    file: Clause = NOTHING
    inside: dict[str, str] = {}
    outside: dict[str, str] = {}


class Detector(Record, frozen=True, kw_only=True):
    """One way to see the pattern in a file. All conditions must hold.

    `match` is searched in the canonical view of the file; the finding covers the smallest syntax
    region of kind `region` around the hit. `all` and `none` look at the region's own level (what is
    nested in further brackets, blocks or mappings is blanked); `deep` looks at all of its text.
    """

    language: Language = Language.PYTHON
    region: str
    at: str = ""
    match: str
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    deep: Clause = NOTHING
    statement: Clause = NOTHING
    function: Clause = NOTHING
    class_: Clause = msgspec.field(name="class", default=NOTHING)
    file: Clause = NOTHING
    path: Clause = NOTHING
    inside: dict[str, str] = {}
    outside: dict[str, str] = {}
    where: dict[str, Names] = {}
    project: dict[str, Clause] = {}
    message: str = ""  # may name groups of `match` in braces
    rewrite: Rewrite | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The conditions on more than the region's own level."""
        return (self.deep, self.statement, self.function, self.class_, self.file)

    @property
    def required(self) -> list[str]:
        """The regexes that must each match somewhere in a file."""
        deeper = (pattern for clause in self.clauses for pattern in clause.all)
        named = (names.any for names in self.where.values() if names.any)
        return [self.match, *self.all, *deeper, *named]

    @property
    def across(self) -> bool:
        """Whether it asks what a name is, which another file of the project may say."""
        return any(names.is_ or names.is_not for names in self.where.values())
