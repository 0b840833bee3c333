"""`misspawn baseline [PATH...]`: accept what is reported now, so that only new findings fail."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator

from misspawn import baseline, walk
from misspawn.baseline import Baseline, Entry
from misspawn.commands import accepted, check, selection
from misspawn.errors import UserError
from misspawn.formats.style import one_line
from misspawn.model import Finding, Problem
from misspawn.places import BASELINE

EPILOG = f"""The file is {BASELINE} in the scan root, which is the top folder
of the git repository; commit it. `check` uses it by itself. Without --add
nothing ever comes into it again.

exit codes:
  0  written
  2  wrong usage or an error
  3  nothing to scan"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders (default: the current folder)"
    )
    selection.across(parser)
    selection.arguments(parser)
    parser.add_argument("--baseline", metavar="FILE", help=f"a file in place of {BASELINE}")
    parser.add_argument(
        "--update", action="store_true", help="drop the entries that no longer occur"
    )
    parser.add_argument(
        "--add", action="store_true", help="accept what has been reported since, too"
    )
    parser.set_defaults(stdin_filename=None, jobs=0, against=None, no_cache=False)


def run(options: Namespace) -> int:
    """Scan, write the file, and print how many entries were kept, added and dropped."""
    root = walk.root(check.paths(options))
    path = options.baseline or _from_here(baseline.place(root))
    is_first = not os.path.exists(path)
    _refuse(options, path, is_first=is_first)
    known = Baseline([] if is_first else baseline.read(path), root)
    results = list(check.results(options))
    if not results:
        print(check.NO_FILES, file=sys.stderr)
        return check.NOTHING
    problems = [result for result in results if isinstance(result, Problem)]
    for problem in problems:
        print(one_line(str(problem)), file=sys.stderr)
    found = list(known.applied(result for result in results if isinstance(result, Finding)))
    scope = accepted.scope(options, root, check.paths(options), problems)
    gone = set(known.stale(scope)) if options.update else set()
    kept = [baseline.entry(finding, root) for finding in found if finding.baselined]
    kept += [entry for entry in known.unseen() if entry not in gone]
    added = list(_fresh(found, root)) if is_first or options.add else []
    baseline.write(path, [*kept, *added])
    counts = f"{len(kept)} kept, {len(added)} added, {len(gone)} dropped"
    print(one_line(f"{path}: {counts}"))
    return check.CLEAN


def _fresh(found: Iterable[Finding], root: str) -> Iterator[Entry]:
    """Entries for what has none and may have one."""
    for finding in found:
        if not finding.baselined and baseline.accepts(finding):
            yield baseline.entry(finding, root)


def _from_here(path: str) -> str:
    return path.removeprefix(os.path.join(os.getcwd(), ""))


def _refuse(options: Namespace, path: str, *, is_first: bool) -> None:
    if "-" in options.paths:
        raise UserError("a baseline is of files; drop `-`")
    accepted.insist(options.paths)
    if is_first and options.update:
        raise UserError(f"{path}: there is no such file; without --update it is written")
    if not is_first and not (options.update or options.add):
        raise UserError(
            f"{path}: there is one; --update drops what no longer occurs, --add accepts what is new"
        )
