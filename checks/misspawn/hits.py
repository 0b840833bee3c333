"""Where the `match` of a detector hits in a document, told from the text alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from misspawn import calls, regex
from misspawn.calls import Call
from misspawn.model import Detector, Names
from misspawn.regex import Match
from misspawn.regions.document import Document

Known = Sequence[tuple[int, frozenset[bytes]]]
_ANCHORED = re.compile(r"(?<![\[\\])[\^$]")


class Hit(NamedTuple):
    """A place where `match` matches: canonical offsets without the white space around it."""

    match: Match
    start: int
    end: int


def searched(pattern: str, document: type[Document]) -> str:
    """The regex to search a document's text with."""
    return regex.over_comments(pattern) if document.has_comments else pattern


def of(
    detector: Detector,
    document: Document,
    within: Known = (),
    places: Iterable[int] | None = None,
) -> Iterator[Hit]:
    """Where `match` matches; `within`: the names of which its groups must be one."""
    about = call(detector, type(document))
    pattern = searched(detector.match, type(document))
    found = (
        calls.matches(about, document.text, places) if about else _matches(pattern, document.text)
    )
    for match in found:
        if not all(match[group] in words for group, words in within):
            continue
        text = document.text[match.start() : match.end()]
        if document.has_comments and b"#" in text:
            text = document.without_comments(text)
            if regex.compile(detector.match).search(text) is None:
                continue
        start = match.start() + len(text) - len(text.lstrip())
        yield Hit(match, start, match.start() + len(text.rstrip()))


def call(detector: Detector, kind: type[Document]) -> Call | None:
    """The call that a detector is about, when what is called has to be of some kind."""
    pattern = searched(detector.match, kind)
    groups = (group for group, names in detector.where.items() if names.is_)
    return next((found for group in groups if (found := calls.call(pattern, group))), None)


@lru_cache(maxsize=128)
def _matches(pattern: str, text: bytes) -> list[Match]:
    """Several detectors look for the same, and decide about it by other conditions."""
    return list(regex.compile(pattern).finditer(text))


def everywhere(detector: Detector) -> Iterator[tuple[str, Names]]:
    """Groups of `match` for which all names that they can have stand in the file, of which a scope is a part."""
    for group, names in detector.where.items():
        if names.any and (names.any.startswith("(?m)") or not _ANCHORED.search(names.any)):
            yield group, names


def known(detector: Detector, document: Document) -> Iterator[tuple[int, frozenset[bytes]]]:
    """All names that a group can have in this file, told without parsing."""
    kind = type(document)
    for group, names in everywhere(detector):
        number = regex.group_number(searched(detector.match, kind), group)
        yield number, captured(searched(names.any, kind), document.text, names.times)


def span(detector: Detector, document: Document, hit: Hit, group: str) -> tuple[int, int]:
    """The canonical stretch that a group of the detector's `match` has captured."""
    number = regex.group_number(searched(detector.match, type(document)), group)
    return hit.match.start(number), hit.match.end(number)


@lru_cache(maxsize=256)
def captured(pattern: str, text: bytes, times: int = 1) -> frozenset[bytes]:
    """Detectors ask the same of a text. The names that the regex's groups capture so many times or more."""
    search = regex.compile(pattern)
    groups = range(1, search.groups + 1)
    found = (name for match in search.finditer(text) for group in groups if (name := match[group]))
    if times == 1:
        return frozenset(found)
    return frozenset(name for name, number in Counter(found).items() if number >= times)
