"""The macro of mkdocs-macros-plugin: `{{ misspawn("index") }}` puts a generated part into a page."""

from __future__ import annotations

from typing import Any

from misspawn.site import book, parts


def define_env(env: Any) -> None:
    """Register the macro; called by the plugin."""

    @env.macro  # type: ignore[untyped-decorator, unused-ignore]
    def misspawn(name: str, argument: str = "") -> str:
        return parts.part(book.current(), name, argument)
