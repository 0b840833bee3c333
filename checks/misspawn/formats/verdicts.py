"""Verdicts for people and for programs."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

import msgspec

from misspawn.formats.style import Style, one_line
from misspawn.model import Verdict

_LINES = 20  # of each captured stream


def place(verdict: Verdict) -> str:
    """Which run it was."""
    return f"{verdict.id}: {verdict.title} (Python {verdict.python}, {verdict.pins})"


def report(verdict: Verdict, by_hand: str, style: Style) -> Iterator[str]:
    """All that helps to understand a failed proof."""
    yield f"{style.paint('FAILED', 'red')} {style.paint(one_line(place(verdict)), 'bold')}"
    yield f"  expected  {one_line(verdict.expected)}"
    yield f"  observed  {one_line(verdict.observed)}"
    yield from (f"  because   {one_line(reason)}" for reason in verdict.reasons)
    if verdict.run:
        for name in ("stdout", "stderr", "stacks"):
            lines = getattr(verdict.run, name).splitlines()
            yield from (f"  {name:7} | {one_line(line)}".rstrip() for line in lines[-_LINES:])
    yield f"  by hand   {by_hand}"


def by_hand(verdict: Verdict, python: str, command: Sequence[str], env: dict[str, str]) -> str:
    """Shell commands that run the example again."""
    argv = [python if word == "python" else word for word in command]
    words = [f"{name}={shlex.quote(value)}" for name, value in env.items()]
    extract = f'cd "$(misspawn extract {verdict.id} --example {shlex.quote(verdict.title)})"'
    return " ".join((extract, "&&", *words, shlex.join(argv)))


def summary(verdicts: Sequence[Verdict], seconds: float) -> str:
    """Counts and reasons in one line."""
    counts = Counter(verdict.status for verdict in verdicts)
    examples = len({(verdict.id, verdict.title) for verdict in verdicts})
    skipped = Counter(v.reasons[0] for v in verdicts if v.status == "not proved here")
    parts = [f"{examples} examples, {len(verdicts)} runs: {counts['proved']} proved"]
    parts += [f"{counts['failed']} failed"] if counts["failed"] else []
    parts += [f"{count} not proved here: {reason}" for reason, count in sorted(skipped.items())]
    return f"{', '.join(parts)} ({seconds:.0f} s)"


def write_json(verdicts: Iterable[Verdict], out: TextIO) -> None:
    """One array; each verdict with its whole run."""
    out.write(json.dumps([msgspec.to_builtins(verdict) for verdict in verdicts], indent=1) + "\n")
