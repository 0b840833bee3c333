"""`misspawn list`: the records, a line each."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from misspawn import catalogue
from misspawn.commands import selection
from misspawn.formats.style import style_for


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    selection.arguments(parser)


def run(options: Namespace) -> int:
    """Print severity, id and title, by category."""
    patterns = selection.chosen(options, catalogue.load())
    style = style_for(sys.stdout, os.environ)
    margin = max((len(pattern.id) for pattern in patterns), default=0)
    for pattern in sorted(patterns, key=lambda pattern: (pattern.category.value, pattern.id)):
        severity = style.severity(f"{pattern.severity.value:7}", pattern.severity.value)
        print(f"{pattern.category.value:15}  {severity}  {pattern.id:{margin}}  {pattern.title}")
    return 0
