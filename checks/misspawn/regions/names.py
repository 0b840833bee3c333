"""Python's lexical side: where strings and comments are, and what imported names stand for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from misspawn import regex
from misspawn.regex import Regex
from misspawn.regions.offsets import Edit

_STRING = (
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    rb"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)
_TOKEN = re.compile(rb"#[^\n]*|" + _STRING, re.DOTALL)
_LEVEL = re.compile(
    rb"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<lambda>\blambda\b[^:]*:)|,|" + _STRING, re.DOTALL
)
_IMPORT = re.compile(
    rb"(?:[^\s#:][^#\n:]*:[ \t]*)?(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|(?:[^\n(\\;]|\\\r?\n)*)"
    rb"|import[ \t]+((?:[^\n\\;]|\\\r?\n)*))"
)
_ANY_IMPORT = regex.compile(r"(?m)^[^\n#]*\bimport\b")
_IMPORTED = re.compile(rb"([\w.]+)(?:[\s\\]+as[\s\\]+(\w+))?")
_COMMENT = re.compile(rb"#[^\n]*")
_TRIPLE = (b'"""', b"'''")
_JOINED = frozenset(bytes([byte]) for byte in range(128) if chr(byte).isalnum() or byte == 95)


class Lexed(NamedTuple):
    """A module whose comments are blanked (same length), and its strings' offsets, quotes included."""

    text: bytes
    string_starts: list[int]
    string_ends: list[int]

    def string_around(self, offset: int) -> bool:
        """Whether the offset lies after a string's opening quote and before its end."""
        index = bisect_right(self.string_starts, offset) - 1
        return index >= 0 and self.string_starts[index] < offset < self.string_ends[index]


class Import(NamedTuple):
    """`name` stands for the dotted `target`; the statement lies at start..end, in a function if `indented`."""

    name: bytes
    target: bytes
    start: int
    end: int
    indented: bool


def lex(data: bytes) -> Lexed:
    """Find strings and comments without parsing; one pass of one regex."""
    starts: list[int] = []
    ends: list[int] = []
    comments: list[Edit] = []
    for token in _TOKEN.finditer(data):
        start, end = token.span()
        if data[start] == 35:  # "#"
            comments.append(Edit(start, end, b" " * (end - start)))
        else:
            starts.append(start)
            ends.append(end)
    if not comments:
        return Lexed(data, starts, ends)
    blanked = bytearray(data)
    for start, end, spaces in comments:
        blanked[start:end] = spaces
    return Lexed(bytes(blanked), starts, ends)


def comments(data: bytes) -> Iterator[tuple[int, int]]:
    """The comments of a module. Not by the grammar, which takes quadratic time for many in a row."""
    for token in _TOKEN.finditer(data):
        if data[token.start()] == 35:  # "#"
            yield token.span()


def aliasing(modules: frozenset[bytes]) -> Regex:
    """Finds the lines that import something from one of the modules, or rename one."""
    names = b"|".join(sorted(map(re.escape, modules))).decode() or "$."
    return regex.compile(
        rf"\bfrom[ \t]+(?:{names})\b[\w.]*[ \t]+import\b"
        rf"|\bimport\b[^\n#]*\b(?:{names})\b[^\n#]*\bas\b"
    )


@lru_cache(maxsize=1)
def _lexed_if_odd(data: bytes) -> Lexed | None:
    return lex(data) if any(data.count(quotes) & 1 for quotes in _TRIPLE) else None


class Quotes:
    """Tells of ever later offsets whether they are code, not the inside of a string or a comment.

    Counts the triple quotes before an offset and lexes its line. Where their number over the whole
    file is odd the count misleads, and the file is lexed after all.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._counted = 0
        self._odd = [0, 0]
        self._lexed = _lexed_if_odd(data)

    def is_code(self, offset: int) -> bool:
        """Offsets must not decrease from call to call."""
        if self._lexed is not None:
            return self._lexed.text[offset] == self._data[offset] and not self._lexed.string_around(
                offset
            )
        start = self._data.rfind(b"\n", 0, offset) + 1
        for index, quotes in enumerate(_TRIPLE):
            self._odd[index] ^= self._data.count(quotes, self._counted, start) & 1
        self._counted = start
        return not any(self._odd) and self._is_code_in_line(start, offset)

    def _is_code_in_line(self, start: int, offset: int) -> bool:
        for token in _TOKEN.finditer(self._data, start):
            if token.start() >= offset:
                return True
            if token.end() > offset:
                return False
        return True


def imports(data: bytes, lines: Regex = _ANY_IMPORT) -> Iterator[Import]:
    """The names that import statements bind, of the statements that begin on the given lines."""
    quotes = Quotes(data)
    for line in lines.finditer(data):
        start = data.rfind(b"\n", 0, line.start() + 1) + 1
        indent = len(data[start : line.end()]) - len(data[start : line.end()].lstrip())
        found = _IMPORT.match(data, start + indent)
        if found and quotes.is_code(found.start()):
            yield from _imported(found, indented=indent > 0)


def _imported(found: re.Match[bytes], *, indented: bool) -> Iterator[Import]:
    module, names, modules = found.groups()
    for item in _IMPORTED.finditer(_COMMENT.sub(b"", names or modules or b"")):
        name, alias = item.groups()
        if module is None:
            target = name if alias else b""
            name = alias or name.partition(b".")[0]
        else:
            target = b"" if module.startswith(b".") else module + b"." + name
            name = alias or name
        yield Import(name, target, found.start(), found.end(), indented)


def substitutions(
    data: bytes, bound: dict[bytes, bytes], skip: list[tuple[int, int]]
) -> list[Edit]:
    """Edits that spell out each imported name where it is used: `r(` reads `subprocess.run(`.

    Names in strings, attributes (`x.run`), keywords and assignment targets (`run=`) and the import
    statements themselves (`skip`) stay as they are. Whether a local definition shadows the name is
    decided later, for the few places where a detector hits.
    """
    starts = [start for start, _ in skip]
    uses = sorted(
        Edit(at, at + len(name), target)
        for name, target in bound.items()
        for at in places(data, name)
        if _is_use(data, at, at + len(name))
    )
    quotes = Quotes(data) if uses else None
    return [
        use
        for use in uses
        if quotes and quotes.is_code(use.start) and not _covered(use.start, starts, skip)
    ]


def places(data: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands, not as a part of a longer one."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if data[at - 1 : at] not in _JOINED and data[end : end + 1] not in _JOINED:
            yield at
        at = data.find(word, end)


def _is_use(text: bytes, start: int, end: int) -> bool:
    if text[start - 1 : start] == b".":
        return False
    after = text[end : end + 4].lstrip(b" ")
    if after.startswith(b"=") and not after.startswith(b"=="):
        return False
    return b"import " not in text[text.rfind(b"\n", 0, start) + 1 : start]


def _covered(at: int, starts: list[int], spans: list[tuple[int, int]]) -> bool:
    index = bisect_right(starts, at) - 1
    return index >= 0 and at < spans[index][1]


def own_level(text: bytes) -> bytes:
    """Blank what lies deeper than one pair of brackets, and lambdas; the length stays the same."""
    edits: list[Edit] = []
    depth, hidden, lambda_at, lambda_depth = 0, -1, -1, 0
    for token in _LEVEL.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            if depth == 2 and lambda_at < 0:
                hidden = token.start()
        elif kind == "lambda" and lambda_at < 0 and depth < 2:
            lambda_at, lambda_depth = token.start(), depth
        if lambda_at >= 0 and depth == lambda_depth and (kind == "close" or token[0] == b","):
            edits.append(_blank(lambda_at, token.start()))
            lambda_at = -1
        if kind == "close":
            depth -= 1
            if depth == 1 and hidden >= 0 and lambda_at < 0:
                edits.append(_blank(hidden, token.end()))
                hidden = -1
    if lambda_at >= 0:
        edits.append(_blank(lambda_at, len(text)))
    return _apply(text, edits)


def _blank(start: int, end: int) -> Edit:
    return Edit(start, end, b" " * (end - start))


def _apply(text: bytes, edits: list[Edit]) -> bytes:
    if not edits:
        return text
    result = bytearray(text)
    for start, end, spaces in edits:
        result[start:end] = spaces
    return bytes(result)
