"""States of files: what tells, without reading them, that one or a whole tree of them is as before."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from hashlib import blake2b

from misspawn.index.layout import tells_layout
from misspawn.trees import libraries
from misspawn.walk import below, read

Status = tuple[int, ...]
Contents = dict[bytes, tuple[Status, bytes]]
_RECENT = 2_000_000_000  # nanoseconds: the coarsest clock of a file system, FAT's


def status(path: str) -> Status:
    """What tells states of a file apart; () when it changed just now and may again within the clock's tick."""
    found = os.stat(path)
    if max(found.st_mtime_ns, found.st_ctime_ns) > time.time_ns() - _RECENT:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def digest(data: bytes) -> bytes:
    """What stands for bytes."""
    return blake2b(data, digest_size=16).digest()


def contents(root: str, paths: Iterable[str], known: Contents) -> Contents:
    """The digests of all files that a scan across files may look into, with the files' states.

    `paths`: all of the tree. `known`: what this was earlier; a file in the same state is not read.
    """
    inside = lru_cache(maxsize=None)(partial(below, root))
    found: Contents = {}
    for path in filter(tells_layout, paths):
        folder, name = os.path.split(path)
        key = os.fsencode(f"{inside(folder or '.')}/{name}")
        with suppress(OSError):  # what cannot be read is not there for the scan either
            state = status(path)
            kept = known.get(key)
            found[key] = kept if kept and kept[0] == state != () else (state, digest(read(path)))
    return found


def stamp(root: str, files: Contents) -> bytes:
    """What stands for these contents, and for the packages in the project's own environments."""
    parts = [part for path, (_, content) in sorted(files.items()) for part in (path, content)]
    return digest(b"\0".join([*parts, *_installed(root)]))


def _installed(root: str) -> Iterator[bytes]:
    """The names and times of what lies in the environments: installing or removing a package changes them."""
    for folder in libraries(root):
        with suppress(OSError), os.scandir(folder) as listing:
            for entry in sorted(listing, key=lambda entry: entry.name):
                yield os.fsencode(f"{entry.path}/{entry.stat().st_mtime_ns}")
