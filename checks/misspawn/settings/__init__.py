"""What is in force: the configuration file, what the command line says, and the records they choose from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from misspawn import catalogue, suppressions
from misspawn.errors import UserError
from misspawn.model import Pattern, Problem, Severity
from misspawn.settings import file
from misspawn.settings.file import File
from misspawn.settings.options import Options
from misspawn.settings.policy import Policy

__all__ = ["Given", "Options", "Policy", "Settings", "load"]

_SEVERITIES = {severity.value for severity in Severity}


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
        line = self.file.line(*keys) if self.file else 0
        is_set_aside = self.given.select and keys[0] in ("select", "ignore")
        places = [f"{self.file.path}:{line}"] if self.file and line and not is_set_aside else []
        if is_set_aside or (self.given.ignore and keys[0] == "ignore"):
            places.append("command line")
        return ", ".join(places) or "default"

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

    def _unknown(self, known: set[str]) -> Iterator[Problem | str]:
        """Complaints about words, on the command line and in the file, that name nothing."""
        yield from catalogue.complaints([*self.given.select, *self.given.ignore], known)
        for keys, words in _words(self.file.options) if self.file else ():
            allowed = known - _SEVERITIES if keys[-1] == "severity" else known
            for message in catalogue.complaints(words, allowed):
                assert self.file is not None
                yield self.file.problem(keys, f"{'.'.join(keys)}: {message}")


def _words(options: Options) -> Iterator[tuple[tuple[str, ...], Iterable[str]]]:
    """The words in a file, with the keys they stand at."""
    yield ("select",), options.select
    yield ("ignore",), options.ignore
    yield ("severity",), options.severity
    for glob, rule in options.per_path.items():
        yield ("per-path", glob, "ignore"), rule.ignore
        yield ("per-path", glob, "severity"), rule.severity


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
