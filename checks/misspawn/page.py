"""A record as a page for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import indent, wrap

from misspawn.model import Example, Outcome, Pattern, Rewrite, Safety, Symptom

_MARGIN = "  "
_CODE = "    "
_BULLET = re.compile(r"(\s*)([-*]|\d+\.) +")
_VERBS = {
    "raises": "raises",
    "warns": "warns",
    "hangs": "hangs: still running after",
    "blocks_loop": "blocks the event loop for",
    "exits": "exits with",
    "prints": "prints",
    "pytest": "pytest reports",
    "leaves": "leaves a",
    "passes": "passes",
    "unrunnable": "cannot run here:",
}


def page(pattern: Pattern, width: int) -> Iterator[str]:
    """The whole record as lines; headings start in the first column and end in no punctuation.

    `width`: columns of the terminal. Code is never wrapped.
    """
    width = max(40, min(width, 100)) - len(_MARGIN)
    yield from wrap(pattern.title, width)
    milder = f", {pattern.exceptions}" if pattern.milder else ""
    kind = f"{pattern.severity.value} {pattern.kind.value}{milder}"
    yield f"{_MARGIN}{pattern.id} · {pattern.category.value} · {kind}"
    yield f"{_MARGIN}{pattern.url}"
    for heading, lines in _sections(pattern, width):
        body = list(lines)
        if body:
            yield from ("", heading, *(indent(line, _MARGIN) for line in body))


def _sections(pattern: Pattern, width: int) -> Iterator[tuple[str, Iterable[str]]]:
    if pattern.retired:
        yield "RETIRED", prose(pattern.retired, width)
    yield "CLAIM", prose(pattern.claim, width)
    yield "VERDICT", prose(f"{pattern.verdict}\n\n{pattern.truth}", width)
    yield "WHAT HAPPENS", prose(f"{pattern.summary}\n\n{pattern.cause}", width)
    yield "IT OCCURS WHEN", _bullets(pattern.occurs_when, width)
    yield "IT IS NOT A BUG WHEN", _bullets(pattern.not_a_bug_when, width)
    yield "SYMPTOMS", _bullets(map(_symptom, pattern.symptoms), width)
    for example in pattern.examples:
        side = "WRONG" if example.is_wrong else "RIGHT"
        yield f"{side}: {example.title}", _example(example, width)
    yield "FIX", prose(f"{pattern.remedy}\n\n{pattern.fix}", width)
    yield "QUICK FIX", prose(pattern.quick_fix, width)
    yield "FIXED BY MISSPAWN", _bullets(map(_rewrite, pattern.rewrites), width)
    if pattern.troubleshoot:
        yield (
            "Troubleshooting",
            _bullets((*pattern.troubleshoot.diagnose, pattern.troubleshoot.fix), width),
        )
    yield "CHECKLIST", _bullets(pattern.checklist.values(), width)
    yield "NO DETECTOR", prose(pattern.no_detector, width)
    yield (
        "Seen in",
        _bullets((f"{h.repo} {h.commit} ({h.date}): {h.impact}" for h in pattern.history), width),
    )
    yield "RELATED", _bullets(pattern.related, width)
    yield "REFERENCES", _bullets((f"{r.title} <{r.url}>" for r in pattern.references), width)


def prose(markdown: str, width: int) -> Iterator[str]:
    """Markdown as lines: paragraphs and list items wrapped, fenced code indented as it is."""
    for number, (fenced, text) in enumerate(_blocks(markdown)):
        if number and not (_BULLET.match(text) and not fenced):
            yield ""
        yield from indent(text, _CODE).splitlines() if fenced else _wrapped(text, width)


def _blocks(markdown: str) -> Iterator[tuple[bool, str]]:
    """Paragraphs, list items and fenced blocks, with whether they are fenced."""
    block: list[str] = []
    fenced = False
    for line in markdown.strip().splitlines():
        fence = line.lstrip().startswith("```")
        starts = not fenced and (not line.strip() or _BULLET.match(line))
        if (fence or starts) and block:
            yield fenced, "\n".join(block)
            block = []
        if fence:
            fenced = not fenced
        elif line.strip() or fenced:
            block.append(line)
    if block:
        yield fenced, "\n".join(block)


def _wrapped(text: str, width: int) -> list[str]:
    bullet = _BULLET.match(text)
    first = bullet[0] if bullet else ""
    words = " ".join(text[len(first) :].split())
    return wrap(
        words,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _bullets(items: Iterable[str], width: int) -> Iterator[str]:
    for item in items:
        yield from _wrapped(f"- {item}", width)


def _rewrite(rewrite: Rewrite) -> str:
    unsafe = " --unsafe-fixes" if rewrite.safety is Safety.UNSAFE else ""
    return f"misspawn check --fix{unsafe} ({rewrite.safety.value}): {rewrite.because}"


def _symptom(symptom: Symptom) -> str:
    return "; ".join(part for part in (symptom.sample, symptom.seen) if part)


def _example(example: Example, width: int) -> Iterator[str]:
    texts = example.files or {"": example.code}
    for name, text in texts.items():
        if name:
            yield f"{name}:"
        yield from indent(text.rstrip(), _CODE).splitlines()
        yield ""
    yield from _wrapped(f"When run, it {_outcome(example.expect)}.", width)
    for versions, outcome in example.expect_on.items():
        yield from _wrapped(f"On Python {versions} it {_outcome(outcome)}.", width)
    if example.note:
        yield from _wrapped(example.note, width)


def _outcome(outcome: Outcome) -> str:
    parts = []
    for key, verb in _VERBS.items():
        value = getattr(outcome, key)
        if value is not None:
            parts.append(verb if value is True else f"{verb} {_value(value)}")
    return " and ".join(parts)


def _value(value: object) -> str:
    """`raises: {type: X, message: y}` as `X: y`; `pytest`'s counts as words."""
    fields = getattr(value, "__struct_fields__", None)
    if fields is None:
        return str(value)
    message = getattr(value, "message", "")
    names = [str(getattr(value, name)) for name in ("type", "category") if name in fields]
    counts = [
        f"{getattr(value, name)} {name}"
        for name in ("passed", "failed", "errors", "skipped")
        if name in fields
    ]
    head = ", ".join(names + [count for count in counts if not count.startswith("0 ")])
    return f"{head}: {message}" if message else head
