"""The example cannot be run; a run of it proves the statement wrong."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes.shown import ending


def judge(expected: str, run: Run) -> str:
    """Whoever runs examples leaves these out."""
    return f"expected that it cannot be run ({expected}); observed that it was run: {ending(run)}"
