"""The compiled catalogue: validated records, and what their regexes contain, as MessagePack in the user's cache folder.

It is keyed by the record files' names, sizes and times, so a changed record is compiled anew, and
a scan starts without YAML and validation. A missing, broken or unwritable cache costs time only.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable

import msgspec

from misspawn import __version__, literals, model
from misspawn.model import Pattern
from misspawn.places import CATALOGUES, State, cached, keep, modules, states

Stamp = tuple[State, ...]


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """What the cache file holds; the rest is decoded only when the stamp fits."""

    stamp: Stamp
    patterns: msgspec.Raw
    literals: msgspec.Raw


def stamp(files: Iterable[str]) -> Stamp:
    """What changes when a record, the model or the version does."""
    version = (f"misspawn {__version__}", 0, 0)
    ours = [*modules(model.__file__), literals.__file__]
    return (version, *states(ours), *states(files))


def load(root: str, current: Stamp) -> tuple[Pattern, ...] | None:
    """The compiled records of a folder, or None when there are none with this stamp."""
    try:
        with open(cached(_name(root)), "rb") as stream:
            compiled = msgspec.msgpack.decode(stream.read(), type=Compiled)
        if compiled.stamp != current:
            return None
        literals.remember(msgspec.msgpack.decode(compiled.literals, type=dict[str, literals.Both]))
        return msgspec.msgpack.decode(compiled.patterns, type=tuple[Pattern, ...])
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def save(root: str, current: Stamp, patterns: tuple[Pattern, ...]) -> None:
    """Keep compiled records."""
    detectors = (detector for pattern in patterns for detector in pattern.detect)
    regexes = {regex for detector in detectors for regex in detector.required}
    told = {regex: literals.both(regex) for regex in sorted(regexes)}
    parts = (msgspec.Raw(msgspec.msgpack.encode(part)) for part in (patterns, told))
    keep(_name(root), msgspec.msgpack.encode(Compiled(current, *parts)))


def _name(root: str) -> str:
    return f"{CATALOGUES}{zlib.crc32(os.fsencode(root)):08x}.msgpack"
