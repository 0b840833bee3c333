"""One line a finding, for grep, editors and pipes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.style import Style, one_line
from misspawn.model import Finding


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """`path:line:col: id message`, and why it is suppressed when it is."""
    for finding in findings:
        place = f"{one_line(finding.path)}:{finding.span.line}:{finding.span.column}:"
        quiet = f" (suppressed: {one_line(said.reason)})" if (said := finding.suppression) else ""
        quiet += " (in the baseline)" if finding.baselined else ""
        id = style.severity(finding.id, finding.severity)
        out.write(f"{place} {id} {one_line(finding.message)}{quiet}\n")
