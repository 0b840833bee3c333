"""The results of live checks, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from misspawn.doctor import Result, Status
from misspawn.formats.style import Style, one_line

_COLOURS = {
    Status.OK: "cyan",
    Status.FOUND: "red",
    Status.NOT_APPLICABLE: "dim",
    Status.TIMED_OUT: "yellow",
    Status.FAILED: "yellow",
}
_WIDTH = max(len(status.value) for status in Status)


def write(results: Iterable[Result], out: TextIO, style: Style, pages: Mapping[str, str]) -> None:
    """A line a result, and below a finding what to do and its page. `pages`: addresses by record."""
    for result in results:
        out.writelines(f"{line}\n" for line in _lines(result, style, pages))
        out.flush()  # checks take their time


def _lines(result: Result, style: Style, pages: Mapping[str, str]) -> Iterator[str]:
    status = style.paint(f"{result.status.value:{_WIDTH}}", _COLOURS[result.status])
    place = f"{result.path}:{result.line}: " if result.line else ""
    yield f"{status}  {result.check:10}  {one_line(place + result.message)}"
    margin = " " * (_WIDTH + 14)
    if result.fix:
        yield f"{margin}{style.paint('=', 'blue')} fix: {one_line(result.fix)}"
    if result.record:
        yield f"{margin}{style.paint('=', 'blue')} {pages[result.record]}"


def write_json(results: Iterable[Result], out: TextIO, pages: Mapping[str, str]) -> None:
    """One array."""
    records = [
        {**result._asdict(), "status": result.status.value, "url": pages.get(result.record, "")}
        for result in results
    ]
    out.write(json.dumps(records, indent=1) + "\n")
