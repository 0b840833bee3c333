"""A record as Markdown without any markup of the site: for machines, and for reading as text."""

from __future__ import annotations

from collections.abc import Iterator

from misspawn import examples
from misspawn.evidence import PYTHONS
from misspawn.model import Example, Pattern
from misspawn.site.book import Book
from misspawn.site.fixing import command
from misspawn.site.listing import language
from misspawn.site.proofs import lacking, versions


def plain(book: Book, pattern: Pattern) -> str:
    """The whole record."""
    parts = [f"# {pattern.title}", "\n".join(_facts(book, pattern))]
    parts += [
        f"## {title}\n\n{text.strip()}" for title, text in _sections(book, pattern) if text.strip()
    ]
    return "\n\n".join(parts) + "\n"


def _facts(book: Book, pattern: Pattern) -> Iterator[str]:
    yield f"- id: {pattern.id}"
    yield f"- category: {pattern.category.value}"
    milder = f" ({pattern.exceptions})" if pattern.milder else ""
    yield f"- severity: {pattern.severity.value}{milder}"
    yield f"- kind: {pattern.kind.value}"
    yield f"- page: {pattern.url}"
    missing = lacking(book, pattern)
    proved = [python for python in PYTHONS if python not in missing]
    yield f"- verified on Python: {versions(proved) or 'not yet proved'}"


def _sections(book: Book, pattern: Pattern) -> Iterator[tuple[str, str]]:
    yield "Retired", pattern.retired
    yield "Summary", f"{pattern.summary}\n\nFix: {pattern.remedy}"
    yield "Claim", pattern.claim
    yield "Verdict", f"{pattern.verdict}\n\n{pattern.truth}"
    yield (
        "Symptoms",
        _bullets(f"`{s.sample.strip()}`" if s.sample else s.seen for s in pattern.symptoms),
    )
    for example in pattern.examples:
        side = "Wrong" if example.is_wrong else "Right"
        yield f"{side}: {example.title}", "\n\n".join(_example(book, pattern, example))
    yield "Why", pattern.cause
    yield "When it occurs", _bullets(pattern.occurs_when)
    yield "When it is not a bug", _bullets(pattern.not_a_bug_when)
    yield "Prevention", pattern.fix
    yield "Quick fix", pattern.quick_fix
    if pattern.detect:
        yield "Find it", f"```console\n{pattern.command}\n```"
    if pattern.rewrites:
        told = _bullets(f"{one.safety.value}: {one.because}" for one in pattern.rewrites)
        yield "Fix it", f"```console\n{command(pattern)}\n```\n\n{told}"
    yield "Related", _bullets(pattern.related)
    yield "References", _bullets(f"[{r.title}]({r.url})" for r in pattern.references)


def _bullets(items: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _example(book: Book, pattern: Pattern, example: Example) -> Iterator[str]:
    for path, text in examples.files(example).items():
        if example.files:
            yield f"`{path}`:"
        ticks = "````" if "```" in text else "```"
        yield f"{ticks}{language(path)}\n{text.rstrip()}\n{ticks}"
    runs = book.runs(pattern, example)
    if runs and runs[-1].output and example.is_wrong:
        output = "\n".join(runs[-1].output)
        yield f"Output on Python {runs[-1].versions['python']}:\n\n```text\n{output}\n```"
    if example.note:
        yield example.note
