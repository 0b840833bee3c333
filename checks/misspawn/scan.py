"""Files in, findings out: which detectors can match a file, what they find, in a stable order."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from misspawn import detect
from misspawn.detect import NOTHING_KNOWN, Candidate, Facts
from misspawn.meanings import Meanings, callees
from misspawn.model import Detector, Finding, Language, Pattern, Problem
from misspawn.project import Project
from misspawn.regex import Match, MatchSet, Prefilter, over_comments, tail
from misspawn.regions import Document, documents, languages
from misspawn.regions.kinds import may_hold_any, needs_shebang
from misspawn.source import Source, Unreadable
from misspawn.walk import below, head, read
from misspawn.workers import MOST, share

_SEQUENTIAL_BELOW = 150  # files; under this a second process costs more than it saves
_FEW = 20  # files; for more it pays to look which names the project defines
_NAMES_MEMORY = 160 << 20  # bytes; thousands of names in some regexes fill about 40 MB
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
_GROUP = re.compile(r"\{([a-z]+)\}")


class Rule(NamedTuple):
    """One detector and the record that it belongs to."""

    pattern: Pattern
    detector: Detector


class Scanner:
    """The detectors of a set of records, ready to look at files."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        *,
        meanings: Meanings | None = None,
        narrow: bool = False,
        whole: bool = False,
    ) -> None:
        """`meanings`: what the project's names are. `narrow`: look first which names it defines at all."""
        self.rules = [
            Rule(pattern, detector) for pattern in patterns for detector in pattern.detect
        ]
        self._meanings = meanings
        self._narrowed = _narrowed(self.rules, meanings) if meanings and narrow else {}
        self._numbers = [*self._narrowed]
        sharp = (over_comments(detector.match) for detector in self._narrowed.values())
        self._sharp_set = MatchSet(sharp, memory=_NAMES_MEMORY)
        self._prefilter = Prefilter(_required(rule.detector) for rule in self.rules)
        self.words = frozenset(
            name.encode()
            for rule in self.rules
            for text in _regexes(rule.detector)
            for name in _MODULE.findall(text)
        )
        self._whole = whole
        self._by_language: dict[Language, tuple[list[int], MatchSet]] = {}

    def candidates(self, data: bytes) -> list[int]:
        """Indices of the rules whose literals all occur in the bytes."""
        return self._prefilter.candidates(data)

    def file(self, path: str, raw: bytes, facts: Facts) -> list[Finding]:
        """Everything found in one file. Raises `Unreadable` when the bytes are not text."""
        kinds = languages(path, raw)
        if not kinds:
            return []
        source = Source(path, raw)
        likely = frozenset(self.likely(source.data))
        if not likely:
            return []
        opened = documents(source.data, kinds, self.words, whole=self._whole)
        return self.found(source, opened, likely, facts)

    def found(
        self, source: Source, opened: Iterable[Document], likely: Container[int], facts: Facts
    ) -> list[Finding]:
        """Everything that the rules of these numbers find in the documents of one file."""
        path = source.path
        found: dict[tuple[str, int, int], tuple[Rule, Candidate]] = {}
        for document in opened:
            lookup = self._meanings.of(path, document) if self._meanings else NOTHING_KNOWN
            for number in self._matching(document):
                rule = self.rules[number]
                if number not in likely or not detect.concerned(rule.detector, facts, path):
                    continue
                for candidate in detect.found(self._sharp(number), document, lookup):
                    assert candidate.region is not None  # `found` asks for one
                    key = (rule.pattern.id, candidate.region.start, candidate.region.end)
                    found.setdefault(key, (rule, candidate))
        return _numbered(source, found.values())

    def likely(self, data: bytes) -> Iterator[int]:
        """The candidates of which also the narrowed `match`, where there is one, hits something."""
        found = self.candidates(data)
        if self._narrowed.keys().isdisjoint(found):
            return iter(found)
        hit = {self._numbers[index] for index in self._sharp_set.matching(data)}
        return (number for number in found if number in hit or number not in self._narrowed)

    def _sharp(self, number: int) -> Detector:
        return self._narrowed.get(number) or self.rules[number].detector

    def _matching(self, document: Document) -> list[int]:
        """Indices of the rules whose `match` may hit something in the document."""
        language = document.language
        if language not in self._by_language:
            own = [
                number
                for number, rule in enumerate(self.rules)
                if rule.detector.language is language and number not in self._narrowed
            ]
            matches = (tail(self.rules[number].detector.match) for number in own)
            searches = (detect.searched(match, type(document)) for match in matches)
            self._by_language[language] = own, MatchSet(searches)
        own, searcher = self._by_language[language]
        hit = {own[index] for index in searcher.matching(document.text)}
        return sorted(hit.union(self._narrowed) if language is Language.PYTHON else hit)


def _narrowed(rules: Sequence[Rule], meanings: Meanings) -> dict[int, Detector]:
    """The detectors with the names that their callees can have, by number."""
    return {
        number: meanings.narrowed(rule.detector)
        for number, rule in enumerate(rules)
        if callees(rule.detector)
    }


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
    once = {_place(item): item for item in found}  # two detectors of a record may see one place
    for _, (rule, candidate) in sorted(once.items(), key=itemgetter(0)):
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
    import hashlib  # loads OpenSSL; most files hold nothing

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
        message=_message(rule, candidate.hit.match),
        remedy=pattern.remedy,
        url=pattern.url,
        excerpt="\n".join(source.line(number) for number in lines),
        fingerprint=hashlib.sha256(key).hexdigest()[:16],
    )


def _message(rule: Rule, match: Match) -> str:
    """What is said: the detector's message with what its groups captured, else the record's title."""
    return _GROUP.sub(
        lambda group: (match[group[1].encode()] or b"").decode("utf-8", "replace"),
        rule.detector.message or rule.pattern.title,
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
    worker = _Worker(patterns, root, narrow=len(files) > _FEW)
    size = max(_BATCH, len(files) // MOST + 1)
    batches = [files[start : start + size] for start in range(0, len(files), size)]
    jobs = min(jobs or cores(), len(files) // _SEQUENTIAL_BELOW + 1)
    for results in share(worker.batch, batches, jobs):
        yield from results


class _Worker:
    def __init__(self, patterns: Sequence[Pattern], root: Path, *, narrow: bool) -> None:
        self._scanner = Scanner(patterns, meanings=Meanings.on_disk(root), narrow=narrow)
        self._below = lru_cache(maxsize=None)(partial(below, str(root)))
        self._facts = Project.on_disk(root)

    def batch(self, files: Iterable[str]) -> list[Result]:
        """What is found in the files, and which of them cannot be read."""
        return [result for path in files if may_hold_any(path) for result in self._results(path)]

    def _results(self, path: str) -> Iterator[Result]:
        try:
            yield from self._file(path)
        except Unreadable as error:
            yield Problem(path, 0, 0, str(error))
        except OSError as error:
            yield Problem(path, 0, 0, f"cannot be read: {error.strerror}")

    def _file(self, path: str) -> Iterator[Finding]:
        if needs_shebang(path) and not languages(path, head(path)):
            return
        folder, name = os.path.split(path)
        inside = f"{self._below(folder or '.')}/{name}".removeprefix("./")
        for finding in self._scanner.file(inside, read(path), self._facts):
            yield replace(finding, path=path)


def cores() -> int:
    """How many processes the system lets us run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
