"""`misspawn list`: the records, a line each."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from datetime import date

from misspawn.commands import selection
from misspawn.formats.style import style_for
from misspawn.model import Pattern

LISTED, STALE = 0, 1
DAYS = 180


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    selection.arguments(parser)
    parser.add_argument(
        "--stale",
        nargs="?",
        type=int,
        const=DAYS,
        metavar="DAYS",
        help=f"only records reviewed longer ago than this (default: {DAYS}); exit code 1 when there are any",
    )


def run(options: Namespace) -> int:
    """Print severity, id and title, by category; for stale ones the owner and the last review too."""
    patterns = selection.chosen(options)
    if options.stale is not None:
        patterns = [pattern for pattern in patterns if _age(pattern) > options.stale]
    style = style_for(sys.stdout, os.environ)
    margin = max((len(pattern.id) for pattern in patterns), default=0)
    for pattern in sorted(patterns, key=lambda pattern: (pattern.category.value, pattern.id)):
        severity = style.severity(f"{pattern.severity.value:7}", pattern.severity.value)
        text = pattern.title if options.stale is None else f"{pattern.reviewed}  {pattern.owner}"
        print(f"{pattern.category.value:15}  {severity}  {pattern.id:{margin}}  {text}")
    return STALE if options.stale is not None and patterns else LISTED


def _age(pattern: Pattern) -> int:
    """Days since somebody last reviewed the record."""
    return (date.today() - date.fromisoformat(pattern.reviewed)).days  # noqa: DTZ011 - days suffice
