"""Record files: find them, read them, and tell all that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from misspawn.catalogue import convert
from misspawn.catalogue.checks import CHECKS
from misspawn.catalogue.tree import Tree
from misspawn.model import Pattern, Problem

FIRST_LINE = "# yaml-language-server: $schema=../schema.json"


def read(files: Iterable[str], *, known: Sequence[str] = ()) -> tuple[list[Pattern], list[Problem]]:
    """Return the valid records of the files, and all problems of all files.

    `known`: further record files, whose ids may be named as related and must not be used again.
    """
    trees = [_tree(file) for file in files]
    patterns = [(tree, pattern) for tree in trees if (pattern := convert.pattern(tree))]
    places = _places([tree.path for tree in trees] + list(known))
    for tree, pattern in patterns:
        tree.problems += _complaints(tree, pattern, places)
    valid = [pattern for tree, pattern in patterns if not tree.problems]
    return valid, sorted({problem for tree in trees for problem in tree.problems})


def _tree(file: str) -> Tree:
    """The file's data; a file that cannot be read is an empty tree with a problem."""
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
    except OSError as error:
        return _broken(file, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return _broken(file, "is not UTF-8; save it as UTF-8")
    tree = Tree(file, text)
    if not text.startswith(FIRST_LINE + "\n"):
        tree.problems.append(Problem(file, 1, 1, f"the first line must be `{FIRST_LINE}`"))
    return tree


def _broken(file: str, reason: str) -> Tree:
    tree = Tree(file, "")
    tree.problems.append(Problem(file, 0, 0, reason))
    return tree


def _places(files: Iterable[str]) -> dict[str, set[str]]:
    """The real paths of the files by their stem, which is their id."""
    places: dict[str, set[str]] = {}
    for file in files:
        places.setdefault(_stem(file), set()).add(os.path.realpath(file))
    return places


def _stem(file: str) -> str:
    return os.path.splitext(os.path.basename(file))[0]


def _complaints(tree: Tree, pattern: Pattern, places: dict[str, set[str]]) -> Iterator[Problem]:
    for check in CHECKS:
        for keys, message in check(pattern):
            yield tree.problem(keys, message)
    if not tree.path.endswith(".yaml"):
        yield tree.problem((), "rename the file: a record's name ends in `.yaml`")
    if pattern.id != _stem(tree.path):
        yield tree.problem(("id",), f"`{pattern.id}` is not the file's name; rename one of them")
    folder = os.path.basename(os.path.dirname(os.path.abspath(tree.path)))
    if pattern.category.value != folder:
        yield tree.problem(
            ("category",), f"`{pattern.category.value}` is not the folder; move the file there"
        )
    for other in sorted(places.get(pattern.id, set()) - {os.path.realpath(tree.path)}):
        yield tree.problem(("id",), f"`{pattern.id}` is also the id of {other}; ids are unique")
    for index, related in enumerate(pattern.related):
        if related not in places or related == pattern.id:
            yield tree.problem(
                ("related", index), f"there is no other record `{related}`; mend the id or drop it"
            )
