"""Output formats. To add one: a module here with `write`, and its line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TextIO

from misspawn.formats import concise, json, jsonl, text
from misspawn.formats.style import Style
from misspawn.model import Finding


class Format(Protocol):
    """What a format module offers."""

    def write(self, findings: Iterable[Finding], out: TextIO, style: Style) -> None:
        """Write each finding as it comes."""


FORMATS: dict[str, Format] = {"text": text, "concise": concise, "jsonl": jsonl, "json": json}
