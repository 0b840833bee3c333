"""The traceback box: the right page first, fast, everywhere, and nothing sent."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from misspawn import catalogue
from misspawn.diagnose import Diagnoser

PASTED = {
    "RuntimeError: Event loop is closed": "event-loop-is-closed",
    "TypeError: object MagicMock can't be used in 'await' expression": "await-magicmock",
    "got Future <Future pending> attached to a different loop": "future-attached-to-different-loop",
    "ImportError: cannot import name 'get_session_store' from 'app.auth.session'": "import-name-not-committed",
    "RuntimeWarning: coroutine 'save' was never awaited": "coroutine-never-awaited",
    "subprocess.TimeoutExpired: Command '['docker', 'ps']' timed out after 30 seconds": "calledprocesserror-only-handler",
    "asyncio.run() cannot be called from a running event loop": "asyncio-run-in-running-loop",
    "Couldn't combine from non-existent path 'coverage-integration/.coverage*'": "coverage-combine-no-data",
    "async def functions are not natively supported.": "pytest-async-test-without-plugin",
    "CoverageWarning: No data was collected. (no-data-collected)": "coverage-subprocess-not-measured",
}
FIRST = ".ms-hits > li"
LINE = (
    "2026-11-22T09:14:03.1197713Z \x1b[32mtests/test_shop.py::test_{} PASSED\x1b[0m RuntimeError\n"
)


def paste(page: Page, text: str) -> None:
    """Put a text into the box as one paste."""
    page.wait_for_selector(".ms-box textarea")
    page.evaluate(
        """text => { const box = document.querySelector(".ms-box textarea");
        document.querySelector(".ms-box").removeAttribute("data-ms-ready");
        box.value = text; box.dispatchEvent(new Event("input", {bubbles: true})); }""",
        text,
    )
    page.wait_for_selector("[data-misspawn-box][data-ms-ready]")


def first(page: Page) -> str | None:
    """The id of the page that is named first."""
    return page.locator(FIRST).first.get_attribute("data-id")


@pytest.mark.parametrize(("text", "id"), PASTED.items())
def test_a_pasted_error_leads_to_its_page(page: Page, text: str, id: str) -> None:
    page.goto("")
    paste(page, text)
    assert first(page) == id


def test_every_sample_finds_its_own_record(page: Page, patterns: list[dict[str, Any]]) -> None:
    page.goto("emergency/")
    samples = [(p["id"], s["sample"]) for p in patterns for s in p["symptoms"] if s.get("log")]
    lost = page.evaluate(
        """async samples => { const m = window.misspawnMatch, all = await m.load();
        return samples.filter(([id, text]) => !m.diagnose(text, all).some(r => r.pattern.id === id)); }""",
        samples,
    )
    assert len(samples) > 50
    assert lost == []


def test_the_box_ranks_as_the_command_does(page: Page) -> None:
    files = sorted((Path(__file__).parents[1] / "logs").glob("*.yaml"))
    logs = [log["log"] for file in files for log in yaml.safe_load(file.read_bytes())]
    logs.append("\n".join(logs))
    page.goto("")
    ranked = page.evaluate(
        """async logs => { const m = window.misspawnMatch, all = await m.load();
        return logs.map(log => m.diagnose(log, all).map(r => [r.pattern.id, r.weight])); }""",
        logs,
    )
    diagnoser = Diagnoser(catalogue.load())
    found = [diagnoser.diagnose(io.BytesIO(log.encode())) for log in logs]
    assert ranked == [[[d.pattern.id, d.weight] for d in diagnoses] for diagnoses in found]


def test_colours_stamps_and_prefixes_are_looked_through(page: Page) -> None:
    page.goto("")
    paste(
        page,
        "build\tRun tests\t2026-11-22T09:14:03.1197713Z ok\n"
        "build\tRun tests\t2026-11-22T09:14:04.1197713Z \x1b[1m\x1b[31mE   Type\x1b[0mError: object MagicMock"
        " can't be used in 'await' expression\x1b[0m\n"
        "2026-11-22T09:14:05.1Z tests-1  | No data to combine\n",
    )
    ids = [item.get_attribute("data-id") for item in page.locator(FIRST).all()]
    assert ids == ["await-magicmock", "coverage-combine-no-data"]
    expect(page.locator(FIRST).first.locator(".ms-line")).to_have_text("line 2")
    expect(page.locator(FIRST).first.locator("mark")).to_have_text(
        "TypeError: object MagicMock can't be used in 'await' expression"
    )


def test_an_ordinary_log_names_no_page(page: Page) -> None:
    page.goto("")
    paste(page, "12 passed in 0.31s\nValueError: invalid literal for int() with base 10: 'x'\n")
    expect(page.locator(".ms-box .ms-status")).to_contain_text("No known error in it.")
    assert page.locator(FIRST).count() == 0
    page.locator(".ms-next a").first.click()
    expect(page.locator("h1")).to_contain_text("Emergency guide")


def test_the_last_line_of_five_megabytes_is_found(page: Page) -> None:
    page.goto("")
    count = 5_000_000 // len(LINE)
    paste(
        page, "".join(LINE.format(n) for n in range(count)) + "RuntimeError: Event loop is closed\n"
    )
    assert first(page) == "event-loop-is-closed"
    expect(page.locator(FIRST).first.locator(".ms-line")).to_have_text(f"line {count + 1}")


def test_the_box_survives_navigation_without_reload_and_back(page: Page) -> None:
    page.goto("")
    page.evaluate("window.same = true")
    paste(page, "RuntimeError: Event loop is closed")
    page.locator(FIRST).first.locator("a").click()
    page.wait_for_url("**/p/event-loop-is-closed/")
    assert page.evaluate("window.same"), "the page was reloaded"
    page.go_back()
    page.wait_for_selector(FIRST)
    expect(page.locator(".ms-box textarea")).to_have_value("RuntimeError: Event loop is closed")
    page.locator(".md-tabs").get_by_role("link", name="Emergency").click()
    # The address changes at the click, the page when it has come.
    expect(page.locator("h1")).to_contain_text("Emergency guide")
    paste(page, "Task was destroyed but it is pending!")
    assert first(page) == "create-task-no-reference"


def test_the_box_works_from_a_file(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    paste(page, "RuntimeError: Event loop is closed")
    assert first(page) == "event-loop-is-closed"


def test_what_a_log_holds_is_never_markup(page: Page) -> None:
    page.goto("")
    paste(page, "RuntimeWarning: coroutine '<img src=x onerror=alert(1)>' was never awaited")
    assert first(page) == "coroutine-never-awaited"
    assert page.locator(".ms-hits img").count() == 0


def test_without_scripts_the_box_says_what_to_do_instead(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-misspawn-box] a").first).to_be_visible()
    context.close()
