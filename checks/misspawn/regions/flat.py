"""Documents whose canonical text keeps the offsets of the file: what does not count is blanked."""

from __future__ import annotations

from abc import abstractmethod

from misspawn.regions.document import Document, Spans


class FlatDocument(Document):
    """A whole file of which every offset is its own."""

    @abstractmethod
    def __init__(self, data: bytes) -> None: ...

    @classmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> FlatDocument:
        return cls(data)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return start, end

    def dismissal(self, start: int, end: int, named: Spans = ()) -> str:
        if not self.text[start:end].strip():
            return "the hit is empty (a comment was blanked there)"
        return ""
