"""The site that is read without a server: box, search and links work, and nothing is asked of anybody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import build
from .test_box import FIRST, first, paste

RESULT = ".md-search-result__list > li > a"


@pytest.fixture
def offline(tmp_path: Path) -> Path:
    """The site built for files."""
    build(tmp_path / "html", MISSPAWN_OFFLINE="true")
    return tmp_path / "html"


def test_files_are_enough(page: Page, offline: Path) -> None:
    from misspawn.site import links

    assert list(links.broken(offline)) == []
    page.goto((offline / "index.html").as_uri())
    paste(page, "RuntimeError: Event loop is closed")
    assert first(page) == "event-loop-is-closed"
    page.locator(FIRST).first.locator("a").click()
    page.wait_for_url("file:**/p/event-loop-is-closed.html")
    page.locator(".md-tabs").get_by_role("link", name="Patterns").click()
    page.wait_for_url("file:**/patterns.html")
    page.get_by_label("Kind").select_option("myth")
    assert "kind=myth" in page.url
    page.locator(".md-search__input").click()
    page.keyboard.type("attached to a different loop")
    page.wait_for_selector(RESULT)
    expect(page.locator(RESULT).first).to_have_attribute(
        "href", re.compile(r"^file:.*/p/future-attached-to-different-loop\.html\b")
    )
