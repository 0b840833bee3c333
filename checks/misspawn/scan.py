"""Files in, findings out: which detectors can match a file, what they find, in a stable order."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from misspawn import detect
from misspawn.detect import Candidate, Facts
from misspawn.model import Detector, Finding, Language, Pattern, Problem
from misspawn.project import Project
from misspawn.regex import MatchSet, Prefilter, tail
from misspawn.regions import Document, documents, languages
from misspawn.regions.kinds import may_hold_any
from misspawn.source import Source, Unreadable
from misspawn.walk import below, read

_SEQUENTIAL_BELOW = 150  # files; under this a second process costs more than it saves
_BATCH = 48  # files a worker takes at a time
_BROAD = {
    "function",
    "class",
    "module",
    "script",
    "file",
    "mapping",
    "section",
    "try",
    "with",
    "loop",
    "except",
}
_MODULE = re.compile(
    r"(?:\\[A-Za-z])?([A-Za-z_]\w*)(?=(?:\|[\w|]+)?\)*\\\.)"
)  # what stands before `\.`
_EXCERPT_LINES = 6


class Rule(NamedTuple):
    """One detector and the record that it belongs to."""

    pattern: Pattern
    detector: Detector


class Scanner:
    """The detectors of a set of records, ready to look at files."""

    def __init__(self, patterns: Iterable[Pattern], *, whole: bool = False) -> None:
        self.rules = [
            Rule(pattern, detector) for pattern in patterns for detector in pattern.detect
        ]
        self._prefilter = Prefilter(_required(rule.detector) for rule in self.rules)
        self.words = frozenset(
            name.encode()
            for rule in self.rules
            for text in _regexes(rule.detector)
            for name in _MODULE.findall(text)
        )
        self._whole = whole
        self._by_language: dict[Language, tuple[list[Rule], MatchSet]] = {}

    def candidates(self, data: bytes) -> list[int]:
        """Indices of the rules whose literals all occur in the bytes."""
        return self._prefilter.candidates(data)

    def file(self, path: str, raw: bytes, facts: Facts) -> list[Finding]:
        """Everything found in one file. Raises `Unreadable` when the bytes are not text."""
        kinds = languages(path, raw)
        if not kinds:
            return []
        source = Source(path, raw)
        rules = [self.rules[index] for index in self.candidates(source.data)]
        return self._found(source, kinds, rules, facts) if rules else []

    def _found(
        self, source: Source, kinds: Sequence[Language], rules: list[Rule], facts: Facts
    ) -> list[Finding]:
        found: dict[tuple[str, int, int], tuple[Rule, Candidate]] = {}
        for document in documents(source.data, kinds, self.words, whole=self._whole):
            for rule in self._matching(document, rules):
                if not detect.concerned(rule.detector, facts, source.path):
                    continue
                for candidate in detect.found(rule.detector, document):
                    assert candidate.region is not None  # `found` asks for one
                    key = (rule.pattern.id, candidate.region.start, candidate.region.end)
                    found.setdefault(key, (rule, candidate))
        return _numbered(source, found.values())

    def _matching(self, document: Document, rules: list[Rule]) -> list[Rule]:
        """Those of the rules whose `match` hits something in the document."""
        language = document.language
        if language not in self._by_language:
            own = [rule for rule in self.rules if rule.detector.language is language]
            searches = (detect.searched(tail(rule.detector.match), type(document)) for rule in own)
            self._by_language[language] = own, MatchSet(searches)
        own, matches = self._by_language[language]
        matching = {id(own[index]) for index in matches.matching(document.text)}
        return [rule for rule in rules if id(rule) in matching]


def _required(detector: Detector) -> Iterator[str]:
    """The regexes that must match somewhere in a file for the detector to hold."""
    yield detector.match
    yield from detector.all
    for clause in (
        detector.deep,
        detector.statement,
        detector.function,
        detector.class_,
        detector.file,
    ):
        yield from clause.all
    if "async-function" in detector.inside:
        yield r"\basync\s+def\b"
    yield from (names.any for names in detector.where.values() if names.any)


def _regexes(detector: Detector) -> Iterator[str]:
    yield from _required(detector)
    yield from detector.none
    for clause in (
        detector.deep,
        detector.statement,
        detector.function,
        detector.class_,
        detector.file,
    ):
        yield from clause.none
    yield from detector.inside.values()
    yield from detector.outside.values()
    yield from (names.none for names in detector.where.values())


def _numbered(source: Source, found: Iterable[tuple[Rule, Candidate]]) -> list[Finding]:
    """Findings in order of place; equal regions of one record are told apart by an ordinal."""
    seen: dict[tuple[str, bytes], int] = {}
    results = []
    for rule, candidate in sorted(found, key=_place):
        assert candidate.region is not None
        text = b" ".join(candidate.region.deep.split())
        ordinal = seen[rule.pattern.id, text] = seen.get((rule.pattern.id, text), -1) + 1
        results.append(
            _finding(source, rule, candidate, f"{text.decode('utf-8', 'replace')}\0{ordinal}")
        )
    return sorted(results)


def _place(item: tuple[Rule, Candidate]) -> tuple[int, str]:
    rule, candidate = item
    return candidate.document.locate(candidate.hit.start, candidate.hit.end)[0], rule.pattern.id


def _finding(source: Source, rule: Rule, candidate: Candidate, identity: str) -> Finding:
    region = candidate.region
    assert region is not None
    start, end = candidate.document.locate(candidate.hit.start, candidate.hit.end)
    if region.kind not in _BROAD and region.start == start:
        end = region.end
    end = start + len(source.data[start:end].rstrip())
    span = source.span(start, end)
    lines = range(span.line, min(span.end_line, span.line + _EXCERPT_LINES - 1) + 1)
    pattern = rule.pattern
    key = f"{pattern.id}\0{source.path}\0{identity}".encode("utf-8", "surrogateescape")
    return Finding(
        path=source.path,
        span=span,
        id=pattern.id,
        category=pattern.category.value,
        severity=pattern.severity.value,
        message=rule.detector.message or pattern.title,
        remedy=pattern.remedy,
        url=pattern.url,
        excerpt="\n".join(source.line(number) for number in lines),
        fingerprint=hashlib.sha256(key).hexdigest()[:16],
    )


# -- many files -------------------------------------------------------------------

Result = Finding | Problem


def scan(
    paths: Iterable[str], patterns: Sequence[Pattern], *, root: Path, jobs: int = 0
) -> Iterator[Result]:
    """Scan files in the given order; what cannot be read is a `Problem` in its place.

    `root` bounds the search for project configuration. `jobs`: worker processes, 0 for one per core.
    """
    files = list(paths)
    jobs = min(jobs or _cores(), len(files) // _SEQUENTIAL_BELOW + 1)
    if jobs == 1:
        yield from _Worker(patterns, root).batch(files)
        return
    method = (
        "fork" if sys.platform == "linux" else "spawn"
    )  # fork: this process has one thread here
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(jobs, context, _start_worker, (patterns, root)) as pool:
        try:
            for results in pool.map(_run_worker, _batches(files)):
                yield from results
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Worker:
    def __init__(self, patterns: Sequence[Pattern], root: Path) -> None:
        self._scanner = Scanner(patterns)
        self._below = lru_cache(maxsize=None)(partial(below, str(root)))
        self._facts = Project.on_disk(root)

    def batch(self, files: Iterable[str]) -> Iterator[Result]:
        for path in files:
            try:
                if may_hold_any(path):
                    yield from self._file(path)
            except Unreadable as error:
                yield Problem(path, 0, 0, str(error))
            except OSError as error:
                yield Problem(path, 0, 0, f"cannot be read: {error.strerror}")

    def _file(self, path: str) -> Iterator[Finding]:
        folder, name = os.path.split(path)
        inside = f"{self._below(folder or '.')}/{name}".removeprefix("./")
        for finding in self._scanner.file(inside, read(path), self._facts):
            yield replace(finding, path=path)


_worker: _Worker


def _start_worker(patterns: Sequence[Pattern], root: Path) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the parent's to handle
    _worker = _Worker(patterns, root)


def _run_worker(files: list[str]) -> list[Result]:
    return list(_worker.batch(files))


def _batches(files: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(files), _BATCH):
        yield files[start : start + _BATCH]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
