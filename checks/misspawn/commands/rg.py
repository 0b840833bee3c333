"""`misspawn rg ID`: the same search with ripgrep alone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from misspawn import catalogue
from misspawn.commands import selection
from misspawn.pipelines import pipelines


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("id", metavar="ID", help="a record's id")
    selection.configuration(parser)


def run(options: Namespace) -> int:
    """Print the pipelines of the record's detectors as a shell script."""
    for line in pipelines(catalogue.find(selection.records(options), options.id)):
        print(line)
    return 0
