"""Other records that claim what a record claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from misspawn.model import Pattern
from misspawn.regex import compile
from misspawn.trial import Trial


def neighbours(pattern: Pattern, others: Sequence[Pattern]) -> Iterator[str]:
    """A sentence for each overlap with a record that is not named in `related`."""
    strangers = [other for other in others if other.id not in pattern.related]
    yield from _shared_symptoms(pattern, strangers)
    yield from _shared_findings(pattern, strangers)


def _shared_symptoms(pattern: Pattern, others: Sequence[Pattern]) -> Iterator[str]:
    for other in others:
        for symptom in pattern.symptoms:
            for theirs in other.symptoms:
                if (
                    symptom.log
                    and theirs.log
                    and _either(symptom.log, symptom.sample, theirs.log, theirs.sample)
                ):
                    yield f"{other.id} claims the symptom too: {theirs.log}"


def _either(log: str, sample: str, other_log: str, other_sample: str) -> bool:
    return _finds(log, other_sample) or _finds(other_log, sample)


def _finds(pattern: str, text: str) -> bool:
    return compile(pattern).search(text.encode()) is not None


def _shared_findings(pattern: Pattern, others: Sequence[Pattern]) -> Iterator[str]:
    """A record whose detectors flag the very lines that ours do, in every wrong example."""
    trial = Trial([*others, pattern])
    wrong = [example for example in pattern.examples if example.is_wrong and example.detect]
    for other in others:
        both = [trial.flagged(e, other.detect) & trial.flagged(e, pattern.detect) for e in wrong]
        if other.detect and wrong and all(both):
            yield f"{other.id} flags the same lines of every wrong example"
