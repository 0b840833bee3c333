"""`misspawn extract ID [FOLDER]`: an example's files on disk, for a debugger or an editor."""

from __future__ import annotations

import os
import re
import tempfile
from argparse import ArgumentParser, Namespace

from misspawn import examples, mends
from misspawn.commands import targets
from misspawn.errors import UserError
from misspawn.model import Example


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("id", metavar="ID", help="a record's id, or its file")
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="where to (default: a new temporary folder)"
    )
    parser.add_argument(
        "--example", metavar="TEXT", default="", help="only those with this in the title"
    )


def run(options: Namespace) -> int:
    """Write each example into a folder of its own, and print the folders."""
    pattern = targets.records([options.id])[0].pattern
    root = options.folder or tempfile.mkdtemp(prefix=f"{pattern.id}-")
    numbered = list(enumerate(mends.proved(pattern), 1))
    exact = [item for item in numbered if item[1].title == options.example]
    chosen = exact or [
        item for item in numbered if options.example.lower() in item[1].title.lower()
    ]
    if not chosen:
        raise UserError(f"no example of {pattern.id} has `{options.example}` in its title")
    for number, example in chosen:
        print(_write(root, number, example))
    return 0


def _write(root: str, number: int, example: Example) -> str:
    side = "wrong" if example.is_wrong else "right"
    slug = re.sub(r"[^a-z0-9]+", "-", example.title.lower()).strip("-")[:40]
    folder = os.path.join(root, f"{number}-{side}-{slug}")
    for name, text in examples.files(example).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    return folder
