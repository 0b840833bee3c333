"""Output formats. To add one: a module here with `write`, and its name in `FORMATS`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, TextIO, cast

from misspawn.formats.style import Style
from misspawn.model import Finding

FORMATS = ("text", "concise", "jsonl", "json", "sarif", "github", "gitlab", "junit", "rdjson")
WHOLE = frozenset({"sarif", "statistics"})  # these say themselves what keeps a finding quiet


class Format(Protocol):
    """What a format module offers."""

    def write(self, findings: Iterable[Finding], out: TextIO, style: Style) -> None:
        """Write each finding as it comes."""


def format(name: str) -> Format:
    """The format of a name; only its module is imported."""
    return cast("Format", import_module(f"misspawn.formats.{name}"))
