"""Where misspawn's scan flags the examples of a record: the lines that the page marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from misspawn import examples
from misspawn.against import Against
from misspawn.model import Example, Finding, Pattern
from misspawn.project import Project
from misspawn.scanner import Scanner

LONG = 8  # of a region with more lines only the first is marked


def flagged(pattern: Pattern) -> dict[str, dict[str, list[int]]]:
    """For each example by title, the flagged lines of each of its files."""
    if not pattern.detect:
        return {}
    scanner = Scanner((pattern,))
    return {
        example.title: _lines(_findings(example, scanner, pattern)) for example in pattern.examples
    }


def _findings(example: Example, scanner: Scanner, pattern: Pattern) -> Iterator[Finding]:
    texts = examples.files(example)
    facts = Project.in_memory({path: text.encode() for path, text in texts.items()})
    for path, text in texts.items():
        yield from scanner.file(path, text.encode(), facts)
    if pattern.asks_tree:
        view = Against([pattern], *examples.trees(texts, example.unstaged))
        yield from chain.from_iterable(map(view.file, view.files()))


def _lines(findings: Iterable[Finding]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for finding in findings:
        span = finding.span
        end = span.end_line if span.end_line - span.line < LONG else span.line
        found.setdefault(finding.path, []).extend(range(span.line, end + 1))
    return {path: sorted(set(lines)) for path, lines in found.items()}
