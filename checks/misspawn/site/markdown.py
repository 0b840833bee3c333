"""Small pieces of Markdown. Texts from records come out as written, whatever characters they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from html import escape

from misspawn.site.highlight import block

_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_BACKTICKS = re.compile(r"`+")
_SPECIAL = re.compile(r"[&<>\\*`\[{|]|\b_+|_+\b|^[#+-]")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_ITEM = re.compile(r"(?:[0-9]+\.|[-*]) +")
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
    """A code span that may hold anything."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def html(text: str) -> str:
    """Text that means nothing to Markdown, to HTML, or to a table."""
    return _SPECIAL.sub(lambda match: "".join(f"&#{ord(one)};" for one in match[0]), text)


def raw(text: str) -> str:
    """A sentence of a record as HTML, for blocks that Markdown leaves alone."""
    parts, last = [], 0
    text = " ".join(text.split())
    for match in _CODE.finditer(text):
        shown = escape(match[2].strip(), quote=False)
        parts += [escape(text[last : match.start()], quote=False), f"<code>{shown}</code>"]
        last = match.end()
    return "".join((*parts, escape(text[last:], quote=False)))


def text_only(text: str) -> str:
    """A sentence of a record without its marks, for titles, attributes and JSON."""
    return _CODE.sub(r"\2", " ".join(text.split()))


def fence(
    text: str, language: str = "text", *, title: str = "", lines: Collection[int] = ()
) -> str:
    """A block of code. `lines`: those to highlight."""
    return block(text, language, title=title, lines=lines)


def bullets(items: Iterable[str]) -> str:
    """A list of sentences of a record."""
    return "\n".join(f"- {inline(item)}" for item in items)


def nested(text: str) -> str:
    """The Markdown with what belongs to an item of a list below four columns, where the site's parser looks for it.

    It also wants an empty line before the next item, once an item has had one.
    """
    lines: list[str] = []
    width = loose = 0
    for line in text.splitlines():
        inside = line.startswith(" " * width) if width else False
        if item := _ITEM.match(line):
            lines += [""] * bool(loose and lines[-1])
            width, loose = item.end(), 0
        elif not line:
            loose = 1
        elif not inside:
            width = 0
        lines.append(f"    {line[width:]}" if inside else line)
    return "\n".join(lines)


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
