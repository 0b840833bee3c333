"""Lists of records: the whole index, a category, the cards of the home page."""

from __future__ import annotations

from collections import Counter
from html import escape

from misspawn.model import Category, Kind, Pattern
from misspawn.site import blocks, data
from misspawn.site.addresses import Near, category_file, link, near
from misspawn.site.blocks import box, chip, para
from misspawn.site.book import Book
from misspawn.site.markdown import inline, raw, text_only
from misspawn.site.words import CATEGORIES

_MOST = 8


def index(book: Book, argument: str = "") -> str:
    """All records by category, with what the filters look at."""
    to = near("patterns.md")
    parts = []
    for category in book.categories:
        title, _ = CATEGORIES[category]
        items = "\n\n".join(_item(pattern, to) for pattern in book.of(category))
        parts.append(f"## {title}\n\n{_list(items)}")
    return "\n\n".join(parts)


def _list(items: str) -> str:
    return f'<ul class="ms-index" data-misspawn-index markdown="1">\n{items}\n</ul>'


def _item(pattern: Pattern, to: Near) -> str:
    values = {
        "id": pattern.id,
        "category": pattern.category.value,
        "severity": pattern.severity.value,
        "kind": pattern.kind.value,
        "moments": " ".join(moment.value for moment in pattern.checklist),
        "tools": " ".join(data.tools(pattern)),
        "pythons": " ".join(data.pythons(pattern)),
        "text": _text(pattern),
    }
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())
    return (
        f'<li {attributes} markdown="block">\n\n{link(pattern, to)} {chip(pattern)}\n\n'
        f"{para('ms-text', raw(pattern.summary))}\n\n</li>"
    )


def _text(pattern: Pattern) -> str:
    seen = (f"{symptom.sample} {symptom.seen}" for symptom in pattern.symptoms)
    return text_only(" ".join((pattern.title, pattern.summary, pattern.id, *seen)))


def category(book: Book, name: str) -> str:
    """The page of a category."""
    chosen = Category(name)
    title, text = CATEGORIES[chosen]
    to = near(category_file(chosen))
    patterns = book.of(chosen)
    items = "\n\n".join(_item(pattern, to) for pattern in patterns if pattern.kind is Kind.PATTERN)
    myths = "\n\n".join(_item(pattern, to) for pattern in patterns if pattern.kind is Kind.MYTH)
    parts = [f"# {title}", inline(text), f"## Patterns\n\n{_plain_list(items)}"]
    if myths:
        parts.append(f"## Myths\n\n{_plain_list(myths)}")
    return "\n\n".join(parts)


def _plain_list(items: str) -> str:
    return f'<ul class="ms-index" markdown="1">\n{items}\n</ul>'


def cards(book: Book, argument: str = "") -> str:
    """The categories as cards."""
    counts = Counter(pattern.category for pattern in book.live)
    return blocks.cards(
        (
            f'[{CATEGORIES[one][0]}]({category_file(one)}) <span class="ms-count">{counts[one]}</span>',
            CATEGORIES[one][1],
        )
        for one in book.categories
    )


def frequent(book: Book, argument: str = "") -> str:
    """The records with the most commits behind them."""
    to = near("index.md")
    seen = [pattern for pattern in book.live if pattern.history][:_MOST]
    return "\n".join(
        f'1. {link(pattern, to)} {chip(pattern)} <span class="ms-seen">{_commits(pattern)}</span>'
        for pattern in seen
    )


def _commits(pattern: Pattern) -> str:
    count = len(pattern.history)
    return "1 commit" if count == 1 else f"{count} commits"


def myths(book: Book, argument: str = "") -> str:
    """The beliefs that a run refutes."""
    to = near("myths.md")
    found = (pattern for pattern in book.patterns if pattern.kind is Kind.MYTH)
    return "\n\n".join(
        box(
            "ms-myth",
            para("ms-claim", f"<strong>Claim:</strong> {raw(pattern.claim)}"),
            para("ms-verdict", f"<strong>Verdict:</strong> {raw(pattern.verdict)}"),
            f"[The run that refutes it]({to('p/' + pattern.id + '.md')})",
        )
        for pattern in found
    )
