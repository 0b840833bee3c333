"""The hook of MkDocs (and of ProperDocs): pages that are no files, files beside the pages, live reload."""

from __future__ import annotations

import os
import re
from itertools import count
from typing import Any

from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files

from misspawn.errors import UserError
from misspawn.site import beside, book, parts, redirects
from misspawn.site.plainfiles import extend


def on_config(config: Any) -> Any:
    """Read the records, watch them, and give each category its entry in the navigation."""
    root = os.path.dirname(config.config_file_path)
    folder = os.path.join(root, config.extra.get("patterns") or "patterns")
    book.use(book.load(folder, redirects.read(os.path.join(root, "docs", "renamed.yaml"))))
    config.watch.append(folder)
    extend(config.nav or [], book.current())
    return config


@event_priority(100)  # before the plugins that look at all files
def on_files(files: Files, *, config: Any) -> Files:
    """Add the pages of the records and the categories."""
    for page in parts.pages(book.current()):
        made = File.generated(config, page.path, content=page.text(book.current()))
        made.edit_uri = page.source
        files.append(made)
    return files


_texts: dict[str, str] = {}
_code: dict[str, list[str]] = {}
_whole: dict[str, str] = {}
_CODE = re.compile(r'<div class="language-[^"]*highlight">.*?</pre></div>', re.DOTALL)
_HOLE = re.compile(r'<hr data-code="(\d+)">')
_INLINE = re.compile(r"<code>[^<]*--[^<]*</code>")
_OPTION = re.compile(r"(?<![\w-])--\w[\w-]*")
_SPAN = re.compile(r"</?span\b[^>]*>")


@event_priority(-100)  # after the macros
def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Keep the text of hand-written pages for those who read Markdown, and finished code from Markdown."""
    _texts[page.file.src_uri] = markdown
    kept = _code[page.file.src_uri] = _CODE.findall(markdown)
    numbers = count()
    return _CODE.sub(lambda _: f'<hr data-code="{next(numbers)}">', markdown) if kept else markdown


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Put the code back, and keep each option of a command in one line: browsers break after its hyphens."""
    kept = _code.pop(page.file.src_uri)
    html = _INLINE.sub(
        lambda code: _OPTION.sub(r'<span class="ms-option">\g<0></span>', code[0]), html
    )
    return _HOLE.sub(lambda hole: kept[int(hole[1])], html)


@event_priority(100)  # before the search, which drops spans only after it has parsed them
def _without_spans(context: Any, /, *, page: Any, **_: Any) -> Any:
    """Let the search read the page without the colours of its code, a third of its tags."""
    _whole[page.file.src_uri] = page.content
    page.content = _SPAN.sub("", page.content)
    return context


@event_priority(-100)
def _with_spans(context: Any, /, *, page: Any, **_: Any) -> Any:
    """Show the page as it was."""
    page.content = _whole.pop(page.file.src_uri)
    return context


on_page_context = CombinedEvent(_without_spans, _with_spans)

_KEPT = re.compile(r"(<(pre|script|textarea)\b.*?</\2>)", re.DOTALL)
_BLANK = re.compile(r"\n\s+")


def on_post_page(output: str, **_: Any) -> str:
    """Drop the templates' indentation, a fifth of a page."""
    parts = _KEPT.split(output)
    parts[2::3] = [""] * len(parts[2::3])  # the names of the tags
    parts[0::3] = [_BLANK.sub("\n", part) for part in parts[0::3]]
    return "".join(parts)


def on_post_build(*, config: Any) -> None:
    """Write the data files, the Markdown of the pages, and the redirects."""
    current = book.current()
    if config.extra.get("require_evidence"):
        _insist(current)
    texts = {path: text for path, text in _texts.items() if not path.startswith("p/")}
    written = beside.files(current, texts, directories=config.use_directory_urls)
    written |= redirects.pages(current, directories=config.use_directory_urls)
    for name, text in written.items():
        path = os.path.join(config.site_dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    _texts.clear()


def _insist(current: book.Book) -> None:
    from misspawn import evidence

    missing = [
        f"{pattern.id}: no evidence for {lacking[0]}; run `misspawn prove --update`"
        for pattern in current.live
        if (lacking := evidence.missing(pattern, current.proofs.get(pattern.id, ())))
    ]
    if missing:
        raise UserError(*missing)
