"""The exit code."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes.shown import ending


def judge(expected: int, run: Run) -> str:
    """The main process's own; -15 when signal 15 ended it."""
    return (
        ""
        if run.code == expected
        else f"expected exit code {expected}; observed that {ending(run)}"
    )
