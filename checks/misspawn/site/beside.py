"""The files beside the pages: data, texts for language models, Markdown of every page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from misspawn.site import data
from misspawn.site.book import SITE, Book
from misspawn.site.markdown import text_only
from misspawn.site.plain import plain
from misspawn.site.words import CATEGORIES

_TAG = re.compile(r"</?(?:div|p|span|ul|li|dl|dt|dd|strong)\b[^>]*>")
_LEAD = (
    "An executable knowledge base of the ways in which Python projects get task spawning wrong: coroutines, "
    "event loops, async mocks, subprocesses, containers, coverage, and imports that break only in CI. "
    "Every example was run; every page has its Markdown at the same address with `.md`."
)


def files(book: Book, texts: Mapping[str, str], *, directories: bool = True) -> dict[str, str]:
    """All files by their path in the site. `texts`: the hand-written pages, by their path."""
    everything = data.everything(book, directories=directories)
    written = {
        "patterns.json": data.as_json(everything),
        "patterns.js": data.as_script(everything),
        "patterns.schema.json": data.schema(),
    }
    pages = {f"p/{pattern.id}.md": plain(book, pattern) for pattern in book.patterns}
    pages |= {path: stripped(text) for path, text in texts.items()}
    return written | pages | {"llms.txt": _index(book, texts), "llms-full.txt": _full(book, pages)}


def stripped(text: str) -> str:
    """A page's Markdown without the site's own markup."""
    return re.sub(r"\n{3,}", "\n\n", _TAG.sub("", text)).strip() + "\n"


def _index(book: Book, texts: Mapping[str, str]) -> str:
    lines = ["# misspawn", "", f"> {_LEAD}", "", "## Guides", ""]
    lines += [f"- [{_title(text, path)}]({SITE}{path})" for path, text in sorted(texts.items())]
    lines += [f"- [All of it in one file]({SITE}llms-full.txt)", f"- [Data]({SITE}patterns.json)"]
    for category in book.categories:
        lines += ["", f"## {CATEGORIES[category][0]}", ""]
        lines += [
            f"- [{text_only(pattern.title)}]({SITE}p/{pattern.id}.md): {text_only(pattern.summary)}"
            for pattern in book.of(category)
        ]
    return "\n".join(lines) + "\n"


def _title(text: str, path: str) -> str:
    heading = re.search(r"(?m)^# (.+)$", text)
    return heading[1].strip() if heading else path.removesuffix(".md")


def _full(book: Book, pages: Mapping[str, str]) -> str:
    shown = [text for path, text in sorted(pages.items()) if path.startswith("p/")]
    return "\n---\n\n".join((f"# misspawn\n\n> {_LEAD}\n", *shown))
