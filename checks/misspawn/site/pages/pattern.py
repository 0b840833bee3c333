"""The page of one record: the symptom first, wrong beside right, and then everything else."""

from __future__ import annotations

from collections.abc import Iterator

from misspawn.model import Kind, Pattern
from misspawn.site import proofs
from misspawn.site.addresses import (
    Near,
    category_file,
    changes,
    file,
    finder,
    link,
    near,
    report,
    source,
)
from misspawn.site.blocks import Flags, beside, box, chip, div, line, pairs, para
from misspawn.site.book import Book
from misspawn.site.finding import find_it, suppress
from misspawn.site.fixing import fix_it
from misspawn.site.flags import flagged
from misspawn.site.markdown import bullets, code, html, inline, linked, nested, raw
from misspawn.site.overlaps import overlaps
from misspawn.site.symptoms import headings
from misspawn.site.words import CATEGORIES

Sections = Iterator[tuple[str, str]]
_UNSEARCHED = ("Suppress it", "Results by version", "Related", "References")
"""Sections that say the same on all pages, or what other pages say."""


def page(book: Book, pattern: Pattern) -> str:
    """The record as Markdown."""
    to, flags = near(file(pattern)), flagged(pattern)
    parts = [_head(book, pattern, to), _first(pattern, flags)]
    sections = (
        *_shown(book, pattern, flags),
        *_told(book, pattern, to),
        *_around(book, pattern, flags, to),
    )
    parts += [_section(title, text) for title, text in sections if text.strip()]
    return "\n\n".join(part for part in (*parts, _foot(pattern, to)) if part) + "\n"


def _section(title: str, text: str) -> str:
    unsearched = " { data-search-exclude='' }" if title in _UNSEARCHED else ""
    return f"## {title}{unsearched}\n\n{text}"


def _head(book: Book, pattern: Pattern, to: Near) -> str:
    heading, _ = CATEGORIES[pattern.category]
    category = f"[{heading}]({to(category_file(pattern.category))}){{ .ms-chip }}"
    parts = [
        f"# {inline(pattern.title)}",
        line("ms-meta", f"{chip(pattern)} {category} {proofs.stamp(book, pattern)}"),
        f'!!! warning "Retired"\n\n    {inline(pattern.retired)}' if pattern.retired else "",
        para("ms-summary", raw(pattern.summary)),
        para("ms-remedy", f"<strong>Fix:</strong> {raw(pattern.remedy)}"),
    ]
    if pattern.kind is Kind.MYTH:
        claim = para("ms-claim", f"<strong>Claim:</strong> {raw(pattern.claim)}")
        verdict = para("ms-verdict", f"<strong>Verdict:</strong> {raw(pattern.verdict)}")
        parts.append(div("ms-myth", claim, verdict))
    return "\n\n".join(part for part in parts if part)


def _first(pattern: Pattern, flags: Flags) -> str:
    parts = []
    if pattern.symptoms:
        parts.append(f"## What you see\n\n{box('ms-symptoms', headings(pattern))}")
    if pattern.kind is Kind.MYTH:
        parts.append("## The run that refutes it")
    else:
        parts.append("## Wrong and right")
    return "\n\n".join((*parts, beside(*pairs(pattern, flags)[0], flags)))


def _shown(book: Book, pattern: Pattern, flags: Flags) -> Sections:
    wrong, right = pairs(pattern, flags)[0]
    parts = []
    if wrong:
        parts.append(proofs.outputs(book, pattern, wrong))
    if right and (runs := book.runs(pattern, right)):
        on = proofs.versions(run.python for run in runs)
        parts.append(f"The right one, on Python {on}: {proofs.account(runs[-1].seen)}.")
    yield "What running it shows", "\n\n".join(parts)


def _told(book: Book, pattern: Pattern, to: Near) -> Sections:
    def prose(text: str) -> str:
        return linked(nested(text.strip()), finder(book, to, pattern.id))

    if pattern.kind is Kind.MYTH:
        yield "What is true", prose(pattern.truth)
        yield "Where the belief comes from", prose(pattern.cause)
    else:
        yield "Why", prose(pattern.cause)
    yield "When it occurs", prose(bullets(pattern.occurs_when))
    yield "When it is not a bug", prose(bullets(pattern.not_a_bug_when))
    yield "What to do instead" if pattern.kind is Kind.MYTH else "Prevention", prose(pattern.fix)
    yield "Quick fix", prose(pattern.quick_fix)


def _around(book: Book, pattern: Pattern, flags: Flags, to: Near) -> Sections:
    yield "Find it in your code", find_it(pattern, to("how-it-works.md"))
    yield "Let misspawn fix it", fix_it(pattern, to("fixes.md"))
    if pattern.detect:
        yield "Suppress it", suppress(pattern)
    yield "Other linters", overlaps(pattern)
    yield "More examples", "\n\n".join(_more(book, pattern, flags))
    yield "Results by version", proofs.results(book, pattern)
    yield "Seen in", "\n".join(_history(pattern))
    known = (book.known[id] for id in pattern.related if id in book.known)
    yield "Related", "\n".join(f"- {link(other, to)}: {inline(other.summary)}" for other in known)
    yield "References", "\n".join(f"- [{inline(r.title)}]({r.url})" for r in pattern.references)


def _more(book: Book, pattern: Pattern, flags: Flags) -> Iterator[str]:
    for wrong, right in pairs(pattern, flags)[1:]:
        yield beside(wrong, right, flags)
        if wrong:
            yield proofs.outputs(book, pattern, wrong)


def _history(pattern: Pattern) -> Iterator[str]:
    for seen in pattern.history:
        commit = f"[{code(seen.commit[:8])}](https://github.com/{seen.repo}/commit/{seen.commit})"
        where = f", {code(seen.file)}" if seen.file else ""
        yield f"- {html(seen.repo)} {commit} ({seen.date}){where}: {inline(seen.impact)}"


def _foot(pattern: Pattern, to: Near) -> str:
    return box(
        "ms-foot",
        f"Since {pattern.since} \N{MIDDLE DOT} reviewed {pattern.reviewed} \N{MIDDLE DOT} "
        f"owner {html(pattern.owner)} \N{MIDDLE DOT} id {code(pattern.id)}",
        f"[The record]({source(pattern)}) \N{MIDDLE DOT} [its changes]({changes(pattern)}) \N{MIDDLE DOT} "
        f"[report a miss or a false alarm]({report(pattern)}) \N{MIDDLE DOT} [all checklists]({to('checklists.md')})",
    )
