"""Files in, findings out, in a stable order, by several processes, with what earlier scans have found."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from misspawn import suppressions
from misspawn.asked import Sources
from misspawn.model import Finding, Language, Problem
from misspawn.project import Project
from misspawn.regions.kinds import languages, may_hold_any, needs_shebang
from misspawn.results import Entry, Results
from misspawn.settings import Policy
from misspawn.source import Source, Unreadable
from misspawn.states import Status, status
from misspawn.walk import below, head, read
from misspawn.workers import MOST, share

if TYPE_CHECKING:
    from misspawn.detect import Facts
    from misspawn.scanner import Scanner

_SEQUENTIAL_BELOW = 150  # files; under this a second process costs more than it saves
_BATCH = 48  # files a worker takes at a time
Result = Finding | Problem
Looked = Entry | list[Result]


class Checker:
    """A scanner and what the project wants of it. Paths are relative to the scan root, with `/`.

    `across`: also find out what names are that other files define, which takes several times as long.
    """

    def __init__(
        self, policy: Policy, root: str, *, across: bool = False, facts: Facts | None = None
    ) -> None:
        self._policy = policy
        self._root = root
        self._across = across
        self._facts = facts or Project.on_disk(root, policy.facts)
        self._rules: dict[str, frozenset[str]] | None = None  # of Ruff, when a file first asks
        self._whole = frozenset(p.id for p in policy.patterns if p.is_seen(across=across))

    @cached_property
    def scanner(self) -> Scanner:
        """Made for the first file that is looked at: where nothing has changed there is none."""
        from misspawn.scanner import scanner

        return scanner(self._policy.patterns, self._root, across=self._across)

    def prepare(self) -> None:
        """Do once what each of several processes would do."""
        from misspawn.regions.opening import document_type

        document_type(Language.PYTHON)
        self.scanner.searches(Language.PYTHON)

    def file(self, path: str, raw: bytes) -> Iterator[Finding]:
        """The findings that count, the suppressed ones among them. Raises `Unreadable`."""
        found = self._counting(self._allowed(path, raw, self.scanner.file(path, raw, self._facts)))
        if not suppressions.may_hold(raw) or not languages(path, raw):
            return found
        from misspawn.suppressions import applying  # which few files need

        terms = partial(self._policy.terms, path, self._whole)
        return self._counting(applying.applied(Source(path, raw), found, terms))

    def _allowed(self, path: str, raw: bytes, found: list[Finding]) -> Iterable[Finding]:
        """The findings, those quiet that a comment for Ruff allows."""
        if not found or b"noqa" not in raw or not path.endswith((".py", ".pyi")):
            return found
        from misspawn.suppressions import noqa  # which few files need

        if self._rules is None:
            self._rules = noqa.rules(self._policy.patterns)
        return noqa.applied(Source(path, raw), found, self._rules)

    def _counting(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        return (finding for given in findings if (finding := self._policy.finding(given)))


def scan(  # noqa: PLR0913  each says another thing about the run
    paths: Iterable[str],
    policy: Policy,
    *,
    root: str,
    jobs: int = 0,
    across: bool = False,
    contents: Mapping[str, bytes] | None = None,
    results: Results | None = None,
) -> Iterator[Result]:
    """Scan files in the given order; what cannot be read is a `Problem` in its place.

    `root` bounds the search for project configuration. `jobs`: worker processes, 0 for one per core.
    `across`: also find out what names are that other files define, which takes several times as long.
    `contents`: the bytes to take for some paths in place of what the disk has. `results`: those of
    earlier scans of the same kind, to be used and brought up to date.
    """
    files = [path for path in paths if may_hold_any(path)]
    checker = Checker(policy, root, across=across, facts=results.facts if results else None)
    worker = _Worker(checker, root, contents or {}, results)
    known = {path: entry for path in files if (entry := worker.known(path))}
    rest = [path for path in files if path not in known]
    looked = worker.looked(rest, min(jobs or cores(), len(rest) // _SEQUENTIAL_BELOW + 1))
    for path in files:
        found = known.get(path) or next(looked)
        yield from found.found(path) if isinstance(found, Entry) else found
    if results:
        results.save()


class _Worker:
    def __init__(
        self,
        checker: Checker,
        root: str,
        contents: Mapping[str, bytes],
        results: Results | None,
    ) -> None:
        self._checker = checker
        self._contents = contents
        self._results = results
        self._below = lru_cache(maxsize=None)(partial(below, root))

    def known(self, path: str) -> Entry | None:
        """What an earlier scan has found in a file that has not been touched since."""
        if self._results and path not in self._contents:
            with suppress(OSError):
                return self._results.untouched(self._inside(path), status(path))
        return None

    def looked(self, files: Sequence[str], jobs: int) -> Iterator[Looked]:
        """What is found in each of the files, to be kept for later, or that it cannot be read."""
        if jobs > 1:
            self._checker.prepare()
        size = max(_BATCH, len(files) // MOST + 1)
        batches = [files[start : start + size] for start in range(0, len(files), size)]
        for batch, (found, sources) in zip(batches, share(self._batch, batches, jobs), strict=True):
            if self._results:
                self._results.facts.note(sources)
            for path, one in zip(batch, found, strict=True):
                if self._results and isinstance(one, Entry):
                    self._results.keep(self._inside(path), one)
                yield one

    def _batch(self, files: Iterable[str]) -> tuple[list[Looked], Sources]:
        found = [self._one(path) for path in files]
        return found, self._results.facts.read() if self._results else {}

    def _one(self, path: str) -> Looked:
        try:
            return self._file(path)
        except Unreadable as error:
            return [Problem(path, 0, 0, str(error))]
        except OSError as error:
            return [Problem(path, 0, 0, f"cannot be read: {error.strerror}")]

    def _file(self, path: str) -> Looked:
        raw = self._contents.get(path)
        state: Status = ()
        if raw is None:
            state = status(path)
            if needs_shebang(path) and not languages(path, head(path)):
                return Entry(state, b"") if state else []
            raw = read(path)
        inside = self._inside(path)
        look = partial(self._checker.file, inside, raw)
        if self._results:
            return self._results.entry(inside, raw, state, look)
        return [replace(finding, path=path) for finding in look()]

    def _inside(self, path: str) -> str:
        """The path as seen from the root."""
        folder, name = os.path.split(path)
        return f"{self._below(folder or '.')}/{name}".removeprefix("./")


def cores() -> int:
    """How many processes the system lets us run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
