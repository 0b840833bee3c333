"""patterns.json: the records for machines, and the same as a script for browsers that open files."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from misspawn import examples
from misspawn.evidence import PYTHONS
from misspawn.model import Pattern
from misspawn.site.book import SITE, Book
from misspawn.site.markdown import text_only
from misspawn.site.symptoms import messages, script
from misspawn.symptoms import weight

VERSION = 1


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A symptom. `log` is a regex in the subset that RE2 and JavaScript read alike, `flags` its flags.

    `weight`: how much it says; the records whose symptoms weigh most explain a log best.
    """

    log: str
    flags: str
    weight: int
    sample: str


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A record. `url` is relative to this file, `help_uri` is for SARIF and other reports."""

    id: str
    title: str
    summary: str
    remedy: str
    category: str
    severity: str
    kind: str
    url: str
    help_uri: str
    symptoms: tuple[Told, ...]
    moments: tuple[str, ...]
    tools: tuple[str, ...]
    pythons: tuple[str, ...]
    detected: bool
    retired: bool


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. `version` changes when a field goes or means something else."""

    version: int
    site: str
    patterns: tuple[Listed, ...]


def everything(book: Book, *, directories: bool = True) -> Everything:
    """All records. `directories`: whether pages are folders with an index, as on the web."""
    ending = "/" if directories else ".html"
    listed = tuple(_listed(pattern, ending) for pattern in book.patterns)
    return Everything(version=VERSION, site=SITE, patterns=listed)


def _listed(pattern: Pattern, ending: str) -> Listed:
    return Listed(
        id=pattern.id,
        title=text_only(pattern.title),
        summary=text_only(pattern.summary),
        remedy=text_only(pattern.remedy),
        category=pattern.category.value,
        severity=pattern.severity.value,
        kind=pattern.kind.value,
        url=f"p/{pattern.id}{ending}",
        help_uri=pattern.url,
        symptoms=tuple(_told(pattern)),
        moments=tuple(moment.value for moment in pattern.checklist),
        tools=tools(pattern),
        pythons=pythons(pattern),
        detected=bool(pattern.detect),
        retired=bool(pattern.retired),
    )


def _told(pattern: Pattern) -> Iterator[Told]:
    for symptom in messages(pattern):
        source, flags = script(pattern, symptom.log)
        yield Told(log=source, flags=flags, weight=weight(symptom.log), sample=symptom.sample)


_SHOWN = {
    "shell": "bash",
    "dockerfile": "docker",
    "compose": "docker",
    "workflow": "github-actions",
}


def tools(pattern: Pattern) -> tuple[str, ...]:
    """What the record is about besides Python: pytest, docker, libraries."""
    found: set[str] = set()
    for example in pattern.examples:
        found |= {need for need in example.needs if need != "network"}
        found |= {text.split("[")[0].rstrip("<>=!~.0123456789 ,") for text in example.requires}
        if example.language in ("pytest", *_SHOWN):
            found.add(_SHOWN.get(example.language, example.language))
        text = "\n".join(examples.files(example).values())
        found |= {name for name in ("pytest", "coverage") if f"{name} " in text}
    return tuple(sorted(found))


def pythons(pattern: Pattern) -> tuple[str, ...]:
    """The versions on which some wrong example goes wrong."""
    wrong = [example for example in pattern.examples if example.is_wrong]
    return tuple(
        python
        for python in PYTHONS
        if any(
            examples.runs_on(example, f"{python}.0")
            and not examples.expected(example, f"{python}.0").passes
            for example in wrong
        )
    )


def as_json(data: Everything) -> str:
    """The file `patterns.json`."""
    return msgspec.json.format(msgspec.json.encode(data), indent=1).decode() + "\n"


def as_script(data: Everything) -> str:
    """The file `patterns.js`, for pages that may not fetch: it sets `window.misspawn`."""
    text = msgspec.json.encode(data).decode().replace("</", "<\\/")
    return f"window.misspawn = {text};\n"


def schema() -> str:
    """The file `patterns.schema.json`."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SITE}patterns.schema.json",
        "title": "The records of misspawn",
    }
    return json.dumps(head | msgspec.json.schema(Everything), indent=2) + "\n"
