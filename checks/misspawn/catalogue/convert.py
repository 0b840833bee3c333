"""Plain data to a `Pattern`, with every mismatch at once and each at its place.

msgspec stops at the first mismatch, so structs, lists and mappings are walked here and it judges
the leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

import msgspec

from misspawn.catalogue.tree import Keys, Tree
from misspawn.model import Pattern, Problem


class Places(Protocol):
    """What tells where in a file a value stands. `plain`: what reads as something else than text."""

    plain: dict[Keys, str]

    def problem(self, at: Keys, message: str) -> Problem:
        """A complaint about the value at these keys."""


def pattern(tree: Tree) -> Pattern | None:
    """The record in a tree, or None after adding to the tree's problems."""
    if tree.problems:
        return None
    tree.problems += mismatches(tree, tree.data, Pattern, ())
    return None if tree.problems else msgspec.convert(tree.data, Pattern)


def mismatches(tree: Places, value: object, kind: Any, at: Keys) -> Iterator[Problem]:
    """Everything in a value that does not fit the type."""
    base = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    struct = _struct(base)
    if struct and isinstance(value, dict):
        yield from _members(tree, value, struct, at)
        return
    found: list[Problem] = []
    if get_origin(base) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            found += mismatches(tree, item, get_args(base)[0], (*at, index))
    elif get_origin(base) is dict and isinstance(value, dict):
        for key, item in value.items():
            found += mismatches(tree, key, get_args(base)[0], (*at, key))
            found += mismatches(tree, item, get_args(base)[1], (*at, key))
    yield from found or _leaf(tree, value, kind, at)


def _struct(kind: Any) -> type[msgspec.Struct] | None:
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    structs = (o for o in options if isinstance(o, type) and issubclass(o, msgspec.Struct))
    return next(structs, None)


def _members(
    tree: Places, value: dict[str, object], struct: type[msgspec.Struct], at: Keys
) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key, item in value.items():
        if key not in fields:
            yield tree.problem((*at, key), f"unknown key `{key}`; {_advice(key, fields)}")
        else:
            yield from mismatches(tree, item, fields[key].type, (*at, key))
    for name, field in fields.items():
        if field.required and name not in value:
            yield tree.problem(at, f"`{name}` is missing{_of(at)}; add it")


def _leaf(tree: Places, value: object, kind: Any, at: Keys) -> Iterator[Problem]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason = str(error).partition(" - at ")[0]
        choices = _choices(kind)
        if isinstance(value, str) and choices:
            reason = f"`{value}` is not known here; {_advice(value, choices)}"
        elif at in tree.plain:
            reason = f"{tree.plain[at]} ({reason})"
        yield tree.problem(at, f"{_name(at)}: {reason}")


def _choices(kind: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member.value for member in kind]
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def _advice(word: str, known: dict[str, Any] | list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(known)}"


def _name(at: Keys) -> str:
    """`('detect', 0, 'match')` as `detect[0].match`."""
    dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in at)
    return dotted.removeprefix(".") or "the record"


def _of(at: Keys) -> str:
    return f" in {_name(at)}" if at else ""
