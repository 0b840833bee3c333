"""Suppressions applied: which findings are quiet and why, and what is wrong with the comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import get_close_matches

from msgspec.structs import replace

from misspawn.model import Finding, Suppression
from misspawn.regions import documents, languages
from misspawn.source import Source
from misspawn.suppressions import CATEGORY, KINDS, PAGE, WORD, Terms, notes
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
    valid = [note for note in found if not note.wrong and not note.expired(today)]
    quiet, used = [], set[tuple[Note, str]]()
    for finding in findings:
        by = [note for note in valid if keeps_quiet(note, finding, source)]
        used |= {(note, finding.id) for note in by}
        quiet.append(replace(finding, suppression=_suppression(by[0])) if by else finding)
    return sorted([*quiet, *_complaints(source, found, used, terms(), today)])


def keeps_quiet(note: Note, finding: Finding, source: Source) -> bool:
    """Whether a valid suppression stands for a finding. Lines joined by a backslash count as one."""
    return finding.id in note.ids and note.covers(*extent(source, finding))


def extent(source: Source, finding: Finding) -> tuple[int, int]:
    """The lines of a finding's region, and those that a backslash joins to them."""
    first, last = finding.lines
    while first > 1 and notes.unfinished(source, first - 1):
        first -= 1
    while last < len(source.line_starts) and notes.unfinished(source, last):
        last += 1
    return first, last


def _suppression(note: Note) -> Suppression:
    return Suppression(note.line, note.reason, note.until)


def _complaints(
    source: Source, found: list[Note], used: set[tuple[Note, str]], terms: Terms, today: date
) -> Iterator[Finding]:
    for number, note in enumerate(found):
        for id, message in _wrong(note, used, terms, today):
            yield _finding(
                source, note, id, message, sum(n.ids == note.ids for n in found[:number])
            )


def _wrong(
    note: Note, used: set[tuple[Note, str]], terms: Terms, today: date
) -> Iterator[tuple[str, str]]:
    if note.wrong:
        yield "suppression-malformed", f"malformed suppression: {note.wrong}"
        return
    for id in note.ids:
        if id not in terms.known:
            yield "suppression-unknown", f"there is no `{id}` to suppress{_hint(id, terms.known)}"
        elif not note.expired(today) and id in terms.judged and (note, id) not in used:
            yield "suppression-unused", f"nothing here is reported as {id}"
    if note.expired(today):
        what = ", ".join(note.ids)
        yield "suppression-expired", f"the suppression of {what} ended with {note.until}"


def _hint(id: str, known: Iterable[str]) -> str:
    if id in KINDS:
        return "; complaints about suppressions are ignored in the configuration"
    near = get_close_matches(id, known, 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _finding(source: Source, note: Note, id: str, message: str, ordinal: int) -> Finding:
    kind = KINDS[id]
    comment = source.data[note.start : note.end].decode("utf-8", "replace")
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
        fingerprint=source.fingerprint(id, f"{message}\0{comment}\0{ordinal}"),
        lines=(note.line, note.line),
    )
