"""The emergency guide and the checklists."""

from __future__ import annotations

from misspawn.model import Branch, Moment, Pattern
from misspawn.site.addresses import Near, file, finder, link, near
from misspawn.site.blocks import box, cards, para
from misspawn.site.book import Book
from misspawn.site.markdown import code, fence, html, inline, linked, raw
from misspawn.site.words import BRANCHES, MOMENTS

_PROGRAMS = {
    "bash", "coverage", "docker", "echo", "find", "gh", "git", "grep", "head", "ls", "misspawn", "ps",
    "pytest", "python", "rg",
}  # fmt: skip


def branches(book: Book, argument: str = "") -> str:
    """The branches of the emergency guide as cards."""
    return cards(
        (f"[{title}](emergency.md#{branch.value})", text)
        for branch, (title, text) in BRANCHES.items()
    )


def emergency(book: Book, argument: str = "") -> str:
    """Each symptom by branch, with how to diagnose it and what to do."""
    parts = []
    for branch in Branch:
        title, text = BRANCHES[branch]
        found = [
            pattern
            for pattern in book.live
            if pattern.troubleshoot and pattern.troubleshoot.branch is branch
        ]
        entries = "\n\n".join(_entry(book, pattern) for pattern in found)
        heading = f"## {title} {{ #{branch.value} }}\n\n{inline(text)}"
        parts += [heading, box("ms-jump", _jumps(found)), entries or "Nothing is recorded yet."]
    return "\n\n".join(parts)


def _jumps(found: list[Pattern]) -> str:
    """Links to the symptoms of a branch, for screens without a table of contents."""
    symptoms = ((p.id, p.troubleshoot.symptom) for p in found if p.troubleshoot)
    return "\n".join(f"- [{inline(text.rstrip('.'))}](#{id})" for id, text in symptoms)


def _entry(book: Book, pattern: Pattern) -> str:
    entry = pattern.troubleshoot
    assert entry is not None  # the caller has looked
    to = near("emergency.md")
    fix = linked(entry.fix.strip(), finder(book, to))
    return "\n\n".join(
        (
            f"### {inline(entry.symptom.rstrip('.'))} {{ #{pattern.id} }}",
            diagnosis(entry.diagnose),
            f"**Fix.** {fix}",
            f"Page: {link(pattern, to)}",
        )
    )


def diagnosis(steps: tuple[str, ...]) -> str:
    """Steps in words as a list, commands as a block."""
    parts: list[str] = []
    commands: list[str] = []
    for step in (*steps, ""):
        if step.split(" ")[0] in _PROGRAMS:
            commands.append(" ".join(step.split()))
            continue
        if commands:
            parts.append(fence("\n".join(commands), "bash"))
            commands = []
        if step:
            parts.append(f"- {inline(step)}")
    return "\n\n".join(parts)


def checklists(book: Book, argument: str = "") -> str:
    """What to look at, by moment; `argument` names one moment."""
    to = near("checklists.md")
    parts = []
    for moment in Moment:
        found = [pattern for pattern in book.live if moment in pattern.checklist]
        if found and argument in ("", moment.value):
            items = "\n\n".join(_due(pattern, moment, to) for pattern in found)
            parts.append(
                f"## {MOMENTS[moment]} {{ #{moment.value} }}\n\n"
                f'<ul class="ms-checklist" markdown="1">\n{items}\n</ul>'
            )
    return "\n\n".join(parts)


def _due(pattern: Pattern, moment: Moment, to: Near) -> str:
    enforced = (
        f"by {code(pattern.command)}" if pattern.detect else "by a person, as no detector sees it"
    )
    why = f"[{html(pattern.id)}]({to(file(pattern))})"
    return (
        f'<li markdown="block">\n\n{para("ms-due", raw(pattern.checklist[moment]))}\n\n'
        f'<p class="ms-by" markdown="span">Prevents {why}. Checked {enforced}.</p>\n\n</li>'
    )
