"""The stage of `check` that fixes: between what is found and what is reported."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from msgspec.structs import replace

from misspawn import walk
from misspawn.commands import selection
from misspawn.fixes import writing
from misspawn.fixes.applying import Fixed, Unfixable, fixed
from misspawn.formats.diff import diff
from misspawn.model import Finding, Problem, Safety
from misspawn.scan import Checker
from misspawn.source import Unreadable


class Fixing:
    """Fixes files as their findings come by. `root`: the scan root."""

    def __init__(self, options: Namespace, root: str) -> None:
        self._options = options
        self._root = root
        self._files = self._done = 0

    def applied(self, findings: Iterable[Finding]) -> Iterator[Finding | Problem]:
        """What remains; with --diff, what would go. Findings of one file follow each other."""
        for path, group in groupby(findings, attrgetter("path")):
            found = list(group)
            if any(map(self._takes, found)):
                yield from self._file(path, found)
            elif self._options.fix:
                yield from found

    def tell(self) -> None:
        """Say on stderr what was done."""
        what = "1 finding" if self._done == 1 else f"{self._done} findings"
        where = "1 file" if self._files == 1 else f"{self._files} files"
        verb = "fixed" if self._options.fix else "would fix"
        print(f"{verb} {what} in {where}", file=sys.stderr)

    def _takes(self, finding: Finding) -> bool:
        fix = finding.fix
        is_allowed = fix and (self._options.unsafe_fixes or fix.safety == Safety.SAFE.value)
        return bool(is_allowed) and not finding.quiet

    def _file(self, path: str, found: list[Finding]) -> Iterator[Finding | Problem]:
        outcome = self._outcome(path, found)
        if isinstance(outcome, Fixed):
            yield from outcome.done if self._options.diff else _left(outcome, found, self._grows)
            return
        yield Problem(path, 0, 0, outcome)
        if self._options.fix:
            yield from found

    def _outcome(self, path: str, found: list[Finding]) -> Fixed | str:
        """The file fixed and kept, or why that cannot be."""
        try:
            if reason := writing.refusal(path):
                return reason
            raw = walk.read(path)
            outcome = self._fixed(path, raw, found)
        except (Unfixable, Unreadable) as error:
            return str(error)
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return self._kept(path, raw, outcome) or outcome

    def _fixed(self, path: str, raw: bytes, found: list[Finding]) -> Fixed:
        """The file fixed where what was found may be. Only that is: the scan knows the baseline and what changed."""
        wanted = {(one.id, one.fingerprint) for one in found if self._takes(one)}
        inside = walk.below(self._root, path)

        def judge(text: bytes) -> list[Finding]:
            return [replace(one, path=path) for one in self._checker.file(inside, text)]

        return fixed(inside, raw, judge, lambda one: (one.id, one.fingerprint) in wanted)

    @cached_property
    def _checker(self) -> Checker:
        policy = selection.policy(selection.in_force(self._options, self._root), self._root)
        return Checker(policy, self._root, across=self._options.across)

    def _kept(self, path: str, raw: bytes, outcome: Fixed) -> str:
        """Write the file or its diff; the reason when that cannot be, else ''."""
        if not outcome.done:
            return ""
        if self._options.diff:
            sys.stdout.flush()
            sys.stdout.buffer.write(b"".join(diff(path, raw, outcome.raw)))
            sys.stdout.buffer.flush()
        elif reason := writing.write(path, raw, outcome.raw):
            return reason
        self._files += 1
        self._done += len(outcome.done)
        return ""

    @property
    def _grows(self) -> bool:
        """Whether a finding counts that only came with the fixes: not where only changes do."""
        return not self._options.since


def _left(outcome: Fixed, found: list[Finding], grows: bool) -> Iterator[Finding]:
    """The findings that the fixed file has, as the scan judged them before."""
    before = {(one.id, one.fingerprint): one for one in found}
    for finding, first in outcome.left:
        known = before.get((first.id, first.fingerprint)) if first else None
        if known:
            yield replace(finding, baselined=known.baselined)
        elif first is None and grows:
            yield finding
