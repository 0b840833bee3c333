"""Where a stretch of a rewritten text stands in the original, and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """`original[start:end]` reads `text` in the rewritten view."""

    start: int
    end: int
    text: bytes


class OffsetMap:
    """The two-way mapping that a sorted, non-overlapping list of edits makes."""

    __slots__ = ("_canonical", "_canonical_ends", "_original", "_original_ends")

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._original = [edit.start for edit in edits]
        self._original_ends = [edit.end for edit in edits]
        self._canonical: list[int] = []
        self._canonical_ends: list[int] = []
        grown = 0
        for edit in edits:
            self._canonical.append(edit.start + grown)
            grown += len(edit.text) - (edit.end - edit.start)
            self._canonical_ends.append(edit.end + grown)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of a canonical stretch; inside an edit they widen to the whole edit."""
        here, there = self._canonical, self._original
        return (
            _move(start, here, self._canonical_ends, there, self._original_ends, last=False),
            _move(end, here, self._canonical_ends, there, self._original_ends, last=True),
        )

    def canonical(self, start: int, end: int) -> tuple[int, int]:
        """Canonical offsets of an original stretch."""
        here, there = self._original, self._canonical
        return (
            _move(start, here, self._original_ends, there, self._canonical_ends, last=False),
            _move(end, here, self._original_ends, there, self._canonical_ends, last=True),
        )


def _move(
    at: int,
    here: list[int],
    ends: list[int],
    there: list[int],
    there_ends: list[int],
    *,
    last: bool,
) -> int:
    index = bisect_right(here, at) - 1
    if index < 0:
        return at
    if at >= ends[index]:
        return at - ends[index] + there_ends[index]
    if at == here[index]:
        return there[index]
    return there_ends[index] if last else there[index]


def rewrite(text: bytes, edits: Sequence[Edit]) -> bytes:
    """Apply sorted, non-overlapping edits to a text."""
    parts: list[bytes] = []
    done = 0
    for edit in edits:
        parts += (text[done : edit.start], edit.text)
        done = edit.end
    return b"".join((*parts, text[done:]))
