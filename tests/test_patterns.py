"""The test of a pattern is the pattern: each record's detectors against its own examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import pytest
from msgspec import structs

from misspawn import detect, examples
from misspawn.catalogue import load
from misspawn.model import Detector, Example, Pattern
from misspawn.mutants import mutants
from misspawn.project import Project
from misspawn.regions import documents, languages
from misspawn.regions.document import Document
from misspawn.scan import Scanner

PATTERNS = load()
WORDS = Scanner(PATTERNS).words
DETECTED = [pattern for pattern in PATTERNS if pattern.detect]
by_id = pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
by_detected_id = pytest.mark.parametrize("pattern", DETECTED, ids=lambda pattern: pattern.id)


@lru_cache(maxsize=None)
def opened(example_id: tuple[str, int]) -> list[tuple[str, Document]]:
    record, index = example_id
    example = next(p for p in PATTERNS if p.id == record).examples[index]
    found = []
    for path, text in examples.files(example).items():
        data = text.encode()
        found += [(path, document) for document in documents(data, languages(path, data), WORDS)]
    return found


def flagged(pattern: Pattern, index: int, detectors: Sequence[Detector]) -> set[tuple[str, int]]:
    """File and line of everything that the detectors flag in an example."""
    example = pattern.examples[index]
    facts = Project.in_memory({path: text.encode() for path, text in examples.files(example).items()})
    return set(_flagged(example, opened((pattern.id, index)), detectors, facts))


def _flagged(
    example: Example, opened: list[tuple[str, Document]], detectors: Sequence[Detector], facts: Project
) -> Iterator[tuple[str, int]]:
    texts = examples.files(example)
    for path, document in opened:
        for detector in detectors:
            if detector.language is document.language:
                for candidate in detect.found(detector, document, facts, path):
                    at, _ = document.locate(candidate.hit.start, candidate.hit.end)
                    yield path, texts[path].encode()[:at].count(b"\n") + 1


def failures(pattern: Pattern, detectors: Sequence[Detector]) -> list[str]:
    """What is wrong with the examples when these detectors look at them."""
    found = []
    for index, example in enumerate(pattern.examples):
        seen = flagged(pattern, index, detectors)
        first = next(iter(examples.files(example)))
        expected = {(first, line) for line in example.lines}
        if example.lines and seen != expected:
            found.append(f"{example.title}: flagged {sorted(seen)}, not {sorted(expected)}")
        elif example.is_wrong and example.detect and not seen:
            found.append(f"{example.title}: the mistake is not flagged")
        elif not example.is_wrong and seen and not example.lines:
            found.append(f"{example.title}: flagged at {sorted(seen)}")
    return found


@by_detected_id
def test_wrong_examples_are_flagged_and_right_ones_are_not(pattern: Pattern) -> None:
    assert failures(pattern, pattern.detect) == []


@by_detected_id
def test_every_clause_of_a_detector_is_needed(pattern: Pattern) -> None:
    survivors = []
    for index, detector in enumerate(pattern.detect):
        for mutant in mutants(detector):
            changed = (*pattern.detect[:index], mutant.detector, *pattern.detect[index + 1 :])
            if not failures(pattern, changed):
                survivors.append(f"detector {index + 1} without: {mutant.lost}")
    assert survivors == []


@by_detected_id
def test_every_detector_of_a_record_is_needed(pattern: Pattern) -> None:
    for index in range(len(pattern.detect)):
        rest = pattern.detect[:index] + pattern.detect[index + 1 :]
        assert failures(pattern, rest), f"detector {index + 1} flags nothing that the others do not"


@by_detected_id
def test_the_prefilter_lets_every_flagged_example_through(pattern: Pattern) -> None:
    scanner = Scanner([pattern])
    for index, example in enumerate(pattern.examples):
        facts = Project.in_memory({path: text.encode() for path, text in examples.files(example).items()})
        found = {
            (finding.path, finding.span.line)
            for path, text in examples.files(example).items()
            for finding in scanner.file(path, text.encode(), facts)
        }
        seen = flagged(pattern, index, pattern.detect)
        assert found <= seen
        assert bool(found) == bool(seen)


@by_detected_id
def test_a_detector_has_a_literal_for_the_prefilter(pattern: Pattern) -> None:
    for detector in pattern.detect:
        alone = structs.replace(pattern, detect=(detector,))
        assert Scanner([alone]).candidates(b"\n") == [], f"{detector.match} has no literal of 3 characters"


@by_id
def test_a_record_names_its_checks_and_neighbours(pattern: Pattern) -> None:
    known = {other.id for other in PATTERNS}
    assert set(pattern.related) <= known - {pattern.id}
    assert bool(pattern.detect) != bool(pattern.no_detector)
