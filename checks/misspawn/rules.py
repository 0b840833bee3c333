"""Which detectors can match a file at all: told from its bytes, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from misspawn.calls import Call, Calls
from misspawn.detect import Facts, concerned
from misspawn.hits import call, everywhere, searched
from misspawn.model import NOTHING, Detector, Language, Pattern
from misspawn.prefilter import Asked, Families, Likely, Prefilter
from misspawn.regions.document import Document
from misspawn.regions.opening import document_type

if TYPE_CHECKING:
    from misspawn.meanings import Meanings

_MODULE = re.compile(
    r"(?:\\[A-Za-z])?([A-Za-z_]\w*)(?=(?:\|[\w|]+)?\)*\\\.)"
)  # what stands before `\.`


Places = dict[int, list[int]]  # of calls, by the numbers of rules


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
    tree without that language. `meanings`: what the project's names are; of the rules that ask for
    what is called only those can hold that find a name there.
    """

    def __init__(
        self, language: Language, rules: Iterable[Rule], meanings: Meanings | None = None
    ) -> None:
        self._language = language
        self.rules = [rule for rule in rules if rule.detector.language is language]
        self._meanings = meanings
        self._found: tuple[bytes, Places] = (b"", {})
        self._prefilter = Prefilter(
            [_asked(rule.detector) for rule in self.rules],
            {word for rule in self.rules for word in words(rule.detector)}
            if language is Language.PYTHON
            else None,
        )

    def likely(self, data: bytes, path: str = "") -> Likely:
        """The rules whose literals all occur in a file's bytes, and their calls too."""
        likely = self._prefilter.likely(data)
        if self._about.keys().isdisjoint(likely.numbers):
            return likely
        self._found = data, dict(self._plausible(data, path))
        missed = self._about.keys() - self._found[1].keys()
        return likely._replace(numbers=frozenset(likely.numbers) - missed)

    def _plausible(self, data: bytes, path: str) -> Iterator[tuple[int, list[int]]]:
        """The calls that rules can be about, as far as the text around them tells."""
        assert self._meanings is not None  # who has none is about no calls
        hints = self._meanings.hints(path, data)
        for number, found in self._places(data).items():
            kinds = self.rules[number].detector.where[self._about[number].group].wanted
            if places := [place for place in found if hints.may_be_called(place, kinds)]:
                yield number, places

    def _places(self, text: bytes) -> Places:
        """Where the calls are that rules can be about."""
        data, found = self._found
        if data is text:  # a file that gives no names to what it imports
            return found
        numbers = [*self._about]
        return {numbers[index]: places for index, places in self._calls.found(text).items()}

    @cached_property
    def _about(self) -> dict[int, Call]:
        """The calls that rules are about, by number."""
        if self._meanings is None:
            return {}
        kind = document_type(self._language)
        found = ((number, call(rule.detector, kind)) for number, rule in enumerate(self.rules))
        return {number: one for number, one in found if one}

    @cached_property
    def _calls(self) -> Calls:
        return Calls([(one, self._names(number, one)) for number, one in self._about.items()])

    def _names(self, number: int, about: Call) -> frozenset[bytes]:
        """The names that what is called can have."""
        assert self._meanings is not None
        return self._meanings.definitions.named(
            self.rules[number].detector.where[about.group].wanted
        )

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

    def fitting(
        self, document: Document, likely: Likely
    ) -> Iterator[tuple[Rule, list[int] | None]]:
        """Those of a file's rules whose hits its document can contain, with the places of their calls."""
        if likely.seen == EVERYTHING:
            yield from ((self.rules[number], None) for number in likely.numbers)
            return
        texts = self._prefilter.texts
        own = document.unlike_file(texts.longest)
        seen = texts.seen(document.text) if own is None else likely.seen | texts.seen(own)
        found = self._prefilter.fitting(likely.numbers, seen)
        called = self._about.keys() & found
        places = self._places(document.text) if called else {}
        others = self._families.matching(set(found) - called, document.text)
        for number in sorted([*others, *(called & places.keys())]):
            yield self.rules[number], places.get(number)

    @cached_property
    def _families(self) -> Families:
        kind = document_type(self._language)
        regexes = [searched(rule.detector.match, kind) for rule in self.rules]
        return Families(self._prefilter.families, regexes)


def _asked(detector: Detector) -> Asked:
    exact = [detector.match, *(names.any for _, names in everywhere(detector))]
    return Asked([*_required(detector)], _sharpest(detector), exact)


def _required(detector: Detector) -> Iterator[str]:
    """The regexes that must match somewhere in a file for the detector to hold."""
    yield from detector.required
    if "async-function" in detector.inside:
        yield r"\basync\s+def\b"


def _sharpest(detector: Detector) -> str:
    """The regex that tells most of all that can be looked for in a whole file."""
    return next((names.any for _, names in everywhere(detector)), detector.match)


def _regexes(detector: Detector) -> Iterator[str]:
    yield from _required(detector)
    yield from detector.none
    for clause in detector.clauses:
        yield from (*clause.none, *clause.unless)
    yield from detector.inside.values()
    yield from detector.outside.values()
    yield from (names.none for names in detector.where.values())
