"""A warning was shown, be it from a destructor."""

from __future__ import annotations

from misspawn.model import Run, Warned, Warns
from misspawn.outcomes.shown import matches, short


def judge(expected: str | Warns, run: Run) -> str:
    """The category by its name, with or without its module."""
    stated = Warns(category=expected) if isinstance(expected, str) else expected
    if any(_is(stated, warned) for warned in run.warned):
        return ""
    message = f" with a message like {stated.message!r}" if stated.message else ""
    return f"expected a {stated.category}{message}; observed {_told(run.warned)}"


def _is(stated: Warns, warned: Warned) -> bool:
    name = stated.category.removeprefix("builtins.")
    named = warned.category == name or warned.category.endswith(f".{name}")
    return named and (not stated.message or matches(stated.message, warned.message))


def _told(warned: tuple[Warned, ...]) -> str:
    return ", ".join(f"{one.category}({short(one.message)})" for one in warned) or "no warning"
