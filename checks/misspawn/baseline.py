"""The baseline: findings that were there before anybody looked. It is one line of JSON for each.

A line has no number that would rot: a finding is known by its path and its fingerprint. Where a file is
gone, its entries stand for the findings of a file that has most of them, as it may have been renamed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter

import msgspec
from msgspec.structs import asdict, replace

from misspawn import walk
from misspawn.errors import UserError
from misspawn.model import Finding, Problem
from misspawn.places import BASELINE
from misspawn.settings import Policy
from misspawn.suppressions import CATEGORY

_LONGEST = 120  # characters of a line of source; it is for people


class Entry(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One accepted finding. `path`: below the scan root, with `/`. `text`: its first line, for people."""

    path: str
    id: str
    text: str
    fingerprint: str
    kin: str


class Baseline:
    """The entries in force, and which of them occurred. `root`: the scan root."""

    def __init__(self, entries: Iterable[Entry], root: str) -> None:
        self._root = root
        self._by_path: dict[str, dict[str, Entry]] = {}
        for entry in entries:
            self._by_path.setdefault(entry.path, {})[entry.fingerprint] = entry
        self._seen: set[Entry] = set()

    def applied(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, in which those of one file follow each other; those of the baseline are marked."""
        for _, group in groupby(findings, attrgetter("path")):
            for finding, entry in self.matched(list(group)):
                yield replace(finding, baselined=True) if entry else finding

    def matched(self, findings: Sequence[Finding]) -> Iterator[tuple[Finding, Entry | None]]:
        """The findings of one file with their entries, each for one finding.

        What has its own entry takes that. The others go to their kin, whose definition was renamed or
        who moved to another.
        """
        marks = {finding.fingerprint for finding in findings}
        path = walk.below(self._root, findings[0].path)
        entries = self._by_path.get(path) or self._former(marks)
        left: dict[str, list[Entry]] = {}
        for entry in entries.values():
            if entry.fingerprint not in marks and entry not in self._seen:
                left.setdefault(entry.kin, []).append(entry)
        for finding in findings:
            found = entries.get(finding.fingerprint)
            if found is None and left.get(finding.kin):
                found = left[finding.kin].pop(0)
            self._seen |= {found} if found else set()
            yield finding, found

    def unseen(self) -> list[Entry]:
        """All entries that did not occur."""
        entries = (entry for group in self._by_path.values() for entry in group.values())
        return [entry for entry in entries if entry not in self._seen]

    def stale(self, scope: Scope) -> list[Entry]:
        """The entries that the scan should have met and did not."""
        return [entry for entry in self.unseen() if scope.judges(entry)]

    def _former(self, marks: set[str]) -> dict[str, Entry]:
        """The entries of a file that is gone and of which most findings are here: it may be this one now."""
        best = max(self._gone, key=lambda entries: len(marks & entries.keys()), default={})
        if 2 * len(marks & best.keys()) <= len(best):
            return {}
        self._gone.remove(best)
        return best

    @cached_property
    def _gone(self) -> list[dict[str, Entry]]:
        return [
            entries
            for path, entries in self._by_path.items()
            if not os.path.lexists(os.path.join(self._root, path))
        ]


class Scope:
    """What a scan looked at: the records and paths of which it met every finding."""

    def __init__(
        self, policy: Policy, root: str, given: Iterable[str], *, across: bool = False
    ) -> None:
        self._policy = policy
        self._across = across
        self._root = root
        self._prefixes = [walk.below(root, path) for path in given]
        self._unread: list[str] = []

    def lacks(self, problem: Problem) -> None:
        """Take a file or folder out that could not be read."""
        self._unread.append(walk.below(self._root, problem.path))

    def judges(self, entry: Entry) -> bool:
        """Whether the scan would have reported the entry's finding."""
        if not _is_below(entry.path, self._prefixes) or _is_below(entry.path, self._unread):
            return False
        if entry.id not in self._policy.known:
            return True  # its record was retired
        return any(
            pattern.id == entry.id and pattern.is_seen(across=self._across)
            for pattern, _ in self._policy.severities(entry.path)
        )


def entry(finding: Finding, root: str) -> Entry:
    """The entry for a finding."""
    text = finding.excerpt.split("\n", 1)[0].strip()[:_LONGEST]
    path = walk.below(root, finding.path)
    return Entry(path, finding.id, text, finding.fingerprint, finding.kin)


def accepts(finding: Finding) -> bool:
    """Whether a finding may be put into a baseline: a wrong suppression is to be mended at once."""
    return not finding.suppression and finding.category != CATEGORY


def place(root: str) -> str:
    """Where the baseline of a scan root is."""
    return os.path.join(root, BASELINE)


def read(path: str) -> list[Entry]:
    """The entries of a file. Raises `UserError` with every line that is wrong."""
    try:
        lines = walk.read(path).splitlines()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    entries, problems = [], []
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                entries.append(msgspec.convert(json.loads(line), Entry))
        except ValueError as error:
            reason = f"no entry of a baseline ({error}); `misspawn baseline` writes them"
            problems.append(Problem(path, number, 0, reason))
    if problems:
        raise UserError(*problems)
    return entries


def write(path: str, entries: Iterable[Entry]) -> None:
    """Write the entries in a stable order, in one step. ASCII only, so that every file name survives."""
    from tempfile import NamedTemporaryFile  # only to write

    text = "".join(json.dumps(asdict(entry)) + "\n" for entry in sorted(set(entries)))
    try:
        with NamedTemporaryFile(
            "w", dir=os.path.dirname(path) or ".", encoding="ascii", newline="\n", delete=False
        ) as stream:
            stream.write(text)
        os.chmod(stream.name, 0o644)
        os.replace(stream.name, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error


def _is_below(path: str, prefixes: Iterable[str]) -> bool:
    return any(prefix in (".", path) or path.startswith(f"{prefix}/") for prefix in prefixes)
