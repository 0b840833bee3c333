"""One file in, findings out: which detectors can match it, what they find, in order of place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from misspawn import detect
from misspawn.detect import NOTHING_KNOWN, Candidate, Facts
from misspawn.identity import BROAD, Identity, fingerprint, identity
from misspawn.model import Finding, Fix, Language, Pattern
from misspawn.prefilter import Likely
from misspawn.regex import Match
from misspawn.regions.document import Document
from misspawn.regions.kinds import languages, spoken
from misspawn.regions.opening import documents
from misspawn.rules import Rule, Searches, rules, within_files, words
from misspawn.source import Source

if TYPE_CHECKING:
    from misspawn.meanings import Meanings

_EXCERPT_LINES = 6
_GROUP = re.compile(r"\{([a-z]+)\}")


class Scanner:
    """The detectors of a set of records, ready to look at files."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        *,
        meanings: Meanings | None = None,
        whole: bool = False,
    ) -> None:
        """`meanings`: what the project's names are.

        `whole`: without any short cut: all rules look at all files, which are parsed as a whole.
        """
        self.rules = list(rules(patterns))
        self._meanings = meanings
        self._whole = whole
        self._searches: dict[Language, Searches] = {}

    @cached_property
    def words(self) -> frozenset[bytes]:
        """The module names that any detector for Python mentions."""
        detectors = (rule.detector for rule in self.rules)
        return frozenset(w for d in detectors if d.language is Language.PYTHON for w in words(d))

    def searches(self, language: Language) -> Searches:
        """The searches for one language."""
        if language not in self._searches:
            self._searches[language] = Searches(language, self.rules, self._meanings)
        return self._searches[language]

    def file(self, path: str, raw: bytes, facts: Facts) -> list[Finding]:
        """Everything found in one file. Raises `Unreadable` when the bytes are not text."""
        kinds = languages(path, raw)
        if not kinds:
            return []
        source = Source(path, raw)
        likely = {
            language: found
            for language in spoken(kinds)
            if (found := self._likely(language, source, facts)).numbers
        }
        if not likely:
            return []
        words = self.words if any(found.bound for found in likely.values()) else frozenset[bytes]()
        opened = documents(source.data, kinds, words, wanted=likely, whole=self._whole)
        return self.found(source, opened, likely)

    def _likely(self, language: Language, source: Source, facts: Facts) -> Likely:
        searches = self.searches(language)
        likely = searches.every() if self._whole else searches.likely(source.data, source.path)
        return searches.looking(likely, facts, source.path)

    def found(
        self,
        source: Source,
        opened: Iterable[Document],
        likely: Mapping[Language, Likely],
    ) -> list[Finding]:
        """Everything that these rules, by language, find in the documents of one file."""
        found: dict[tuple[str, int, int], tuple[Rule, Candidate]] = {}
        for document in opened:
            lookup = self._meanings.of(source.path, document) if self._meanings else NOTHING_KNOWN
            for rule, places in self._fitting(document, likely):
                for candidate in detect.found(rule.detector, document, lookup, places):
                    assert candidate.region is not None  # `found` asks for one
                    key = (rule.pattern.id, candidate.region.start, candidate.region.end)
                    found.setdefault(key, (rule, candidate))
        return _numbered(source, found.values())

    def _fitting(
        self, document: Document, likely: Mapping[Language, Likely]
    ) -> Iterable[tuple[Rule, list[int] | None]]:
        found = likely.get(document.language)
        return self.searches(document.language).fitting(document, found) if found else ()


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
    return Scanner(patterns, meanings=_on_disk(root))


def _on_disk(root: str) -> Meanings:
    from pathlib import Path

    from misspawn.meanings import Meanings  # a grammar, and an index: only who asks for it pays

    return Meanings.on_disk(Path(root))
