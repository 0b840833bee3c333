"""The statements of a module's or a class's body, told from their indentation, without parsing.

Where lines mislead, as those of strings do, a definition is missed or does not parse; who reads them
has to make sure of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from misspawn.regions.lexical import Quotes
from misspawn.regions.names import stands

Span = tuple[int, int]
_CLAUSE = re.compile(rb"(?:else|elif|except|finally)\b")
_DEFINITION = re.compile(rb"(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|@")


class Statements(NamedTuple):
    """Where the definitions of each name are, with their decorators, and where all others are, one by one.

    `between`: the text of the others.
    """

    definitions: dict[bytes, list[Span]]
    rest: list[Span]
    between: bytes

    def about(self, data: bytes, name: bytes) -> list[Span]:
        """Those that may bind a name of the body: its definitions, and others with the word."""
        found = self.definitions.get(name, [])
        if not stands(self.between, name):
            return found
        return sorted([*found, *(span for span in self.rest if data.find(name, *span) >= 0)])


def statements(data: bytes, quotes: Quotes, within: Span, indent: bytes = b"") -> Statements:
    """Those of a stretch that is one body, indented so."""
    definitions: dict[bytes, list[Span]] = {}
    rest: list[Span] = []
    for name, start, end in _pieces(data, quotes, within, indent):
        (definitions.setdefault(name, []) if name else rest).append((start, end))
    return Statements(definitions, rest, b"\n".join(data[start:end] for start, end in rest))


def _pieces(
    data: bytes, quotes: Quotes, within: Span, indent: bytes
) -> Iterator[tuple[bytes, int, int]]:
    """Definitions and what lies between them, whose name is empty."""
    low, high = within
    name, begin, is_decorated = b"", low, False
    for start in _starts(data, within, indent):
        if not quotes.are_even(low, start):
            continue
        found = _DEFINITION.match(data, start + len(indent))
        goes_on = found is None and _CLAUSE.match(data, start + len(indent))
        if not is_decorated and not goes_on:
            if start > begin:
                yield name, begin, start
            name, begin = b"", start
        if found:
            name = found[1] or found[2] or b""
        is_decorated = found is not None and not name
    yield name, begin, high


def _starts(data: bytes, within: Span, indent: bytes) -> Iterator[int]:
    """Where statements begin; a line that begins with a closing bracket goes on with one."""
    low, high = within
    if low == 0 and data[:1].strip():
        yield 0
    for found in _start(indent).finditer(data, max(low - 1, 0), high):
        yield found.start() + 1


@lru_cache(maxsize=32)
def _start(indent: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\n%b(?=[^\s#)\]}])" % indent)
