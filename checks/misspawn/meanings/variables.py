"""The parameters and variables of one function, told from its text: what they are given, word by word."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_HEADER_END = re.compile(rb":[ \t]*(?:#[^\n]*)?\r?\n")
_PARAMETER = re.compile(rb"[(,*]\s*(\w+)\s*(?::([^,=)]*))?(?=[,=)])")
_BINDING = re.compile(
    rb"\n([ \t]+)(?:(\w+)[ \t]*=(?!=)[ \t]*([^\n]*)"
    rb"|(?:async[ \t]+)?with[ \t]+(\w+)[^\n,]*[ \t]as[ \t]+(\w+)[ \t]*:"
    rb"|(?:async[ \t]+)?for[ \t]+(\w+)[ \t]+in[ \t]+(\w+))"
)
_INNER = re.compile(rb"\n([ \t]+)(?:async )?def ")
_MOST = 200  # columns of an indentation
_DECORATORS = 300  # bytes above a function


class Given(NamedTuple):
    """What a variable is given at an offset: a value, or a part of what begins with a word."""

    text: bytes
    at: int
    is_value: bool


class Variables(NamedTuple):
    """Those of one function. `parameters`: with their annotations. `asks`: pytest fills them with fixtures."""

    parameters: dict[bytes, bytes | None]
    given: dict[bytes, list[Given]]
    asks: bool


def variables(data: bytes, begin: int) -> Variables | None:
    """Those of the function that begins on a line; None when one of them may be another's."""
    head = _HEADER_END.search(data, begin)
    if head is None:
        return None
    line = data[begin : head.start()]
    indent = len(line) - len(line.lstrip(b" \t"))
    after = _shallow(indent).search(data, head.end() - 1)
    end = after.start() if after else len(data)
    if data.find(b"global ", begin, end) >= 0:
        return None
    above = data[max(begin - _DECORATORS, 0) : begin]
    is_test = line.lstrip().removeprefix(b"async ").startswith(b"def test")
    parameters = {found[1]: found[2] for found in _PARAMETER.finditer(line)}
    return Variables(parameters, _given(data, head.end() - 1, end), is_test or b"fixture" in above)


def _given(data: bytes, start: int, end: int) -> dict[bytes, list[Given]]:
    deepest = min(map(len, _INNER.findall(data, start, end)), default=_MOST)
    given: dict[bytes, list[Given]] = {}
    for found in _BINDING.finditer(data, start, end):
        indent, name, value, entered, as_, loop, looped = found.groups()
        if len(indent) <= deepest:  # else it may be a variable of an inner function
            one = Given(value or entered or looped or b"", found.start(3), value is not None)
            given.setdefault(name or as_ or loop, []).append(one)
    return given


@cache
def _shallow(indent: int) -> re.Pattern[bytes]:
    """Finds a line that is indented by no more than so much."""
    return re.compile(rb"\n[ \t]{0,%d}[^\s#)\]}]" % indent)
