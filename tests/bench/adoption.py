"""A baseline on a real history: which findings come back though nobody touched them, and which new ones it hides.

    python tests/bench/adoption.py REPOSITORY FOLDER [--commits 200] [--update]

REPOSITORY: a git directory with history; FOLDER: where a clone of it may be made. The baseline is made so many
first-parent commits back, and each commit after it is scanned. What is right is told by git alone: a
finding goes on from one commit to the next when no hunk of the diff touches its region and it is found at the
lines that the diff moved it to. Such a one is `old` as long as it was there at the beginning. `--update`
drops entries after each commit that no longer occur.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from misspawn import baseline, catalogue, walk
from misspawn.baseline import Baseline, Entry
from misspawn.model import Finding
from misspawn.scan import Checker, scan
from misspawn.settings import Policy
from misspawn.settings.options import Options
from misspawn.source import Unreadable

FACTS = re.compile(
    r"(?:.*/)?(?:pyproject\.toml|setup\.(?:cfg|py)|tox\.ini|\.?pytest\.(?:ini|toml)|Pipfile|noxfile\.py"
    r"|environment\.ya?ml|[^/]*(?:requirements|constraints)[^/]*\.(?:txt|in)|requirements/[^/]*)"
)  # what findings elsewhere may depend on
NO_JSON = (
    "--",
    ":(exclude)*.json",
)  # it holds nothing of ours, and mirrors may lack the largest files
HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Hunk(NamedTuple):
    """Lines replaced: `old` ones from `start` on, by so many more."""

    start: int
    old: int
    more: int


class Life(NamedTuple):
    """Where a finding comes from: its first commit's number, and the entry that stood for it until then, if any."""

    born: int
    entry: Entry | None
    touched: bool = False


Found = dict[str, list[Finding]]  # by path
Lives = dict[tuple[str, str, int, int], Life]  # by `key`


def key(finding: Finding) -> tuple[str, str, int, int]:
    return finding.path, finding.id, finding.span.line, finding.span.column


class Clone:
    """A clone that is moved along the history."""

    def __init__(self, repository: str, folder: Path) -> None:
        self.folder = folder
        if not folder.exists():
            command = ["git", "clone", "-q", "--shared", "--no-checkout", repository, str(folder)]
            subprocess.run(command, check=True, timeout=600)
            self.git("sparse-checkout", "set", "--no-cone", "/*", "!*.json")

    def git(self, *arguments: str) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, check=True, timeout=600
        )
        return done.stdout

    def commits(self, count: int) -> list[str]:
        """The last commits of the main line, oldest first."""
        listing = self.git("rev-list", "--first-parent", f"--max-count={count + 1}", "origin/HEAD")
        return listing.decode().split()[::-1]

    def changed(self, old: str, new: str) -> tuple[dict[str, str], dict[str, list[Hunk]], set[str]]:
        """Renamed files, new name by old; hunks by old name; new names of what is changed or gone."""
        fields = self.git("diff", "--raw", "-z", "-M", old, new, *NO_JSON).decode(
            "utf-8", "surrogateescape"
        )
        renamed, touched, names = {}, set(), iter(fields.split("\0"))
        for about in names:
            if about:
                first = next(names)
                touched.add(first)
                if about.split()[-1][0] == "R":
                    renamed[first] = next(names)
                    touched.add(renamed[first])
        return renamed, dict(self._hunks(old, new)), touched

    def _hunks(self, old: str, new: str) -> Iterator[tuple[str, list[Hunk]]]:
        for part in re.split(
            rb"^diff --git ", self.git("diff", "-U0", "-M", old, new, *NO_JSON), flags=re.MULTILINE
        ):
            if name := re.search(rb"^--- a/(.*?)\t?$", part, re.MULTILINE):
                numbers = [[int(n or 1) for n in found.groups()] for found in HUNK.finditer(part)]
                yield (
                    name[1].decode("utf-8", "surrogateescape"),
                    [Hunk(start, count, new - count) for start, count, _, new in numbers],
                )


def shifted(finding: Finding, hunks: Iterable[Hunk]) -> int | None:
    """By how many lines the hunks move a finding; None when one touches its region."""
    first, last = finding.lines
    by = 0
    for hunk in hunks:
        after = hunk.start + max(hunk.old, 1)  # an insertion stands after its line
        if hunk.old and hunk.start <= last and first < after:
            return None
        if not hunk.old and first <= hunk.start < last:
            return None
        if after <= first or (not hunk.old and hunk.start < first):
            by += hunk.more
    return by


def scanned(policy: Policy, folder: Path) -> Found:
    """All findings of the tree."""
    paths = [path for path in walk.walk([str(folder)]) if isinstance(path, str)]
    found: Found = {}
    for item in scan(paths, policy, root=str(folder)):
        if isinstance(item, Finding):
            path = walk.below(str(folder), item.path)
            found.setdefault(path, []).append(placed(item, path))
    return found


def placed(finding: Finding, path: str) -> Finding:
    return replace(finding, path=path)


def rescanned(checker: Checker, folder: Path, path: str) -> list[Finding]:
    file = folder / path
    if not file.is_file() or file.is_symlink():
        return []
    try:
        return list(checker.file(path, file.read_bytes()))
    except Unreadable:
        return []


class Replay:
    """The state after each commit, and what was wrong so far."""

    def __init__(self, clone: Clone, *, update: bool) -> None:
        self.clone = clone
        self.root = str(clone.folder)
        self.update = update
        self.policy = Policy(Options(), catalogue.load(), root=self.root, folder="")

    def begin(self, commit: str) -> None:
        """Make the baseline."""
        self.clone.git("checkout", "-qf", "--detach", commit)
        self.checker = Checker(self.policy, self.root)
        self.found = scanned(self.policy, self.clone.folder)
        everything = [finding for path in sorted(self.found) for finding in self.found[path]]
        self.lives = {
            key(f): Life(0, baseline.entry(self.on_disk(f), self.root)) for f in everything
        }
        self.kept = {life.entry for life in self.lives.values() if life.entry}
        self.first = len(self.kept)
        self.died: dict[Entry, int] = {}
        self.resurfaced: set[Entry] = set()
        self.swallowed: set[object] = set()
        self.reported: set[object] = set()
        self.same: set[object] = set()

    def step(self, number: int, old: str, new: str) -> None:
        """Go on to the next commit, and look whether `check` would say what git says."""
        renamed, hunks, touched = self.clone.changed(old, new)
        self.clone.git("checkout", "-qf", "--detach", new)
        before, self.found = self.found, self.after(touched)
        now = {key(finding): finding for findings in self.found.values() for finding in findings}
        going: Lives = {}
        for finding in (finding for findings in before.values() for finding in findings):
            by = shifted(finding, hunks.get(finding.path, ()))
            path = renamed.get(finding.path, finding.path)
            at = path, finding.id, finding.span.line + (by or 0), finding.span.column
            if by is not None and at in now:
                going[at] = self.lives[key(finding)]
        for life in set(self.lives.values()) - set(going.values()):
            if life.entry:
                self.died[life.entry] = number
        self.lives = {at: going.get(at, Life(number, None)) for at in now}
        self.judge(new)

    def after(self, touched: set[str]) -> Found:
        """The findings of the tree as it is now; only what was touched is scanned where that is enough."""
        if any(FACTS.fullmatch(path) for path in touched):
            self.checker = Checker(self.policy, self.root)
            return scanned(self.policy, self.clone.folder)
        found = {path: known for path, known in self.found.items() if path not in touched}
        again = {path: rescanned(self.checker, self.clone.folder, path) for path in touched}
        return found | {path: known for path, known in again.items() if known}

    def judge(self, commit: str) -> None:
        """Compare the baseline's word on each finding with its life."""
        known = Baseline(self.kept, self.root)
        groups = ([self.on_disk(f) for f in findings] for _, findings in sorted(self.found.items()))
        pairs = [pair for group in groups for pair in known.matched(group)]
        for placed_, entry in pairs:
            finding = placed(placed_, walk.below(self.root, placed_.path))
            self.word(commit, finding, self.lives[key(finding)], entry)
        if self.update:
            self.refresh(pairs)

    def refresh(self, pairs: Iterable[tuple[Finding, Entry | None]]) -> None:
        """Write the entries anew, as `misspawn baseline --update` does."""
        self.kept = set()
        for placed_, entry in pairs:
            at = key(placed(placed_, walk.below(self.root, placed_.path)))
            if entry:
                fresh = baseline.entry(placed_, self.root)
                self.kept.add(fresh)
                self.lives[at] = self.lives[at]._replace(entry=fresh)

    def word(self, commit: str, finding: Finding, life: Life, entry: Entry | None) -> None:
        """Sort one finding into what it is."""
        what = life.born, finding.path, finding.id, finding.fingerprint
        place_ = f"{commit[:10]} {finding.path}:{finding.span.line} {finding.id}"
        if life.entry and not life.touched and not entry:
            if life.entry not in self.resurfaced:
                print(f"resurfaced {place_}")
            self.resurfaced.add(life.entry)
        elif not life.entry and not entry:
            self.reported.add(what)
        elif entry and not life.entry and self.died.get(entry) == life.born:
            self.same.add(what)
            self.lives[key(finding)] = Life(life.born, entry, touched=True)
        elif entry and not life.entry and what not in self.swallowed:
            gone = self.died.get(entry)
            print(f"swallowed {place_}, since commit {life.born}; {entry.text} was gone at {gone}")
            self.swallowed.add(what)

    def on_disk(self, finding: Finding) -> Finding:
        return placed(finding, f"{self.root}/{finding.path}")


def replay(clone: Clone, count: int, *, update: bool) -> int:
    """Print what went wrong and the counts; return how many were wrong."""
    commits = clone.commits(count)
    run = Replay(clone, update=update)
    run.begin(commits[0])
    for number, (old, new) in enumerate(pairwise(commits), 1):
        run.step(number, old, new)
    alive = sum(1 for life in run.lives.values() if life.entry and not life.touched)
    print(
        f"{count} commits since {commits[0][:10]}: of {run.first} entries {alive} stand for what nobody touched;"
        f" {len(run.reported)} findings in new or touched regions reported, {len(run.same)} in touched ones"
        f" known again; {len(run.resurfaced)} wrongly resurfaced, {len(run.swallowed)} wrongly swallowed"
    )
    return len(run.resurfaced) + len(run.swallowed)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("repository")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    start = time.monotonic()
    clone = Clone(options.repository, options.folder)
    code = 1 if replay(clone, options.commits, update=options.update) else 0
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
