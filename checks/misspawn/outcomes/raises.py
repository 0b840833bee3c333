"""An exception surfaced: of this type, with this message, in this phase."""

from __future__ import annotations

from misspawn.model import Raises, Run, Thrown
from misspawn.outcomes.shown import ending, exception, matches


def judge(expected: str | Raises, run: Run) -> str:
    """The type by its qualified name; a subclass counts only when the record says so."""
    stated = Raises(type=expected) if isinstance(expected, str) else expected
    if run.thrown is None:
        return f"expected {stated.type} to be raised; observed no exception: {ending(run)}"
    wrong = [name for name, holds in _checks(stated, run.thrown).items() if not holds]
    if not wrong:
        return ""
    return (
        f"expected {_told(stated)}; observed {exception(run.thrown)}: another {' and '.join(wrong)}"
    )


def _checks(stated: Raises, thrown: Thrown) -> dict[str, bool]:
    wanted = stated.type.removeprefix("builtins.")
    names = thrown.bases if stated.subclasses else (thrown.type,)
    return {
        "type": wanted in names,
        "message": not stated.message or matches(stated.message, thrown.message),
        "phase": stated.phase == thrown.phase,
    }


def _told(stated: Raises) -> str:
    message = f" with a message like {stated.message!r}" if stated.message else ""
    return f"{stated.type}{message} in phase {stated.phase!r}"
