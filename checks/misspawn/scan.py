"""Files in, findings out: which detectors can match a file, what they find, in a stable order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from misspawn import detect, suppressions
from misspawn.asked import Sources
from misspawn.detect import NOTHING_KNOWN, Candidate, Facts
from misspawn.identity import BROAD, Identity, fingerprint, identity
from misspawn.model import Finding, Fix, Language, Pattern, Problem
from misspawn.project import Project
from misspawn.regex import Match
from misspawn.regions import Document, documents, languages
from misspawn.regions.kinds import may_hold_any, needs_shebang, spoken
from misspawn.results import Entry, Results
from misspawn.rules import Rule, Searches, rules, within_files, words
from misspawn.settings import Policy
from misspawn.source import Source, Unreadable
from misspawn.states import Status, status
from misspawn.walk import below, head, read
from misspawn.workers import MOST, share

if TYPE_CHECKING:
    from misspawn.meanings import Meanings

_SEQUENTIAL_BELOW = 150  # files; under this a second process costs more than it saves
_BATCH = 48  # files a worker takes at a time
_EXCERPT_LINES = 6
_GROUP = re.compile(r"\{([a-z]+)\}")


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
        """`meanings`: what the project's names are. `narrow`: look first which names it defines at all.

        `whole`: without any short cut: all rules look at all files, which are parsed as a whole.
        """
        self.rules = list(rules(patterns))
        self._meanings = meanings
        self._narrow = narrow
        self._whole = whole
        self._searches: dict[Language, Searches] = {}

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The module names that any detector mentions."""
        return frozenset(word for rule in self.rules for word in words(rule.detector))

    def searches(self, language: Language) -> Searches:
        """The searches for one language."""
        if language not in self._searches:
            meanings = self._meanings if self._narrow else None
            self._searches[language] = Searches(language, self.rules, meanings)
        return self._searches[language]

    def file(self, path: str, raw: bytes, facts: Facts) -> list[Finding]:
        """Everything found in one file. Raises `Unreadable` when the bytes are not text."""
        kinds = languages(path, raw)
        if not kinds:
            return []
        source = Source(path, raw)
        likely = {
            language: numbers
            for language in spoken(kinds)
            if (numbers := self._likely(language, source, facts))
        }
        if not likely:
            return []
        opened = documents(source.data, kinds, self.words, wanted=likely, whole=self._whole)
        return self.found(source, opened, likely)

    def _likely(self, language: Language, source: Source, facts: Facts) -> list[int]:
        searches = self.searches(language)
        every = range(len(searches.rules))
        numbers = every if self._whole else searches.likely(source.data)
        return searches.looking(numbers, facts, source.path)

    def found(
        self,
        source: Source,
        opened: Iterable[Document],
        likely: Mapping[Language, Iterable[int]],
    ) -> list[Finding]:
        """Everything that the rules of these numbers, by language, find in the documents of one file."""
        found: dict[tuple[str, int, int], tuple[Rule, Candidate]] = {}
        for document in opened:
            lookup = self._meanings.of(source.path, document) if self._meanings else NOTHING_KNOWN
            for rule in self._fitting(document, likely):
                for candidate in detect.found(rule.detector, document, lookup):
                    assert candidate.region is not None  # `found` asks for one
                    key = (rule.pattern.id, candidate.region.start, candidate.region.end)
                    found.setdefault(key, (rule, candidate))
        return _numbered(source, found.values())

    def _fitting(
        self, document: Document, likely: Mapping[Language, Iterable[int]]
    ) -> Iterable[Rule]:
        numbers = likely.get(document.language)
        if not numbers:
            return ()
        searches = self.searches(document.language)
        return searches.numbered(numbers if self._whole else searches.fitting(document, numbers))


def _numbered(source: Source, found: Iterable[tuple[Rule, Candidate]]) -> list[Finding]:
    """Findings in order of place; those of one record with the same identity are told apart by an ordinal."""
    seen: dict[tuple[str, Identity], int] = {}
    results = []
    once = {_place(item): item for item in found}  # two detectors of a record may see one place
    for (_, id), (rule, candidate) in sorted(once.items(), key=itemgetter(0)):
        known = _identity(source, candidate)
        ordinal = seen[id, known] = seen.get((id, known), -1) + 1
        mark = fingerprint(id, *known, b"%d" % ordinal)
        results.append(_finding(source, rule, candidate, mark, fingerprint(id, known.text)))
    return sorted(results)


def _identity(source: Source, candidate: Candidate) -> Identity:
    assert candidate.region is not None
    hit = candidate.hit
    return identity(source, candidate.document, candidate.region, (hit.start, hit.end))


def _place(item: tuple[Rule, Candidate]) -> tuple[int, str]:
    rule, candidate = item
    return candidate.document.locate(candidate.hit.start, candidate.hit.end)[0], rule.pattern.id


def _finding(source: Source, rule: Rule, candidate: Candidate, mark: str, kin: str) -> Finding:
    region = candidate.region
    assert region is not None
    start, end = candidate.document.locate(candidate.hit.start, candidate.hit.end)
    if region.kind not in BROAD and region.start == start:
        end = region.end
    end = start + len(source.data[start:end].rstrip())
    span = source.span(start, end)
    pattern = rule.pattern
    return Finding(
        path=source.path,
        span=span,
        id=pattern.id,
        category=pattern.category.value,
        severity=pattern.severity.value,
        message=_message(rule, candidate.hit.match),
        remedy=pattern.remedy,
        url=pattern.url,
        excerpt=source.excerpt(span.line, min(span.end_line, span.line + _EXCERPT_LINES - 1)),
        fingerprint=mark,
        lines=source.lines(region.start, region.end),
        region=region.kind,
        summary=pattern.summary,
        kin=kin,
        fix=_fix(source, candidate),
    )


def _fix(source: Source, candidate: Candidate) -> Fix | None:
    if candidate.detector.rewrite is None:
        return None
    from misspawn import rewrites  # a grammar that most runs do not need

    return rewrites.fix(source, candidate)


def _message(rule: Rule, match: Match) -> str:
    """What is said: the detector's message with what its groups captured, else the record's title."""
    return _GROUP.sub(
        lambda group: (match[group[1].encode()] or b"").decode("utf-8", "replace"),
        rule.detector.message or rule.pattern.title,
    )


def scanner(patterns: Sequence[Pattern], root: str, *, across: bool) -> Scanner:
    """The scanner for files below a folder. `across`: with the names that the project defines."""
    if not across:
        return Scanner(within_files(patterns))
    return Scanner(patterns, meanings=_on_disk(root), narrow=True)


def _on_disk(root: str) -> Meanings:
    from pathlib import Path

    from misspawn.meanings import Meanings  # a grammar, and an index: only who asks for it pays

    return Meanings.on_disk(Path(root))


# -- many files -------------------------------------------------------------------

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
        self._whole = frozenset(p.id for p in policy.patterns if p.is_seen(across=across))

    @cached_property
    def scanner(self) -> Scanner:
        """Made for the first file that is looked at: it may need an index of the project."""
        return scanner(self._policy.patterns, self._root, across=self._across)

    def prepare(self) -> None:
        """Do once what each of several processes would do."""
        made = self.scanner
        if self._across:
            made.searches(Language.PYTHON)

    def file(self, path: str, raw: bytes) -> Iterator[Finding]:
        """The findings that count, the suppressed ones among them. Raises `Unreadable`."""
        found = self._counting(self.scanner.file(path, raw, self._facts))
        if not suppressions.may_hold(raw) or not languages(path, raw):
            return found
        from misspawn.suppressions import applying  # which few files need

        terms = partial(self._policy.terms, path, self._whole)
        return self._counting(applying.applied(Source(path, raw), found, terms))

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
