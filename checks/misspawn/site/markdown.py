"""Small pieces of Markdown. Texts from records come out as written, whatever characters they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_BACKTICKS = re.compile(r"`+")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


def inline(text: str) -> str:
    """A sentence of a record: its code spans are kept, all else is plain."""
    parts, last = [], 0
    text = " ".join(text.split())
    for match in _CODE.finditer(text):
        parts += [html(text[last : match.start()]), code(match[2].strip())]
        last = match.end()
    return "".join((*parts, html(text[last:])))


def code(text: str) -> str:
    """A code span, as HTML so that it may hold anything and a table cell may hold it."""
    return f"<code>{html(text)}</code>"


def html(text: str) -> str:
    """Text for HTML within Markdown: no character of it means anything to either."""
    found = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    found |= {mark: f"&#{ord(mark)};" for mark in "\\`*_[]{}|~^=!:#"}
    return "".join(found.get(character, character) for character in text)


def text_only(text: str) -> str:
    """A sentence of a record without its marks, for titles, attributes and JSON."""
    return _CODE.sub(r"\2", " ".join(text.split()))


def fence(text: str, language: str = "", *, title: str = "", lines: Iterable[int] = ()) -> str:
    """A block of code. `lines`: those to highlight."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    ticks = "`" * max(3, longest + 1)
    options = [f".{language or 'text'}"]
    if title:
        options.append(f'title="{title}"')
    if lines:
        options.append(f'hl_lines="{" ".join(map(str, sorted(lines)))}"')
    return f"{ticks} {{ {' '.join(options)} }}\n{text.rstrip()}\n{ticks}"


def indent(text: str) -> str:
    """The text as the content of a tab or a list item."""
    return "\n".join(f"    {line}" if line else line for line in text.splitlines())


def bullets(items: Iterable[str]) -> str:
    """A list of sentences of a record."""
    return "\n".join(f"- {inline(item)}" for item in items)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The Markdown with `change` applied wherever it is neither fenced nor a code span."""
    done: list[str] = []
    prose: list[str] = []
    closing = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if closing or mark:
            done += _changed(prose, change)
            prose = []
            done.append(line)
            if mark and (not closing or line.strip().startswith(closing)):
                closing = "" if closing else mark[1]
        else:
            prose.append(line)
    return "\n".join((*done, *_changed(prose, change)))


def _changed(lines: list[str], change: Callable[[str], str]) -> list[str]:
    if not lines:
        return []
    text, parts, last = "\n".join(lines), [], 0
    for match in _CODE.finditer(text):
        parts += [change(text[last : match.start()]), match[0]]
        last = match.end()
    return ["".join((*parts, change(text[last:])))]


def linked(text: str, known: Callable[[str], str]) -> str:
    """The Markdown with words that name records made links. `known`: the address, or nothing."""

    def link(match: re.Match[str]) -> str:
        address = known(match[0])
        before = match.string[: match.start()]
        inside = before.endswith(("[", "(", "/", "#", "-")) and not before.endswith((" (", "\n("))
        return f"[{match[0]}]({address})" if address and not inside else match[0]

    return outside_code(text, lambda prose: _WORD.sub(link, prose))
