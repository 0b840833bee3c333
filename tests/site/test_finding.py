"""Search and index: every message leads to its page, filters live in the address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .test_box import PASTED

QUERY = """async text => {
  const field = document.querySelector(".md-search__input");
  const meta = document.querySelector(".md-search-result__meta");
  const until = async (holds) => { for (let n = 0; n < 500 && !holds(); n++) await new Promise(r => setTimeout(r, 10)); };
  const set = (value) => { field.value = value; field.dispatchEvent(new Event("input", {bubbles: true}));
    field.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true})); };
  set(""); await until(() => /Type/.test(meta.textContent));
  set(text); await until(() => !/Type|Initializing/.test(meta.textContent));
  await new Promise(r => setTimeout(r, 40));
  const link = document.querySelector(".md-search-result__list > li:not([hidden]) > a");
  return link ? new URL(link.href).pathname.split("/").at(-2) : null;
}"""


@pytest.fixture
def search(page: Page) -> Page:
    """A page whose search is ready."""
    page.goto("")
    page.keyboard.press("s")
    page.keyboard.type("loop")
    page.wait_for_selector(".md-search-result__list > li")
    page.evaluate("() => misspawnMatch.load()")
    return page


@pytest.mark.timeout(300)  # one search for each
def test_every_sample_ranks_a_page_of_its_message_first(
    search: Page, patterns: list[dict[str, Any]]
) -> None:
    wrong = []
    symptoms = [(p["id"], s) for p in patterns for s in p["symptoms"] if s.get("log")]
    for id, symptom in symptoms:
        sample = symptom["sample"].strip().splitlines()[-1]
        owners = {other for other, s in symptoms if re.search(s["log"], sample)} | {id}
        found = search.evaluate(QUERY, sample)
        if found not in owners:
            wrong.append((id, sample, found))
    assert wrong == []


def test_the_errors_of_a_new_user_rank_their_page_first(search: Page) -> None:
    found = {text: search.evaluate(QUERY, text) for text in PASTED}
    assert found == PASTED


def shown(page: Page) -> list[str | None]:
    """The ids in the index that are not filtered out."""
    items = page.locator("[data-misspawn-index] > li:not([hidden])").all()
    return [item.get_attribute("data-id") for item in items]


def test_the_filters_narrow_and_live_in_the_address(page: Page) -> None:
    page.goto("patterns/")
    everything = len(shown(page))
    expect(page.locator(".ms-filters .ms-status")).to_have_text(f"{everything} records")
    page.get_by_label("Category").select_option("mocks")
    page.get_by_label("Severity").select_option("error")
    assert 0 < len(shown(page)) < everything
    assert "category=mocks" in page.url
    assert "severity=error" in page.url
    narrowed = shown(page)
    page.reload()
    page.wait_for_selector(".ms-filters")
    assert shown(page) == narrowed
    page.get_by_role("button", name="Clear filters").click()
    page.wait_for_function("() => !location.search")
    assert len(shown(page)) == everything


def test_words_and_errors_find_records(page: Page) -> None:
    page.goto("patterns/?q=magicmock+await")
    page.wait_for_selector(".ms-filters")
    assert "await-magicmock" in shown(page)
    page.get_by_label("Words or an error").fill(
        "ImportError: cannot import name 'zip' from 'app.zap' (/x.py)"
    )
    page.wait_for_function(
        "() => !document.querySelector('[data-id=import-name-not-committed]').hidden"
    )
    assert len(shown(page)) < 5
    page.get_by_label("Words or an error").fill("qqqq zzzz")
    expect(page.locator(".ms-filters .ms-status")).to_contain_text("0 of")
    assert page.locator(".md-content h2:visible").count() == 0


@pytest.mark.parametrize("facet", ["category", "severity", "kind", "moments", "tools", "pythons"])
def test_each_filter_shows_what_it_counts(page: Page, facet: str) -> None:
    page.goto("patterns/")
    control = page.locator(f"select[name={facet}]")
    value = control.locator("option").nth(1).get_attribute("value") or ""
    count = int((control.locator("option").nth(1).text_content() or "").rpartition("(")[2][:-1])
    control.select_option(value)
    assert len(shown(page)) == count


def test_filters_come_back_with_the_page(page: Page) -> None:
    page.goto("patterns/")
    page.get_by_label("Kind").select_option("myth")
    myths = shown(page)
    page.locator("[data-misspawn-index] > li:not([hidden]) a").first.click()
    page.wait_for_url("**/p/**")
    page.go_back()
    page.wait_for_selector(".ms-filters")
    assert shown(page) == myths


def test_without_scripts_the_index_is_a_plain_list(
    browser: Browser, address: str, patterns: list[dict[str, Any]]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}patterns/")
    assert page.locator("[data-misspawn-index] > li a:visible").count() >= len(patterns)
    context.close()
