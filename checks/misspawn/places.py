"""Where misspawn keeps things: the baseline in a project, and in the user's cache what it can make again.

It is kept with the states of the files and of our modules that it was made from: another state, another result.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

BASELINE = ".misspawn-baseline.jsonl"
State = tuple[str, int, int]  # of a file: its path, size and time
CATALOGUES, RESULTS = "catalogue-", "results-"  # begin the names of what a scan keeps
_HALF = ".half"  # ends the name of a file that is being written
_BINARY = getattr(os, "O_BINARY", 0)  # Windows' text mode would change bytes


def cache_folder() -> str:
    """The folder for caches, by the custom of the system. It need not exist."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "misspawn")


def cached(name: str) -> str:
    """The path of a file in the cache. It need not exist."""
    return os.path.join(cache_folder(), name)


def keep(name: str, data: bytes) -> None:
    """Write a file of the cache in one step, for the user alone; nothing when that is not possible."""
    half = cached(f"{name}.{os.urandom(4).hex()}{_HALF}")
    with suppress(OSError):
        os.makedirs(cache_folder(), mode=0o700, exist_ok=True)
        try:
            with open(
                os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb"
            ) as stream:
                stream.write(data)
            os.replace(half, cached(name))
        except OSError:
            os.unlink(half)


def kept(*prefixes: str) -> Iterator[os.DirEntry[str]]:
    """The files of the cache whose names begin so; nothing where there is no cache."""
    with suppress(OSError), os.scandir(cache_folder()) as listing:
        yield from (entry for entry in listing if entry.name.startswith(prefixes))


def states(files: Iterable[str]) -> Iterator[State]:
    """The files with what differs once they have changed."""
    stats = ((file, os.stat(file)) for file in files)
    return ((file, stat.st_size, stat.st_mtime_ns) for file, stat in stats)


def modules(package: str) -> list[str]:
    """The files of our modules in the package that this `__init__` makes, and below; sorted."""
    tree = os.walk(os.path.dirname(package))
    found = (os.path.join(folder, name) for folder, _, names in tree for name in names)
    return sorted(path for path in found if path.endswith(".py"))
