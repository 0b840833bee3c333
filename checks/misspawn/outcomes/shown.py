"""How expected and observed things are told in a sentence."""

from __future__ import annotations

import signal

from misspawn import regex
from misspawn.model import Run, Thrown

LONGEST = 300


def seconds(duration: str) -> float:
    """The number in a duration such as `2s`."""
    return float(duration.removesuffix("s"))


def matches(pattern: str, text: str) -> bool:
    """Whether a record's regex occurs in the text."""
    return regex.compile(pattern).search(text.encode("utf-8", "surrogateescape")) is not None


def short(text: str) -> str:
    """The text as a literal; of a long one the end, which says most in logs."""
    return repr(text if len(text) <= LONGEST else "..." + text[-LONGEST:])


def ending(run: Run) -> str:
    """How the run ended."""
    if run.limit:
        return f"the run was ended by a limit ({run.limit})"
    if run.timed_out:
        return f"it was still running after {run.seconds:.1f} s"
    return f"it ended after {run.seconds:.1f} s with {code(run)}"


def code(run: Run) -> str:
    """The exit code, with the signal's name when it was one."""
    if run.code is None:
        return "no exit code"
    if run.code < 0:
        return f"exit code {run.code} ({_signal(-run.code)})"
    return f"exit code {run.code}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def exception(thrown: Thrown | None) -> str:
    """An exception with its phase, or that there was none."""
    if thrown is None:
        return "no exception"
    return f"{thrown.type}({short(thrown.message)}) in phase {thrown.phase!r}"
