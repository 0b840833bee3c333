"""`misspawn why PATH:LINE [ID]`: the decisions of the scan about a line."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from misspawn import catalogue, walk
from misspawn.against import told
from misspawn.errors import UserError
from misspawn.formats.style import Style, one_line, style_for
from misspawn.meanings import Meanings
from misspawn.project import Project
from misspawn.source import Source, Unreadable
from misspawn.why import Known, Trace, why

_PLACE = re.compile(r"(?s)(.+?):([1-9][0-9]*)(:[0-9]+)?:?")


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("place", metavar="PATH:LINE", help="as in a finding; a column may follow")
    parser.add_argument(
        "id", metavar="ID", nargs="?", help="a record's id; then its silence is explained too"
    )


def run(options: Namespace) -> int:
    """Print the steps of each detector that looked at the line."""
    path, line = _place(options.place)
    patterns = catalogue.load()
    ids = [catalogue.find(patterns, options.id).id] if options.id else []
    root = walk.root([path])
    name, facts = walk.below(root, path), Project.on_disk(root)
    meanings = Meanings.on_disk(Path(root))
    try:
        source = Source(name, walk.read(path))
        beside = told(root, name, source.data)
        traces = list(why(source, line, patterns, Known(facts, meanings), ids=ids, beside=beside))
    except OSError as error:
        raise UserError(f"{one_line(path)}: cannot be read: {error.strerror}") from error
    except Unreadable as error:
        raise UserError(f"{one_line(path)}: {error}") from error
    style = style_for(sys.stdout, os.environ)
    for trace in traces:
        _print(trace, style)
    if not traces:
        print(
            f"no detector has anything to say about line {line}; name an ID to learn why it has not"
        )
    return 0


def _place(text: str) -> tuple[str, int]:
    if match := _PLACE.fullmatch(text):
        return match[1], int(match[2])
    raise UserError(f"`{text}` is no place; write PATH:LINE, for example app.py:12")


def _print(trace: Trace, style: Style) -> None:
    verdict = (
        style.paint("reported", "red") if trace.reported else style.paint("not reported", "cyan")
    )
    print(f"{style.paint(trace.id, 'bold')} detector {trace.number}: {verdict}")
    for step in trace.steps:
        print(f"  {'yes' if step.holds else 'no ':3}  {step.name:12}  {one_line(step.detail)}")
