"""The test of a pattern is the pattern: each record's detectors against its own examples."""

from __future__ import annotations

import pytest
from msgspec import structs

from misspawn import examples
from misspawn.catalogue import load
from misspawn.meanings import Meanings
from misspawn.model import Language, Pattern
from misspawn.project import Project
from misspawn.rules import Searches, rules
from misspawn.scanner import Scanner
from misspawn.trees import MemoryTree
from misspawn.trial import Trial

PATTERNS = load()
TRIAL = Trial(PATTERNS)
DETECTED = [pattern for pattern in PATTERNS if pattern.detect]
by_id = pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
by_detected_id = pytest.mark.parametrize("pattern", DETECTED, ids=lambda pattern: pattern.id)


@by_detected_id
def test_wrong_examples_are_flagged_and_right_ones_are_not(pattern: Pattern) -> None:
    assert TRIAL.failures(pattern, pattern.detect) == []


@by_detected_id
def test_every_condition_and_every_detector_is_needed(pattern: Pattern) -> None:
    assert list(TRIAL.survivors(pattern)) == []


@by_detected_id
def test_the_prefilter_lets_every_flagged_example_through(pattern: Pattern) -> None:
    for example in pattern.examples:
        tree = {path: text.encode() for path, text in examples.files(example).items()}
        scanner = Scanner([pattern], meanings=Meanings(MemoryTree(tree)))
        facts = Project.in_memory(tree)
        found = {
            (finding.path, finding.span.line)
            for path, data in tree.items()
            for finding in scanner.file(path, data, facts)
        }
        detectors = [d for d in pattern.detect if d.language is not Language.IMPORTS]
        seen = TRIAL.flagged(example, detectors)
        assert found <= seen
        assert bool(found) == bool(seen)


@by_detected_id
def test_a_detector_has_a_literal_for_the_prefilter(pattern: Pattern) -> None:
    for detector in pattern.detect:
        (rule,) = rules([structs.replace(pattern, detect=(detector,))])
        meanings = Meanings(MemoryTree({}))
        assert not Searches(detector.language, [rule], meanings).likely(b"x(1)\n").numbers, (
            f"{detector.match} has no literal of 3 characters, and no callee that is of some kind"
        )


@by_id
def test_a_record_names_its_checks_and_neighbours(pattern: Pattern) -> None:
    known = {other.id for other in PATTERNS}
    assert set(pattern.related) <= known - {pattern.id}
    assert bool(pattern.detect) != bool(pattern.no_detector)
