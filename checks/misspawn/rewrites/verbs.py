"""What an edit does at its place. To add a verb: a function here, its line in `_VERBS`, its field in the model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from misspawn.model import Edit
from misspawn.rewrites import naming, syntax
from misspawn.rewrites.inapplicable import Inapplicable
from misspawn.rewrites.places import Place
from misspawn.templates import Field, filled

_BEFORE_ENTRY = re.compile(rb"[ \t]*(?:- +)*")
_INDENT = re.compile(rb"[ \t]*")


class Raw(NamedTuple):
    """A change by its offsets in the file."""

    start: int
    end: int
    text: str


def changes(edit: Edit, place: Place) -> Iterator[Raw]:
    """The changes that an edit comes to. Raises `Inapplicable`."""
    ((verb, template),) = edit.verbs.items()
    needed: list[Raw] = []

    def value(field: Field) -> str:
        if not field.is_name:
            return place.captured(field.name)
        name, imports = naming.written(place, field.name)
        needed.extend(Raw(*change) for change in imports)
        return name

    text = filled(template, value)
    yield from _VERBS[verb](place, text)
    yield from needed


def _replace(place: Place, text: str) -> Iterator[Raw]:
    yield Raw(place.start, place.end, text)


def _before(place: Place, text: str) -> Iterator[Raw]:
    yield Raw(place.start, place.start, text)


def _after(place: Place, text: str) -> Iterator[Raw]:
    yield Raw(place.end, place.end, text)


def _above(place: Place, text: str) -> Iterator[Raw]:
    """In front of the place, where nothing but the dash of a list item may stand before it."""
    data = place.source.data
    lead = data[data.rfind(b"\n", 0, place.start) + 1 : place.start]
    if not _BEFORE_ENTRY.fullmatch(lead):
        raise Inapplicable
    indent = lead.decode().replace("-", " ")
    yield Raw(place.start, place.start, f"{text}{place.newline}{indent}")


def _below(place: Place, text: str) -> Iterator[Raw]:
    data = place.source.data
    start = data.rfind(b"\n", 0, place.start) + 1
    found = _INDENT.match(data, start)
    indent = found[0].decode() if found else ""
    end = syntax.line_end(data, place.end)
    if data[place.end : end].strip():
        raise Inapplicable
    yield Raw(end, end, f"{place.newline}{indent}{text}")


def _argument(place: Place, text: str) -> Iterator[Raw]:
    yield from (Raw(*change) for change in syntax.with_argument(place, text))


def _operator(place: Place, text: str) -> Iterator[Raw]:
    yield from (Raw(*change) for change in syntax.with_operator(place, text))


_VERBS: dict[str, Callable[[Place, str], Iterator[Raw]]] = {
    "replace": _replace,
    "before": _before,
    "after": _after,
    "above": _above,
    "below": _below,
    "argument": _argument,
    "operator": _operator,
}
