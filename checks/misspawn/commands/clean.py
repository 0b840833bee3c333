"""`misspawn clean`: remove what scans have kept."""

from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser, Namespace

from misspawn import places
from misspawn.errors import UserError

_UNITS = ("B", "kB", "MB", "GB")


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--all",
        action="store_true",
        help="the whole cache folder, also the environments in which `prove` runs the examples",
    )


def run(options: Namespace) -> int:
    """Remove it, and say what was freed and what is left."""
    folder = places.cache_folder()
    found = places.kept("") if options.all else places.kept(places.CATALOGUES, places.RESULTS)
    print(f"{folder}: {_shown(sum(map(_removed, found)))} freed")
    if left := sum(_size(entry.path) for entry in places.kept("")):
        print(f"left: {_shown(left)} that `prove` needs; `misspawn clean --all` removes it too")
    return 0


def _removed(entry: os.DirEntry[str]) -> int:
    """The bytes that removing a file or folder has freed. Raises `UserError` when it cannot be removed."""
    size = _size(entry.path)
    try:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    except FileNotFoundError:  # by another process
        return 0
    except OSError as error:
        raise UserError(f"{entry.path}: cannot be removed: {error.strerror}") from error
    return size


def _size(path: str) -> int:
    inside = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    return sum(map(_bytes, [path, *inside]))


def _bytes(path: str) -> int:
    return os.lstat(path).st_size if os.path.isfile(path) else 0


def _shown(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} {_UNITS[-1]}"
