"""The regexes of records: RE2 only, so that time is linear in the text whatever a pattern says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Protocol, cast

import re2


class Match(Protocol):
    """What misspawn uses of a match."""

    def start(self, group: int = 0) -> int: ...
    def end(self, group: int = 0) -> int: ...
    def __getitem__(self, group: int | bytes) -> bytes | None: ...
    def groups(self) -> tuple[bytes | None, ...]: ...


class Regex(Protocol):
    """A compiled pattern over bytes."""

    groups: int
    groupindex: dict[bytes, int]

    def search(self, text: bytes, pos: int = ..., endpos: int = ...) -> Match | None: ...
    def finditer(self, text: bytes) -> Iterable[Match]: ...


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
        return cast(Regex, re2.compile(pattern.encode(), options))
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        advice = next((a for key, a in _ADVICE.items() if key in text), "see the RE2 syntax")
        raise RegexError(f"not an RE2 regex: {text} ({advice})") from error


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
    return f"(?{flags[1] if flags else ''}:{''.join(parts)})"


@cache
def _takes_space(atom: str) -> bool:
    return atom in (r"\s", r"\W", r"\D") or (atom[0] == "[" and re.fullmatch(atom, " ") is not None)


_ANY_WORD = re.compile(r"(?:\\b)?(?:\(\?P<\w+>\\w[*+]\)|\\w[*+])(?:\\s\*)?(?=.)")
_IN_GROUP = re.compile(r"(?:\\b)?((?:\(\?:|\(\?P<\w+>)+(?:[\w\\.]+\|)*)\\w[*+]")


def tail(pattern: str) -> str:
    r"""A regex found wherever the pattern is, without the arbitrary word that it may begin with.

    In the automaton of a set, `\w*` in front of one regex multiplies the states of all the others.
    """
    if front := _ANY_WORD.match(pattern):
        return pattern[front.end() :]
    return _IN_GROUP.sub(r"\1", pattern, count=1) if _IN_GROUP.match(pattern) else pattern


_LOOSE = re.compile(r"\\[.(]")
_ANYTHING = "(?s:.*)"
_SET_MEMORY = 64 << 20  # bytes for the automaton; 90 regexes fill about 10 MB on real source


class Prefilter:
    """Says which of many searches can succeed in a file at all, in one pass over its raw bytes.

    Each entry is a list of regexes that must all match. RE2 reduces them to the literals that every
    match contains and looks for all of these at once (`re2.Filter`, one `re2.Set` inside). Records
    name things by their full dotted name while a file may import and rename them, so a name is
    cut at its dots and at its opening bracket: the file must then contain each part somewhere.
    """

    def __init__(self, entries: Iterable[Iterable[str]]) -> None:
        self._filter = re2.Filter()
        self._needs: list[frozenset[int]] = []
        self._numbers: dict[str, int] = {}
        for entry in entries:
            self._needs.append(frozenset(self._number(pattern) for pattern in entry))
        if self._numbers:
            self._filter.Compile()

    def _number(self, pattern: str) -> int:
        loose = _LOOSE.sub(lambda _: _ANYTHING, pattern)
        if loose not in self._numbers:
            self._numbers[loose] = self._filter.Add(loose)
        return self._numbers[loose]

    def candidates(self, data: bytes) -> frozenset[int]:
        """Indices of the entries whose literals all occur in the bytes."""
        if not self._numbers:
            return frozenset()
        seen = frozenset(self._filter.Match(data, potential=True) or ())
        return frozenset(index for index, needs in enumerate(self._needs) if needs <= seen)


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
