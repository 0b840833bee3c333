"""Old addresses of records: a page each that leads to the new one and keeps what stands behind the #."""

from __future__ import annotations

import os
from collections.abc import Mapping

import yaml

from misspawn.errors import UserError
from misspawn.site.book import SITE, Book

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has moved</title>
<link rel="canonical" href="{canonical}">
<meta name="robots" content="noindex">
<script>location.replace("{target}" + location.search + location.hash)</script>
<noscript><meta http-equiv="refresh" content="0; url={target}"></noscript>
</head>
<body><p>This page has moved to <a href="{target}">{id}</a>.</p></body>
</html>
"""


def read(path: str) -> dict[str, str]:
    """Old id to new id, from a YAML file; nothing when there is none."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as stream:
        return dict(yaml.safe_load(stream) or {})


def pages(book: Book, *, directories: bool = True) -> dict[str, str]:
    """The pages by path in the site. Raises `UserError` for ids that cannot be redirected."""
    _check(book.renamed, book)
    made = {}
    for old, new in book.renamed.items():
        target = f"../{new}/" if directories else f"{new}.html"
        path = f"p/{old}/index.html" if directories else f"p/{old}.html"
        made[path] = _PAGE.format(canonical=f"{SITE}p/{new}/", target=target, id=new)
    return made


def _check(renamed: Mapping[str, str], book: Book) -> None:
    problems = [
        f"renamed.yaml: `{old}` is a record again; drop the line"
        for old in renamed
        if old in book.known
    ]
    problems += [
        f"renamed.yaml: `{old}` leads to `{new}`, which is no record"
        for old, new in renamed.items()
        if new not in book.known
    ]
    if problems:
        raise UserError(*problems)
