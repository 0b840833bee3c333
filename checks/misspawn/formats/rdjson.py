"""reviewdog's format: a `DiagnosticResult` of https://github.com/reviewdog/reviewdog/tree/master/proto/rdf."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.style import Style, valid
from misspawn.model import Finding

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "hint": "INFO"}
_SOURCE = {"name": "misspawn", "url": "https://misspawn.dev/"}


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """One JSON object."""
    diagnostics = [_diagnostic(finding) for finding in findings]
    out.write(json.dumps({"source": _SOURCE, "diagnostics": diagnostics}, indent=1) + "\n")


def _diagnostic(finding: Finding) -> dict[str, object]:
    path = valid(posixpath.normpath(finding.path))
    return {
        "message": valid(f"{finding.message}\n{finding.remedy}"),
        "location": {"path": path, "range": _range(finding)},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.id, "url": finding.url},
        **({"suggestions": suggestions} if (suggestions := _suggestions(finding)) else {}),
    }


def _suggestions(finding: Finding) -> list[dict[str, object]]:
    """The fix, where it is one change in lines that are known. Several suggestions would be taken for a choice."""
    changes = finding.fix.changes if finding.fix else ()
    lines = dict(enumerate(finding.excerpt.split("\n"), finding.span.line))
    if len(changes) != 1 or not {changes[0].span.line, changes[0].span.end_line} <= lines.keys():
        return []
    text, span = changes[0].text, changes[0].span
    start = {"line": span.line, "column": _bytes(lines[span.line], span.column)}
    end = {"line": span.end_line, "column": _bytes(lines[span.end_line], span.end_column)}
    return [{"range": {"start": start, "end": end}, "text": valid(text)}]


def _range(finding: Finding) -> dict[str, dict[str, int]]:
    """Columns count bytes there; where the excerpt ends before the finding, the range is of whole lines."""
    span, lines = finding.span, finding.excerpt.split("\n")
    start, end = {"line": span.line}, {"line": span.end_line}
    if span.end_line - span.line < len(lines):
        start["column"] = _bytes(lines[0], span.column)
        end["column"] = _bytes(lines[span.end_line - span.line], span.end_column)
    return {"start": start, "end": end}


def _bytes(line: str, column: int) -> int:
    return len(line[: column - 1].encode("utf-8", "surrogatepass")) + 1
