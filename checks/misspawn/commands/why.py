"""`misspawn why PATH:LINE [ID]`: the decisions of the scan about a line."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from misspawn import catalogue, walk
from misspawn.against import imports_of, told
from misspawn.commands import selection
from misspawn.detect import Step
from misspawn.errors import UserError
from misspawn.formats.style import Style, one_line, style_for
from misspawn.meanings import Meanings
from misspawn.model import Finding
from misspawn.project import Project
from misspawn.scan import Checker
from misspawn.settings import Policy
from misspawn.source import Source, Unreadable
from misspawn.why import Known, Trace, why

_PLACE = re.compile(r"(?s)(.+?):([1-9][0-9]*)(:[0-9]+)?:?")


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("place", metavar="PATH:LINE", help="as in a finding; a column may follow")
    parser.add_argument(
        "id", metavar="ID", nargs="?", help="a record's id; then its silence is explained too"
    )
    selection.configuration(parser)


def run(options: Namespace) -> int:
    """Print the steps of each detector that looked at the line."""
    path, line = _place(options.place)
    root = walk.root([path])
    policy = selection.policy(selection.in_force(options, root), root)
    ids = [catalogue.find(policy.records, options.id).id] if options.id else []
    known = Known(Project.on_disk(root, policy.facts), Meanings.on_disk(Path(root)))
    name = walk.below(root, path)
    try:
        raw = walk.read(path)
        source = Source(name, raw)
        beside = told(root, name, source.data)
        traces = list(why(source, line, policy.records, known, ids=ids, beside=beside))
        counting = list(_counting(policy, root, path, name, raw))
    except OSError as error:
        raise UserError(f"{one_line(path)}: cannot be read: {error.strerror}") from error
    except Unreadable as error:
        raise UserError(f"{one_line(path)}: {error}") from error
    style = style_for(sys.stdout, os.environ)
    for trace in sorted(traces, key=lambda trace: not trace.reported):  # what was asked for first
        _print(_with_the_project_s_word(trace, line, counting), style)
    if not traces:
        print(
            f"no detector has anything to say about line {line}; name an ID to learn why it has not"
        )
    return 0


def _counting(policy: Policy, root: str, path: str, name: str, raw: bytes) -> Iterator[Finding]:
    """What a scan makes of the file, with names followed across files and its imports judged."""
    if not policy.excluded(path):
        yield from Checker(policy, root, across=True).file(name, raw)
        yield from imports_of(policy, root, name)


def _place(text: str) -> tuple[str, int]:
    if match := _PLACE.fullmatch(text):
        return match[1], int(match[2])
    raise UserError(f"`{text}` is no place; write PATH:LINE, for example app.py:12")


def _with_the_project_s_word(trace: Trace, line: int, counting: list[Finding]) -> Trace:
    """The trace of a finding that a suppression or the configuration keeps quiet, with that step."""
    if not trace.reported:
        return trace
    own = (f for f in counting if f.id == trace.id and f.lines[0] <= line <= f.lines[1])
    finding = next(own, None)
    if finding is None:
        step = Step("configuration", False, "leaves this record or path out; see `misspawn config`")
    elif finding.suppression:
        said = finding.suppression
        step = Step("suppression", False, f"line {said.line}: {said.reason}")
    else:
        return trace
    return trace._replace(steps=(*trace.steps, step))


def _print(trace: Trace, style: Style) -> None:
    verdict = (
        style.paint("reported", "red") if trace.reported else style.paint("not reported", "cyan")
    )
    print(f"{style.paint(trace.id, 'bold')} detector {trace.number}: {verdict}")
    for step in trace.steps:
        print(f"  {'yes' if step.holds else 'no ':3}  {step.name:12}  {one_line(step.detail)}")
