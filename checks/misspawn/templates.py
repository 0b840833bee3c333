"""The text of an edit: literal text, `{group}` for what was captured, `{module.name}` for a name; `{{` is a brace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_PART = re.compile(r"\{\{|\}\}|\{([a-z_][\w.]*)\}|([{}])")
_NAME = re.compile(r"[a-z_]\w*(?:\.\w+)+")


class Field(NamedTuple):
    """What stands in braces. `wrong`: a brace that is none of a field."""

    name: str
    wrong: bool = False

    @property
    def is_name(self) -> bool:
        """Whether it is a module's name, not a group."""
        return _NAME.fullmatch(self.name) is not None


def fields(template: str) -> Iterator[Field]:
    """The fields of a template in its order, and the braces that are none."""
    for part in _PART.finditer(template):
        if part[1] or part[2]:
            yield Field(part[1] or part[2], wrong=bool(part[2]))


def filled(template: str, value: Callable[[Field], str]) -> str:
    """The template with its fields replaced."""
    return _PART.sub(lambda part: value(Field(part[1])) if part[1] else part[0][0], template)
