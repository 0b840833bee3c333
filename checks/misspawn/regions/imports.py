"""The imports of a Python module as a document: one line of text for each name, which says what comes of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from misspawn.model import Language
from misspawn.regions.document import Region, Spans
from misspawn.regions.python import PythonDocument


class Line(NamedTuple):
    """What is said of the import at start..end of the file, without a line break."""

    start: int
    end: int
    text: str


class ImportsDocument(PythonDocument):
    """What is said of a module's imports. Regions are imports; contexts are those of the module's syntax."""

    language = Language.IMPORTS
    has_comments = False
    kinds = ("import",)

    def __init__(self, data: bytes, lines: Sequence[Line]) -> None:
        super().__init__(data, frozenset())
        self._spans = [(line.start, line.end) for line in lines]
        texts = [line.text.encode() for line in lines]
        self._starts = [sum(map(len, texts[:index])) + index for index in range(len(texts))]
        self.text = b"\n".join(texts)

    @classmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> ImportsDocument:
        """A file alone says nothing of its imports."""
        return cls(data, ())

    def locate(self, start: int, end: int) -> tuple[int, int]:
        if not self._spans:
            return 0, 0
        return self._spans[bisect_right(self._starts, start) - 1]

    def dismissal(self, start: int, end: int, named: Spans = ()) -> str:
        return "" if end > start else "the hit is empty"

    def is_code(self, text: bytes, offset: int) -> bool:
        return True

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        text = self.text[start:].partition(b"\n")[0]
        return Region(kind, *self.locate(start, end), text, text)
