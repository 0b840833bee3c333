"""For people: the finding, its source underlined, the remedy and the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO
from unicodedata import combining, east_asian_width

from misspawn.formats.style import Style, one_line, source_line
from misspawn.model import Finding, Span

HOW = {"safe": "--fix", "unsafe": "--fix --unsafe-fixes"}


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """A block a finding, with an empty line between two."""
    separator = ""
    for finding in findings:
        out.write(separator + "\n".join(_block(finding, style)) + "\n")
        separator = "\n"


def _block(finding: Finding, style: Style) -> Iterator[str]:
    yield from found(finding, style)
    margin = len(str(finding.span.line + finding.excerpt.count("\n")))
    if said := finding.suppression:
        until = f", until {said.until}" if said.until else ""
        why = f"suppressed by line {said.line}{until}: {one_line(said.reason)}"
        yield f"{'':{margin}} {style.paint('=', 'blue')} {why}"
    if finding.baselined:
        yield f"{'':{margin}} {style.paint('=', 'blue')} in the baseline"
    yield f"{'':{margin}} {style.paint('=', 'blue')} fix: {one_line(finding.remedy)}"
    if finding.fix and not finding.quiet:
        how = HOW[finding.fix.safety]
        yield f"{'':{margin}} {style.paint('=', 'blue')} fixable with {how}"
    yield f"{'':{margin}} {style.paint('=', 'blue')} {finding.url}"


def found(finding: Finding, style: Style) -> Iterator[str]:
    """What was found and where, with its source underlined."""
    span = finding.span
    place = style.paint(f"{one_line(finding.path)}:{span.line}:{span.column}:", "bold")
    label = style.severity(f"{finding.severity}[{finding.id}]", finding.severity)
    yield f"{place} {label} {one_line(finding.message)}"
    lines = finding.excerpt.split("\n")
    margin = len(str(span.line + len(lines) - 1))
    for number, line in enumerate(lines, span.line):
        yield f"{style.paint(f'{number:>{margin}} |', 'blue')} {source_line(line)}".rstrip()
        if carets := _carets(line, number, span):
            bar = style.paint(f"{'':{margin}} |", "blue")
            yield f"{bar} {style.severity(carets, finding.severity)}"


def _carets(line: str, number: int, span: Span) -> str:
    """Carets below the part of the line that the span covers; its indentation is left out."""
    start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
    end = span.end_column - 1 if number == span.end_line else len(line)
    covered = line[start:end].rstrip()
    if not covered and number != span.line:
        return ""
    return " " * width(line[:start]) + "^" * max(1, width(covered))


def width(text: str) -> int:
    """Terminal columns of source as shown."""
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1
        for char in source_line(text)
    )
