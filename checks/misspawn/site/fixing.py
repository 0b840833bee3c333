"""How misspawn mends a finding in place: the command, and whether that is safe."""

from __future__ import annotations

from misspawn.model import Pattern, Safety
from misspawn.site.markdown import fence, inline


def fix_it(pattern: Pattern, how: str) -> str:
    """The command and what it risks; nothing where no rewrite is declared. `how`: the address of the page on fixes."""
    if not pattern.rewrites:
        return ""
    told = "\n".join(
        f"- **{rewrite.safety.value}**: {inline(rewrite.because)}" for rewrite in pattern.rewrites
    )
    return "\n\n".join((fence(command(pattern), "sh"), told, f"[How fixes work]({how})"))


def command(pattern: Pattern) -> str:
    """The command that writes all fixes of a record."""
    is_safe = all(rewrite.safety is Safety.SAFE for rewrite in pattern.rewrites)
    return f"{pattern.command} --fix{'' if is_safe else ' --unsafe-fixes'}"
