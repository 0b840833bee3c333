"""Lines on which the project allows what a record is about: `# noqa: RUF006`, a rule of Ruff that overlaps it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from misspawn.model import Finding, Pattern, Suppression
from misspawn.source import Source

_ALLOWED = re.compile(r"#\s*noqa\s*:\s*([A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)")
_SAME = (
    "ASYNC",
    "PLW",
    "RUF",
    "S",
)  # families about what code does; others, as E, are about how it is written


def rules(patterns: Iterable[Pattern]) -> dict[str, frozenset[str]]:
    """The rules of Ruff by the records of which they see the wrong example."""
    told = (
        (p.id, frozenset(code for code in p.overlaps.ruff if code.startswith(_SAME)))
        for p in patterns
    )
    return {id: codes for id, codes in told if codes}


def applied(
    source: Source, findings: Iterable[Finding], known: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """The findings, quiet where a line of what they underline allows one of the rules known for their record."""
    for finding in findings:
        codes = known.get(finding.id, frozenset())
        numbers = range(finding.span.line, finding.span.end_line + 1)
        allowed = (
            (line, code) for line in numbers for code in _codes(source.line(line)) if code in codes
        )
        line, code = next(allowed, (0, ""))
        yield replace(finding, suppression=Suppression(line, f"noqa: {code}")) if code else finding


def _codes(line: str) -> list[str]:
    found = _ALLOWED.search(line)
    return re.findall(r"[A-Z]+\d+", found[1]) if found else []
