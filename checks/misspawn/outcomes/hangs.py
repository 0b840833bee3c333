"""The run was still going on after this time, and it is known where."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes.shown import ending, seconds


def judge(expected: str, run: Run) -> str:
    """The caller gives the run at least that long."""
    if not run.timed_out:
        return f"expected it to be still running after {expected}; observed that {ending(run)}"
    if run.seconds < seconds(expected):
        return f"expected it to be still running after {expected}; it was given {run.seconds:.1f} s only"
    if not run.stacks:
        return f"expected evidence of where it hangs after {expected}; observed no process and no stack"
    return ""
