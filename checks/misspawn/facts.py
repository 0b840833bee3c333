"""What a run shows that a like run shows again: nothing of it depends on time, load or place."""

from __future__ import annotations

import re

import msgspec

from misspawn.model import Outcome, Run
from misspawn.normal import normal
from misspawn.regex import compile

_ACCOUNT = re.compile(r"\nassert |\n \+  where ")


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts of a run."""

    exit: int | None = None
    raised: str = ""
    message: str = ""
    phase: str = ""
    warned: tuple[str, ...] = ()
    hangs: str = ""
    blocks_loop: str = ""
    printed: str = ""
    pytest: dict[str, int] = {}
    failures: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def facts(outcome: Outcome, run: Run) -> Seen:
    """What the run shows that a like run shows again."""
    thrown, report = run.thrown, run.pytest
    return Seen(
        exit=None if run.timed_out else run.code,
        raised=thrown.type if thrown else "",
        message=_message(thrown.message) if thrown else "",
        phase=thrown.phase if thrown else "",
        warned=tuple(sorted(_warnings(run))) if outcome.warns else (),
        hangs=outcome.hangs or "",
        blocks_loop=outcome.blocks_loop or "",
        printed=_printed(outcome.prints, run) if outcome.prints else "",
        pytest=_counts(run) if report else {},
        failures=tuple(map(_failure, report.messages)) if report else (),
        left=tuple(sorted({remnant.kind for remnant in run.remnants})),
    )


def _message(text: str) -> str:
    """An exception's message without pytest's account of an assertion, which shows objects of every kind."""
    return normal(_ACCOUNT.split(text, maxsplit=1)[0]).strip()


def _warnings(run: Run) -> set[str]:
    return {f"{warned.category}: {normal(warned.message)}" for warned in run.warned}


def _printed(pattern: str, run: Run) -> str:
    """The first text that the expectation's regex matches."""
    for text in (run.stdout, run.stderr):
        if match := compile(pattern).search(text.encode()):
            return normal((match[0] or b"").decode("utf-8", "replace"))
    return ""


def _counts(run: Run) -> dict[str, int]:
    counts = {name: getattr(run.pytest, name) for name in ("passed", "failed", "errors", "skipped")}
    return {name: count for name, count in counts.items() if count}


def _failure(message: str) -> str:
    """The first line of a failure's text that says something."""
    return next((line.strip() for line in normal(message).splitlines() if line.strip()), "")
