"""Where things are: between pages as Markdown links, and in the repository."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from misspawn.model import Category, Pattern
from misspawn.site.book import REPOSITORY, Book, place
from misspawn.site.markdown import inline

Near = Callable[[str], str]
"""From an address below the docs folder to one that holds on a page."""


def near(page: str) -> Near:
    """The links of a page: `near("p/x.md")("index.md") == "../index.md"`."""
    return lambda address: "../" * page.count("/") + address


def file(pattern: Pattern) -> str:
    """The page of a record, below the docs folder."""
    return f"p/{pattern.id}.md"


def category_file(category: Category) -> str:
    """The page of a category, below the docs folder."""
    return f"category/{category.value}.md"


def link(pattern: Pattern, to: Near) -> str:
    """A link that reads as the record's title."""
    return f"[{inline(pattern.title)}]({to(file(pattern))})"


def finder(book: Book, to: Near, but: str = "") -> Callable[[str], str]:
    """The address of a record by id, nothing for other words and for the page itself."""
    return lambda word: to(f"p/{word}.md") if word in book.known and word != but else ""


def source(pattern: Pattern) -> str:
    """The record's file in the repository."""
    return f"{REPOSITORY}/blob/main/patterns/{place(pattern)}"


def changes(pattern: Pattern) -> str:
    """The history of the record's file."""
    return f"{REPOSITORY}/commits/main/patterns/{place(pattern)}"


def report(pattern: Pattern) -> str:
    """A form for a miss or a false alarm, filled in as far as the page knows."""
    body = (
        f"Record: {pattern.id}\n\nWhat misspawn said, or should have said:\n\n"
        "The smallest code that shows it:\n\n```python\n\n```\n\n"
        f"`misspawn why PATH:LINE {pattern.id}`:\n\n```text\n\n```\n"
    )
    return f"{REPOSITORY}/issues/new?" + urlencode({"title": f"{pattern.id}: ", "body": body})
