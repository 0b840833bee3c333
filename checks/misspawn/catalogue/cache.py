"""The compiled catalogue: validated records as MessagePack in the user's cache folder.

It is keyed by the record files' names, sizes and times, so a changed record is compiled anew, and
a scan starts without YAML and validation. A missing, broken or unwritable cache costs time only.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable

import msgspec

from misspawn import __version__, model
from misspawn.model import Pattern
from misspawn.places import CATALOGUES, State, cached, keep, modules, states

Stamp = tuple[State, ...]


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """What the cache file holds; `patterns` is decoded only when the stamp fits."""

    stamp: Stamp
    patterns: msgspec.Raw


def stamp(files: Iterable[str]) -> Stamp:
    """What changes when a record, the model or the version does."""
    version = (f"misspawn {__version__}", 0, 0)
    return (version, *states(modules(model.__file__)), *states(files))


def load(root: str, current: Stamp) -> tuple[Pattern, ...] | None:
    """The compiled records of a folder, or None when there are none with this stamp."""
    try:
        with open(cached(_name(root)), "rb") as stream:
            compiled = msgspec.msgpack.decode(stream.read(), type=Compiled)
        if compiled.stamp != current:
            return None
        return msgspec.msgpack.decode(compiled.patterns, type=tuple[Pattern, ...])
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def save(root: str, current: Stamp, patterns: tuple[Pattern, ...]) -> None:
    """Keep compiled records."""
    raw = msgspec.Raw(msgspec.msgpack.encode(patterns))
    keep(_name(root), msgspec.msgpack.encode(Compiled(current, raw)))


def _name(root: str) -> str:
    return f"{CATALOGUES}{zlib.crc32(os.fsencode(root)):08x}.msgpack"
