"""`misspawn check`: scan and report."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import deque
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from misspawn import changes, walk
from misspawn.changes import Changes
from misspawn.commands import accepted, fixing, report, selection
from misspawn.errors import UserError
from misspawn.formats.style import one_line
from misspawn.model import Finding, Problem
from misspawn.results import Results
from misspawn.scan import Checker, scan
from misspawn.settings import Policy
from misspawn.source import Unreadable
from misspawn.trees import GitTree
from misspawn.unstaged import unstaged

CLEAN, FINDINGS, ERROR, NOTHING = 0, 1, 2, 3
NO_FILES = "nothing to scan: no files below these paths"
Result = Finding | Problem
EPILOG = """A file that cannot be read or is larger than 10 MB is named on stderr as
`path: reason`. That does not change exit code 1; a run without findings then
ends with 2 in place of 0 or 3. With --fix the exit code tells of what remains,
with --diff whether there is anything to fix.

exit codes:
  0    clean
  1    findings
  2    wrong usage or an error
  3    nothing to scan
  130  interrupted"""


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
    selection.across(parser)
    selection.arguments(parser)
    accepted.arguments(parser)
    changed = parser.add_mutually_exclusive_group()
    changed.add_argument(
        "--since",
        metavar="REV",
        help="only findings that changes touch: on disk, since REV and HEAD parted; untracked files are new",
    )
    changed.add_argument(
        "--staged", action="store_true", help="the same for what is staged, as it is staged"
    )
    fixing.arguments(parser)
    report.arguments(parser)
    parser.add_argument(
        "-j", "--jobs", type=_jobs, default=0, metavar="N", help="worker processes (0: one a core)"
    )
    parser.add_argument(
        "--watch", action="store_true", help="check again whenever a file changes, until ^C"
    )
    parser.add_argument(
        "--no-cache", action="store_true", help="neither use nor keep the results of scans"
    )


def run(options: Namespace) -> int:
    """Check once, or again after each change."""
    if not options.watch:
        return _run(options)
    if "-" in options.paths:
        raise UserError("standard input does not change; drop `-` or --watch")
    from misspawn.commands import watching

    return watching.run(options, walk.root(paths(options)), _run)


def _run(options: Namespace) -> int:
    """Scan, write the findings to stdout and the problems to stderr.

    Each stage takes the findings of the one before as they come.
    """
    root = walk.root(paths(options))
    changed = _changes(options, root)
    known = accepted.in_force(options, root)
    fixes = fixing.asked(options, root)
    tally = _Tally(may_be_empty=changed is not None)
    findings = tally.without_problems(results(options, changed))
    findings = filter(changed.concern, findings) if changed else findings
    findings = known.applied(findings)
    if fixes:
        findings = tally.without_problems(fixes.applied(findings))
    findings = tally.counted(findings)
    if options.diff:
        deque(findings, maxlen=0)  # each prints its file's diff as it passes
    else:
        report.write(findings, options)
    if known.unseen() and changed is None and "-" not in options.paths:
        scope = accepted.scope(options, root, paths(options), tally.problems)
        accepted.tell_stale(known.stale(scope))
    if fixes:
        fixes.tell()
    return tally.exit_code()


def paths(options: Namespace) -> list[str]:
    """What is to be scanned, with `/`; standard input goes by its name."""
    given = [path.replace(os.sep, "/") for path in options.paths] or ["."]
    return [options.stdin_filename or "."] if "-" in given else given


def _changes(options: Namespace, root: str) -> Changes | None:
    if not (options.since or options.staged):
        return None
    if "-" in options.paths:
        raise UserError("git knows nothing of standard input; drop `-`, or --since and --staged")
    return changes.staged(root) if options.staged else changes.since(root, options.since)


class _Tally:
    """What a run comes to: counts what passes, and tells problems at once."""

    def __init__(self, *, may_be_empty: bool) -> None:
        self._may_be_empty = may_be_empty
        self._files = self._findings = 0
        self.problems: list[Problem] = []

    def without_problems(self, results: Iterable[Result | None]) -> Iterator[Finding]:
        """The findings as they come; None in the results stands for a file."""
        for result in results:
            if isinstance(result, Finding):
                yield result
            elif isinstance(result, Problem):
                self.problems.append(result)
                print(one_line(str(result)), file=sys.stderr)
            else:
                self._files += 1

    def counted(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The same findings; those that are quiet do not count."""
        for finding in findings:
            self._findings += not finding.quiet
            yield finding

    def exit_code(self) -> int:
        """What the whole run comes to."""
        if self._findings:
            return FINDINGS
        if self.problems:
            return ERROR
        if not self._files and not self._may_be_empty:
            print(NO_FILES, file=sys.stderr)
            return NOTHING
        return CLEAN


def results(options: Namespace, changed: Changes | None = None) -> Iterator[Result | None]:
    """What the scan finds, what cannot be read, and None for each file; of the changes alone if given."""
    if options.against and "-" in options.paths:
        raise UserError("--against reads files from git, not standard input; drop `-`")
    if "-" in options.paths:
        yield from _standard_input(options)
        return
    if options.stdin_filename:
        raise UserError("--stdin-filename goes with the path `-`")
    given = paths(options)
    root = walk.root(given)
    policy = selection.policy(selection.in_force(options, root), root)
    if options.against:
        yield from _against(options, policy, given, root)
        return
    walked: list[str] = []
    for found in changed.files(given) if changed else walk.walk(given):
        if isinstance(found, Problem):
            yield found
        else:
            yield None
            walked.append(found)
    files = [path for path in walked if not policy.excluded(path)]
    contents = changed.bytes(files) if changed else {}
    across = options.across
    is_whole = not changed and [os.path.abspath(path) for path in given] == [root]
    tree = walked if is_whole else []
    kept = None if options.no_cache else Results(policy, root, across=across, tree=tree)
    yield from scan(
        files, policy, root=root, jobs=options.jobs, contents=contents, across=across, results=kept
    )
    if any(pattern.asks_tree for pattern in policy.patterns):
        yield from _shown(unstaged(policy, root), walk.Shown(given, root))


def _against(
    options: Namespace, policy: Policy, paths: list[str], root: str
) -> Iterator[Result | None]:
    from misspawn import against

    if not any(pattern.asks_tree for pattern in policy.patterns):
        raise UserError(
            "no selected record asks what a git tree lacks; drop --against or select one"
        )
    tree = GitTree(root, "" if options.against == "index" else options.against)
    names = walk.Shown(paths, root)
    wanted = {path for path in tree.paths() if names.path(path) is not None}
    yield from _shown(against.against(policy, tree, root, wanted, jobs=options.jobs), names)


def _shown(findings: Iterable[Finding | None], names: walk.Shown) -> Iterator[Finding | None]:
    """Findings with their paths as the user would write them, without those elsewhere; None passes."""
    for finding in findings:
        path = names.path(finding.path) if finding else None
        if finding is None or path is not None:
            yield finding and replace(finding, path=path)


def _standard_input(options: Namespace) -> Iterator[Result | None]:
    if len(options.paths) > 1:
        raise UserError("`-` stands alone; scan the other paths in a second run")
    name = options.stdin_filename
    if not name:
        raise UserError("tell what standard input goes by: --stdin-filename app.py")
    yield None
    root = walk.root([name])
    policy = selection.policy(selection.in_force(options, root), root)
    try:
        if not policy.excluded(name):
            checker = Checker(policy, root, across=options.across)
            for finding in checker.file(walk.below(root, name), sys.stdin.buffer.read()):
                yield replace(finding, path=name)
    except Unreadable as error:
        yield Problem(name, 0, 0, str(error))


def _jobs(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"`{text}` is no number of processes")
    return int(text)
