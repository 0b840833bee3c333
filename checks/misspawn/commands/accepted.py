"""Which baseline is in force for a command, and what has become of its entries."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence

from misspawn import baseline
from misspawn.baseline import Baseline, Entry, Scope
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.model import Problem
from misspawn.places import BASELINE

_UPDATE = "`misspawn baseline --update` drops what no longer occurs"


def arguments(parser: ArgumentParser) -> None:
    """Add the options that say which baseline is in force."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--baseline", metavar="FILE", help=f"in place of {BASELINE}")
    group.add_argument("--no-baseline", action="store_true", help="use none")


def insist(paths: Iterable[str]) -> None:
    """Refuse paths that do not exist: who writes by them has mistyped one."""
    if missing := [path for path in paths if not os.path.lexists(path)]:
        raise UserError(*(f"{path}: there is no such file or folder" for path in missing))


def in_force(options: Namespace, root: str) -> Baseline:
    """The baseline that the options name, else the one in the scan root; without one it is empty."""
    path = options.baseline or baseline.place(root)
    unused = options.no_baseline or not (options.baseline or os.path.isfile(path))
    return Baseline([] if unused else baseline.read(path), root)


def scope(
    options: Namespace, root: str, paths: Iterable[str], problems: Iterable[Problem]
) -> Scope:
    """What a scan with these options looked at."""
    policy = selection.policy(selection.in_force(options, root), root)
    made = Scope(policy, root, paths, across=options.across)
    for problem in problems:
        made.lacks(problem)
    return made


def tell_stale(gone: Sequence[Entry]) -> None:
    """Say on stderr how many entries no longer occur."""
    if gone:
        what = "1 entry" if len(gone) == 1 else f"{len(gone)} entries"
        print(f"baseline: {what} without a finding; {_UPDATE}", file=sys.stderr)
