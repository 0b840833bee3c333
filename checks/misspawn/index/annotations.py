"""Type annotations as far as they say of which class a value is: names with arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_TOKEN = re.compile(r"[A-Za-z_][\w.]*|\.\.\.|[\[\],|]")
_SPACES = re.compile(r"[\s\"']+")
_THROUGH = frozenset({
    "Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar", "Mapped",
})  # fmt: skip  # names whose first argument is what the value is


class Annotation(NamedTuple):
    """A dotted name and what it has in brackets; a list and a choice of several have no name."""

    name: str
    arguments: tuple[Annotation, ...] = ()

    @property
    def last(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        inside = ",".join(str(argument) or "[]" for argument in self.arguments)
        return f"{self.name}[{inside}]" if inside else self.name

    def full(self, name: Callable[[str], str]) -> Annotation:
        """The same with each name spelled out."""
        inner = tuple(argument.full(name) for argument in self.arguments)
        return Annotation(self.name and name(self.name), inner)


NOTHING = Annotation("")


_VARIABLE = re.compile(r"(?!Any$)_?(?:[A-Z]\w{0,2}|[A-Z]\w*_co|[A-Z]\w*T|T[A-Z]\w*)")


def keeps(given: Annotation, made: Annotation) -> bool:
    """Whether a function of the second type gives what one of the first does: `Callable[P, R]` both."""
    ends = _ends(given)
    return len(ends) == 1 and ends == _ends(made) and all(map(_VARIABLE.fullmatch, ends))


def _ends(annotation: Annotation) -> set[str]:
    """What functions of a type give; for a bare type variable itself."""
    last = (one.arguments[-1] if one.arguments else one for one in options(annotation))
    return {one.name if not one.arguments else "" for one in last}


def options(annotation: Annotation) -> tuple[Annotation, ...]:
    """The types of which a value has one."""
    return annotation.arguments if annotation.name == "Union" else (annotation,)


def written(source: bytes) -> str:
    """An annotation's source, without quotes and spaces."""
    return _SPACES.sub("", source.decode("utf-8", "replace")) if b"Literal" not in source else "?"


def parsed(text: str) -> Annotation:
    """What an annotation says; `NOTHING` when it is none that is understood."""
    tokens = [found[0] for found in _TOKEN.finditer(text)]
    if not tokens or sum(map(len, tokens)) != len(text):
        return NOTHING
    try:
        rest = iter(_marked(tokens))
        found, end = _choice(rest)
    except StopIteration:
        return NOTHING
    return found if not end else NOTHING


def _marked(tokens: list[str]) -> Iterator[str]:
    yield from tokens
    yield ""


def _choice(tokens: Iterator[str]) -> tuple[Annotation, str]:
    """`A | B`, and the token after it."""
    options: list[Annotation] = []
    while True:
        option, after = _one(tokens)
        options.append(option)
        if after != "|":
            return _of(options), after


def _of(options: list[Annotation]) -> Annotation:
    """One of these, without None."""
    kinds = [option for option in dict.fromkeys(options) if option.last != "None"] or options
    return kinds[0] if len(kinds) == 1 else Annotation("Union", tuple(kinds))


def _one(tokens: Iterator[str]) -> tuple[Annotation, str]:
    name = next(tokens)
    if name == "[":
        return Annotation("", _arguments(tokens)), next(tokens)
    if name in ("", "]", ",", "|"):
        return NOTHING, name
    after = next(tokens)
    if after != "[":
        return Annotation(name), after
    arguments = _arguments(tokens)
    after = next(tokens)
    last = name.rpartition(".")[2]
    if last in _THROUGH and arguments:
        return arguments[0], after
    if last == "Union":
        return _of([*arguments]), after
    return Annotation(name, arguments), after


def _arguments(tokens: Iterator[str]) -> tuple[Annotation, ...]:
    found: list[Annotation] = []
    while True:
        argument, after = _choice(tokens)
        found.append(argument)
        if after != ",":
            return tuple(found)
