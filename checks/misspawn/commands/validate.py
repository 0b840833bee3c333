"""`misspawn validate [FILE...]`: every problem of every record."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from misspawn import catalogue, schema
from misspawn.catalogue import records
from misspawn.errors import UserError

CLEAN, FINDINGS = 0, 1


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="record files (default: all of them)"
    )
    parser.add_argument(
        "--schema",
        choices=["check", "write"],
        help="only see to the records' schema.json: tell whether it is up to date, or bring it up to date",
    )


def run(options: Namespace) -> int:
    """Print the problems, one a line; exit 1 when there are any."""
    root = catalogue.folder()
    if options.schema and options.files:
        raise UserError("--schema is for the whole folder; leave out the files")
    if options.schema == "write":
        schema.write(root)
        return CLEAN
    everything = [_shown(file) for file in catalogue.files(root)]
    problems = (
        schema.check(root)
        if options.schema
        else records.read(options.files or everything, known=everything)[1]
    )
    for problem in problems:
        print(problem)
    return FINDINGS if problems else CLEAN


def _shown(file: str) -> str:
    """The path from here, when the file is below."""
    here = os.path.join(os.getcwd(), "")
    return file.removeprefix(here)
