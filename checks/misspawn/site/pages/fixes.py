"""The table of all records that can mend what they find."""

from __future__ import annotations

from misspawn.model import Pattern
from misspawn.site.addresses import file, near
from misspawn.site.book import Book
from misspawn.site.markdown import inline


def fixes(book: Book, argument: str = "") -> str:
    """The table, what is seen most often first."""
    head = "| Record | Safety | Why, or what it risks |\n| --- | --- | --- |"
    found = (row for pattern in book.live for row in _rows(pattern))
    return "\n".join((head, *found))


def _rows(pattern: Pattern) -> list[str]:
    link = f"[{pattern.id}]({near('fixes.md')(file(pattern))})"
    return [
        f"| {link} | {rewrite.safety.value} | {inline(rewrite.because)} |"
        for rewrite in pattern.rewrites
    ]
