"""The configuration file: found, read, and checked with every mismatch at its line."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from misspawn.errors import UserError
from misspawn.model import Problem
from misspawn.settings.options import Options

if TYPE_CHECKING:
    from misspawn.catalogue.tree import Keys

NAMES = ("misspawn.toml", "pyproject.toml")  # the first wins over the second in the same folder
_TABLE = ("tool", "misspawn")
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$| \(at end of document\)$")


class File:
    """A configuration file: `options`, and where each of them stands. Raises `UserError` when it is wrong."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.plain: dict[Keys, str] = {}  # TOML has no values that look like text
        self._data = data
        self._prefix = () if os.path.basename(path) != "pyproject.toml" else _TABLE
        self.options = self._checked(_table(path, data, self._prefix))

    def line(self, *keys: str | int) -> int:
        """The line of the value at these keys, or of the one it is in; 0 if neither is there."""
        names = [*self._prefix, *map(str, keys)]
        wholes = (".".join(names[:end]) for end in range(len(names), len(self._prefix), -1))
        return next((self._lines[whole] for whole in wholes if whole in self._lines), 0)

    def problem(self, at: Keys, message: str) -> Problem:
        """A complaint about the value at these keys."""
        return Problem(self.path, self.line(*at), 0, message)

    @cached_property
    def _lines(self) -> dict[str, int]:
        return dict(_places(self._data))

    def _checked(self, table: object) -> Options:
        try:
            return msgspec.convert(table, Options)
        except msgspec.ValidationError:
            from misspawn.catalogue.convert import mismatches  # costs YAML's import

            raise UserError(*mismatches(self, table, Options, ())) from None


def find(start: str) -> File | None:
    """The nearest file with a configuration, from a folder upwards."""
    folder = os.path.abspath(start)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            data = _read(path)
            if data is not None and _configures(path, data):
                return File(_shown(path), data)
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None


def read(path: str) -> File:
    """A file that the user names. Raises `UserError` when it is not there or says nothing."""
    data = _read(path)
    if data is None:
        raise UserError(f"{path}: there is no such file; --config takes a TOML file")
    if not _configures(path, data):
        raise UserError(f"{path}: has no [tool.misspawn]; add it, or drop --config")
    return File(path, data)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        if not os.path.isfile(path):  # also when a folder above is closed to us
            return None
        raise UserError(f"{_shown(path)}: cannot be read: {error.strerror}") from error


def _configures(path: str, data: bytes) -> bool:
    """Whether the file is about us; most files of projects are told from their bytes."""
    if os.path.basename(path) != "pyproject.toml":
        return True
    return b"misspawn" in data and _table(_shown(path), data, _TABLE) is not None


def _shown(path: str) -> str:
    """The path from here, when the file is below."""
    return path.removeprefix(os.path.join(os.getcwd(), ""))


def _table(path: str, data: bytes, keys: tuple[str, ...]) -> Any:
    table: Any = _parsed(path, data)
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _parsed(path: str, data: bytes) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise UserError(Problem(path, 0, 0, "is not UTF-8; save it as UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        place, reason = _AT.search(str(error)), _AT.sub("", str(error))
        last = len(data.splitlines())
        line, column = (int(n or 0) for n in place.groups()) if place else (0, 0)
        raise UserError(Problem(path, line or last, column, f"not valid TOML: {reason}")) from None


def _places(data: bytes) -> Iterator[tuple[str, int]]:
    """The lines of tables and settings under their full names, later ones first.

    A table of an array goes by its index too: `patterns.0` for the first `[[patterns]]`.
    """
    from misspawn.regions.config import Config

    config = Config(data, toml=True)
    marks = [(s.start, s.name, "") for s in config.sections()]
    marks += [(s.start, "", s.name) for s in config.settings]
    found: list[tuple[str, int]] = []
    table = item = ""
    counts: dict[str, int] = {}
    for start, header, name in sorted(marks):
        text = data[start:].lstrip()
        line = data.count(b"\n", 0, len(data) - len(text)) + 1
        if header:
            table = item = header
            if text.startswith(b"[["):
                item = f"{header}.{counts.get(header, 0)}"
                counts[header] = counts.get(header, 0) + 1
                found.append((header, line))
        found.append((item if header else item + name.removeprefix(table), line))
    return reversed(found)  # of several with one name, `dict` keeps the first in the file
