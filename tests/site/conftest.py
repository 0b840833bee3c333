"""The built site behind a web server below a path, and one real browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
BUILT = "MISSPAWN_SITE"  # a folder that holds a built site, to save building it
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-dev-shm-usage",  # in a container it is small
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
)
BELOW = "some/where"  # the site must work below a path


def build(folder: Path, **env: str) -> None:
    """Build strictly, and not quietly: `-q` hides the failure."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **quiet, **env},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Of several test processes, one builds it and the others wait."""
    if os.environ.get(BUILT):
        return Path(os.environ[BUILT])
    pytest.importorskip("material", reason="the site is built on Python 3.11 and newer")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if worker else base) / "site"
    built = shared / "built"
    try:
        shared.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 110
        while not built.exists():
            assert time.monotonic() < deadline, "the other process has not built the site"
            time.sleep(0.1)
    else:
        build(shared / "html")
        built.touch()
    return shared / "html"


@pytest.fixture(scope="session")
def patterns(site: Path) -> list[dict[str, Any]]:
    """The records as the browser gets them."""
    found: list[dict[str, Any]] = json.loads((site / "patterns.json").read_bytes())["patterns"]
    return found


class _Below(SimpleHTTPRequestHandler):
    """Serves the site as if it had been published below the path."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if name not in (
            "sitemap.xml",
            "404.html",
        ):  # the only files that name the published address
            super().do_GET()
            return
        host = f"http://{self.headers['Host']}"
        text = Path(self.translate_path(self.path)).read_text(encoding="utf-8")
        text = text.replace('"/', f'"/{BELOW}/').replace(
            "https://misspawn.dev/", f"{host}/{BELOW}/"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/xml" if name.endswith("xml") else "text/html")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site is served."""
    root = tmp_path_factory.mktemp("served")
    (root / BELOW).parent.mkdir()
    (root / BELOW).symlink_to(site)
    handler = partial(_Below, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{BELOW}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path:
        pytest.skip("there is no Chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a desktop that may ask nobody but the site; an error in a script fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, base_url=address)
    page = context.new_page()
    page.set_default_timeout(20_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))

    def watch(url: str) -> None:
        if not url.startswith((address, "file:", "data:", "blob:", "about:")):
            wrong.append(f"request to {url}")

    page.on("request", lambda request: watch(request.url))
    yield page
    context.close()
    assert wrong == []
