"""The site written out: every page a file, no hook and no macro. The way out to another generator."""

from __future__ import annotations

import os
import re
import shutil
from typing import Any

import yaml

from misspawn import catalogue
from misspawn.errors import UserError
from misspawn.site import beside, book, parts, redirects

_CALL = re.compile(r'\{\{ misspawn\("([\w-]+)"(?:, "([\w-]*)")?\) \}\}')
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_DROPPED = ("hooks", "strict")


def write(folder: str) -> int:
    """Write the files into a new folder; return how many pages there are."""
    root = os.path.dirname(catalogue.folder())
    docs = os.path.join(folder, "docs")
    if os.path.exists(docs):
        raise UserError(f"{docs} is there already; name another folder")
    shutil.copytree(os.path.join(root, "docs"), docs, ignore=shutil.ignore_patterns("__pycache__"))
    current = book.load(renamed=redirects.read(os.path.join(docs, "renamed.yaml")))
    texts = _hand_written(docs, current)
    for page in parts.pages(current):
        texts[page.path] = page.text(current)
    pages = dict(texts)
    told = {path: _FRONT.sub("", text) for path, text in texts.items() if not path.startswith("p/")}
    made = beside.files(current, told) | redirects.pages(current)
    texts |= {path: text for path, text in made.items() if not path.endswith(".md")}
    for path, text in texts.items():
        _save(os.path.join(docs, path), text)
    _save(os.path.join(folder, "mkdocs.yml"), _settings(os.path.join(root, "mkdocs.yml"), current))
    return len(pages)


def _hand_written(docs: str, current: book.Book) -> dict[str, str]:
    """The pages of `docs` with their parts filled in."""
    found = {}
    for place, _, names in os.walk(docs):
        for name in names:
            if name.endswith(".md"):
                path = os.path.join(place, name)
                with open(path, encoding="utf-8") as stream:
                    text = stream.read()
                found[os.path.relpath(path, docs).replace(os.sep, "/")] = _CALL.sub(
                    lambda call: parts.part(current, call[1], call[2] or ""), text
                )
    return found


def _save(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


class _Loader(yaml.SafeLoader):
    """Reads `!ENV [NAME, default]` as its default."""


def _default(loader: _Loader, node: yaml.SequenceNode) -> object:
    return loader.construct_sequence(node)[-1]


_Loader.add_constructor("!ENV", _default)


def _settings(path: str, current: book.Book) -> str:
    """mkdocs.yml without what needs Python of ours."""
    with open(path, encoding="utf-8") as stream:
        settings: dict[str, Any] = yaml.load(stream, _Loader)  # noqa: S506 - a safe loader
    settings = {key: value for key, value in settings.items() if key not in _DROPPED}
    settings["plugins"] = [plugin for plugin in settings["plugins"] if "search" in plugin]
    settings["extra"] = {}
    extend(settings["nav"], current)
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def extend(nav: list[Any], current: book.Book) -> None:
    """Put the categories after the index of the patterns."""
    for entry in nav:
        if isinstance(entry, dict) and isinstance(entry.get("Patterns"), list):
            kept = [one for one in entry["Patterns"] if not str(one).startswith("category/")]
            entry["Patterns"] = [*kept, *(f"category/{one.value}.md" for one in current.categories)]
