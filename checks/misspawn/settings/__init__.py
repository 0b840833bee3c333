"""What is in force: the configuration file, what the command line says, and the records they choose from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from misspawn import catalogue, suppressions
from misspawn.errors import UserError
from misspawn.model import Pattern
from misspawn.settings import file
from misspawn.settings.file import File
from misspawn.settings.options import Options
from misspawn.settings.policy import Policy

__all__ = ["Given", "Policy", "Settings", "load"]

COMMAND_LINE = "command line"


class Given(NamedTuple):
    """What the command line says. `config`: a file, None to look for one; `isolated`: use none."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    config: str | None = None
    isolated: bool = False


class Settings:
    """The options in force and where they come from. The command line wins over the file."""

    def __init__(self, found: File | None, given: Given) -> None:
        self.file = found
        self.given = given
        self.options = _merged(found.options if found else Options(), given)

    @property
    def folder(self) -> str:
        """The folder that globs are relative to: that of the file, '' without one."""
        return os.path.dirname(os.path.abspath(self.file.path)) if self.file else ""

    def origin(self, *keys: str | int) -> str:
        """Where a value comes from: `file:line`, the command line, or `default`."""
        if keys[0] == "select" and self.given.select:
            return COMMAND_LINE
        if keys[0] == "ignore" and (self.given.select or self.given.ignore):
            return COMMAND_LINE if self.given.select else f"{self._place(*keys)}, {COMMAND_LINE}"
        return self._place(*keys)

    def _place(self, *keys: str | int) -> str:
        line = self.file.line(*keys) if self.file and self._is_set(str(keys[0])) else 0
        return f"{self.file.path}:{line}" if self.file and line else "default"

    def _is_set(self, key: str) -> bool:
        assert self.file is not None
        name = key.replace("-", "_")
        return bool(getattr(self.file.options, name) != getattr(Options(), name))

    def records(self) -> tuple[Pattern, ...]:
        """All records: ours and the team's, with the severities that the configuration gives them.

        Raises `UserError` with every word in the file that names nothing.
        """
        patterns = [*catalogue.load(), *self._own()]
        known = catalogue.words(patterns) | {*suppressions.KINDS, suppressions.CATEGORY}
        if problems := list(self._unknown(known)):
            raise UserError(*problems)
        if self.options.severity:
            patterns = [self._regraded(pattern) for pattern in patterns]
        return tuple(sorted(patterns, key=lambda pattern: pattern.id))

    def folders(self) -> list[str]:
        """The folders of the team's own records."""
        folders = [os.path.join(self.folder, own.folder) for own in self.options.patterns]
        for index, folder in enumerate(folders):
            if not os.path.isdir(folder) and self.file:
                raise UserError(
                    self.file.problem(
                        ("patterns", index, "folder"),
                        f"{self.options.patterns[index].folder}: there is no such folder",
                    )
                )
        return folders

    def _own(self) -> Iterator[Pattern]:
        loaded: list[str] = []
        for own, folder in zip(self.options.patterns, self.folders(), strict=True):
            loaded = loaded or catalogue.files(catalogue.folder())
            for pattern in catalogue.load(folder, beside=loaded):
                url = own.url.replace("{id}", pattern.id)
                page = url.replace("{category}", pattern.category.value)
                yield replace(pattern, page=pattern.page or page)
            loaded = [*loaded, *catalogue.files(folder)]

    def _regraded(self, pattern: Pattern) -> Pattern:
        given = self.options.severity
        severity = given.get(pattern.id) or given.get(pattern.category.value)
        return replace(pattern, severity=severity, milder={}) if severity else pattern

    def _unknown(self, known: set[str]) -> Iterator[object]:
        given = [*self.given.select, *self.given.ignore]
        yield from catalogue.complaints(given, known)
        if self.file is None:
            return
        graded = known - {"error", "warning", "hint"}
        options = self.file.options
        lists: list[tuple[tuple[str, ...], object, set[str]]] = [
            (("select",), options.select, known),
            (("ignore",), options.ignore, known),
            (("severity",), options.severity, graded),
        ]
        for glob, rule in options.per_path.items():
            lists.append((("per-path", glob, "ignore"), rule.ignore, known))
            lists.append((("per-path", glob, "severity"), rule.severity, graded))
        for keys, words, allowed in lists:
            assert isinstance(words, (tuple, dict))
            for message in catalogue.complaints(words, allowed):
                yield self.file.problem(keys, f"{'.'.join(keys)}: {message}")


def load(root: str, given: Given) -> Settings:
    """What is in force for a scan root. Raises `UserError` when a file is wrong."""
    if given.isolated:
        return Settings(None, given)
    return Settings(file.read(given.config) if given.config else file.find(root), given)


def _merged(options: Options, given: Given) -> Options:
    """A selection on the command line sets that of the file aside; an `--ignore` alone adds to it."""
    if given.select:
        return replace(options, select=given.select, ignore=given.ignore)
    return replace(options, ignore=(*options.ignore, *given.ignore))
