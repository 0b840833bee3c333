"""A fixed file put in the place of the old one: whole or not at all, and never over somebody else's change."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress

from misspawn import walk


def refusal(path: str) -> str:
    """Why a file is not to be written; '' when it may be."""
    if os.path.islink(path):
        return "is a symbolic link, so it is left alone; name the file itself"
    if not os.stat(path).st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "is read-only, so its fixes are not written"
    return ""


def write(path: str, before: bytes, after: bytes) -> str:
    """Replace the file's bytes, keeping its mode; the reason when that cannot be, else ''."""
    try:
        beside = _beside(path, after)
        try:
            if walk.read(path) != before:
                return "has changed meanwhile; run it again"
            os.replace(beside, path)
        finally:
            with suppress(FileNotFoundError):  # it has taken the file's place
                os.unlink(beside)
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    return ""


def _beside(path: str, data: bytes) -> str:
    """A new file with the mode of another in the same folder, so that it can take its place in one step."""
    from tempfile import NamedTemporaryFile  # only to write

    with NamedTemporaryFile(dir=os.path.dirname(path) or ".", delete=False) as stream:
        stream.write(data)
    shutil.copymode(path, stream.name)
    return stream.name
