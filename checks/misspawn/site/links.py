"""Links of a built site that lead nowhere: to a missing file, or to a place that a page does not have."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from misspawn.site.book import SITE


class _Page(HTMLParser):
    """The links and ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the tag links to and is called."""
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.add(value)
            elif value and (name == "id" or (tag == "a" and name == "name")):
                self.ids.add(value)


def broken(site: Path) -> Iterator[str]:
    """`page: link` for each dead one; links to other sites are left alone."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for link in sorted(page.links):
            if path.name != "404.html" and not _holds(link, path, site, pages):
                yield f"{path.relative_to(site).as_posix()}: {link}"


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _holds(link: str, page: Path, site: Path, pages: dict[Path, _Page]) -> bool:
    address, place = urldefrag(link)
    parts = urlsplit(address)
    if address.startswith(SITE):
        target = site / address[len(SITE) :]
    elif parts.scheme or parts.netloc:
        return True
    else:
        target = page.parent / unquote(parts.path) if parts.path else page
    target = target.resolve()
    if target.is_dir():
        target /= "index.html"
    known = pages.get(target) or pages.get(site / target.relative_to(site.resolve()))
    if not place or place.startswith("__") or known is None:
        return target.exists()
    return unquote(place) in known.ids
