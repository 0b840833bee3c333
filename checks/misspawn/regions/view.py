"""A text taken out of a file, with the way back: a cut of it, or the same with parts replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from misspawn.regions.offsets import Edit, OffsetMap, rewrite


class View:
    """Bytes in which every offset can be located in the file they come from."""

    __slots__ = ("_offsets", "_outer", "_start", "data")

    def __init__(
        self,
        data: bytes,
        *,
        outer: View | None = None,
        start: int = 0,
        offsets: OffsetMap | None = None,
    ) -> None:
        self.data = data
        self._outer = outer
        self._start = start
        self._offsets = offsets

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the file of a stretch of `data`."""
        if self._offsets is not None:
            start, end = self._offsets.original(start, end)
        if self._outer is None:
            return start, end
        return self._outer.locate(start + self._start, end + self._start)

    def cut(self, start: int, end: int) -> View:
        """The stretch as a view of its own."""
        return View(self.data[start:end], outer=self, start=start)

    def sub(self, pattern: re.Pattern[bytes], replace: Callable[[re.Match[bytes]], bytes]) -> View:
        """The view with every match of the pattern replaced."""
        edits = [Edit(m.start(), m.end(), replace(m)) for m in pattern.finditer(self.data)]
        moves = any(len(edit.text) != edit.end - edit.start for edit in edits)
        offsets = OffsetMap(edits) if moves else None
        return View(rewrite(self.data, edits), outer=self, offsets=offsets) if edits else self


def blank(text: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """The text with the spans replaced by spaces."""
    result = bytearray(text)
    for start, end in spans:
        result[start:end] = b" " * (end - start)
    return bytes(result)
