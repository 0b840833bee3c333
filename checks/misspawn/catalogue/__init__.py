"""The records: where they are, loaded, validated and chosen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import misspawn
from misspawn.catalogue import cache
from misspawn.errors import UserError
from misspawn.model import Category, Pattern, Severity


def folder() -> str:
    """The folder of the records: inside the installed package, else beside `checks/` in the repository."""
    package = os.path.dirname(os.path.abspath(misspawn.__file__))
    installed = os.path.join(package, "patterns")
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(os.path.dirname(package)), "patterns")


def files(root: str) -> list[str]:
    """All record files of a folder: in it and in its subfolders, sorted."""
    try:
        folders = [root, *(entry.path for entry in os.scandir(root) if entry.is_dir())]
        found = [entry.path for folder in folders for entry in os.scandir(folder)]
    except OSError as error:
        raise UserError(f"{root}: no records: {error.strerror}; reinstall misspawn") from error
    return sorted(path for path in found if path.endswith((".yaml", ".yml")))


def load(root: str | None = None, *, beside: Sequence[str] = ()) -> tuple[Pattern, ...]:
    """All records of a folder, sorted by id, `beside` the record files that have been loaded.

    Raises `UserError` with every problem when any record is malformed.
    """
    root = root or folder()
    paths = files(root)
    stamp = cache.stamp([*paths, *beside])
    patterns = cache.load(root, stamp)
    if patterns is None:
        patterns = _read(paths, beside)
        cache.save(root, stamp, patterns)
    return patterns


def _read(paths: Sequence[str], beside: Sequence[str]) -> tuple[Pattern, ...]:
    from misspawn.catalogue import records  # YAML and the region tables: only when a record changed

    patterns, problems = records.read(paths, known=beside)
    if problems:
        raise UserError(*problems)
    return tuple(sorted(patterns, key=lambda pattern: pattern.id))


def find(patterns: Iterable[Pattern], id: str) -> Pattern:
    """The record with this id. Raises `UserError` with a suggestion."""
    known = {pattern.id: pattern for pattern in patterns}
    if id not in known:
        raise UserError(
            f"there is no record `{id}`{_suggestion(id, known) or '; `misspawn list` shows all'}"
        )
    return known[id]


def choose(
    patterns: Iterable[Pattern], *, select: Iterable[str] = (), ignore: Iterable[str] = ()
) -> list[Pattern]:
    """The records that are selected (all, when nothing is) and not ignored.

    A word is an id, a category or a severity. Raises `UserError` naming all unknown words.
    """
    patterns, selection = list(patterns), Selection(frozenset(select), frozenset(ignore))
    if unknown := list(complaints(selection.select | selection.ignore, words(patterns))):
        raise UserError(*unknown)
    return [
        pattern
        for pattern in patterns
        if selection.takes(pattern.id, pattern.category.value, pattern.severity.value)
    ]


class Selection(NamedTuple):
    """What is selected (all, when nothing is) and not ignored, by words."""

    select: frozenset[str]
    ignore: frozenset[str]

    def takes(self, *words: str) -> bool:
        """Whether something that goes by these words is selected."""
        wanted = not self.select or not self.select.isdisjoint(words)
        return wanted and self.ignore.isdisjoint(words)


def words(patterns: Iterable[Pattern]) -> set[str]:
    """The words that select something: ids, categories, severities."""
    ids = {pattern.id for pattern in patterns}
    return ids | {member.value for kind in (Category, Severity) for member in kind}


def complaints(given: Iterable[str], known: set[str]) -> Iterator[str]:
    """A complaint for each word that selects nothing."""
    for word in sorted(set(given) - known):
        yield f"`{word}` is no id, category or severity{_suggestion(word, known)}"


def _suggestion(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"; did you mean `{near[0]}`?" if near else ""
