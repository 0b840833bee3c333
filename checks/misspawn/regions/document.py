"""What a detector works on: a document in one language, and the regions in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from misspawn.model import Language
from misspawn.regex import Regex

Spans = Sequence[tuple[int, int]]


class Region(NamedTuple):
    """One syntax unit. `start` and `end` are offsets into the original file.

    `own` is the canonical text of its own level (nested parts blanked), `deep` all of its
    canonical text.
    """

    kind: str
    start: int
    end: int
    own: bytes
    deep: bytes


class Document(ABC):
    """A file, or a part of one, read as one language.

    `text` is the view that `match` searches: names resolved, and comments blanked unless
    `has_comments`. Offsets into it are *canonical*; `locate` turns them into offsets into the
    original file. Regions and scopes are canonical texts without comments.
    """

    language: ClassVar[Language]
    has_comments: ClassVar[bool] = False
    kinds: ClassVar[tuple[str, ...]]
    contexts: ClassVar[tuple[str, ...]] = ()
    text: bytes

    @classmethod
    @abstractmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> Document:
        """The document that a whole file is.

        `words`: the identifiers that detectors mention; names of other modules need no resolving.
        `whole`: parse all of the file at once instead of only what surrounds a hit.
        """

    def unlike_file(self, around: int) -> bytes | None:
        """The parts of `text` that the file does not have like that, with so many bytes around each.

        None for a part of a file and whatever else is not the file but for a few changes.
        """
        return None

    @abstractmethod
    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of a canonical stretch."""

    @abstractmethod
    def dismissal(self, start: int, end: int, named: Spans = ()) -> str:
        """Why a hit at this canonical stretch does not count ('' when it does).

        What the names in the stretches `named` stand for is found out otherwise.
        """

    @abstractmethod
    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        """The smallest region of the kind (at the key path) around a canonical stretch."""

    @abstractmethod
    def scope(self, name: str, start: int, end: int) -> bytes:
        """Canonical text of the enclosing `statement`, `function`, `class` or `file`."""

    def holders(self, start: int, end: int) -> Iterator[bytes]:
        """The names of the class and the function around a canonical stretch."""
        return iter(())

    def without_comments(self, text: bytes) -> bytes:
        """A piece of `text` with its comments blanked."""
        return text

    def is_code(self, text: bytes, offset: int) -> bool:
        """Whether an offset into a piece of canonical text is code, not the inside of a string."""
        return True

    def cannot_be_within(self, context: str, start: int) -> bool:
        """Whether a look at the text alone shows that nothing at the offset is in such a context."""
        return False

    def within(self, context: str, header: Regex, start: int, end: int) -> bool:
        """Whether the hit lies in such a context with such a header."""
        return False

    def comments(self, word: bytes) -> Iterator[tuple[int, int]]:
        """Original offsets of the comments that contain a word."""
        return iter(())

    def embedded(self) -> Iterator[Document]:
        """Documents of other languages inside this one."""
        return iter(())
