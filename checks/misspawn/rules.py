"""Which detectors can match a file at all: told from its bytes, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from misspawn.detect import Facts, concerned, everywhere, searched
from misspawn.model import NOTHING, Detector, Language, Pattern
from misspawn.prefilter import Asked, Families, Likely, Prefilter
from misspawn.regex import MatchSet, over_comments
from misspawn.regions.document import Document
from misspawn.regions.opening import document_type

if TYPE_CHECKING:
    from misspawn.meanings import Meanings

_MODULE = re.compile(
    r"(?:\\[A-Za-z])?([A-Za-z_]\w*)(?=(?:\|[\w|]+)?\)*\\\.)"
)  # what stands before `\.`


_NAMES_MEMORY = 160 << 20  # bytes; thousands of names in some regexes fill about 40 MB


class Rule(NamedTuple):
    """One detector and the record that it belongs to."""

    pattern: Pattern
    detector: Detector


def rules(patterns: Iterable[Pattern]) -> Iterator[Rule]:
    """The rules that the detectors of some records are."""
    return (Rule(pattern, detector) for pattern in patterns for detector in pattern.detect)


def within_files(patterns: Iterable[Pattern]) -> list[Pattern]:
    """The records without the detectors that need other files than the one they look at."""
    return [
        replace(pattern, detect=tuple(one for one in pattern.detect if not one.across))
        for pattern in patterns
    ]


def words(detector: Detector) -> Iterator[bytes]:
    """The module names that a detector mentions: only imports of these need be spelled out."""
    for pattern in _regexes(detector):
        yield from _modules(pattern)


@cache
def _modules(pattern: str) -> list[bytes]:
    return [name.encode() for name in _MODULE.findall(pattern)]


EVERYTHING = -1
"""All literals."""


class Searches:
    """The rules for one language, ready to be looked for in files.

    The automaton of each search is made when the first file needs it, so it costs nothing in a
    tree without that language. `meanings`: what the project's names are, when it is to be looked
    first which names it defines at all; rules that ask for them are narrowed to these.
    """

    def __init__(
        self, language: Language, rules: Iterable[Rule], meanings: Meanings | None = None
    ) -> None:
        self._language = language
        self.rules = [rule for rule in rules if rule.detector.language is language]
        self._narrowed = dict(_narrowed(self.rules, meanings)) if meanings else {}
        sharp = (over_comments(rule.detector.match) for rule in self._narrowed.values())
        self._sharp = MatchSet(sharp, memory=_NAMES_MEMORY)
        self._prefilter = Prefilter(
            [_asked(rule.detector) for rule in self.rules],
            {word for rule in self.rules for word in words(rule.detector)}
            if language is Language.PYTHON
            else None,
        )

    def likely(self, data: bytes) -> Likely:
        """The rules whose literals all occur in a file's bytes, and their names too."""
        likely = self._prefilter.likely(data)
        if self._narrowed.keys().isdisjoint(likely.numbers):
            return likely
        numbers = [*self._narrowed]
        hit = {numbers[index] for index in self._sharp.matching(data)}
        missed = self._narrowed.keys() - hit
        return likely._replace(numbers=frozenset(likely.numbers) - missed)

    def every(self) -> Likely:
        """All rules, as if a file had all their literals."""
        return Likely(range(len(self.rules)), EVERYTHING, bound=True)

    def looking(self, likely: Likely, facts: Facts, path: str) -> Likely:
        """Those of the rules that look at the file at a path at all."""
        numbers = [
            number
            for number in likely.numbers
            if number not in self._conditional
            or concerned(self.rules[number].detector, facts, path)
        ]
        return likely._replace(numbers=numbers)

    @cached_property
    def _conditional(self) -> frozenset[int]:
        detectors = enumerate(rule.detector for rule in self.rules)
        return frozenset(n for n, one in detectors if one.project or one.path is not NOTHING)

    def may_match(self, rule: Rule, data: bytes) -> bool:
        """Whether a rule's literals all occur in a file's bytes."""
        return any(self.rules[number] is rule for number in self.likely(data).numbers)

    def _matching(self, numbers: Iterable[int], text: bytes) -> list[int]:
        narrowed = self._narrowed.keys() & numbers
        return [*narrowed, *self._families.matching(set(numbers) - narrowed, text)]

    @cached_property
    def _families(self) -> Families:
        kind = document_type(self._language)
        regexes = [searched(rule.detector.match, kind) for rule in self.rules]
        return Families(self._prefilter.families, regexes)

    def fitting(self, document: Document, likely: Likely) -> Iterator[Rule]:
        """Those of a file's rules whose hits its document can contain, narrowed, in the order of the records."""
        texts = self._prefilter.texts
        own = document.unlike_file(texts.longest)
        seen = texts.seen(document.text) if own is None else likely.seen | texts.seen(own)
        numbers = self._prefilter.fitting(likely.numbers, seen)
        if seen != EVERYTHING:
            numbers = self._matching(numbers, document.text)
        return (self._narrowed.get(number) or self.rules[number] for number in sorted(numbers))


def _narrowed(rules: Iterable[Rule], meanings: Meanings) -> Iterator[tuple[int, Rule]]:
    """The rules with the names that their callees can have, by number."""
    from misspawn.meanings import callees

    for number, rule in enumerate(rules):
        if callees(rule.detector):
            yield number, Rule(rule.pattern, meanings.narrowed(rule.detector))


def _asked(detector: Detector) -> Asked:
    exact = [detector.match, *(pattern for _, pattern in everywhere(detector))]
    return Asked([*_required(detector)], _sharpest(detector), exact)


def _required(detector: Detector) -> Iterator[str]:
    """The regexes that must match somewhere in a file for the detector to hold."""
    yield from detector.required
    if "async-function" in detector.inside:
        yield r"\basync\s+def\b"


def _sharpest(detector: Detector) -> str:
    """The regex that tells most of all that can be looked for in a whole file."""
    return next((pattern for _, pattern in everywhere(detector)), detector.match)


def _regexes(detector: Detector) -> Iterator[str]:
    yield from _required(detector)
    yield from detector.none
    for clause in detector.clauses:
        yield from clause.none
    yield from detector.inside.values()
    yield from detector.outside.values()
    yield from (names.none for names in detector.where.values())
