"""Boxes of a page, as Markdown or as HTML, which is quicker to build: chips, wrong beside right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from misspawn.model import Example, Kind, Pattern
from misspawn.site.listing import listing, remark
from misspawn.site.markdown import raw

Flags = Mapping[str, Mapping[str, Sequence[int]]]


def box(kind: str, *parts: str) -> str:
    """A div with a class; its parts are Markdown."""
    content = "\n\n".join(part for part in parts if part)
    return f'<div class="{kind}" markdown="1">\n\n{content}\n\n</div>'


def line(kind: str, text: str) -> str:
    """A paragraph with a class, which no search is to find; its text is Markdown."""
    return f'<p class="{kind}" markdown="span" data-search-exclude>{text}</p>'


def div(kind: str, *parts: str) -> str:
    """A div with a class; its parts are HTML."""
    return f'<div class="{kind}">\n{"".join(parts)}\n</div>'


def para(kind: str, text: str) -> str:
    """A paragraph with a class; its text is HTML."""
    return f'<p class="{kind}">{text}</p>'


def tabs(name: str, texts: Mapping[str, str]) -> str:
    """Tabs in the theme's shape, each a label with HTML. `name`: of this set, unique on its page."""
    inputs, labels, blocks = [], [], []
    for number, (label, text) in enumerate(texts.items(), 1):
        id = f"__tabbed_{name}_{number}"
        checked = " checked" if number == 1 else ""
        inputs.append(f'<input id="{id}" name="__tabbed_{name}" type="radio"{checked}>')
        labels.append(f'<label for="{id}">{label}</label>')
        blocks.append(f'<div class="tabbed-block">\n{text}\n</div>')
    return (
        f'<div class="tabbed-set tabbed-alternate" data-tabs="{name}:{len(texts)}">{"".join(inputs)}'
        f'<div class="tabbed-labels">{"".join(labels)}</div>'
        f'<div class="tabbed-content">{"".join(blocks)}</div></div>'
    )


def cards(items: Iterable[tuple[str, str]]) -> str:
    """A grid: for each card its heading, which is Markdown, and a sentence of a record."""
    shown = (
        f'<li markdown="block">\n\n{heading}\n\n{para("ms-text", raw(text))}\n\n</li>'
        for heading, text in items
    )
    return '<ul class="ms-cards" markdown="1">\n' + "\n\n".join(shown) + "\n</ul>"


def chip(pattern: Pattern) -> str:
    """Severity, or that it is a myth."""
    word = "myth" if pattern.kind is Kind.MYTH else pattern.severity.value
    return f'<span class="ms-chip ms-chip--{word}">{word}</span>'


def pairs(pattern: Pattern, flags: Flags) -> list[tuple[Example | None, Example | None]]:
    """The examples, each wrong one with the right one that comes after it; the most telling pair first."""
    found: list[tuple[Example | None, Example | None]] = []
    for example in pattern.examples:
        if example.is_wrong:
            found.append((example, None))
        elif found and found[-1][0] and not found[-1][1]:
            found[-1] = (found[-1][0], example)
        else:
            found.append((None, example))
    whole = [number for number, (wrong, right) in enumerate(found) if wrong and right]
    shown = [number for number in whole if _is_flagged(found[number][0], flags)]
    first = next(iter((*shown, *whole, 0)))
    return [found[first], *found[:first], *found[first + 1 :]]


def _is_flagged(example: Example | None, flags: Flags) -> bool:
    return bool(example and flags.get(example.title))


def beside(wrong: Example | None, right: Example | None, flags: Flags) -> str:
    """One pair; a side that is missing is left out."""
    kind = "ms-pair" if wrong and right else "ms-pair ms-pair--single"
    sides = [_side(example, flags) for example in (wrong, right) if example]
    return div(kind, *sides)


def _side(example: Example, flags: Flags) -> str:
    own = flags.get(example.title, {})
    kind, word = ("ms-wrong", "Wrong") if example.is_wrong else ("ms-right", "Right")
    note = remark(example, own)
    return div(
        kind,
        para("ms-side", word),
        para("ms-caption", raw(example.title)),
        listing(example, own),
        para("ms-note", raw(note)) if note else "",
    )
