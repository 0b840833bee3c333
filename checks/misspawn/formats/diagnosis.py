"""What explains a log, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TextIO

from misspawn.diagnose import Diagnosis, Hit
from misspawn.formats import text
from misspawn.formats.jsonl import record
from misspawn.formats.style import Style, one_line, source_line
from misspawn.model import Finding
from misspawn.traces import Place

_SHOWN = 3  # records in full; the first is mostly the answer
_LINES = 3  # lines of the log for one record
_WIDTH = 160  # characters of a line
_NONE = """No known symptom in it.
= by what you see, such as a hang: https://misspawn.dev/emergency/
= what the sources have: misspawn check; what surrounds them: misspawn doctor"""


class Explained(NamedTuple):
    """A diagnosis, and what the record's detectors see in the files that the log names."""

    diagnosis: Diagnosis
    findings: tuple[Finding, ...] = ()


def write_text(explained: Sequence[Explained], out: TextIO, style: Style) -> None:
    """The most specific records in full, the others by id."""
    blocks = ["\n".join(_block(one, style)) for one in explained[:_SHOWN]]
    if others := [one.diagnosis.pattern.id for one in explained[_SHOWN:]]:
        blocks.append(f"Less specific: {', '.join(others)}")
    out.write("\n\n".join(blocks or [_NONE]) + "\n")


def _block(explained: Explained, style: Style) -> Iterator[str]:
    pattern, hits = explained.diagnosis.pattern, explained.diagnosis.hits[:_LINES]
    severity = pattern.severity.value
    yield f"{style.severity(f'{severity}[{pattern.id}]', severity)} {style.paint(pattern.title, 'bold')}"
    margin = max(len(str(hit.line)) for hit in hits)
    for hit in hits:
        yield from _quoted(hit, margin, style)
    for finding in explained.findings:
        yield from text.found(finding, style)
    equals = f"{'':{margin}} {style.paint('=', 'blue')}"
    if not explained.findings:
        yield from (f"{equals} look at {one_line(place)}" for place in places(hits))
    yield f"{equals} {one_line(pattern.summary)}"
    yield f"{equals} fix: {one_line(pattern.remedy)}"
    if pattern.quick_fix:
        yield f"{equals} for now: {one_line(' '.join(pattern.quick_fix.split()))}"
    yield f"{equals} {pattern.url}"


def _quoted(hit: Hit, margin: int, style: Style) -> Iterator[str]:
    """The log's line, cut around what matched, and what matched underlined."""
    left = max(0, hit.start - _WIDTH // 4)
    line, end = source_line(hit.text[left : left + _WIDTH]), min(hit.end, left + _WIDTH)
    yield f"{style.paint(f'{hit.line:>{margin}} |', 'blue')} {line}"
    carets = "^" * max(1, text.width(hit.text[hit.start : end]))
    blank = " " * text.width(hit.text[left : hit.start])
    yield f"{style.paint(f'{chr(32) * margin} |', 'blue')} {blank}{style.paint(carets, 'red')}"


def places(hits: Iterable[Hit]) -> list[str]:
    """The lines of the project that the log names, each once."""
    return list(dict.fromkeys(_told(hit.place) for hit in hits if hit.place))


def _told(place: Place) -> str:
    return f"{place.path}:{place.line}" if place.line else place.path


def write_json(explained: Iterable[Explained], out: TextIO) -> None:
    """One array of objects, the most specific first. The keys are a promise."""
    out.write(json.dumps([_object(one) for one in explained], indent=1) + "\n")


def _object(explained: Explained) -> dict[str, object]:
    pattern, hits, weight = explained.diagnosis
    return {
        "id": pattern.id,
        "title": pattern.title,
        "kind": pattern.kind.value,
        "severity": pattern.severity.value,
        "summary": pattern.summary,
        "remedy": pattern.remedy,
        "quick_fix": pattern.quick_fix,
        "url": pattern.url,
        "weight": weight,
        "hits": [
            {
                "line": hit.line,
                "text": hit.text,
                "start": hit.start,
                "end": hit.end,
                "place": hit.place and {"path": hit.place.path, "line": hit.place.line},
            }
            for hit in hits
        ],
        "findings": [record(finding) for finding in explained.findings],
    }
