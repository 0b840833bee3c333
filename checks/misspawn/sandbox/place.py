"""The folder of one run: the example's own, a home, temporary files, and what we put beside them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from misspawn import probe
from misspawn.errors import UserError
from misspawn.model import Remnant

PROBE = "misspawn_probe"
START = f"from {PROBE} import start\n\nstart.install()\n"
WATCHED = ("home", "temp")
FOLDERS = ("example", "cache", "report", "probe", *WATCHED)


class Place(NamedTuple):
    """Paths of a run. Everything is below `root`, which is gone after the run."""

    root: str

    def path(self, *names: str) -> str:
        """A path in the run's folder."""
        return os.path.join(self.root, *names)

    def leftovers(self) -> tuple[Remnant, ...]:
        """Files that the run left outside of its own folder, where programs are told to put them."""
        return tuple(
            Remnant(kind="file", name=f"{folder}/{name}")
            for folder in WATCHED
            for name in sorted(os.listdir(self.path(folder)))
        )


@contextmanager
def made(files: Mapping[str, str]) -> Iterator[Place]:
    """A fresh place with the example's files; removed at the end, whatever is in it."""
    with tempfile.TemporaryDirectory(prefix="misspawn-", ignore_cleanup_errors=True) as folder:
        here = Place(os.path.realpath(folder))
        for name in FOLDERS:
            os.mkdir(here.path(name))
        for name, text in files.items():
            _put(here.path("example"), name, text)
        _put_probe(here.path("probe"))
        yield here


def _put(folder: str, name: str, text: str) -> None:
    path = os.path.normpath(os.path.join(folder, name))
    if not path.startswith(folder + os.sep):
        raise UserError(
            f"{name}: an example's file lies in the example's folder; use a relative path"
        )
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    if text.startswith("#!"):
        os.chmod(path, 0o755)  # noqa: S103  a script is there to be executed


def _put_probe(folder: str) -> None:
    """A copy, so that nothing else of misspawn can be imported by the example."""
    source = os.path.dirname(probe.__file__)
    shutil.copytree(
        source, os.path.join(folder, PROBE), ignore=shutil.ignore_patterns("__pycache__")
    )
    _put(folder, "sitecustomize.py", START)
