"""What was made of a text, kept in the user's cache folder under the digest of that text.

One file each, so that processes that run side by side need not know of one another. Missing, broken
or unwritable it costs time only.
"""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from functools import cache
from hashlib import blake2b

from misspawn import __version__, places

_MOST = 200  # files in one of the 256 folders: some 50,000 in all, about 100 MB
_CHECKSUM = 4  # bytes in front


class Store:
    """Data by key. `folder`: where it is kept."""

    def __init__(self, folder: str = "") -> None:
        self._folder = folder or os.path.join(places.cache_folder(), "index")

    def get(self, key: str) -> bytes | None:
        """What is kept under a key, None when there is nothing sound."""
        with suppress(OSError):
            with open(self._path(key), "rb") as stream:
                data = stream.read()
            if data[:_CHECKSUM] == _checked(data[_CHECKSUM:]):
                return data[_CHECKSUM:]
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep data under a key, in one step so that nobody reads half of it."""
        path = self._path(key)
        beside = f"{path}.{os.getpid()}"
        with suppress(OSError):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(beside, "wb") as stream:
                stream.write(_checked(data) + data)
            os.replace(beside, path)
            _tidy(os.path.dirname(path))

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], key[2:])


def key(*parts: bytes | str) -> str:
    """The key of what this version makes of these texts."""
    digest = blake2b(_engine(), digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


@cache
def _engine() -> bytes:
    """What changes with the code that makes the data."""
    folder = os.path.dirname(os.path.abspath(__file__))
    stats = [
        os.stat(os.path.join(folder, name))
        for name in sorted(os.listdir(folder))
        if name.endswith(".py")
    ]
    return repr((__version__, [(stat.st_size, stat.st_mtime_ns) for stat in stats])).encode()


def _checked(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(_CHECKSUM, "big")


def _tidy(folder: str) -> None:
    """Drop the oldest half of a folder that has too many files."""
    names = os.listdir(folder)
    if len(names) <= _MOST:
        return
    paths = sorted((os.path.join(folder, name) for name in names), key=os.path.getmtime)
    for path in paths[: len(paths) // 2]:
        with suppress(OSError):
            os.unlink(path)
