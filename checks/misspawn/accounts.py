"""What an outcome asks for and what a run shows, in words."""

from __future__ import annotations

from misspawn.model import Outcome, PytestReport, PytestRun, Raises, Run, Warns

_COUNTS = ("passed", "failed", "errors", "skipped")


def wanted(outcome: Outcome) -> str:
    """The outcome in words: `raises ValueError; exit code 1`."""
    parts = (
        _raises(outcome.raises),
        _warns(outcome.warns),
        outcome.hangs and f"still runs after {outcome.hangs}",
        outcome.blocks_loop and f"blocks the event loop for {outcome.blocks_loop}",
        f"exit code {outcome.exits}" if outcome.exits is not None else "",
        outcome.prints and f"prints {outcome.prints!r}",
        _pytest(outcome.pytest),
        outcome.leaves and f"leaves a {outcome.leaves}",
        outcome.passes and "passes, without warnings, and leaves nothing",
        outcome.unrunnable and f"cannot be run: {outcome.unrunnable}",
    )
    return "; ".join(part for part in parts if part)


def _raises(raises: str | Raises | None) -> str:
    if not isinstance(raises, Raises):
        return f"raises {raises}" if raises else ""
    message = f" matching {raises.message!r}" if raises.message else ""
    return f"raises {raises.type}{message} in the phase {raises.phase}"


def _warns(warns: str | Warns | None) -> str:
    if not isinstance(warns, Warns):
        return f"warns with {warns}" if warns else ""
    return f"warns with {warns.category}" + (
        f" matching {warns.message!r}" if warns.message else ""
    )


def _pytest(report: PytestRun | PytestReport | None) -> str:
    if report is None:
        return ""
    counts = ((name, getattr(report, name)) for name in _COUNTS)
    text = "pytest: " + (
        ", ".join(f"{count} {name}" for name, count in counts if count) or "no test"
    )
    message = getattr(report, "message", "")
    return text + (f", matching {message!r}" if message else "")


def seen(run: Run) -> str:
    """The run in words."""
    parts = (
        f"ended by the limit ({run.limit})" if run.limit else "",
        "still running at the deadline" if run.timed_out else f"exit code {run.code}",
        run.thrown
        and f"raised {run.thrown.type} in the phase {run.thrown.phase}: {run.thrown.message}",
        _pytest(run.pytest),
        *dict.fromkeys(f"warned {warned.category}: {warned.message}" for warned in run.warned),
        run.blocked_for >= 0.1 and f"event loop blocked for {run.blocked_for:.1f} s",
        *(f"left a {remnant.kind}: {remnant.name}" for remnant in run.remnants),
    )
    return "; ".join(part for part in parts if part)
