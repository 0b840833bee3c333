"""What fixing would change in a file, as `git apply` and `patch -p1` read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import unified_diff

_UNTERMINATED = b"\\ No newline at end of file\n"


def diff(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    """The lines of a unified diff. Lines end at line feeds alone, as they do for git."""
    old, new = _lines(before), _lines(after)
    left, right = (_name(side, path).decode("latin-1") for side in ("a", "b"))
    for line in unified_diff(old, new, left, right):
        raw = line.encode("latin-1")
        yield raw if raw.endswith(b"\n") else raw + b"\n" + _UNTERMINATED


def _lines(raw: bytes) -> list[str]:
    """Bytes as text, one character each, for `difflib` takes no bytes."""
    parts = raw.split(b"\n")
    ends = [part + b"\n" for part in parts[:-1]]
    return [line.decode("latin-1") for line in (*ends, *filter(None, parts[-1:]))]


def _name(side: str, path: str) -> bytes:
    """A name as git quotes it where it holds what would end the line or the name."""
    raw = os.fsencode(os.path.normpath(path).replace(os.sep, "/").removeprefix("/"))
    name = side.encode() + b"/" + raw
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in name):
        return name + b"\t" * (b" " in name)
    return b'"' + b"".join(_escaped(byte) for byte in name) + b'"'


def _escaped(byte: int) -> bytes:
    is_plain = 32 <= byte < 127 and byte not in b'"\\'
    return bytes([byte]) if is_plain else b"\\%03o" % byte
