"""An event loop stood still for this time."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes.shown import seconds


def judge(expected: str, run: Run) -> str:
    """Measured as the longest time between two moments at which the loop asks for news."""
    if run.blocked_for >= seconds(expected):
        return ""
    observed = f"{run.blocked_for:.2f} s" if run.blocked_for else "that no loop stood still"
    return f"expected an event loop to stand still for {expected}; observed {observed} at most"
