"""The generated parts of the site by name: what the macro gives, and the pages that are only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from misspawn.model import Category
from misspawn.site.addresses import category_file, file
from misspawn.site.book import REPOSITORY, Book, place
from misspawn.site.markdown import text_only
from misspawn.site.pages import (
    calls,
    commands,
    fixes,
    guides,
    handbook,
    lists,
    pattern,
    precision,
    reports,
)
from misspawn.site.words import CATEGORIES

Part = Callable[[Book, str], str]


def _pattern(book: Book, id: str) -> str:
    return pattern.page(book, book.known[id])


PARTS: dict[str, Part] = {
    "pattern": _pattern,
    "category": lists.category,
    "index": lists.index,
    "cards": lists.cards,
    "frequent": lists.frequent,
    "myths": lists.myths,
    "branches": guides.branches,
    "emergency": guides.emergency,
    "checklists": guides.checklists,
    "metrics": reports.metrics,
    "suite": reports.suite,
    "precision": precision.precision,
    "reviews": reports.reviews,
    "owners": reports.owners,
    "validation": reports.validation,
    "commands": commands.commands,
    "calls": calls.calls,
    "fixes": fixes.fixes,
    "contributing": handbook.contributing,
    "changelog": handbook.changelog,
}
"""Each part: a function of the book and of an argument, which most ignore."""


def part(book: Book, name: str, argument: str = "") -> str:
    """A generated part as Markdown."""
    return PARTS[name](book, argument).strip()


class Page(NamedTuple):
    """A page that is not a file: its path below the docs folder, front matter, part, and source."""

    path: str
    meta: dict[str, object]
    part: str
    argument: str
    source: str

    def text(self, book: Book) -> str:
        """The whole page. What an example says in braces is no macro, and stays."""
        meta = msgspec.yaml.encode(self.meta | {"render_macros": False}).decode()
        return f"---\n{meta}---\n\n{part(book, self.part, self.argument)}\n"


def pages(book: Book) -> Iterator[Page]:
    """All pages that are not files."""
    for record in book.patterns:
        meta: dict[str, object] = {
            "title": text_only(record.title),
            "description": text_only(record.summary),
            "hide": ["navigation", "toc"],
            "search": {"boost": 2},
        }
        yield Page(file(record), meta, "pattern", record.id, f"../patterns/{place(record)}")
    for category in book.categories:
        yield _category(category)


def _category(category: Category) -> Page:
    title, text = CATEGORIES[category]
    meta: dict[str, object] = {"title": title, "description": text}
    folder = f"../patterns/{category.value}"
    return Page(category_file(category), meta, "category", category.value, folder)


def edit_address(page: Page) -> str:
    """Where the page's source is edited."""
    return f"{REPOSITORY}/edit/main/docs/{page.source}"
