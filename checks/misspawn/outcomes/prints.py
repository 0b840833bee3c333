"""Something was printed."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes.shown import matches, short


def judge(expected: str, run: Run) -> str:
    """On stdout, on stderr, or from the end of one to the start of the other."""
    if any(matches(expected, text) for text in (run.stdout, run.stderr, run.stdout + run.stderr)):
        return ""
    observed = f"stdout {short(run.stdout)} and stderr {short(run.stderr)}"
    return f"expected output like {expected!r}; observed {observed}"
