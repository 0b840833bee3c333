"""Code as coloured HTML, in the shape that the theme gives to its own code blocks.

Pygments by hand: with one formatter for a whole site, and without spans around what has no colour,
a build is a third shorter and its pages are smaller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from html import escape
from itertools import groupby

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType

_COLOURLESS = {"", "n", "nn", "p", "w", "py", "nv", "o", "g", "esc", "x", "err"}


def block(text: str, language: str, *, title: str = "", lines: Collection[int] = ()) -> str:
    """A block of code. `lines`: those to highlight, from 1."""
    name = f'<span class="filename">{escape(title)}</span>' if title else ""
    shown = "".join(
        f'<span class="hll">{line}\n</span>' if number in lines else f"{line}\n"
        for number, line in enumerate(_lines(text.strip("\n"), language), 1)
    )
    return f'<div class="language-{language} highlight">{name}<pre><span></span><code>{shown}</code></pre></div>'


def _lines(text: str, language: str) -> list[str]:
    if language == "text":
        return escape(text).split("\n")
    parts: list[list[str]] = [[]]
    for kind, tokens in groupby(
        _lexer(language).get_tokens(text), key=lambda token: _class(token[0])
    ):
        for number, piece in enumerate("".join(value for _, value in tokens).split("\n")):
            if number:
                parts.append([])
            if piece:
                shown = escape(piece)
                parts[-1].append(f'<span class="{kind}">{shown}</span>' if kind else shown)
    return ["".join(part) for part in parts][: text.count("\n") + 1]


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=True)


@cache
def _class(kind: _TokenType) -> str:
    for one in _upwards(kind):
        if one in STANDARD_TYPES:
            short = STANDARD_TYPES[one]
            return "" if short in _COLOURLESS else short
    return ""


def _upwards(kind: _TokenType) -> Iterator[_TokenType]:
    one: _TokenType | None = kind
    while one is not None and one is not Token:
        yield one
        one = one.parent
