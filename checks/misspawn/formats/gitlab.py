"""GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.style import Style, valid
from misspawn.model import Finding

_SEVERITIES = {"error": "critical", "warning": "major", "hint": "info"}


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """One JSON array. GitLab takes findings of one fingerprint for one, so the path goes into it."""
    out.write(json.dumps([_issue(finding) for finding in findings], indent=1) + "\n")


def _issue(finding: Finding) -> dict[str, object]:
    path = valid(posixpath.normpath(finding.path))
    lines = {"begin": finding.span.line, "end": finding.span.end_line}
    return {
        "description": valid(f"{finding.message}. {finding.remedy}"),
        "check_name": finding.id,
        "fingerprint": hashlib.sha256(f"{path}\0{finding.fingerprint}".encode()).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": path, "lines": lines},
    }
