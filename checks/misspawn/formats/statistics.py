"""How many findings of which record: the table of `--statistics`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from misspawn.formats.style import Style
from misspawn.model import Finding


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """Count, severity and id a line, most frequent first, and the total; then how many are quiet, and why."""
    counts, quiet = Counter[tuple[str, str]](), Counter[str]()
    for finding in findings:
        if finding.quiet:
            quiet["suppressed" if finding.suppression else "in the baseline"] += 1
        else:
            counts[finding.severity, finding.id] += 1
    margin = len(str(counts.total() if counts else 0))
    for (severity, id), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        out.write(f"{count:>{margin}}  {style.severity(f'{severity:7}', severity)}  {id}\n")
    if counts:
        out.write(f"{counts.total():>{margin}}  in all\n")
    for why, count in sorted(quiet.items()):
        out.write(f"{count:>{margin}}  {why}\n")
