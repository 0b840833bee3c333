"""One JSON object a line, for programs. The keys are a promise: see `record`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.style import Style
from misspawn.model import Finding, Fix


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """An object a line; ASCII only, so that every file name survives every pipe."""
    out.writelines(json.dumps(record(finding)) + "\n" for finding in findings)


def record(finding: Finding) -> dict[str, object]:
    """A finding's public fields; `suppressed`, `baselined` and `fix` only where it has them."""
    span, said = finding.span, finding.suppression
    quiet: dict[str, str | int] = (
        {"line": said.line, "reason": said.reason, "until": said.until} if said else {}
    )
    return {
        "path": finding.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "id": finding.id,
        "category": finding.category,
        "severity": finding.severity,
        "message": finding.message,
        "url": finding.url,
        "excerpt": finding.excerpt,
        "fingerprint": finding.fingerprint,
        **({"suppressed": quiet} if quiet else {}),
        **({"baselined": True} if finding.baselined else {}),
        **({"fix": _fix(finding.fix)} if finding.fix else {}),
    }


def _fix(fix: Fix) -> dict[str, object]:
    """The offsets count bytes of the text as UTF-8, without byte order mark."""
    return {
        "safety": fix.safety,
        "because": fix.because,
        "edits": [
            {
                "start": change.start,
                "end": change.end,
                "line": change.span.line,
                "column": change.span.column,
                "end_line": change.span.end_line,
                "end_column": change.span.end_column,
                "text": change.text,
            }
            for change in fix.changes
        ],
    }
