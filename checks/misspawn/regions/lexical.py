"""Where strings and comments are in Python source, told without parsing."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from misspawn.regions.offsets import Edit

STRING = (
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)
TOKEN = re.compile(rb"#[^\n]*|" + STRING, re.DOTALL)
_TRIPLE = (b'"""', b"'''")
_OPENING = re.compile(rb"[\"'#]")


class Lexed(NamedTuple):
    """A module whose comments are blanked (same length), and its strings' offsets, quotes included."""

    text: bytes
    string_starts: list[int]
    string_ends: list[int]

    def string_around(self, offset: int) -> bool:
        """Whether the offset lies after a string's opening quote and before its end."""
        index = bisect_right(self.string_starts, offset) - 1
        return index >= 0 and self.string_starts[index] < offset < self.string_ends[index]


def lex(data: bytes) -> Lexed:
    """Find strings and comments without parsing; one pass of one regex."""
    starts: list[int] = []
    ends: list[int] = []
    comments: list[Edit] = []
    for token in TOKEN.finditer(data):
        start, end = token.span()
        if data[start] == 35:  # "#"
            comments.append(Edit(start, end, b" " * (end - start)))
        else:
            starts.append(start)
            ends.append(end)
    if not comments:
        return Lexed(data, starts, ends)
    blanked = bytearray(data)
    for start, end, spaces in comments:
        blanked[start:end] = spaces
    return Lexed(bytes(blanked), starts, ends)


def comments(data: bytes) -> Iterator[tuple[int, int]]:
    """The comments of a module. Not by the grammar, which takes quadratic time for many in a row."""
    for token in TOKEN.finditer(data):
        if data[token.start()] == 35:  # "#"
            yield token.span()


class Quotes:
    """Tells of the offsets of a module whether they are code, not the inside of a string or a comment.

    Counts the triple quotes before an offset and lexes its line. Where their number over the whole
    file is odd, or one stands in a string itself, the count misleads, and the file is lexed after all.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _marks(self) -> tuple[list[int], ...]:
        return tuple(list(found(self._data, quotes, 0, len(self._data))) for quotes in _TRIPLE)

    @cached_property
    def _lexed(self) -> Lexed | None:
        is_odd = any(len(marks) & 1 for marks in self._marks)
        return lex(self._data) if is_odd or self._quoted() else None

    def _quoted(self) -> bool:
        """Whether triple quotes seem to stand in a string, right behind another quote."""
        before = (self._data[at - 1 : at] for marks in self._marks for at in marks)
        return any(byte in (b"'", b'"', b"\\") for byte in before)

    def are_even(self, start: int, end: int) -> bool:
        """Whether triple quotes come in pairs in a stretch: where it ends is code if its start is."""
        if self._lexed is not None:
            return not self._lexed.string_around(end)
        for marks in self._marks:
            if marks and (bisect_left(marks, end) - bisect_left(marks, start)) & 1:
                return False
        return True

    def is_code(self, offset: int) -> bool:
        """Whether an offset is code."""
        if self._lexed is not None:
            return self._lexed.text[offset] == self._data[offset] and not self._lexed.string_around(
                offset
            )
        line = self._data.rfind(b"\n", 0, offset) + 1
        return self.are_even(0, line) and self._is_code_in_line(line, offset)

    def _is_code_in_line(self, line: int, offset: int) -> bool:
        if _OPENING.search(self._data, line, offset) is None:
            return True
        for token in TOKEN.finditer(self._data, line):
            if token.start() >= offset:
                return True
            if token.end() > offset:
                return False
        return True


def found(data: bytes, text: bytes, start: int, end: int) -> Iterator[int]:
    """Where a text stands in a stretch, one behind the other."""
    at = data.find(text, start, end)
    while at >= 0:
        yield at
        at = data.find(text, at + len(text), end)
