"""The compiled catalogue: validated records as MessagePack in the user's cache folder.

It is keyed by the record files' names, sizes and times, so a changed record is compiled anew, and
a scan starts without YAML and validation. A missing, broken or unwritable cache costs time only.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from misspawn import __version__, model
from misspawn.model import Pattern
from misspawn.places import cache_folder

Stamp = tuple[tuple[str, int, int], ...]


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """What the cache file holds; `patterns` is decoded only when the stamp fits."""

    stamp: Stamp
    patterns: msgspec.Raw


def stamp(files: Iterable[str]) -> Stamp:
    """What changes when a record, the model or the version does."""
    code = os.stat(model.__file__)
    engine = (f"misspawn {__version__}", code.st_size, code.st_mtime_ns)
    stats = ((file, os.stat(file)) for file in files)
    return (engine, *((file, stat.st_size, stat.st_mtime_ns) for file, stat in stats))


def load(root: str, current: Stamp) -> tuple[Pattern, ...] | None:
    """The compiled records of a folder, or None when there are none with this stamp."""
    try:
        with open(_file(root), "rb") as stream:
            compiled = msgspec.msgpack.decode(stream.read(), type=Compiled)
        if compiled.stamp != current:
            return None
        return msgspec.msgpack.decode(compiled.patterns, type=tuple[Pattern, ...])
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def save(root: str, current: Stamp, patterns: tuple[Pattern, ...]) -> None:
    """Keep compiled records, in one step so that nobody reads half a file."""
    import tempfile  # 10 ms that only a changed record costs

    raw = msgspec.Raw(msgspec.msgpack.encode(patterns))
    with suppress(OSError):
        os.makedirs(cache_folder(), exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=cache_folder())
        try:
            with open(descriptor, "wb") as stream:
                stream.write(msgspec.msgpack.encode(Compiled(current, raw)))
            os.replace(name, _file(root))
        except OSError:
            os.unlink(name)


def _file(root: str) -> str:
    return os.path.join(cache_folder(), f"catalogue-{zlib.crc32(os.fsencode(root)):08x}.msgpack")
