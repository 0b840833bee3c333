"""`--watch`: a check again and again, whenever something that counts has changed."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress

from misspawn import catalogue, walk
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.places import BASELINE
from misspawn.settings.file import NAMES
from misspawn.watch import Watch

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_SAID = {0: "clean", 1: "findings", 2: "not everything could be checked", 3: "nothing to scan"}


def run(options: Namespace, root: str, check: Callable[[Namespace], int]) -> int:
    """Check now and after each change, until the user ends it."""
    watch = Watch(root, lambda: _beside(options, root), _writing(options))
    for _ in watch.changes():
        if sys.stdout.isatty():
            print(_CLEAR, end="")
        code = _checked(options, check)
        sys.stdout.flush()
        now = time.strftime("%H:%M:%S")
        print(f"{now} {_SAID[code]}; waiting for changes, ^C ends", file=sys.stderr, flush=True)
    raise AssertionError  # changes never end


def _checked(options: Namespace, check: Callable[[Namespace], int]) -> int:
    try:
        return check(options)
    except UserError as error:  # in a configuration or record that is being written
        print(error, file=sys.stderr)
        return 2


def _beside(options: Namespace, root: str) -> Iterator[str]:
    """What a check depends on beside the files below the root. It need not be there."""
    yield options.config or ""
    yield options.baseline or os.path.join(root, BASELINE)
    yield from (os.path.join(root, ".git", name) for name in ("index", "HEAD"))
    yield from (os.path.join(above, name) for above in walk.upwards(root) for name in NAMES)
    for folder in (catalogue.folder(), *_own(options, root)):
        yield folder
        yield from catalogue.files(folder)


def _writing(options: Namespace) -> Callable[[str], bool]:
    """Tells whether we write to a file ourselves, which is no reason to check again."""
    outputs = {os.path.abspath(path) for _, path in options.output}
    streams = [os.fstat(stream.fileno()) for stream in (sys.stdout, sys.stderr)]

    def is_ours(path: str) -> bool:
        with suppress(OSError):
            found = os.stat(path)
            return any(os.path.samestat(found, stream) for stream in streams)
        return False

    return lambda path: os.path.abspath(path) in outputs or is_ours(path)


def _own(options: Namespace, root: str) -> list[str]:
    try:
        return selection.in_force(options, root).folders()
    except UserError:  # the check tells
        return []
