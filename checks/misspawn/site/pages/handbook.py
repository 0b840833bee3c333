"""The repository's own documents as pages."""

from __future__ import annotations

import os
import re

from misspawn.site.book import REPOSITORY, Book

_LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
_HEADING = re.compile(r"\A# .*\n")


def contributing(book: Book, argument: str = "") -> str:
    """How to add a record."""
    return _document(book, "CONTRIBUTING.md")


def changelog(book: Book, argument: str = "") -> str:
    """What has changed, by version."""
    return _document(book, "CHANGELOG.md")


def _document(book: Book, name: str) -> str:
    """A document beside the records' folder, without its heading; its links lead to the repository."""
    with open(os.path.join(os.path.dirname(book.root), name), encoding="utf-8") as stream:
        text = _HEADING.sub("", stream.read())
    return _LINK.sub(rf"]({REPOSITORY}/blob/main/\1)", text)
