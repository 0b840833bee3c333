"""How long the traceback box takes for 5 MB: `python tests/bench/box.py SITE`, with the folder of a built site.

Pastes a CI log with colours and time stamps into five fresh pages, twice each, and prints the milliseconds
between the paste and the answer. Ends with 1 when the median first paste takes 100 ms or more.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PAGES = 5
MOST = 100  # milliseconds
READY = 1000  # milliseconds a reader needs to find the box
PASTE = """() => {
  const line = n => `2026-11-22T09:14:03.1197713Z \\x1b[32mtests/test_shop.py::test_${n} PASSED\\x1b[0m RuntimeError\\n`;
  const count = Math.floor(5e6 / line("100000").length);
  const lines = Array.from({length: count}, (_, n) => line(n));
  const box = document.querySelector(".ms-box");
  box.removeAttribute("data-ms-ready");
  box.querySelector("textarea").value = lines.join("") + "RuntimeError: Event loop is closed\\n";
  box.querySelector("textarea").dispatchEvent(new Event("input", {bubbles: true}));
}"""


def paste(page: Page) -> float:
    """The milliseconds of one paste."""
    page.evaluate(PASTE)
    page.wait_for_selector(".ms-box[data-ms-ready]")
    return float(page.locator(".ms-box").get_attribute("data-ms-time") or "inf")


def main(site: Path) -> int:
    """Print the figures."""
    first, second = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(PAGES):
            page = browser.new_page()
            page.goto((site / "index.html").resolve().as_uri())
            page.wait_for_selector(".ms-box textarea")
            page.wait_for_timeout(READY)
            first.append(paste(page))
            second.append(paste(page))
            page.close()
        browser.close()
    for name, times in (("first", first), ("second", second)):
        print(f"{name} paste of 5 MB: {', '.join(f'{time:.0f}' for time in times)} ms")
    return int(statistics.median(first) >= MOST)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
