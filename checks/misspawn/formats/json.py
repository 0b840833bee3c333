"""One JSON array of the same objects as in `jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.jsonl import record
from misspawn.formats.style import Style
from misspawn.model import Finding


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """The array, written as the findings come."""
    separator = "[\n"
    for finding in findings:
        out.write(separator + json.dumps(record(finding)))
        separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")
