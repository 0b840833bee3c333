"""The table of calls that block an event loop, each with what to call in its place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import yaml

from misspawn.site.addresses import near
from misspawn.site.book import Book
from misspawn.site.markdown import code, inline

FILE = Path(__file__).parents[1] / "calls.yaml"


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call that waits in the thread of the loop, and one that lets the loop run meanwhile.

    `blocks_code` and `use_code` are bodies of coroutines that a test runs, with the names that its
    set-up offers.
    """

    topic: str
    blocks: str
    use: str
    blocks_code: str
    use_code: str
    note: str = ""
    requires: str = ""
    pattern: str = ""


@lru_cache(maxsize=1)
def read() -> tuple[Call, ...]:
    """All rows of the table."""
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), tuple[Call, ...])


def calls(book: Book, argument: str = "") -> str:
    """The table."""
    to = near("calls.md")
    rows = [_row(call, book, to) for call in read()]
    head = "| For | Blocks the loop | Use | Remark |\n| --- | --- | --- | --- |"
    return "\n".join((head, *rows))


def _row(call: Call, book: Book, to: object) -> str:
    assert callable(to)
    page = f" [{call.pattern}]({to(f'p/{call.pattern}.md')})" if call.pattern in book.known else ""
    return f"| {inline(call.topic)} | {code(call.blocks)} | {code(call.use)} | {inline(call.note)}{page} |"
