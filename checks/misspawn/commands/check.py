"""`misspawn check`: scan and report."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from misspawn import catalogue, walk
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.formats import FORMATS, statistics
from misspawn.formats.style import one_line, style_for
from misspawn.model import Finding, Pattern, Problem
from misspawn.project import Project
from misspawn.scan import scan, scanner
from misspawn.source import Unreadable
from misspawn.trees import GitTree

CLEAN, FINDINGS, ERROR, NOTHING = 0, 1, 2, 3
Result = Finding | Problem
EPILOG = """A file that cannot be read or is larger than 10 MB is named on stderr as `path: reason`. That does
not change exit code 1; a run without findings then ends with 2 in place of 0 or 3.

exit codes:
  0  clean    1  findings    2  wrong usage or an error    3  nothing to scan    130  interrupted"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders (default: the current folder); `-` reads standard input. In a git repository "
        "ignored files are left out, elsewhere what .gitignore names; a file given here is always scanned",
    )
    parser.add_argument(
        "--stdin-filename", metavar="NAME", help="what `-` goes by; tells its language"
    )
    parser.add_argument(
        "--against",
        metavar="TREE",
        help="report only imports that a git tree cannot satisfy itself: `index`, HEAD or any revision; "
        "what has no changes on disk, plain `check` reports for the index by itself",
    )
    parser.add_argument(
        "--across",
        action="store_true",
        help="also follow names into the project's other files: forgotten awaits, mocks of the wrong kind. "
        "Takes several times as long",
    )
    selection.arguments(parser)
    parser.add_argument(
        "--format", choices=[*FORMATS], help="default: text on a terminal, concise in a pipe"
    )
    parser.add_argument(
        "--statistics", action="store_true", help="print counts in place of the findings"
    )
    parser.add_argument(
        "-j", "--jobs", type=_jobs, default=0, metavar="N", help="worker processes (0: one a core)"
    )


def run(options: Namespace) -> int:
    """Scan, write the findings to stdout and the problems to stderr."""
    if options.statistics and options.format:
        raise UserError("--statistics is a table of its own; leave out --format")
    results = _Results(_scan(options))
    name = options.format or ("text" if sys.stdout.isatty() else "concise")
    writer = statistics if options.statistics else FORMATS[name]
    writer.write(results.findings(), sys.stdout, style_for(sys.stdout, os.environ))
    return results.exit_code()


class _Results:
    """Findings on their way to a format; problems are told at once, and both are counted."""

    def __init__(self, results: Iterable[Result | None]) -> None:
        self._results = results
        self._scanned = self._findings = self._problems = 0

    def findings(self) -> Iterator[Finding]:
        """The findings as they come; None in the results stands for a file to scan."""
        for result in self._results:
            if isinstance(result, Finding):
                self._findings += 1
                yield result
            elif isinstance(result, Problem):
                self._problems += 1
                print(one_line(str(result)), file=sys.stderr)
            else:
                self._scanned += 1

    def exit_code(self) -> int:
        """What the whole run comes to."""
        if self._findings:
            return FINDINGS
        if self._problems:
            return ERROR
        if not self._scanned:
            print("nothing to scan: no files below these paths", file=sys.stderr)
            return NOTHING
        return CLEAN


def _scan(options: Namespace) -> Iterator[Result | None]:
    patterns = selection.chosen(options, catalogue.load())
    if options.against:
        yield from _against(options, patterns)
        return
    if "-" in options.paths:
        yield from _standard_input(options, patterns)
        return
    if options.stdin_filename:
        raise UserError("--stdin-filename goes with the path `-`")
    paths = [path.replace(os.sep, "/") for path in options.paths] or ["."]
    files: list[str] = []
    for found in walk.walk(paths):
        if isinstance(found, Problem):
            yield found
        else:
            files.append(found)
            yield None
    root = walk.root(paths)
    yield from scan(files, patterns, root=root, jobs=options.jobs, across=options.across)
    from misspawn import against

    if against.concerned(patterns):
        shown = _Shown(paths, root)
        yield from filter(None, map(shown.finding, against.unstaged(patterns, root)))


def _against(options: Namespace, patterns: list[Pattern]) -> Iterator[Result | None]:
    from misspawn import against

    if "-" in options.paths:
        raise UserError("--against reads files from git, not standard input; drop `-`")
    if not against.concerned(patterns):
        raise UserError(
            "no selected record asks what a git tree lacks; drop --against or select one"
        )
    paths = [path.replace(os.sep, "/") for path in options.paths] or ["."]
    root = walk.root(paths)
    tree = GitTree(root, "" if options.against == "index" else options.against)
    shown = _Shown(paths, root)
    wanted = {path for path in tree.paths() if shown.path(path) is not None}
    for finding in against.against(patterns, tree, root, wanted, jobs=options.jobs):
        yield finding and shown.finding(finding)


class _Shown:
    """Paths of a repository as the user would write them, below the paths that were given."""

    def __init__(self, paths: Iterable[str], root: str) -> None:
        self._prefixes = [(path, walk.below(root, path)) for path in paths]

    def path(self, path: str) -> str | None:
        """The path from where the user stands, None when it is below none of those given."""
        for given, prefix in self._prefixes:
            rest = path if prefix == "." else path.removeprefix(f"{prefix}/")
            if path == prefix:
                return given
            if prefix == "." or rest != path:
                return rest if given == "." else f"{given.rstrip('/')}/{rest}"
        return None

    def finding(self, finding: Finding) -> Finding | None:
        """The finding with its path so."""
        path = self.path(finding.path)
        return replace(finding, path=path) if path is not None else None


def _standard_input(options: Namespace, patterns: list[Pattern]) -> Iterator[Result | None]:
    if len(options.paths) > 1:
        raise UserError("`-` stands alone; scan the other paths in a second run")
    name = options.stdin_filename
    if not name:
        raise UserError("tell what standard input goes by: --stdin-filename app.py")
    yield None
    root = walk.root([name])
    reader, facts = scanner(patterns, root, across=options.across), Project.on_disk(root)
    try:
        for finding in reader.file(walk.below(root, name), sys.stdin.buffer.read(), facts):
            yield replace(finding, path=name)
    except Unreadable as error:
        yield Problem(name, 0, 0, str(error))


def _jobs(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"`{text}` is no number of processes")
    return int(text)
