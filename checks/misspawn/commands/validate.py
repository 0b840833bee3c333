"""`misspawn validate [FILE...]`: every problem of every record."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator

from misspawn import catalogue, evidence, schema, walk
from misspawn.catalogue import records
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.model import Pattern, Problem

CLEAN, FINDINGS = 0, 1


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="record files (default: all, the project's own too)",
    )
    parser.add_argument(
        "--schema",
        choices=["check", "write"],
        help="only see to the records' schema.json: tell whether it is up to date, or bring it up to date",
    )
    parser.add_argument(
        "--proved", action="store_true", help="also fail for examples without evidence"
    )
    selection.configuration(parser)


def run(options: Namespace) -> int:
    """Print the problems, one a line; exit 1 when there are any."""
    roots = [catalogue.folder(), *selection.in_force(options, walk.root(["."])).folders()]
    if options.schema and options.files:
        raise UserError("--schema is for the whole folder; leave out the files")
    if options.schema == "write":
        for root in roots:
            schema.write(root)
        return CLEAN
    everything = [_shown(file) for root in roots for file in catalogue.files(root)]
    unproved: list[Problem] = []
    if options.schema:
        problems = [problem for root in roots for problem in schema.check(root)]
    else:
        files = options.files or everything
        patterns, problems = records.read(files, known=everything)
        unproved = list(_unproved(patterns, files))
    for problem in problems:
        print(problem)
    for warning in unproved:
        print(warning, file=sys.stdout if options.proved else sys.stderr)
    return FINDINGS if problems or (unproved and options.proved) else CLEAN


def _unproved(patterns: Iterable[Pattern], files: Iterable[str]) -> Iterator[Problem]:
    """A warning for each record of which some run has no evidence."""
    places = {os.path.splitext(os.path.basename(file))[0]: file for file in files}
    for pattern in sorted(patterns, key=lambda pattern: places[pattern.id]):
        file = places[pattern.id]
        if lacking := evidence.missing(pattern, evidence.load(file)):
            rest = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            yield Problem(
                file, 0, 0, f"unproven: {lacking[0]}{rest}; run `misspawn prove --update`"
            )


def _shown(file: str) -> str:
    """The path from here, when the file is below."""
    here = os.path.join(os.getcwd(), "")
    return file.removeprefix(here)
