"""Records named on the command line, by id or as files, and the interpreters to prove them on."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NamedTuple

from misspawn import catalogue, environments
from misspawn.environments import Interpreter
from misspawn.errors import UserError
from misspawn.model import Pattern


class Record(NamedTuple):
    """A pattern and its file."""

    pattern: Pattern
    file: str


def records(targets: Sequence[str]) -> list[Record]:
    """The named records in the given order, or all of them when none is named."""
    folder = catalogue.folder()
    if all(os.path.exists(target) for target in targets) and targets:
        return [record for target in targets for record in _below(target)]
    patterns = catalogue.load()
    ids = [target for target in targets if not os.path.exists(target)]
    chosen = [catalogue.find(patterns, id) for id in ids] or patterns
    found = [Record(pattern, _file(folder, pattern)) for pattern in chosen]
    return found + [r for target in targets if os.path.exists(target) for r in _below(target)]


def _file(folder: str, pattern: Pattern) -> str:
    return os.path.join(folder, pattern.category.value, f"{pattern.id}.yaml")


def _below(path: str) -> list[Record]:
    """The records of a file or folder. Raises `UserError` with all that is wrong with them."""
    from misspawn.catalogue import records as reader

    files = catalogue.files(path) if os.path.isdir(path) else [path]
    found = []
    for file in files:
        patterns, problems = reader.read([file], known=catalogue.files(catalogue.folder()))
        if problems:
            raise UserError(*problems)
        found += [Record(pattern, file) for pattern in patterns]
    return found


def python_arguments(parser: ArgumentParser) -> None:
    """Add the options that choose interpreters."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--python", metavar="VERSIONS", help="such as 3.10,3.13 (default: the running one)"
    )
    group.add_argument(
        "--all-pythons",
        action="store_true",
        help="every Python from 3.10 on that is found on PATH, in pyenv, in uv or by the py launcher",
    )


def interpreters(options: Namespace) -> Sequence[Interpreter]:
    """The interpreters that the options ask for."""
    if options.all_pythons:
        return environments.find_all()
    if options.python:
        return environments.find([word.strip() for word in options.python.split(",")])
    return [environments.running()]
