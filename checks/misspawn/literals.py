"""What every match of a regex contains: literal texts, told from the regex alone.

RE2's own `Filter` knows this too, but does not say it, and looks for all of it: also for single
letters and blanks that stand in every line of every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_ITEM = re.compile(
    r"[\w \-=,:;/@'\"]+(?![*+?{])|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\((?:\?(?:P?<\w+>|[a-zA-Z]*:))?|.",
    re.DOTALL,
)
_QUANTIFIER = re.compile(r"([*+?]|\{(\d*),?\d*\})\??")
_FLAGS = re.compile(r"\(\?([a-z]+)\)")
_OPAQUE = re.compile(
    r"\\[pPxQCE0-9]|\(\?[a-zA-Z]*i|.\(\?[a-zA-Z]+\)", re.DOTALL
)  # other letters than they show
_EMPTY = frozenset(["^", "$", r"\b", r"\B", r"\A", r"\z"])
_FEW = re.compile(r"\[([^\\^\-\[\]]{1,3})\]")
_PLAIN = re.compile(r"[^\\\[\](){}.*+?|^$]+")
_ESCAPED = re.compile(r"\\\W")
_LAST_NAME = re.compile(r"\w*\Z")
_MOST = 24  # texts that are made longer by what follows them
_MANY = 60  # texts of a clause

Clause = frozenset[str]
"""Texts of which every match contains at least one."""


class _Part(NamedTuple):
    """What is known of a part of a regex: all texts that it can match, if they are few, or else clauses."""

    exact: Clause | None
    clauses: tuple[Clause, ...] = ()


_NOTHING = _Part(frozenset([""]))
_ANYTHING = _Part(None)


class Both(NamedTuple):
    """The clauses of a regex, also those of a text that imports the names in it."""

    plain: list[Clause]
    imported: list[Clause]


_known: dict[str, Both] = {}


def remember(known: Mapping[str, Both]) -> None:
    """Take the clauses of these regexes as told, which saves the time to tell them again."""
    _known.update(known)


def both(pattern: str) -> Both:
    """The clauses of a regex, in both ways."""
    return Both(clauses(pattern), clauses(pattern, imported=True))


def clauses(pattern: str, *, imported: bool = False) -> list[Clause]:
    """The clauses of a regex: told, or remembered."""
    if known := _known.get(pattern):
        return known.imported if imported else known.plain
    return _told(pattern, imported=imported)


def _told(pattern: str, *, imported: bool) -> list[Clause]:
    r"""Every match of the regex contains one text of each clause; no clauses where nothing is sure.

    `imported`: what holds also of a text that imports the names in it. A `\.` then parts texts, and
    the name in front of it from what precedes: the text has them all, but not side by side.
    """
    if _OPAQUE.search(pattern):
        return []
    flags = _FLAGS.match(pattern)
    body = pattern[flags.end() :] if flags else pattern
    part = _Reader(body, imported=imported).alternatives()
    found = part.clauses if part.exact is None else (part.exact,)
    stripped = (frozenset(text.strip(" ") for text in clause) for clause in found)
    return [clause for clause in dict.fromkeys(stripped) if all(clause)]


class _Reader:
    """Reads a regex from left to right."""

    def __init__(self, text: str, *, imported: bool) -> None:
        self._text = text
        self._imported = imported
        self._at = 0

    def alternatives(self) -> _Part:
        """Up to a closing bracket or the end."""
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else _any(branches)

    def _take(self, character: str) -> bool:
        taken = self._text.startswith(character, self._at)
        self._at += taken
        return taken

    def _sequence(self) -> _Part:
        known = _Sequence()
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            found = self._item()
            if self._imported and found == r"\.":
                known.dot()
            else:
                known.add(self._quantified(self._part(found)))
        return known.part()

    def _item(self) -> str:
        found = _ITEM.match(self._text, self._at)
        assert found
        self._at = found.end()
        return found[0]

    def _part(self, item: str) -> _Part:
        if item.startswith("("):
            inner = self.alternatives()
            self._take(")")
            return inner
        if item in _EMPTY:
            return _NOTHING
        if item == r"\n":
            return _Part(frozenset("\n"))
        if _PLAIN.fullmatch(item):
            return _Part(frozenset([item]))
        if _ESCAPED.fullmatch(item):
            return _Part(frozenset([item[1]]))
        few = _FEW.fullmatch(item)
        return _Part(frozenset(few[1])) if few else _ANYTHING

    def _quantified(self, part: _Part) -> _Part:
        found = _QUANTIFIER.match(self._text, self._at)
        if not found:
            return part
        self._at = found.end()
        if found[1] == "?" and part.exact is not None:
            return _Part(part.exact | {""})
        if found[1] == "+" or found[2] not in (None, "", "0"):
            return _Part(None, part.clauses if part.exact is None else (part.exact,))
        return _ANYTHING


class _Sequence:
    """Parts that follow each other. `_texts`: what the latest of them can match together."""

    def __init__(self) -> None:
        self._clauses: list[Clause] = []
        self._texts: Clause = frozenset([""])
        self._whole = True

    def add(self, part: _Part) -> None:
        if part.exact is None:
            self._end()
            self._clauses += part.clauses
            return
        if len(self._texts) * len(part.exact) > _MOST:
            self._end()
        self._texts = frozenset(a + b for a in self._texts for b in part.exact)

    def dot(self) -> None:
        names = {text: _LAST_NAME.search(text) for text in self._texts}
        starts = {text: found.start() if found else len(text) for text, found in names.items()}
        self._clauses.append(frozenset(text[: starts[text]] for text in self._texts))
        self._texts = frozenset(text[starts[text] :] for text in self._texts)
        self._end()

    def _end(self) -> None:
        self._clauses.append(self._texts)
        self._texts = frozenset([""])
        self._whole = False

    def part(self) -> _Part:
        if self._whole:
            return _Part(self._texts)
        self._end()
        return _Part(None, tuple(clause for clause in self._clauses if all(clause)))


def _any(branches: list[_Part]) -> _Part:
    """What is known where one of the branches matches: the best clause of each."""
    if all(branch.exact is not None for branch in branches):
        texts = frozenset(text for branch in branches for text in branch.exact or ())
        if len(texts) <= _MANY:
            return _Part(texts) if len(texts) <= _MOST else _Part(None, (texts,))
    best = [max(_clauses(branch), key=shortest, default=None) for branch in branches]
    if any(clause is None for clause in best):
        return _ANYTHING
    return _Part(None, (frozenset(text for clause in best for text in clause or ()),))


def _clauses(part: _Part) -> Iterator[Clause]:
    found = part.clauses if part.exact is None else (part.exact,)
    return (clause for clause in found if all(clause))


def shortest(clause: Clause) -> int:
    """The length of the shortest text."""
    return min(map(len, clause))
