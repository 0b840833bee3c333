"""A file's bytes, normalised once: decoded to UTF-8, with a line table."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from misspawn.model import Span

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODING = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263


class Unreadable(ValueError):
    """The bytes are not text in any encoding that they declare."""


class Source:
    """One file: its path as the user gave it, and its text as UTF-8 bytes.

    All offsets in misspawn are byte offsets into `data`. `path` uses `/` and is relative to the
    scan root where there is one. Raises `Unreadable` when the bytes are not text.
    """

    __slots__ = ("__dict__", "data", "path")

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self.data = decode(raw)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which the lines begin."""
        ends = accumulate(map(len, self.data.splitlines(keepends=True)), initial=0)
        return [*ends] if self.data.endswith((b"\n", b"\r")) else [*ends][:-1] or [0]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte offset, both from 1; the column counts characters."""
        line = bisect_right(self.line_starts, offset)
        start = self.line_starts[line - 1]
        return line, len(self.data[start:offset].decode("utf-8", "replace")) + 1

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a line and column."""
        start = self.line_starts[line - 1]
        return start + len(self.line(line)[: column - 1].encode("utf-8", "surrogateescape"))

    def span(self, start: int, end: int) -> Span:
        """The stretch between two byte offsets."""
        return Span(*self.position(start), *self.position(end))

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last line of a stretch, without the white space at its end."""
        end = start + len(self.data[start:end].rstrip())
        return self.position(start)[0], self.position(max(start, end - 1))[0]

    def excerpt(self, first: int, last: int) -> str:
        """The lines from the first to the last as one text."""
        return "\n".join(self.line(number) for number in range(first, last + 1))

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line break."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.data)
        return self.data[start:end].decode("utf-8", "replace").rstrip("\r\n")


def decode(raw: bytes) -> bytes:
    """Return the text of a file as UTF-8 without a byte order mark.

    Python's own order: byte order mark, PEP 263 declaration, UTF-8; what is not valid UTF-8 but
    has no NUL byte is read as Latin-1, so that one stray byte does not hide a file.
    """
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return _recode(raw, name)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw:
        raise Unreadable("contains NUL bytes, so it is not text; exclude it or save it as UTF-8")
    declared = _CODING.match(raw)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        return _recode(raw, declared[1].decode("ascii", "replace"))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return _recode(raw, "latin-1")
    return raw


def encode(data: bytes, like: bytes) -> bytes:
    """A text as the bytes of a file that was `like` before: in its encoding, with its byte order mark."""
    text = data.decode("utf-8")
    for bom, name in _BOMS:
        if like.startswith(bom):
            return bom + text.encode(f"{name}-{'le' if bom[:1] == codecs.BOM_LE[:1] else 'be'}")
    if like.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8 + data
    declared = _CODING.match(like)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        return text.encode(declared[1].decode("ascii"))
    return data if decode(like) == like else text.encode("latin-1")


def _recode(raw: bytes, name: str) -> bytes:
    try:
        return raw.decode(name).removeprefix("\ufeff").encode("utf-8")
    except (UnicodeError, LookupError) as error:
        raise Unreadable(f"is not valid {name}: {error}; save it as UTF-8") from error
