"""Where in the user's project a failure in a log happened, as its traceback tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

_PLACE = re.compile(
    r'File "(?P<file>[^"\n\0]{1,999})", line (?P<row>[0-9]{1,9})\b'
    r"""|(?:^|[\s(\[])(?P<path>(?:[A-Za-z]:)?[^\s:"'<>|()\[\]\0]{1,999}\.py):(?P<line>[0-9]{1,9})\b"""
)
_TEST = re.compile(r"^(?:(?:FAILED|ERROR) )?(?P<path>[^\s:\0]{1,999}\.py)::")
_FOREIGN = re.compile(
    r"[/\\](?:site|dist)-packages[/\\]|[/\\]lib(?:64)?[/\\]python[0-9.]+[/\\]"
    r"|[/\\]Python[0-9.]*[/\\]Lib[/\\]|[/\\](?:asyncio|concurrent)[/\\]\w+\.py$|^<",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^(?:\+ )?Traceback \(most recent|^[_=]{3,} |^-{3,} (?:Captured|live)")
_CRASH = re.compile(r"^\S+\.py:[0-9]+: \w")
_BEFORE, _AFTER = 400, 60  # lines; a deep recursion prints its frames only three times


class Place(NamedTuple):
    """A line of a file, as a log names it. Line 0 is unknown."""

    path: str
    line: int


def place(lines: Sequence[str], index: int) -> Place | None:
    """The last line of the project's own code that the failure on `lines[index]` went through.

    Installed packages and the standard library are not the project's. When the traceback names
    none but theirs, the file of the test, if pytest names it.
    """
    block = [*_before(lines, index), lines[index], *_after(lines, index)]
    own = [found for line in block for found in _places(line)]
    if own:
        return own[-1]
    tests = (match for line in reversed(block) if (match := _TEST.match(line)))
    return next((Place(match["path"], 0) for match in tests), None)


def _places(line: str) -> Iterator[Place]:
    for match in _PLACE.finditer(line):
        path, number = match["file"] or match["path"], match["row"] or match["line"]
        if not _FOREIGN.search(path):
            yield Place(path, int(number))


def _before(lines: Sequence[str], index: int) -> list[str]:
    """The lines of the same failure before its message."""
    found = []
    for line in reversed(lines[max(0, index - _BEFORE) : index]):
        found.append(line)
        if _BEGINS.match(line):
            break
    return found[::-1]


def _after(lines: Sequence[str], index: int) -> Iterable[str]:
    """What follows a message: pytest's line of the place, or a traceback when it comes first."""
    following = lines[index + 1 : index + _AFTER]
    if lines[index].startswith("E "):
        crash = next((n for n, line in enumerate(following) if _CRASH.match(line)), -1)
        return following[: crash + 1]
    if following and _BEGINS.match(following[0]):
        return takewhile(lambda line: line.startswith((" ", "Traceback")), following)
    return ()
