r"""Calls, looked for by the names of what is called: `(?P<f>...\w+)\(` hits every call, and few names count.

The names are found first. At each the part of a regex that ends there is tried, backwards from it, so
that one call never hides another one inside of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from misspawn import regex
from misspawn.regex import Match, MatchSet

_NAME, _OPENING = r"\w+)", r"\("
_FLAGS = re.compile(r"(?:\(\?[a-z]+\))?")
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[()|]")
_FARTHEST = 120  # bytes before a call of which the lines are looked at
_LONGEST = (
    1_000  # bytes of a line; nobody has written what is longer, and looking back at it takes long
)
_WORDS = bytes(
    byte if byte < 128 and (chr(byte).isalnum() or chr(byte) in "_(") else 32 for byte in range(256)
)


class Call(NamedTuple):
    """A regex in two parts: up to the bracket behind the group that ends in what is called, and the rest."""

    group: str
    head: str
    tail: str


@cache
def call(pattern: str, group: str) -> Call | None:
    """The parts of a regex of which this group ends in the name of what is called; None if it does not."""
    end = _end(pattern, group)
    if not end or not pattern.startswith(_OPENING, end):
        return None
    flags = _FLAGS.match(pattern)
    assert flags is not None  # it may match nothing
    cut = end + len(_OPENING)
    head, tail = pattern[flags.end() : cut], pattern[cut:]
    return Call(group, rf"{flags[0]}(?:{head})\z", f"{flags[0]}(?:{tail})")


def _end(pattern: str, group: str) -> int:
    """Where a group ends, 0 when it does not end in a whole word, or the regex has matches without it."""
    depth, opened, ends = 0, -1, {}
    for token in _TOKEN.finditer(pattern):
        if depth == 0:
            opened = token.start()
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            ends[opened, token[0]] = token.end()
    end = ends.get((pattern.find(f"(?P<{group}>"), ")"), 0)
    has_branches = any(sign == "|" for _, sign in ends)
    return end if pattern.endswith(_NAME, 0, end) and not has_branches else 0


class Calls:
    """Tells which of some calls there are in a text, each with its own `names` of what is called."""

    def __init__(self, wanted: Sequence[tuple[Call, frozenset[bytes]]]) -> None:
        self._names = [names for _, names in wanted]
        self._every = frozenset[bytes]().union(*self._names)
        self._heads = MatchSet(call.head for call, _ in wanted)

    def found(self, text: bytes) -> dict[int, list[int]]:
        """Where the brackets of the calls open, by the numbers of those that the text has."""
        found: dict[int, list[int]] = {}
        for name, place in _calls(text, self._every):
            for number in self._heads.matching(_before(text, place)):
                if name in self._names[number]:
                    found.setdefault(number, []).append(place)
        return found


def matches(call: Call, text: bytes, places: Iterable[int] | None) -> Iterator[Match]:
    """Where a regex matches with a call at one of these places, or at any, in the order of the text."""
    if places is None:
        places = (place for _, place in _calls(text))
    found = (match for place in places if (match := _match(call, text, place)))
    return iter(sorted(found, key=lambda match: (match.start(), -match.end())))


def _match(call: Call, text: bytes, place: int) -> Match | None:
    before = _before(text, place)
    head = regex.compile(call.head).search(before)
    tail = regex.compile(call.tail).match(text, place) if head else None
    return head.followed(tail, text, place - len(before)) if head and tail else None


def _before(text: bytes, place: int) -> bytes:
    """What stands before a call, from the beginning of a line on; nothing when that is too far away."""
    low = max(place - _LONGEST, 0)
    line = text.rfind(b"\n", low, place) + 1
    if not line and low:
        return b""
    above = text.rfind(b"\n", low, max(place - _FARTHEST, low)) + 1
    return text[above or (line if low else 0) : place]


def _calls(text: bytes, names: Collection[bytes] | None = None) -> Iterator[tuple[bytes, int]]:
    """The names before brackets, and where these end; splitting takes a fifth of what a regex does."""
    at = 0
    for piece in text.translate(_WORDS).split(b"("):
        at += len(piece) + 1
        words = piece.rsplit(None, 1)
        if words and (names is None or words[-1] in names) and piece.endswith(words[-1]):
            yield words[-1], at
