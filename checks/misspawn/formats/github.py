"""Annotations on GitHub: workflow commands, one a line, that a step of a workflow prints.

The syntax and its escapes are those of `@actions/core`, which the documentation of workflow commands refers to:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.style import Style, one_line
from misspawn.model import Finding

_COMMANDS = {"error": "error", "warning": "warning", "hint": "notice"}
_DATA = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY = _DATA | {ord(":"): "%3A", ord(","): "%2C"}


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """`::error file=...,line=...,endLine=...,title=...::message`."""
    out.writelines(_command(finding) + "\n" for finding in findings)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": finding.span.line,
        "endLine": finding.span.end_line,
        "title": finding.id,
    }
    given = ",".join(
        f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items()
    )
    message = f"{finding.message}\n{finding.remedy}\n{finding.url}"
    return f"::{_COMMANDS[finding.severity]} {given}::{_escaped(message, _DATA)}"


def _escaped(text: str, escapes: dict[int, str]) -> str:
    return one_line(text.translate(escapes))
