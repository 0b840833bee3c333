"""The run left something behind."""

from __future__ import annotations

from misspawn.model import Remnant, Run


def judge(expected: str, run: Run) -> str:
    """At least one thing of that kind."""
    if any(remnant.kind == expected for remnant in run.remnants):
        return ""
    return f"expected it to leave a {expected}; observed that it left {told(run.remnants)}"


def told(remnants: tuple[Remnant, ...]) -> str:
    """What was left, in words."""
    return ", ".join(f"{one.kind} {one.name!r}" for one in remnants) or "nothing"
