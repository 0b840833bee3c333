"""Where a stretch of a rewritten text stands in the original, and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """`original[start:end]` reads `text` in the rewritten view."""

    start: int
    end: int
    text: bytes


class OffsetMap:
    """The two-way mapping that a sorted, non-overlapping list of edits makes."""

    __slots__ = ("_canonical", "_original")

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._original = _Side([edit.start for edit in edits], [edit.end for edit in edits])
        self._canonical = _Side([], [])
        grown = 0
        for edit in edits:
            self._canonical.starts.append(edit.start + grown)
            grown += len(edit.text) - (edit.end - edit.start)
            self._canonical.ends.append(edit.end + grown)

    def rewritten(self) -> Iterator[tuple[int, int]]:
        """Canonical offsets of the edits."""
        return zip(self._canonical.starts, self._canonical.ends, strict=True)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of a canonical stretch; inside an edit they widen to the whole edit."""
        return _moved(start, end, self._canonical, self._original)

    def canonical(self, start: int, end: int) -> tuple[int, int]:
        """Canonical offsets of an original stretch."""
        return _moved(start, end, self._original, self._canonical)


class _Side(NamedTuple):
    """Where the edits stand in one of the two texts."""

    starts: list[int]
    ends: list[int]


def _moved(start: int, end: int, here: _Side, there: _Side) -> tuple[int, int]:
    return _move(start, here, there, last=False), _move(end, here, there, last=True)


def _move(at: int, here: _Side, there: _Side, *, last: bool) -> int:
    index = bisect_right(here.starts, at) - 1
    if index < 0:
        return at
    if at >= here.ends[index]:
        return at - here.ends[index] + there.ends[index]
    if at == here.starts[index]:
        return there.starts[index]
    return there.ends[index] if last else there.starts[index]


def rewrite(text: bytes, edits: Sequence[Edit]) -> bytes:
    """Apply sorted, non-overlapping edits to a text."""
    parts: list[bytes] = []
    done = 0
    for edit in edits:
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    return b"".join((*parts, text[done:]))
