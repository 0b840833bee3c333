"""The regexes of records: RE2 only, so that time is linear in the text whatever a pattern says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, takewhile
from typing import Any, TypeAlias, cast

import re2

Spans: TypeAlias = Sequence[tuple[int, int]]
_ANYWHERE = re2._Anchor.UNANCHORED  # noqa: SLF001
_HERE = re2._Anchor.ANCHOR_START  # noqa: SLF001
_SPECIAL = frozenset(".^$*+?{}[]()|\\")
_SHORT = 4  # bytes; what is shorter stands in too many places


_TRIES = 16  # places at which a match may fail: each may read on to the end, and time stays linear
_NOWHERE = (-1, -1)
_NONE: Spans = [_NOWHERE]


class Match:
    """Where a regex and its groups match in a text."""

    __slots__ = ("_names", "_spans", "_text")

    def __init__(self, text: bytes, spans: Spans, names: dict[bytes, int]) -> None:
        self._text = text
        self._spans = spans
        self._names = names

    def start(self, group: int = 0) -> int:
        """Where a group begins, -1 when it matches nothing."""
        return self._spans[group][0]

    def end(self, group: int = 0) -> int:
        """Where a group ends, -1 when it matches nothing."""
        return self._spans[group][1]

    def __getitem__(self, group: int | bytes) -> bytes | None:
        span = self._spans[self._names[group] if isinstance(group, bytes) else group]
        return None if span == _NOWHERE else self._text[span[0] : span[1]]

    def followed(self, other: Match, text: bytes, offset: int) -> Match:
        """The match of a stretch that begins at this offset of a text, and one right behind it, as one."""
        spans = [
            (start + offset, end + offset) if end >= 0 else _NOWHERE for start, end in self._spans
        ]
        groups = len(spans) - 1
        names = self._names | {name: number + groups for name, number in other._names.items()}
        return Match(text, [(spans[0][0], other.end()), *spans[1:], *other._spans[1:]], names)

    def groups(self) -> tuple[bytes | None, ...]:
        """What the groups match."""
        return tuple(self[group] for group in range(1, len(self._spans)))


class Regex:
    """A compiled pattern over bytes.

    RE2 without its Python wrapper, whose generators and properties take longer than most searches.
    `prefix`: the literal text that every match begins with, which is found faster.
    """

    __slots__ = ("_prefix", "_run", "groupindex", "groups")

    def __init__(self, compiled: Any, prefix: bytes) -> None:
        self._prefix = prefix
        self._run: Callable[[Any, bytes, int, int], Spans] = compiled._regexp.Match  # noqa: SLF001
        self.groups: int = compiled.groups
        self.groupindex: dict[bytes, int] = compiled.groupindex

    def search(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None:
        """The first match in a stretch of the text."""
        spans = self._run(_ANYWHERE, text, pos, len(text) if endpos is None else endpos)
        return None if spans[0] == _NOWHERE else Match(text, spans, self.groupindex)

    def match(self, text: bytes, pos: int) -> Match | None:
        """The match that begins at an offset."""
        spans = self._run(_HERE, text, pos, len(text))
        return None if spans[0] == _NOWHERE else Match(text, spans, self.groupindex)

    def finditer(self, text: bytes) -> Iterator[Match]:
        """All matches, which do not overlap."""
        return self._prefixed(text) if self._prefix else self._searched(text, 0)

    def _searched(self, text: bytes, at: int) -> Iterator[Match]:
        run, end = self._run, len(text)
        while at <= end and (spans := run(_ANYWHERE, text, at, end))[0] != _NOWHERE:
            yield Match(text, spans, self.groupindex)
            at = spans[0][1] + (spans[0][1] == at)

    def _prefixed(self, text: bytes) -> Iterator[Match]:
        end, free, failed = len(text), 0, 0
        for at in _places(self._prefix, text):
            if failed == _TRIES:
                yield from self._searched(text, max(at, free))
                return
            spans = self._run(_HERE, text, at, end) if at >= free else _NONE
            if spans[0] != _NOWHERE:
                free = spans[0][1]
                yield Match(text, spans, self.groupindex)
            elif at >= free:
                failed += 1


@lru_cache(maxsize=256)
def _places(prefix: bytes, text: bytes) -> list[int]:
    """Where a prefix stands in a text, which several records ask for."""
    places = []
    at = text.find(prefix)
    while at >= 0:
        places.append(at)
        at = text.find(prefix, at + 1)
    return places


class RegexError(ValueError):
    """A pattern that RE2 does not take; the message says which part and why."""


_LONG = (
    4_000  # characters: thousands of names, of which RE2's automaton grows beyond its usual 8 MB
)
_ROOM = 24 << 20  # bytes; with less it starts anew again and again, six times as slow
_ADVICE = {
    "invalid perl operator": "look-around is not linear; state the exception in `none:` or `outside:`",
    "invalid escape sequence": "back-references are not linear; compare names with `where:`",
    "no argument for repetition": "a quantifier needs something before it",
}


@cache
def compile(pattern: str) -> Regex:
    """Compile a record's regex for searching UTF-8 bytes. Raises `RegexError`."""
    options = re2.Options()
    options.log_errors = False
    if len(pattern) > _LONG:
        options.max_mem = _ROOM
    try:
        compiled = re2.compile(pattern.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        advice = next((a for key, a in _ADVICE.items() if key in text), "see the RE2 syntax")
        raise RegexError(f"not an RE2 regex: {text} ({advice})") from error
    return Regex(compiled, _prefix(pattern).encode())


def escape(text: str) -> str:
    """A regex for exactly this text."""
    return cast(str, re2.escape(text))


@cache
def group_number(pattern: str, group: str) -> int:
    """The number of a named group."""
    return compile(pattern).groupindex[group.encode()]


_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|.", re.DOTALL)
_FLAGS = re.compile(r"\(\?([a-z]+)\)")


@cache
def over_comments(pattern: str) -> str:
    """The regex that also matches where a comment stands in place of white space.

    Comments are blanked in the text that detectors are about; a search in the file as it is has to
    step over them. Each part that can match a space may then match a `#` up to the line's end too.
    """
    flags = _FLAGS.match(pattern)
    body = pattern[flags.end() :] if flags else pattern
    parts = (f"(?:{atom}|#[^\\n]*)" if _takes_space(atom) else atom for atom in _ATOM.findall(body))
    return f"{flags[0] if flags else ''}{''.join(parts)}"


def _prefix(pattern: str) -> str:
    """The literal text that every match begins with, '' where that is short or not sure."""
    flags = _FLAGS.match(pattern)
    atoms = _ATOM.findall(pattern[flags.end() :] if flags else pattern)
    bare = atoms[atoms[:1] == [r"\b"] :]
    letters = list(takewhile(_is_literal, bare))
    if bare[len(letters) : len(letters) + 1] and bare[len(letters)] in "*+?{":
        letters.pop()
    if len(letters) < _SHORT or (flags and "i" in flags[1]):
        return ""  # as with nearly all of the long regexes
    depths = accumulate((atom == "(") - (atom == ")") for atom in atoms)
    branches = any(atom == "|" and not depth for atom, depth in zip(atoms, depths, strict=True))
    return "" if branches else "".join(letter[-1] for letter in letters)


def _is_literal(atom: str) -> bool:
    escaped = len(atom) == 2 and atom[0] == "\\" and not (atom[1].isalnum() or atom[1] == "_")
    return escaped or (len(atom) == 1 and atom not in _SPECIAL)


@cache
def _takes_space(atom: str) -> bool:
    return atom in (r"\s", r"\W", r"\D") or (atom[0] == "[" and re.fullmatch(atom, " ") is not None)


_SET_MEMORY = 64 << 20  # bytes for the automaton; 90 regexes fill about 10 MB on real source


class MatchSet:
    """Says which of many regexes match somewhere in a text, in one pass over it.

    `memory`: the most that the automaton may take, in bytes.
    """

    def __init__(self, patterns: Iterable[str], *, memory: int = _SET_MEMORY) -> None:
        options = re2.Options()
        options.max_mem = memory
        self._set = re2.Set.SearchSet(options)
        self._empty = True
        for pattern in patterns:
            self._set.Add(pattern)
            self._empty = False
        if not self._empty:
            self._set.Compile()

    def matching(self, text: bytes) -> frozenset[int]:
        """Indices of the regexes that match."""
        return frozenset() if self._empty else frozenset(self._set.Match(text) or ())
