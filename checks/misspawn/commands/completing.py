"""What can stand where the user presses TAB, told from the names that the arguments go by in the help."""

from __future__ import annotations

import os
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterator
from typing import Any

import argcomplete
from argcomplete.completers import FilesCompleter

from misspawn import catalogue, settings, walk
from misspawn.errors import UserError
from misspawn.formats import FORMATS
from misspawn.model import Pattern
from misspawn.settings import Given

Words = dict[str, str]
"""What may stand there, and what it means."""


def complete(parser: Callable[[str], ArgumentParser]) -> None:
    """Tell the shell, in the way of argcomplete, and end the process. `parser`: that of a command."""
    *words, _unfinished = f"{os.environ.get('COMP_LINE', '')}|".split()
    made = parser(words[1] if len(words) > 1 else "")
    for action in _actions(made):
        action.completer = _COMPLETERS.get(str(action.metavar), _nothing)  # type: ignore[attr-defined]
    argcomplete.autocomplete(made, always_complete_options="long")


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    for action in parser._actions:  # noqa: SLF001 - argparse gives no other way, and argcomplete goes this one
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
        elif action.choices is None:
            yield action


def _ids(**_: Any) -> Words:
    return {pattern.id: pattern.title for pattern in _records()}


def _listed(prefix: str, **_: Any) -> Words:
    """Words with commas between."""
    records = _records()
    titles = {pattern.id: pattern.title for pattern in records}
    given, comma, _last = prefix.rpartition(",")
    return {
        f"{given}{comma}{word}": titles.get(word, "") for word in sorted(catalogue.words(records))
    }


def _outputs(prefix: str, **_: Any) -> Words:
    """A format, then a file."""
    name, colon, path = prefix.partition(":")
    if not colon:
        return {f"{name}:": "" for name in FORMATS}
    return {f"{name}:{found}": "" for found in FilesCompleter()(path)}


def _checks(**_: Any) -> Words:
    from misspawn.doctor import CHECKS

    return dict.fromkeys(CHECKS, "")


def _nothing(**_: Any) -> Words:
    """For what only the user knows. argcomplete would offer files, or hide the option."""
    return {}


def _trees(**_: Any) -> Words:
    return {"index": "what is staged", "HEAD": "the last commit"}


def _targets(prefix: str, **_: Any) -> Words:
    return {**_ids(), **dict.fromkeys(FilesCompleter()(prefix), "")}


def _records() -> tuple[Pattern, ...]:
    try:
        return settings.load(walk.root(["."]), Given()).records()
    except UserError:  # a wrong configuration; a command will tell
        return ()


_FILES = FilesCompleter()
_COMPLETERS: dict[str, Any] = {
    "WORDS": _listed,
    "ID": _ids,
    "ID|PATH": _targets,
    "CHECKS": _checks,
    "TREE": _trees,
    "FORMAT:FILE": _outputs,
    **dict.fromkeys(("PATH", "PATH:LINE", "FILE", "FOLDER", "PROGRAM", "NAME"), _FILES),
}
