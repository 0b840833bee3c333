"""Why a line is reported or not: the decisions of the scan, told step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from misspawn import detect
from misspawn.detect import Facts, Step
from misspawn.meanings import Meanings
from misspawn.model import Language, Pattern
from misspawn.regions.document import Document
from misspawn.regions.kinds import languages
from misspawn.regions.opening import documents
from misspawn.rules import Rule
from misspawn.scanner import Scanner
from misspawn.source import Source


class Known(NamedTuple):
    """What is known around the file: facts of the project, and what its names are."""

    facts: Facts
    meanings: Meanings


class Trace(NamedTuple):
    """The steps by which one detector of one record decided about one hit (or found none)."""

    id: str
    number: int
    steps: tuple[Step, ...]

    @property
    def reported(self) -> bool:
        """Whether every condition held, so that the hit is a finding."""
        return all(step.holds for step in self.steps)


def why(  # noqa: PLR0913  each says another thing about the question
    source: Source,
    line: int,
    patterns: Sequence[Pattern],
    known: Known,
    *,
    ids: Iterable[str] = (),
    beside: Sequence[Document] = (),
) -> Iterator[Trace]:
    """Traces of the detectors for one line, counted from 1.

    Without `ids`: of the detectors whose `match` hits a region on the line. With `ids`: of these
    records' detectors, also when nothing hits. `beside`: what else is told of the file than its own text.
    """
    chosen = frozenset(ids)
    scanner = Scanner(pattern for pattern in patterns if not chosen or pattern.id in chosen)
    kinds = languages(source.path, source.data)
    opened = [*documents(source.data, kinds, scanner.words), *beside]
    for rule in scanner.rules:
        number = rule.pattern.detect.index(rule.detector) + 1
        traces = [
            Trace(rule.pattern.id, number, steps)
            for steps in _hits(rule, opened, source, line, known)
        ]
        if chosen and not traces:
            searches = scanner.searches(rule.detector.language)
            step = _told(rule, beside, source, line) or _absent(
                rule, kinds, searches.may_match(rule, source.data)
            )
            traces = [Trace(rule.pattern.id, number, (step,))]
        yield from traces


def _hits(
    rule: Rule,
    opened: Sequence[Document],
    source: Source,
    line: int,
    known: Known,
) -> Iterator[tuple[Step, ...]]:
    for document in opened:
        if document.language is rule.detector.language:
            lookup = known.meanings.of(source.path, document)
            for hit, steps in detect.explained(
                rule.detector, document, known.facts, source.path, lookup
            ):
                if _touches(rule, document, source, (hit.start, hit.end), line):
                    yield tuple(_until_decided(steps))


def _touches(
    rule: Rule, document: Document, source: Source, hit: tuple[int, int], line: int
) -> bool:
    start, end = document.locate(*hit)
    region = document.region(rule.detector.region, rule.detector.at, *hit)
    if region is not None and region.end - region.start < 4000:
        start, end = min(start, region.start), max(end, region.end)
    return source.position(start)[0] <= line <= source.position(end)[0]


def _told(rule: Rule, beside: Sequence[Document], source: Source, line: int) -> Step | None:
    """What a document beside the file's own says of the line."""
    for document in beside:
        if document.language is rule.detector.language:
            starts = [0, *(at + 1 for at, byte in enumerate(document.text) if byte == 10)]
            said = [
                document.text[at:].partition(b"\n")[0].decode()
                for at in starts
                if source.position(document.locate(at, at + 1)[0])[0] == line
            ]
            return Step("match", False, "; ".join(said) or "there is no import on this line")
    return None


def _until_decided(steps: Iterator[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        if not step.holds:
            return


def _absent(rule: Rule, kinds: Sequence[Language], likely: bool) -> Step:
    wanted = rule.detector.language
    if wanted not in kinds and not (wanted is Language.SHELL and kinds):
        read = ", ".join(kind.value for kind in kinds) or "nothing"
        return Step(
            "language", False, f"the detector reads {wanted.value}; this file is read as {read}"
        )
    if not likely:
        return Step("prefilter", False, "the file lacks a literal that every match contains")
    return Step("match", False, f"nothing on this line matches {rule.detector.match}")
