"""The symptoms of records: as headings of a page, and as regexes that a browser runs."""

from __future__ import annotations

import re
from typing import NamedTuple

from misspawn.errors import UserError
from misspawn.model import Pattern, Symptom
from misspawn.site.markdown import bullets, code

_FLAGS = re.compile(r"^\(\?([a-z]+)\)")
_FOREIGN = re.compile(r"\(\?[a-zA-Z-]+[:)]|\\[AzZCQEpP]|\[\[:|\(\?<?[=!]|\\[1-9]|[*+?}]\+")


class Script(NamedTuple):
    """A regex as JavaScript takes it."""

    source: str
    flags: str


def script(pattern: Pattern, regex: str) -> Script:
    """The symptom's regex for the browser. Raises `UserError` when it has no equal there."""
    flags = _FLAGS.match(regex)
    source = regex[flags.end() :] if flags else regex
    source = source.replace("(?P<", "(?<")
    foreign = _FOREIGN.search(re.sub(r"\\\\", "", source))
    if foreign or (flags and set(flags[1]) - set("im")):
        part = foreign[0] if foreign else flags[0] if flags else ""
        raise UserError(
            f"{pattern.id}: symptom `{regex}` has `{part}`, which JavaScript reads differently; rewrite it"
        )
    return Script(source, "i" if flags and "i" in flags[1] else "")


def messages(pattern: Pattern) -> list[Symptom]:
    """The symptoms that are texts in a log."""
    return [symptom for symptom in pattern.symptoms if symptom.log]


def headings(pattern: Pattern) -> str:
    """What is seen: each message a heading of its own, with a stable id, then what people notice."""
    parts = [
        f"### {code(_short(symptom.sample))} {{ #symptom-{number} }}"
        for number, symptom in enumerate(messages(pattern), 1)
    ]
    seen = [symptom.seen for symptom in pattern.symptoms if symptom.seen]
    if seen:
        parts.append(bullets(seen))
    return "\n\n".join(parts)


def _short(sample: str) -> str:
    """The line of a sample that says most: its last."""
    return [line.strip() for line in sample.strip().splitlines() if line.strip()][-1]
