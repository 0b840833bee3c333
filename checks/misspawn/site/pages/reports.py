"""Figures, reviews that are due, and the searches of all records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from misspawn import evidence
from misspawn.evidence import PYTHONS
from misspawn.model import Kind
from misspawn.mutants import mutants
from misspawn.site.addresses import link, near
from misspawn.site.book import Book
from misspawn.site.finding import searches
from misspawn.site.markdown import code, fence, html
from misspawn.site.pages import calls
from misspawn.site.words import CATEGORIES

DAYS = 180
_TEST = re.compile(r"^(?:async )?def test_", re.MULTILINE)


def metrics(book: Book, argument: str = "") -> str:
    """What can be counted, from the records and the evidence of this build."""
    all_examples = [(p, example) for p in book.live for example in p.examples]
    runs = [run for p, example in all_examples for run in book.runs(p, example)]
    proved = sum(1 for p, example in all_examples if book.runs(p, example))
    whole = sum(1 for p in book.live if not evidence.missing(p, book.proofs.get(p.id, ())))
    figures = {
        "error patterns": sum(1 for p in book.live if p.kind is Kind.PATTERN),
        "myths refuted": sum(1 for p in book.live if p.kind is Kind.MYTH),
        "detectors": sum(len(p.detect) for p in book.live),
        "messages recognised": sum(1 for p in book.live for s in p.symptoms if s.log),
        "examples": len(all_examples),
        "examples proved": proved,
        "runs behind them": len(runs),
        "records proved on every version": whole,
    }
    return f"{_figures(figures)}\n\n{_by_version(book)}\n\n{_by_category(book)}"


def _figures(figures: Mapping[str, int]) -> str:
    items = "".join(
        f"<div><dt>{name}</dt><dd>{count}</dd></div>" for name, count in figures.items()
    )
    return f'<dl class="ms-figures">{items}</dl>'


def suite(book: Book, argument: str = "") -> str:
    """What the project's own tests hold, from the test files and the records."""
    root = Path(book.root).parent
    texts = [path.read_text(encoding="utf-8") for path in (root / "tests").rglob("test_*.py")]
    detectors = [detector for pattern in book.live for detector in pattern.detect]
    figures = {
        "test files": len(texts),
        "test functions": sum(len(_TEST.findall(text)) for text in texts),
        "detectors tested on examples": len(detectors),
        "conditions of detectors, each taken away once": sum(
            1 for detector in detectors for _ in mutants(detector)
        ),
        "calls of the table run": 2 * len(calls.read()),
    }
    return _figures(figures)


def _by_version(book: Book) -> str:
    counts = Counter(run.python for p in book.live for e in p.examples for run in book.runs(p, e))
    rows = "\n".join(f"| Python {python} | {counts[python]} |" for python in PYTHONS)
    return f"## Runs by interpreter\n\n| Interpreter | Proved runs |\n| --- | ---: |\n{rows}"


def _by_category(book: Book) -> str:
    rows = []
    for category in book.categories:
        found = book.of(category)
        seen = sum(1 for p in found if p.detect)
        commits = sum(len(p.history) for p in found)
        rows.append(f"| {CATEGORIES[category][0]} | {len(found)} | {seen} | {commits} |")
    head = "| Category | Records | With a detector | Commits seen |\n| --- | ---: | ---: | ---: |"
    return "\n".join(("## Records by category", "", head, *rows))


def reviews(book: Book, argument: str = "") -> str:
    """When each record is due, the first ones first, by owner."""
    to = near("maintenance.md")
    rows = []
    for pattern in sorted(book.live, key=lambda p: (p.reviewed, p.id)):
        due = date.fromisoformat(pattern.reviewed) + timedelta(days=DAYS)
        rows.append(f"| {link(pattern, to)} | <time>{due}</time> | {html(pattern.owner)} |")
    return "\n".join(("| Record | Due | Owner |", "| --- | --- | --- |", *rows))


def owners(book: Book, argument: str = "") -> str:
    """Who answers for how many records."""
    counts = Counter(pattern.owner for pattern in book.live)
    rows = (f"| {html(owner)} | {count} |" for owner, count in sorted(counts.items()))
    return "\n".join(("| Owner | Records |", "| --- | ---: |", *rows))


def validation(book: Book, argument: str = "") -> str:
    """Commands that find what can be found, by category, with the ripgrep pipelines."""
    to = near("validation.md")
    parts = []
    for category in book.categories:
        found = [pattern for pattern in book.of(category) if pattern.detect]
        if not found:
            continue
        parts.append(f"## {CATEGORIES[category][0]}")
        parts.append(fence(f"misspawn check --select {category.value}", "sh"))
        for pattern in found:
            parts.append(f"### {code(pattern.id)} {{ #{pattern.id} }}\n\n{link(pattern, to)}")
            parts.append(searches(pattern))
    return "\n\n".join(parts)
