"""All is well: exit code 0, nothing warned of or unhandled, nothing left."""

from __future__ import annotations

from misspawn.model import Run
from misspawn.outcomes import leaves
from misspawn.outcomes.shown import ending, exception, short


def judge(expected: bool, run: Run) -> str:
    """`passes: false` states the opposite."""
    wrong = "; ".join(_wrong(run))
    if expected:
        return f"expected it to pass; observed that {wrong}" if wrong else ""
    return "" if wrong else "expected it not to pass; observed that it passed"


def _wrong(run: Run) -> list[str]:
    found = []
    if run.code != 0:
        found.append(ending(run))
    if run.thrown:
        found.append(f"nobody caught {exception(run.thrown)}")
    found += [f"it showed {one.category}({short(one.message)})" for one in run.warned]
    if run.remnants:
        found.append(f"it left {leaves.told(run.remnants)}")
    if run.code and not run.thrown and run.stderr:
        found.append(f"its stderr was {short(run.stderr)}")
    return found
