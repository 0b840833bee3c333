"""How often a detector's finding is right: what people judged, from one reviewed file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import yaml

from misspawn.model import Severity
from misspawn.site.addresses import link, near
from misspawn.site.book import Book
from misspawn.site.markdown import code, inline

FILE = Path(__file__).parents[1] / "precision.yaml"


class Repository(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scanned repository on GitHub, as `owner/name`, and the commit."""

    name: str
    commit: str


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record's findings: how many there were, were judged, and were right; `wrong` says what the others are."""

    id: str
    findings: int
    judged: int
    right: int
    wrong: str = ""


class Precision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    judged_on: str
    repositories: tuple[Repository, ...]
    detectors: tuple[Row, ...]


@lru_cache(maxsize=1)
def read() -> Precision:
    """What was judged."""
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), Precision)


def precision(book: Book, argument: str = "") -> str:
    """Where, how many by severity, and a row for each record."""
    told = read()
    rows = [row for row in told.detectors if row.id in book.known]
    return "\n\n".join((_where(told), _sums(book, rows), _table(book, rows)))


def _where(told: Precision) -> str:
    """The day, and the repositories, folded up."""
    lines = (
        f"    - [{one.name}](https://github.com/{one.name}/tree/{one.commit}) at {code(one.commit[:8])}"
        for one in told.repositories
    )
    head = f"Judged on {told.judged_on}, in {len(told.repositories)} repositories."
    return "\n\n".join((head, '??? note "Which repositories, at which commits"', "\n".join(lines)))


def _sums(book: Book, rows: list[Row]) -> str:
    """How many of the judged findings of each severity are right."""
    lines = []
    for severity in Severity:
        found = [row for row in rows if book.known[row.id].severity is severity]
        judged, right = sum(row.judged for row in found), sum(row.right for row in found)
        if judged:
            lines.append(
                f"- {severity.value}: {right} of {judged} are right, {100 * right // judged} %"
            )
    return "\n".join(lines)


def _table(book: Book, rows: list[Row]) -> str:
    to = near("metrics.md")
    lines = [
        f"| {link(book.known[row.id], to)}{_wrong(row)} | {row.findings} | {_of(row)} |"
        for row in sorted(rows, key=lambda row: (-row.findings, row.id))
    ]
    head = "| Record | Findings | Right |\n| --- | ---: | ---: |"
    return "\n".join((head, *lines))


def _of(row: Row) -> str:
    """How many of those judged are right, in one line."""
    return f"{row.right} of {row.judged}".replace(" ", "\N{NO-BREAK SPACE}")


def _wrong(row: Row) -> str:
    """What the findings are that are not right."""
    return f"; not right: {inline(row.wrong)}" if row.wrong else ""
