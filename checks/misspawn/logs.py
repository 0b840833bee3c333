"""Logs of any size in pieces, as the programs printed them: without colours, stamps and prefixes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

CHUNK = 1 << 20  # bytes read at a time
OVERLAP = 1 << 16  # bytes of a piece that begin the next: a failure's traceback stays together

_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]_P^][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"
)  # ECMA-48: control sequences, strings, and the two-byte functions
_LOST_ESCAPES = re.compile(
    rb"(?:\^\[|\xe2\x90\x9b)\[[0-9;]*[A-Za-z]|\[(?:[0-9]{1,3};)*[0-9]{1,3}m"
)  # of which a copy kept the visible part
_LOST_HINT = re.compile(rb"\[[0-9;]+m")  # is found fast, and mostly is not there
_PREFIXES = re.compile(
    rb"^(?:(?:\xef\xbb\xbf|[^\t\n]*\t[^\t\n]*\t)?"  # gh run view: job, step
    rb"\[?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?"
    rb"(?:Z|[+-][0-9]{2}:?[0-9]{2})?\]?(?:[ \t]+[0-9]{2}[OE]\+?)?[ \t]+"  # GitLab: stream number
    rb"|\#[0-9]+ [0-9]+\.[0-9]+ )?"  # docker build: step, seconds
    rb"(?:\#\#\[(?:error|warning|debug|section|command)\])?"
    rb"(?:[\w.-]+[ \t]+\| )?",  # compose: service
    re.MULTILINE,
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Piece(NamedTuple):
    """Whole lines of a log, without colours. `line`: the number of the first, from 1."""

    line: int
    text: bytes


def pieces(stream: BinaryIO) -> Iterator[Piece]:
    """The log in order; each piece begins with the end of the one before.

    A line longer than a piece is cut. UTF-16, as PowerShell writes it, becomes UTF-8.
    """
    line, kept = 1, b""
    for block, last in _blocks(stream):
        text = kept + block
        end = len(text) if last else text.rfind(b"\n") + 1 or len(text)
        yield Piece(line, _uncoloured(text[:end]))
        start = max(0, end - OVERLAP)
        start = text.find(b"\n", start, end) + 1 or start
        line += text.count(b"\n", 0, start)
        kept = text[start:]


def _blocks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """What is read at a time, and whether it is the last."""
    block = stream.read(CHUNK)
    decoder = codecs.getincrementaldecoder("utf-16")("replace") if block[:2] in _UTF16 else None
    while True:
        last = len(block) < CHUNK
        yield decoder.decode(block, last).encode() if decoder else block, last
        if last:
            return
        block = stream.read(CHUNK)


def _uncoloured(text: bytes) -> bytes:
    return _ESCAPES.sub(b"", text) if b"\x1b" in text else text


def clean(text: bytes) -> bytes:
    """Lines without time stamps and the prefixes of CI and compose, as valid UTF-8.

    No line comes or goes.
    """
    if _LOST_HINT.search(text):
        text = _LOST_ESCAPES.sub(b"", text)
    return _PREFIXES.sub(b"", text).decode("utf-8", "replace").encode()
