"""Suppressions applied: which findings are quiet and why, and what is wrong with the comments."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import get_close_matches

from msgspec.structs import replace

from misspawn.identity import fingerprint
from misspawn.model import Finding, Suppression
from misspawn.regions.kinds import languages
from misspawn.regions.opening import documents
from misspawn.source import Source
from misspawn.suppressions import CATEGORY, KINDS, PAGE, WORD, Terms, notes
from misspawn.suppressions.layout import layout
from misspawn.suppressions.notes import Note


def applied(
    source: Source,
    findings: Iterable[Finding],
    terms: Callable[[], Terms],
    today: date | None = None,
) -> list[Finding]:
    """The findings of a file with their suppressions, and the complaints about suppressions."""
    if WORD not in source.data:
        return list(findings)
    opened = documents(source.data, languages(source.path, source.data), frozenset())
    found = notes.read(source, opened)
    today = today or date.today()  # noqa: DTZ011 - the day where the scan is run
    valid = _Valid(note for note in found if not note.wrong and not note.expired(today))
    quiet, used = [], set[tuple[int, str]]()
    for finding in findings:
        by = list(valid.covering(finding.id, *extent(source, finding)))
        used |= {(note.start, finding.id) for note in by}
        quiet.append(replace(finding, suppression=_suppression(by[0])) if by else finding)
    return sorted([*quiet, *_complaints(source, found, used, terms(), today)])


def extent(source: Source, finding: Finding) -> tuple[int, int]:
    """The lines of a finding's region, and those that a backslash joins to them."""
    first, last = finding.lines
    return layout(source).first[first], layout(source).last[last]


class _Valid:
    """The suppressions that count, by the ids that they name and the lines that they stand for."""

    def __init__(self, valid: Iterable[Note]) -> None:
        self._lines: dict[str, list[tuple[int, Note]]] = {}
        self._below: dict[tuple[str, int], list[Note]] = {}
        self._whole: dict[str, list[Note]] = {}
        for note in valid:
            for id in note.ids:
                if note.whole_file:
                    self._whole.setdefault(id, []).append(note)
                else:
                    self._lines.setdefault(id, []).append((note.line, note))
                    self._below.setdefault((id, note.below), []).append(note)

    def covering(self, id: str, first: int, last: int) -> Iterator[Note]:
        """Those that stand for a region on these lines, those of the whole file last."""
        lines = self._lines.get(id, [])
        yield from self._below.get((id, first), ())
        for _, note in lines[bisect_left(lines, (first,)) : bisect_left(lines, (last + 1,))]:
            yield note
        yield from self._whole.get(id, ())


def _suppression(note: Note) -> Suppression:
    return Suppression(note.line, note.reason, note.until)


def _complaints(
    source: Source, found: list[Note], used: set[tuple[int, str]], terms: Terms, today: date
) -> Iterator[Finding]:
    seen = Counter[tuple[str, str]]()
    for note in found:
        comment = source.data[note.start : note.end].decode("utf-8", "replace")
        for id, message in _wrong(note, used, terms, today):
            seen[message, comment] += 1
            identity = message, comment, str(seen[message, comment])
            mark = fingerprint(id, *(part.encode() for part in identity))
            yield _finding(source, note, id, message, mark)


def _wrong(
    note: Note, used: set[tuple[int, str]], terms: Terms, today: date
) -> Iterator[tuple[str, str]]:
    if note.wrong:
        yield "suppression-malformed", f"malformed suppression: {note.wrong}"
        return
    for id in note.ids:
        if id not in terms.known:
            yield "suppression-unknown", f"there is no `{id}` to suppress{_hint(id, terms.known)}"
        elif not note.expired(today) and id in terms.judged and (note.start, id) not in used:
            yield "suppression-unused", f"nothing here is reported as {id}"
    if note.expired(today):
        what = ", ".join(note.ids)
        yield "suppression-expired", f"the suppression of {what} ended with {note.until}"


def _hint(id: str, known: Iterable[str]) -> str:
    if id in KINDS:
        return "; complaints about suppressions are ignored in the configuration"
    near = get_close_matches(id, known, 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _finding(source: Source, note: Note, id: str, message: str, mark: str) -> Finding:
    kind = KINDS[id]
    return Finding(
        path=source.path,
        span=source.span(note.start, note.end),
        id=id,
        category=CATEGORY,
        severity=kind.severity,
        message=message,
        remedy=kind.remedy,
        url=f"{PAGE}#{id}",
        excerpt=source.line(note.line),
        fingerprint=mark,
        lines=(note.line, note.line),
    )
