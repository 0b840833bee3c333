"""A failure of which the example says nothing: what is stated may then be true for another reason."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes.shown import ending, exception

ENDINGS = {"raises", "exits", "passes", "pytest", "hangs", "unrunnable"}
"""What says how the run ends, and judges it."""


def judge(stated: set[str], run: Run) -> str:
    """Time, limits and exceptions that end the program must have been stated."""
    if run.limit:
        return f"expected no limit to be reached; observed that {ending(run)}"
    if run.timed_out and "hangs" not in stated:
        return f"expected it to end; observed that {ending(run)}"
    if run.code == 1 and run.thrown and not stated & ENDINGS:
        return f"expected no exception to end it; observed {exception(run.thrown)}"
    return ""
