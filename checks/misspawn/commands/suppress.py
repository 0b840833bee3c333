"""`misspawn suppress [PATH...] --reason TEXT`: comments for what is reported now."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter

from misspawn import walk
from misspawn.commands import accepted, selection
from misspawn.formats.style import one_line
from misspawn.model import Finding, Problem
from misspawn.scan import scan
from misspawn.source import Source
from misspawn.suppressions import CATEGORY, writing

DONE, LEFT, NOTHING = 0, 1, 3
EPILOG = """exit codes:
  0  all that was reported is suppressed
  1  some is not
  2  wrong usage
  3  nothing to scan"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders (default: the current folder)"
    )
    selection.across(parser)
    selection.arguments(parser)
    accepted.arguments(parser)
    parser.add_argument(
        "--reason", type=_reason, required=True, metavar="TEXT", help="why these findings may stay"
    )
    parser.add_argument("--until", type=_day, metavar="DATE", help="the last day on which they may")


def run(options: Namespace) -> int:
    """Write the comments; print a line for each, and for each finding that has no place for one."""
    accepted.insist(options.paths)
    paths = [path.replace(os.sep, "/") for path in options.paths] or ["."]
    root = walk.root(paths)
    policy = selection.policy(selection.in_force(options, root), root)
    walked = list(walk.walk(paths))
    if not walked:
        print("nothing to scan: no files below these paths", file=sys.stderr)
        return NOTHING
    files = [path for path in walked if isinstance(path, str) and not policy.excluded(path)]
    results = [*walked, *scan(files, policy, root=root, across=options.across)]
    problems = [result for result in results if isinstance(result, Problem)]
    known = accepted.in_force(options, root)
    for problem in problems:
        print(one_line(str(problem)), file=sys.stderr)
    findings = (result for result in results if isinstance(result, Finding))
    left = sum(
        _suppress(root, path, group, options) for path, group in _by_file(known.applied(findings))
    )
    return LEFT if left or problems else DONE


def _by_file(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """What is to be suppressed in each file; a complaint about a suppression is to be mended."""
    wanted = (f for f in findings if not f.quiet and f.category != CATEGORY)
    for path, group in groupby(wanted, attrgetter("path")):
        yield path, list(group)


def _suppress(root: str, path: str, findings: list[Finding], options: Namespace) -> int:
    """Write into one file; return how many findings are left."""
    raw = walk.read(path)
    source = Source(walk.below(root, path), raw)
    head = raw[: len(raw) - len(source.data)]
    if head + source.data != raw:
        print(f"{one_line(path)}: is not UTF-8, so nothing is written", file=sys.stderr)
        return len(findings)
    done = writing.write(source, findings, options.reason, options.until or "")
    if done.placed:
        with open(path, "wb") as stream:
            stream.write(head + done.data)
    for line, ids in done.placed:
        print(f"{one_line(path)}:{line}: suppressed {', '.join(ids)}")
    for finding in done.left:
        print(one_line(f"{path}:{finding.span.line}: {finding.id}: {_NO_PLACE}"), file=sys.stderr)
    return len(done.left)


_NO_PLACE = "no line of it can carry a comment; write `ignore-file` above, or ignore it per path"


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason or "#" in reason or "until=" in reason:
        raise ArgumentTypeError("give a reason in words, without `#` and `until=`")
    return reason


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"`{text}` is not a date; write it like 2027-01-31") from None
    if day < date.today():  # noqa: DTZ011 - the day where it is run
        raise ArgumentTypeError(f"{text} has passed")
    return day.isoformat()
