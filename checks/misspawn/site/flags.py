"""Where misspawn's scan flags the examples of a record: the lines that the page marks."""

from __future__ import annotations

from misspawn import examples
from misspawn.model import Example, Pattern
from misspawn.project import Project
from misspawn.scan import Scanner

LONG = 8  # of a region with more lines only the first is marked


def flagged(pattern: Pattern) -> dict[str, dict[str, list[int]]]:
    """For each example by title, the flagged lines of each of its files."""
    if not pattern.detect:
        return {}
    scanner = Scanner((pattern,))
    return {example.title: _lines(example, scanner) for example in pattern.examples}


def _lines(example: Example, scanner: Scanner) -> dict[str, list[int]]:
    texts = {path: text.encode() for path, text in examples.files(example).items()}
    facts = Project.in_memory(texts)
    found: dict[str, list[int]] = {}
    for path, data in texts.items():
        for finding in scanner.file(path, data, facts):
            span = finding.span
            end = span.end_line if span.end_line - span.line < LONG else span.line
            found.setdefault(path, []).extend(range(span.line, end + 1))
    return {path: sorted(set(lines)) for path, lines in found.items()}
