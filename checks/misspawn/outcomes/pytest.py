"""Counts of a pytest run, and the message of a failure."""

from __future__ import annotations

from misspawn.model import PytestReport, PytestRun, Run
from misspawn.outcomes.shown import ending, matches, short

COUNTS = ("passed", "failed", "errors", "skipped")


def judge(expected: PytestRun, run: Run) -> str:
    """All counts are equal; the message occurs in at least one failure or error."""
    if run.pytest is None:
        return f"expected a pytest run; observed none: {ending(run)}"
    if _counts(expected) != _counts(run.pytest):
        return f"expected {_counts(expected)}; observed {_counts(run.pytest)}{_told(run.pytest)}"
    if expected.message and not any(
        matches(expected.message, text) for text in run.pytest.messages
    ):
        return (
            f"expected a failure like {expected.message!r}; observed{_told(run.pytest) or ' none'}"
        )
    return ""


def _counts(counted: PytestRun | PytestReport) -> str:
    return ", ".join(f"{getattr(counted, name)} {name}" for name in COUNTS)


def _told(report: PytestReport) -> str:
    return "".join(f" [{short(message)}]" for message in report.messages)
