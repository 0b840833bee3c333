"""Which detectors can match a file at all: told from its bytes, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from misspawn.detect import searched
from misspawn.model import Clause, Detector, Language, Pattern
from misspawn.regex import MatchSet, Prefilter, tail
from misspawn.regions import Document, document_type

_MODULE = re.compile(
    r"(?:\\[A-Za-z])?([A-Za-z_]\w*)(?=(?:\|[\w|]+)?\)*\\\.)"
)  # what stands before `\.`


class Rule(NamedTuple):
    """One detector and the record that it belongs to."""

    pattern: Pattern
    detector: Detector


def rules(patterns: Iterable[Pattern]) -> Iterator[Rule]:
    """The rules that the detectors of some records are."""
    return (Rule(pattern, detector) for pattern in patterns for detector in pattern.detect)


def words(detector: Detector) -> Iterator[bytes]:
    """The module names that a detector mentions: only imports of these need be spelled out."""
    for pattern in _regexes(detector):
        yield from map(str.encode, _MODULE.findall(pattern))


class Searches:
    """The rules for one language, ready to be looked for in files.

    The automaton of each search is made when the first file needs it, so it costs nothing in a
    tree without that language.
    """

    def __init__(self, language: Language, rules: Iterable[Rule]) -> None:
        self._language = language
        self.rules = [rule for rule in rules if rule.detector.language is language]
        self._prefilter = Prefilter(_required(rule.detector) for rule in self.rules)
        self._matches: MatchSet | None = None

    def likely(self, data: bytes) -> frozenset[int]:
        """Numbers of the rules whose literals all occur in a file's bytes."""
        return self._prefilter.candidates(data)

    def may_match(self, rule: Rule, data: bytes) -> bool:
        """Whether a rule's literals all occur in a file's bytes."""
        return any(self.rules[number] is rule for number in self.likely(data))

    def matching(self, document: Document, likely: frozenset[int]) -> Iterator[Rule]:
        """Those of the likely rules whose `match` hits something, in the order of the records."""
        if self._matches is None:
            kind = document_type(self._language)
            matches = (tail(rule.detector.match) for rule in self.rules)
            self._matches = MatchSet(searched(match, kind) for match in matches)
        hits = self._matches.matching(document.text)
        return (self.rules[number] for number in sorted(hits & likely))


def _required(detector: Detector) -> Iterator[str]:
    """The regexes that must match somewhere in a file for the detector to hold."""
    yield detector.match
    yield from detector.all
    for clause in _clauses(detector):
        yield from clause.all
    if "async-function" in detector.inside:
        yield r"\basync\s+def\b"
    yield from (names.any for names in detector.where.values() if names.any)


def _regexes(detector: Detector) -> Iterator[str]:
    yield from _required(detector)
    yield from detector.none
    for clause in _clauses(detector):
        yield from clause.none
    yield from detector.inside.values()
    yield from detector.outside.values()
    yield from (names.none for names in detector.where.values())


def _clauses(detector: Detector) -> tuple[Clause, ...]:
    return (
        detector.deep,
        detector.statement,
        detector.function,
        detector.class_,
        detector.file,
    )
