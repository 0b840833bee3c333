"""Which rules can hold in a file at all: told from its raw bytes, in two passes over them.

The first looks for literal texts, the second for the few regexes that contain none worth looking
for. So both automata stay small, which is what counts: RE2 builds them while it searches, and one
for the regexes of all records takes longer to build than all files of a project to read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from keyword import kwlist
from typing import NamedTuple

from misspawn.literals import Clause, clauses, shortest
from misspawn.regex import MatchSet, escape, over_comments

_COMMON = frozenset([*kwlist, "self", "test_", "type"])
_SHORT = 4  # letters; what is shorter stands in most files
_QUALIFIER = re.compile(
    r"(?:(?<=\\b)|(?<=\\\.)|(?<=\\s[*+])|(?<=\\t\][*+])|(?<![\\\w\])}*+?.]))[A-Za-z_]\w*\\\."
)  # not behind what may be a part of the same name
_RENAMING = (
    r"\bimport\b[^\n#]*\b(?:{names})\b[^\n#]*\bas\b"
    r"|\bfrom[ \t]+(?:{names})\b[\w.]*[ \t]+import\b(?:(?:[^\n(\\]|\\\r?\n)*|[ \t]*\([^)]*)\bas\b"
)


class Asked(NamedTuple):
    """The regexes of one rule that must match: each somewhere in a file, `sharp` if looked for in all of it."""

    all: Sequence[str]
    sharp: str


class _Needs(NamedTuple):
    """What a file must contain for a rule of this number: of each clause a text, given as a bit.

    `names`: those of the clauses that hold also where the file has names of its own for what it imports.
    """

    number: int
    clauses: tuple[int, ...]
    names: tuple[int, ...]


class Prefilter:
    """Says which of some rules can hold in a file.

    Rules have names in full, while a Python file may import them: for `subprocess.run(` it has to
    contain `subprocess` and `run(`, somewhere. `modules`: what rules mention. Where a file gives
    something of these a name of its own, `run` will do; None in a language without imports.
    """

    def __init__(self, rules: Sequence[Asked], modules: Collection[bytes] | None) -> None:
        found = [list(_worthwhile(rule.all, always=modules is None)) for rule in rules]
        texts = sorted({text for needed in found for clause in needed for text in clause})
        bits = {text: 1 << number for number, text in enumerate(texts)}
        self._bits = [*bits.values()]
        self._texts = MatchSet(map(escape, texts))
        self._needs: dict[int, list[_Needs]] = defaultdict(list)
        for number, needed in enumerate(found):
            if needed:
                masks = {clause: sum(bits[text] for text in clause) for clause in needed}
                names = (mask for clause, mask in masks.items() if all(map(str.isidentifier, clause)))
                self._needs[masks[needed[0]]].append(_Needs(number, (*masks.values(),), (*names,)))
        weak = {n: _unqualified(rules[n].sharp) for n, needed in enumerate(found) if not needed}
        self._always = [n for n, sharp in weak.items() if modules is None or not sharp]
        self._weak = [n for n in weak if n not in self._always]
        names = b"|".join(sorted(map(re.escape, modules or ()))).decode() or "$."
        renaming = [_RENAMING.format(names=names)] if modules else []
        self._sharp = MatchSet([*(over_comments(weak[n]) for n in self._weak), *renaming])

    def candidates(self, data: bytes) -> Iterator[int]:
        """The numbers of the rules that can hold, in no order."""
        yield from self._always
        seen = sum(map(self._bits.__getitem__, self._texts.matching(data)))
        sharp = self._sharp.matching(data)
        if len(self._weak) in sharp:
            yield from self._weak
            yield from self._renamed(seen)
            return
        yield from (self._weak[index] for index in sharp)
        for first, group in self._needs.items():
            if seen & first:
                for number, clauses, _ in group:
                    if all(map(seen.__and__, clauses)):
                        yield number

    def _renamed(self, seen: int) -> Iterator[int]:
        for group in self._needs.values():
            yield from (need.number for need in group if all(map(seen.__and__, need.names)))


def _worthwhile(patterns: Sequence[str], *, always: bool) -> list[Clause]:
    """The clauses worth looking for, the longest first; `always`: the others, too, where there are only these."""
    every = {clause for pattern in patterns for clause in clauses(pattern)}
    strong = {clause for clause in every if not any(map(_is_common, clause))}
    return sorted(strong or (every if always else ()), key=lambda c: (-shortest(c), sorted(c)))


def _is_common(text: str) -> bool:
    return len(text) < _SHORT or all(word in _COMMON for word in text.split())


def _unqualified(pattern: str) -> str:
    """The regex where names may stand without their modules; '' where that is not clear."""
    loose, number = _QUALIFIER.subn(lambda found: f"(?:{found[0]})?", pattern)
    return loose if number == pattern.count(r"\.") else ""
