"""Literal texts that stand for regexes: which of many lists of them another text contains, in one pass over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from keyword import kwlist
from typing import NamedTuple

from misspawn.literals import Clause, clauses, shortest
from misspawn.regex import MatchSet, escape

_COMMON = frozenset([*kwlist, "self", "test_", "type"])
LEAST = 4  # letters; what is shorter stands in most modules


class Texts:
    """Says which of many literal texts another text contains. A set of them is an integer with bits."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.all = sorted({*texts})
        self.longest = max((len(text.encode()) for text in self.all), default=0)
        self._masks = {text: 1 << number for number, text in enumerate(self.all)}
        self._bits = [*self._masks.values()]
        self._set = MatchSet(map(escape, self.all))

    def seen(self, text: bytes) -> int:
        """Those that the text contains."""
        return sum(map(self._bits.__getitem__, self._set.matching(text)))

    def mask(self, clause: Clause) -> int:
        """The set that a clause is."""
        return sum(self._masks[text] for text in clause)


class _Needs(NamedTuple):
    """What a text must contain of each clause of the lists of these numbers, as sets.

    `names`: the clauses that hold also where the text has names of its own for what it imports.
    """

    numbers: list[int]
    clauses: tuple[int, ...]
    names: tuple[int, ...]


class Needles:
    """Says of which of many lists something of each clause has been seen; one without any is always among them."""

    def __init__(self, lists: Sequence[Sequence[Clause]], texts: Texts) -> None:
        self._by_first: dict[int, list[_Needs]] = defaultdict(list)
        alike: dict[tuple[Clause, ...], list[int]] = defaultdict(list)
        for number, needed in enumerate(lists):
            alike[tuple(needed)].append(number)
        self._always = alike.pop((), [])
        for needed, numbers in alike.items():
            masks = {clause: texts.mask(clause) for clause in needed}
            names = (masks[clause] for clause in needed if all(map(str.isidentifier, clause)))
            needs = _Needs(numbers, (*masks.values(),), (*names,))
            self._by_first[needs.clauses[0]].append(needs)

    def found(self, seen: int, *, renamed: bool = False) -> list[int]:
        """The numbers of the lists, in no order. `renamed`: where imported names may be others."""
        numbers = [*self._always]
        for first, group in self._by_first.items():
            for needs in group if renamed or seen & first else ():
                if all(map(seen.__and__, needs.names if renamed else needs.clauses)):
                    numbers += needs.numbers
        return numbers


def texts_of(lists: Iterable[Iterable[Clause]]) -> Texts:
    """All texts of some clauses."""
    return Texts(text for needed in lists for clause in needed for text in clause)


def needles(patterns: Iterable[str], *, imported: bool, least: int = LEAST) -> list[Clause]:
    """The clauses of regexes that are worth looking for, the longest first. `least`: letters of a text."""
    every = {c for pattern in patterns for c in clauses(pattern, imported=imported)}
    rare = (c for c in every if shortest(c) >= least and _COMMON.isdisjoint(c))
    return sorted(rare, key=lambda clause: (-shortest(clause), sorted(clause)))
