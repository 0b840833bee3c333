"""Suppressions written into a file, each where its language has comments and nothing else changes.

A place is tried by writing there and reading the file again: the comment must be seen as a suppression
of the finding's region, and without it every document must read as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import replace

from misspawn.model import Finding
from misspawn.regions.kinds import languages
from misspawn.regions.opening import documents
from misspawn.source import Source
from misspawn.suppressions import notes
from misspawn.suppressions.applying import extent
from misspawn.suppressions.layout import layout

_SHEBANG = (b"#!", b"# -*-", b"# vim")  # what must stay the first line


class Placed(NamedTuple):
    """A suppression that was written: the line it stands on, and its ids."""

    line: int
    ids: tuple[str, ...]


class Written(NamedTuple):
    """A file's new text, what was written into it, and the findings that no line can carry."""

    data: bytes
    placed: list[Placed]
    left: list[Finding]


class _Place(NamedTuple):
    """Before a line on one of its own (`alone`), or at the end of the line."""

    line: int
    alone: bool

    def move(self, line: int) -> int:
        """Where a line is once something stands here."""
        return line + (self.alone and line >= self.line)

    def moved(self, finding: Finding) -> Finding:
        """A finding once something stands here."""
        span, (first, last) = finding.span, finding.lines
        moved = replace(span, line=self.move(span.line), end_line=self.move(span.end_line))
        return replace(finding, span=moved, lines=(self.move(first), self.move(last)))


def write(source: Source, findings: Sequence[Finding], reason: str, until: str) -> Written:
    """Suppress findings of one file: those that begin on one line by one comment, if one can stand for all."""
    placed: list[Placed] = []
    left: list[Finding] = []
    groups = [list(group) for _, group in groupby(sorted(findings, key=_line), _line)]
    while groups:
        own = groups.pop()
        ids = tuple(sorted({finding.id for finding in own}))
        tried = _written(source, own, notes.text(ids, reason, until))
        if tried:
            source, place = tried
            groups = [[place.moved(finding) for finding in group] for group in groups]
            placed = [Placed(place.move(line), ids) for line, ids in placed]
            placed.append(Placed(place.line, ids))
        elif len(own) > 1:
            groups += [[finding] for finding in own]
        else:
            left += own
    return Written(source.data, sorted(placed), sorted(left))


def _line(finding: Finding) -> int:
    return finding.span.line


def _written(source: Source, findings: list[Finding], note: str) -> tuple[Source, _Place] | None:
    before = _code(source, note)
    for place in _places(source, findings[0]):
        changed = Source(source.path, _with(source, place, note))
        moved = [place.moved(finding) for finding in findings]
        if _code(changed, note) == before and _is_seen(changed, moved, note):
            return changed, place
    return None


def _places(source: Source, finding: Finding) -> Iterator[_Place]:
    """Above the finding, above its region, then at the ends of its lines."""
    first, last = extent(source, finding)
    for line in dict.fromkeys((finding.span.line, first)):
        follows = line > 1 and layout(source).unfinished[line - 1]
        heads = line == 1 and source.data.startswith(_SHEBANG)
        if not follows and not heads:
            yield _Place(line, alone=True)
    for line in range(finding.span.line, last + 1):
        if not layout(source).unfinished[line]:
            yield _Place(line, alone=False)


def _with(source: Source, place: _Place, note: str) -> bytes:
    start = source.line_starts[place.line - 1]
    line = source.line(place.line)
    if place.alone:
        indent = line[: len(line) - len(line.lstrip())]
        return (
            source.data[:start] + f"{indent}{note}".encode() + _break(source) + source.data[start:]
        )
    end = start + len(line.rstrip().encode())
    return source.data[:end] + f"  {note}".encode() + source.data[end:]


def _break(source: Source) -> bytes:
    """The line break that the file uses."""
    return b"\r\n" if b"\r\n" in source.data else b"\n"


def _code(source: Source, note: str) -> list[bytes]:
    """What the documents of a file say, without comments, this note and white space."""
    opened = documents(source.data, languages(source.path, source.data), frozenset())
    texts = (document.text.replace(note.encode(), b"") for document in opened)
    return [b" ".join(text.split()) for text in texts]


def _is_seen(source: Source, findings: Iterable[Finding], note: str) -> bool:
    """Whether the note is read as a suppression of each of the findings."""
    opened = documents(source.data, languages(source.path, source.data), frozenset())
    own = (n for n in notes.read(source, opened) if source.data[n.start : n.end] == note.encode())
    valid = [n for n in own if not n.wrong]
    return all(
        any(finding.id in n.ids and n.covers(*extent(source, finding)) for n in valid)
        for finding in findings
    )
