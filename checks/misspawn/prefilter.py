"""Which rules can hold in a file at all: told from its raw bytes, in two passes over them.

The first looks for literal texts, the second for the few regexes that contain none worth looking
for. So both automata stay small, which is what counts: RE2 builds them while it searches, and one
for the regexes of all records takes longer to build than all files of a project to read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from misspawn.needles import LEAST, Needles, needles, texts_of
from misspawn.regex import MatchSet, over_comments

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
        least = LEAST if imported else LEAST - 1  # `tee`, `nox`
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


def _unqualified(pattern: str) -> str:
    """The regex where names may stand without their modules; '' where that is not clear."""
    loose, number = _QUALIFIER.subn(lambda found: f"(?:{found[0]})?", pattern)
    return loose if number == pattern.count(r"\.") else ""
