"""The detection of one pattern in one document, step by step, so that each decision can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Protocol

from misspawn import hits, regex
from misspawn.hits import Hit
from misspawn.index.model import Symbol, Unknown
from misspawn.model import NOTHING, Clause, Detector, Names, SymbolKind
from misspawn.regex import Match
from misspawn.regions.document import Document, Region


class Facts(Protocol):
    """What is known of the project around a file."""

    def fact(self, key: str, path: str) -> str:
        """The value of a fact for the file at `path`, '' when unset."""


class Lookup(Protocol):
    """What the project's index knows of the names in one document."""

    def plausible(self, start: int, end: int, kinds: frozenset[SymbolKind]) -> bool:
        """Whether the text alone allows that something of the kinds is named at the stretch."""

    def __call__(self, start: int, end: int) -> Symbol | Unknown:
        """What is named at a canonical stretch: an expression, or the inside of a string."""


class NothingKnown:
    """The lookup where there is no project."""

    def plausible(self, start: int, end: int, kinds: frozenset[SymbolKind]) -> bool:
        """Nothing is."""
        return False

    def __call__(self, start: int, end: int) -> Symbol | Unknown:
        """Nothing is known."""
        return Unknown("there is no project to look it up in")


NOTHING_KNOWN = NothingKnown()


class Step(NamedTuple):
    """One decision: the condition, whether it holds, and what decided."""

    name: str
    holds: bool
    detail: str = ""


class Candidate(NamedTuple):
    """A hit of a detector and the region around it, if there is one."""

    detector: Detector
    document: Document
    hit: Hit
    region: Region | None


def surroundings(detector: Detector, facts: Facts, path: str) -> Iterator[Step]:
    """The conditions that can be told without reading the file."""
    yield from _clause("path", detector.path, path.encode("utf-8", "surrogateescape"), None)
    for key, clause in detector.project.items():
        yield from _clause(f"project {key}", clause, facts.fact(key, path).encode(), None)


def _file(detector: Detector, document: Document) -> Iterator[Step]:
    """The conditions on the whole file; it is lexed only when one of them may hit something."""
    clause, kind = detector.file, type(document)
    searches = (
        regex.compile(hits.searched(pattern, kind)) for pattern in (*clause.all, *clause.none)
    )
    if clause is not NOTHING:
        may_hit = any(search.search(document.text) for search in searches)
        yield from _clause(
            "file", clause, document.scope("file", 0, 0) if may_hit else b"", document
        )


def file_fits(detector: Detector, document: Document) -> bool:
    """Whether the conditions on the whole file hold."""
    return all(step.holds for step in _file(detector, document))


def candidates(
    detector: Detector,
    document: Document,
    lookup: Lookup = NOTHING_KNOWN,
    places: Iterable[int] | None = None,
) -> Iterator[Candidate]:
    """Hits of `match` in the document that count as code, with their regions.

    What the text alone rules out is not looked up in the syntax: most files are never parsed.
    `places`: of the calls that the detector can be about, where this is known.
    """
    known = list(hits.known(detector, document))
    if not all(names for _, names in known):
        return
    fits: bool | None = None
    for hit in hits.of(detector, document, known, places):
        if any(document.cannot_be_within(context, hit.start) for context in detector.inside):
            continue
        if not _may_be_known(detector, document, hit, lookup):
            continue
        if fits is None:
            fits = file_fits(detector, document)
        if not fits:
            return
        if not document.dismissal(hit.start, hit.end, _anyones(detector, document, hit)):
            yield _candidate(detector, document, hit)


def _named(detector: Detector, document: Document, hit: Hit) -> list[tuple[int, int]]:
    """The stretches of a hit whose names the index knows."""
    groups = [group for group, names in detector.where.items() if names.is_ or names.is_not]
    return [hits.span(detector, document, hit, group) for group in groups]


def _anyones(detector: Detector, document: Document, hit: Hit) -> list[tuple[int, int]]:
    """The stretches of a hit whose names may come from anywhere: nothing says what they have to be here."""
    groups = [
        g for g, names in detector.where.items() if names.is_ or names.is_not or not names.any
    ]
    return [hits.span(detector, document, hit, group) for group in groups]


def _may_be_known(detector: Detector, document: Document, hit: Hit, lookup: Lookup) -> bool:
    """Whether the names of a hit can be what they have to be, which for most the text alone denies."""
    spans = _named(detector, document, hit)
    wanted = (names.wanted for names in detector.where.values() if names.is_ or names.is_not)
    return all(lookup.plausible(*span, kinds) for span, kinds in zip(spans, wanted, strict=False))


def _candidate(detector: Detector, document: Document, hit: Hit) -> Candidate:
    region = document.region(detector.region, detector.at, hit.start, hit.end)
    return Candidate(detector, document, hit, region)


def found(
    detector: Detector,
    document: Document,
    lookup: Lookup = NOTHING_KNOWN,
    places: Iterable[int] | None = None,
) -> Iterator[Candidate]:
    """The candidates for which every condition on the document holds."""
    for candidate in candidates(detector, document, lookup, places):
        if all(step.holds for step in steps(candidate, lookup)):
            yield candidate


def concerned(detector: Detector, facts: Facts, path: str) -> bool:
    """Whether the detector looks at the file at all."""
    return (detector.path is NOTHING or _holds(detector.path, path)) and all(
        _holds(clause, facts.fact(key, path)) for key, clause in detector.project.items()
    )


@lru_cache(maxsize=4096)
def _holds(clause: Clause, text: str) -> bool:
    """Detectors share their conditions on paths, and files their folder's facts."""
    steps = _clause("", clause, text.encode("utf-8", "surrogateescape"), None)
    return all(step.holds for step in steps)


def explained(
    detector: Detector, document: Document, facts: Facts, path: str, lookup: Lookup = NOTHING_KNOWN
) -> Iterator[tuple[Hit, Iterator[Step]]]:
    """Every hit of `match`, dismissed or not, with the steps that decide about it."""
    for hit in hits.of(detector, document):
        early = chain(surroundings(detector, facts, path), _file(detector, document))
        yield hit, chain(early, _all_steps(detector, document, hit, lookup))


def _all_steps(detector: Detector, document: Document, hit: Hit, lookup: Lookup) -> Iterator[Step]:
    reason = document.dismissal(hit.start, hit.end, _anyones(detector, document, hit))
    yield Step("match", not reason, reason or detector.match)
    if not reason:
        yield from steps(_candidate(detector, document, hit), lookup)


def steps(candidate: Candidate, lookup: Lookup = NOTHING_KNOWN) -> Iterator[Step]:
    """The conditions on a candidate in the order in which they are tried, cheap ones first."""
    detector, document, hit, region = candidate
    if region is None:
        at = f" at {detector.at}" if detector.at else ""
        yield Step("region", False, f"there is no {detector.region}{at} around the hit")
        return
    yield Step("region", True, f"{detector.region} at offset {region.start}")
    yield from _clause(
        "own level", Clause(all=detector.all, none=detector.none), region.own, document
    )
    yield from _contexts(detector, document, hit)
    yield from _clause("deep", detector.deep, region.deep, document)
    yield from _names(detector.where, document, hit)
    yield from _scopes(detector, document, hit)
    yield from _symbols(detector, document, hit, lookup)


def _symbols(detector: Detector, document: Document, hit: Hit, lookup: Lookup) -> Iterator[Step]:
    for group, names in detector.where.items():
        if not (names.is_ or names.is_not):
            continue
        symbol = lookup(*hits.span(detector, document, hit, group))
        shown = f"{group}={(hit.match[group.encode()] or b'').decode('utf-8', 'replace')}"
        if isinstance(symbol, Unknown):
            yield Step(f"where {shown} is", False, f"not known: {symbol.reason}")
            continue
        detail = f"{symbol.name} is a {symbol.kind.value} ({symbol.path}:{symbol.line})"
        if names.is_:
            yield Step(f"where {shown} is", symbol.kind in names.wanted, detail)
        if names.is_not:
            yield Step(f"where {shown} is_not", symbol.kind not in names.unwanted, detail)


def _clause(name: str, clause: Clause, text: bytes, document: Document | None) -> Iterator[Step]:
    for pattern in clause.all:
        found = _counts(pattern, text, document)
        yield Step(f"{name} all", found is not None, pattern)
    for pattern in clause.none:
        found = _counts(pattern, text, document)
        detail = pattern if found is None else f"{pattern} matches {_show(found)}"
        excuse = found and _excuse(clause, text, document)
        yield Step(
            f"{name} none",
            found is None or excuse is not None,
            f"{detail}, but there is {_show(excuse)}" if excuse else detail,
        )


def _excuse(clause: Clause, text: bytes, document: Document | None) -> Match | None:
    """What makes that the matches of `none` do not count."""
    found = (_counts(pattern, text, document) for pattern in clause.unless)
    return next((match for match in found if match is not None), None)


def _counts(pattern: str, text: bytes, document: Document | None) -> Match | None:
    for match in regex.compile(pattern).finditer(text):
        if document is None or document.is_code(text, match.start()):
            return match
    return None


def _contexts(detector: Detector, document: Document, hit: Hit) -> Iterator[Step]:
    for context, header in detector.inside.items():
        yield Step(
            f"inside {context}",
            document.within(context, regex.compile(header), hit.start, hit.end),
            header,
        )
    for context, header in detector.outside.items():
        inside = document.within(context, regex.compile(header), hit.start, hit.end)
        yield Step(f"outside {context}", not inside, header)


def _names(where: dict[str, Names], document: Document, hit: Hit) -> Iterator[Step]:
    for group, names in where.items():
        captured = hit.match[group.encode()] or b""
        scope = document.scope(names.scope, hit.start, hit.end)
        shown = f"{group}={captured.decode('utf-8', 'replace')}"
        if names.any:
            among = captured in hits.captured(names.any, scope, names.times)
            yield Step(f"where {shown} any", among, names.any)
        if names.none:
            among = captured in hits.captured(names.none, scope, names.times)
            yield Step(f"where {shown} none", not among, names.none)


def _scopes(detector: Detector, document: Document, hit: Hit) -> Iterator[Step]:
    scopes = {
        "statement": detector.statement,
        "function": detector.function,
        "class": detector.class_,
    }
    for name, clause in scopes.items():
        if clause.all or clause.none:
            text = document.scope(name, hit.start, hit.end)
            yield from _clause(name, clause, text, document)


def _show(match: Match) -> str:
    text = (match[0] or b"").decode("utf-8", "replace")
    return repr(text if len(text) < 60 else text[:57] + "...")
