"""Every type of page, in both schemes and two widths: accessible, and nothing sticks out."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

AXE = files("axe_playwright_python") / "axe.min.js"
SIZES = ((1440, 1000), (390, 844))
PAGES = {
    "home": "",
    "emergency": "emergency/",
    "index": "patterns/",
    "myths": "myths/",
    "category": "category/event-loop/",
    "pattern": "p/event-loop-is-closed/",
    "pattern with tabs": "p/asyncmock-async-context-manager/",
    "pattern with files": "p/asyncio-run-in-running-loop/",
    "shell": "p/sh-pipe-without-pipefail/",
    "myth": "p/git-stash-tests-the-commit/",
    "checklists": "checklists/",
    "validation": "validation/",
    "calls": "calls/",
    "guides": "guides/",
    "guide": "fixes/",
    "recipes": "recipes/",
    "recipe": "recipes/health/",
    "metrics": "metrics/",
    "maintenance": "maintenance/",
    "commands": "commands/",
    "how it works": "how-it-works/",
    "contributing": "contributing/",
    "not found": "404.html",
}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # all that a scheme can change
RUN = """async options => (await axe.run(document, {resultTypes: ["violations"], ...options})).violations.map(
  v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " " + (n.any[0] || n.none[0] || n.all[0] || {}).message).join(" | ")}`)"""

CUT = """() => [...document.querySelectorAll("[class^=language-]:is([class*=-console], [class*=-sh ], [class*=-bash], [class*=-text])")]
  .filter(block => !block.closest(".ms-pair")).map(block => block.querySelector("pre > code"))
  .filter(code => code.scrollWidth > code.clientWidth).map(code => code.textContent.slice(0, 80))"""

TOPS = """parts => parts.map(part => [part, document.querySelector(part)]).filter(([, node]) => node)
  .map(([part, node]) => [part, node.getBoundingClientRect().top])"""


@pytest.mark.parametrize("size", SIZES, ids=("desktop", "phone"))
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_accessible_in_both_schemes_and_keeps_to_its_width(
    browser: Browser, address: str, path: str, size: tuple[int, int]
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address + path)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(120)  # names for what the theme adds
    page.add_script_tag(path=str(AXE))
    light = page.evaluate(RUN, {})
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    cut = page.evaluate(CUT)  # what a terminal takes or prints is wrapped
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    dark = page.evaluate(RUN, COLOURS)
    context.close()
    assert (light, dark, cut) == ([], [], [])
    assert wide <= 0


@pytest.mark.timeout(300)  # it looks at every record
def test_wrong_right_and_error_are_seen_at_once(
    browser: Browser, address: str, patterns: list[dict[str, Any]]
) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, java_script_enabled=False, base_url=address
    )
    page = context.new_page()
    hidden = []
    for record in patterns:
        page.goto(record["url"], wait_until="load")
        tops = page.evaluate(TOPS, [".ms-wrong", ".ms-right", ".ms-symptoms"])
        hidden += [(record["id"], part, top) for part, top in tops if top > 800]
    context.close()
    assert hidden == []


def test_wrong_and_right_stand_side_by_side(page: Page) -> None:
    page.goto("p/await-magicmock/")
    wrong, right = (page.locator(part).first.bounding_box() for part in (".ms-wrong", ".ms-right"))
    assert wrong
    assert right
    assert wrong["y"] == right["y"]
    assert right["x"] > wrong["x"] + wrong["width"]
    letters = page.evaluate(
        """() => { const code = document.querySelector(".ms-wrong pre > code"), style = getComputedStyle(code);
        const probe = document.createElement("span"); probe.textContent = "x".repeat(100); code.append(probe);
        const width = probe.getBoundingClientRect().width / 100; probe.remove();
        return (code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / width; }"""
    )
    assert letters >= 68


def test_copying_takes_the_commands_without_prompts_and_output(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address + "suppressions/")
    block = page.locator(".language-console", has_text="misspawn suppress tools")
    block.locator("button").first.click()
    page.wait_for_selector(".md-dialog--active")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    context.close()
    assert copied.split("\n")[0].startswith("misspawn suppress tools --select ")
    assert [line for line in copied.split("\n")[1:] if line] == [
        "misspawn check tools --show-suppressed"
    ]


def test_the_side_is_told_in_words(page: Page) -> None:
    page.goto("p/await-magicmock/")
    assert page.locator(".ms-wrong .ms-side").first.inner_text() == "Wrong"
    assert page.locator(".ms-right .ms-side").first.inner_text() == "Right"


def test_the_keyboard_reaches_the_box_and_shows_where_it_is(page: Page) -> None:
    page.goto("")
    page.wait_for_selector(".ms-box textarea")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.tagName") == "TEXTAREA":
            break
    else:
        pytest.fail("the box cannot be reached with the keyboard")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_print_shows_the_text_alone(page: Page) -> None:
    page.goto("checklists/")
    page.emulate_media(media="print")
    assert page.locator(".md-header:visible, .md-sidebar:visible, .md-footer:visible").count() == 0
    assert page.locator(".md-content h2:visible").count() > 2
    colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert re.search(r"255, 255, 255|0, 0, 0, 0", colour)
