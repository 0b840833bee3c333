"""What a configuration file may say. Field names are its keys; the types are checked strictly."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from misspawn.model import Record, Severity


class PerPath(Record, frozen=True, kw_only=True):
    """What is different for the paths of one glob."""

    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = msgspec.field(default_factory=dict)


class Folder(Record, frozen=True, kw_only=True):
    """A folder of records of the team's own, relative to the file, and the address of their pages."""

    folder: str
    url: Annotated[str, Meta(pattern=r"^https?://\S*\{id\}\S*$")]


class Options(Record, frozen=True, kw_only=True):
    """A configuration file.

    Words of `select` and `ignore` are ids, categories and severities; keys of `severity` are ids and
    categories, of which the id decides. Globs are those of `.gitignore`, relative to the file.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = msgspec.field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    minimum_python: Annotated[str, Meta(pattern=r"^3\.[0-9]+$")] | None = msgspec.field(
        name="minimum-python", default=None
    )
    per_path: dict[str, PerPath] = msgspec.field(name="per-path", default_factory=dict)
    patterns: tuple[Folder, ...] = ()
