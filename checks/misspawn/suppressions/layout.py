"""What the lines of a file are to suppressions, found in one pass: time is linear in the text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from misspawn.source import Source

_ABOUT = re.compile(
    r"\s*(?:[#;].*|---.*)?"
)  # comments, empty lines, and what begins a YAML document


class Layout(NamedTuple):
    """The lists have an item a line, counted from 1.

    `unfinished`: whether a backslash joins the next line to it, so that no comment can end it or follow it.
    `first` and `last`: the lines that are so joined. `below`: for a comment alone on its line the
    next that is none, else 0. `head`: the last of the lines that stand above all code.
    """

    unfinished: list[bool]
    first: list[int]
    last: list[int]
    below: list[int]
    head: int


@lru_cache(maxsize=2)
def layout(source: Source) -> Layout:
    """The layout of a file."""
    lines = ["", *(source.line(number) for number in range(1, len(source.line_starts) + 1))]
    alone = [line.lstrip().startswith(("#", ";")) for line in lines]
    unfinished = [
        line.rstrip().endswith("\\") and not is_comment
        for line, is_comment in zip(lines, alone, strict=True)
    ]
    numbers = range(len(lines))
    first, last, following = list(numbers), list(numbers), list(numbers)
    for number in numbers[1:]:
        if unfinished[number - 1]:
            first[number] = first[number - 1]
    for number in reversed(numbers[:-1]):
        if unfinished[number]:
            last[number] = last[number + 1]
        if alone[number]:
            following[number] = following[number + 1]
    below = [next_ if is_comment else 0 for next_, is_comment in zip(following, alone, strict=True)]
    code = (number for number in numbers if not _ABOUT.fullmatch(lines[number]))
    return Layout(unfinished, first, last, below, next(code, len(lines)) - 1)
