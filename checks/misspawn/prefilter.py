"""Which rules can hold in a file at all: told from its raw bytes, in two passes over them.

The first looks for literal texts, the second for the few regexes that contain none worth looking
for. So both automata stay small, which is what counts: RE2 builds them while it searches, and one
for the regexes of all records takes longer to build than all files of a project to read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from keyword import kwlist
from typing import NamedTuple

from misspawn.literals import Clause, clauses, shortest
from misspawn.regex import MatchSet, escape, over_comments

_COMMON = frozenset([*kwlist, "self", "test_", "type"])
_LEAST = 4  # letters; what is shorter stands in most modules
_QUALIFIER = re.compile(
    r"(?:(?<=\\b)|(?<=\\\.)|(?<=\\s[*+])|(?<=\\t\][*+])|(?<![\\\w\])}*+?.]))[A-Za-z_]\w*\\\."
)  # not behind what may be a part of the same name
_BINDING = r"\bfrom[ \t]+(?:{names})\b"
_RENAMING = (
    r"\bimport\b(?:[^\n#]|\\\r?\n)*\b(?:{names})\b(?:[^\n#]|\\\r?\n)*\bas\b"
    r"|\bfrom[ \t]+(?:{names})\b[\w.]*[ \t]+import\b(?:(?:[^\n(\\]|\\\r?\n)*|[ \t]*\([^)]*)\bas\b"
)


class Asked(NamedTuple):
    """The regexes of one rule that must match: each somewhere in a file, `sharp` if looked for in all of it.

    `exact`: those that must match in the canonical view, with all names in full.
    """

    all: Sequence[str]
    sharp: str
    exact: Sequence[str] = ()


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


class Likely(NamedTuple):
    """The numbers of the rules that can hold in a file, and which literals it contains.

    `bound`: whether it may have imported names from the modules that rules mention.
    """

    numbers: Collection[int]
    seen: int
    bound: bool


class Prefilter:
    """Says which of some rules can hold in a file.

    Rules have names in full, while a Python file may import them: for `subprocess.run(` it has to
    contain `subprocess` and `run(`, somewhere. `modules`: what rules mention. Where a file gives
    something of these a name of its own, `subprocess` will do; None in a language without imports.
    """

    def __init__(self, rules: Sequence[Asked], modules: Collection[bytes] | None) -> None:
        imported = modules is not None
        least = _LEAST if imported else _LEAST - 1  # `tee`, `nox`
        found = [needles(rule.all, imported=imported, least=least) for rule in rules]
        exact = [needles(rule.exact, imported=False) for rule in rules]
        sharp = {n: _unqualified(rules[n].sharp) for n, needed in enumerate(found) if not needed}
        self._weak = [n for n, pattern in sharp.items() if imported and pattern]
        self.texts = texts_of([*found, *exact])
        self._needles = Needles(found, self.texts)
        self._exact = [[*map(self.texts.mask, needed)] for needed in exact]
        self.families = [masks[0] if masks else 0 for masks in self._exact]
        names = b"|".join(sorted(map(re.escape, modules or ()))).decode() or "$."
        imports = [form.format(names=names) for form in (_BINDING, _RENAMING) if modules]
        self._sharp = MatchSet([*(over_comments(sharp[n]) for n in self._weak), *imports])

    def likely(self, data: bytes) -> Likely:
        """The rules that can hold in a file."""
        seen = self.texts.seen(data)
        hits = self._sharp.matching(data)
        binding, renaming = len(self._weak), len(self._weak) + 1
        renamed = renaming in hits
        missed = () if renamed else (n for index, n in enumerate(self._weak) if index not in hits)
        numbers = frozenset(self._needles.found(seen, renamed=renamed)).difference(missed)
        return Likely(numbers, seen, renamed or binding in hits)

    def fitting(self, numbers: Iterable[int], seen: int) -> list[int]:
        """Those of the rules that can match in a canonical view with these texts."""
        return [number for number in numbers if all(map(seen.__and__, self._exact[number]))]


class Families:
    """Rules that need the same text, looked for in one pass: where the text is, most of them match nowhere.

    `families`: to which a rule belongs, by number; `regexes`: what has to match for it.
    """

    def __init__(self, families: Sequence[int], regexes: Sequence[str]) -> None:
        self._families = families
        self._regexes = regexes
        self._sets: dict[int, tuple[list[int], MatchSet]] = {}

    def matching(self, numbers: Iterable[int], text: bytes) -> Iterator[int]:
        """Those of the rules that can match; one by itself is not worth a pass of its own."""
        together: dict[int, list[int]] = defaultdict(list)
        for number in numbers:
            together[self._families[number]].append(number)
        for family, members in together.items():
            if len(members) > 1:
                all_, regexes = self._set(family)
                hits = {all_[index] for index in regexes.matching(text)}
                yield from hits.intersection(members)
            else:
                yield from members

    def _set(self, family: int) -> tuple[list[int], MatchSet]:
        if family not in self._sets:
            members = [number for number, one in enumerate(self._families) if one == family]
            regexes = MatchSet(self._regexes[number] for number in members)
            self._sets[family] = members, regexes
        return self._sets[family]


def texts_of(lists: Iterable[Iterable[Clause]]) -> Texts:
    """All texts of some clauses."""
    return Texts(text for needed in lists for clause in needed for text in clause)


def needles(patterns: Iterable[str], *, imported: bool, least: int = _LEAST) -> list[Clause]:
    """The clauses of regexes that are worth looking for, the longest first. `least`: letters of a text."""
    every = {c for pattern in patterns for c in clauses(pattern, imported=imported)}
    rare = (c for c in every if shortest(c) >= least and _COMMON.isdisjoint(c))
    return sorted(rare, key=lambda clause: (-shortest(clause), sorted(clause)))


def _unqualified(pattern: str) -> str:
    """The regex where names may stand without their modules; '' where that is not clear."""
    loose, number = _QUALIFIER.subn(lambda found: f"(?:{found[0]})?", pattern)
    return loose if number == pattern.count(r"\.") else ""
