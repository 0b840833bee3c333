"""What other linters see of the wrong example."""

from __future__ import annotations

from misspawn.model import Pattern
from misspawn.site.markdown import code, inline

_TOOLS = {
    "ruff": ("Ruff", "https://docs.astral.sh/ruff/rules/{}/"),
    "pylint": ("Pylint", ""),
    "flake8_async": ("flake8-async", ""),
    "bandit": ("Bandit", ""),
    "shellcheck": ("ShellCheck", "https://www.shellcheck.net/wiki/{}"),
}


def overlaps(pattern: Pattern) -> str:
    """A line for each tool that reports it, and the note."""
    lines = []
    for field, (name, address) in _TOOLS.items():
        rules: tuple[str, ...] = getattr(pattern.overlaps, field)
        if rules:
            shown = (
                f"[{rule}]({address.format(rule)})" if address else code(rule) for rule in rules
            )
            lines.append(f"- {name}: {', '.join(shown)}")
    note = inline(pattern.overlaps.note)
    return "\n\n".join(part for part in ("\n".join(lines), note) if part)
