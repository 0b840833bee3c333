"""Where an edit acts: the hit, a group of it, or what `find` matches, in the bytes of the file."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from misspawn import hits, regex
from misspawn.detect import Candidate
from misspawn.model import Edit
from misspawn.regex import Match
from misspawn.regions.document import Document
from misspawn.rewrites.inapplicable import Inapplicable
from misspawn.source import Source


class Place(NamedTuple):
    """A stretch of a file and what was matched there, to fill templates with. Offsets are the file's.

    `canonical`: the offset of its beginning in the document.
    """

    source: Source
    document: Document
    start: int
    end: int
    canonical: int
    pattern: str
    match: Match

    def captured(self, group: str) -> str:
        """What a group captured, as the file writes it; '' when it captured nothing."""
        number = regex.group_number(self.pattern, group)
        if self.match[number] is None:
            return ""
        start, end = self.document.locate(self.match.start(number), self.match.end(number))
        return self.source.data[start:end].decode("utf-8", "replace")

    @property
    def newline(self) -> str:
        """The line break that the file uses here."""
        end = self.source.data.find(b"\n", self.start)
        return "\r\n" if self.source.data[end - 1 : end] == b"\r" and end > 0 else "\n"


def place(edit: Edit, source: Source, candidate: Candidate) -> Place:
    """The place of an edit. Raises `Inapplicable` when there is none."""
    detector, document, hit, _ = candidate
    pattern = hits.searched(edit.find or detector.match, type(document))
    number = regex.group_number(pattern, edit.group) if edit.group else 0
    if edit.find:
        return _found(edit, source, candidate, pattern, number)
    start, end = hit.start, hit.end
    if edit.group:
        start, end = hit.match.start(number), hit.match.end(number)
    if start < 0:
        raise Inapplicable
    return Place(source, document, *document.locate(start, end), start, pattern, hit.match)


def _found(edit: Edit, source: Source, candidate: Candidate, pattern: str, number: int) -> Place:
    """The first place of `find` in the region or the file that is code."""
    document, region = candidate.document, candidate.region
    assert region is not None
    first, last = (region.start, region.end) if edit.scope == "region" else (0, len(source.data))
    located = _located(document, pattern, number)
    for start, end, match in located[bisect_left(located, (first,)) :]:
        if start >= last:
            break
        begins = match.start(number)
        if end <= last and not document.dismissal(begins, match.end(number)):
            return Place(source, document, start, end, begins, pattern, match)
    raise Inapplicable


@lru_cache(maxsize=4)
def _located(document: Document, pattern: str, number: int) -> list[tuple[int, int, Match]]:
    """All matches in a document by the place of their group: many findings of a file ask for them."""
    matches = (m for m in regex.compile(pattern).finditer(document.text) if m.start(number) >= 0)
    found = ((*document.locate(m.start(number), m.end(number)), m) for m in matches)
    return sorted(found, key=lambda one: one[:2])
