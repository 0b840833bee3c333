"""The outline of a Python module told from its lines, without parsing: where definitions begin and end.

Lines may lie in strings. One behind an odd number of triple quotes is taken to do so and begins no
definition. Where that misleads, a block does not parse, and a larger one is parsed in its place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from misspawn.regions.lexical import Quotes, found

_STARTS = (b"def ", b"async def ", b"class ", b"@")
_DECORATOR = 64  # "@"
_HEADER_END = re.compile(rb":[ \t]*(?:#[^\n]*)?\r?\n")


class Outline:
    """Where the definitions of one module are; each answer is prepared when it is first needed."""

    def __init__(self, data: bytes, quotes: Quotes) -> None:
        self._data = data
        self._quotes = quotes
        self._starts: dict[tuple[int, bytes], list[int]] = {}
        self._functions: dict[int, int] = {}

    def definition(self, at: int, within: tuple[int, int], indent: bytes = b"") -> tuple[int, int]:
        """The stretch around an offset from a definition at this indentation up to the next one.

        Decorators belong to what they decorate. What lies before the first one is a stretch too.
        """
        low, high = within
        starts = self._starts.get((low, indent))
        if starts is None:
            starts = self._starts[low, indent] = list(self._definitions(low, high, indent))
        index = bisect_right(starts, at)
        start = starts[index - 1] if index else low
        return start, starts[index] if index < len(starts) else high

    def _definitions(self, low: int, high: int, indent: bytes) -> Iterator[int]:
        """Where definitions begin, with their decorators, at one indentation."""
        decorated = False
        for start in self._lines(low, high, indent):
            if self._quotes.are_even(low, start):
                if not decorated:
                    yield start
                decorated = self._data[start + len(indent)] == _DECORATOR

    def _lines(self, low: int, high: int, indent: bytes) -> list[int]:
        lines: list[int] = []
        if low == 0 and self._data.startswith(_STARTS):
            lines.append(low)
        for word in _STARTS:
            places = found(self._data, b"\n" + indent + word, max(low - 1, 0), high)
            lines += (place + 1 for place in places)
        return sorted(lines)

    # -- functions -----------------------------------------------------------

    def function(self, at: int) -> int:
        """Where the innermost function begins in whose body the line must lie; -1 if none is sure.

        Told from indentation: all lines since its header are deeper.
        """
        if at not in self._functions:
            self._functions[at] = self._function(at)
        return self._functions[at]

    def _function(self, at: int) -> int:
        line = self._data.rfind(b"\n", 0, at) + 1
        limit = self._indent(line)
        start = line
        while limit and (start := self._data.rfind(b"def ", 0, start)) >= 0:
            begin = self._data.rfind(b"\n", 0, start) + 1
            indent = self._indent(begin)
            if indent < limit and self._data[begin + indent : start] in (b"", b"async "):
                if self._holds(begin, indent, line, at):
                    return begin
                limit = indent
        return -1

    def _indent(self, line: int) -> int:
        text = self._data[line : line + 80]
        return len(text) - len(text.lstrip(b" \t"))

    def _holds(self, begin: int, indent: int, line: int, at: int) -> bool:
        header = _HEADER_END.search(self._data, begin, line)
        if header is None or not self._quotes.are_even(begin, at):
            return False
        return _shallow(indent).search(self._data, header.end(), line) is None


@lru_cache(maxsize=32)
def _shallow(indent: int) -> re.Pattern[bytes]:
    """Finds a line that is indented by no more than so much."""
    return re.compile(rb"^[ \t]{0,%d}[^\s#]" % indent, re.MULTILINE)
