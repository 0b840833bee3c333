"""`misspawn explain ID`: a whole record in the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace

from misspawn import catalogue
from misspawn.commands import selection
from misspawn.formats.style import style_for
from misspawn.page import page
from misspawn.suppressions import KINDS, PAGE


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("id", metavar="ID", help="a record's id, as in a finding")
    selection.configuration(parser)


def run(options: Namespace) -> int:
    """Print the record as wide as the terminal, headings bold."""
    if kind := KINDS.get(options.id):  # these have no record
        print(f"{options.id}\n  {kind.remedy}\n  {PAGE}#{options.id}")
        return 0
    pattern = catalogue.find(selection.records(options), options.id)
    style = style_for(sys.stdout, os.environ)
    for line in page(pattern, shutil.get_terminal_size().columns):
        print(line if line.startswith(" ") or not line else style.paint(line, "bold"))
    return 0
