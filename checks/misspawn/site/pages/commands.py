"""The command reference, from the parsers of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from misspawn.commands import COMMANDS, EPILOG, parser
from misspawn.site.book import Book
from misspawn.site.markdown import code, fence, html


def commands(book: Book, argument: str = "") -> str:
    """A section for each subcommand."""
    parts = [fence(EPILOG, "text")]
    for name, text in COMMANDS.items():
        parts += [f"## misspawn {name} {{ #{name} }}", html(f"{text[0].upper()}{text[1:]}.")]
        parts += _section(_sub(name))
    return "\n\n".join(parts)


def _sub(name: str) -> argparse.ArgumentParser:
    for action in parser(name)._actions:  # noqa: SLF001 - argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            found: argparse.ArgumentParser = action.choices[name]
            return found
    raise LookupError(name)


def _section(sub: argparse.ArgumentParser) -> Iterator[str]:
    usage = argparse.HelpFormatter("misspawn", width=76)
    usage.add_usage(sub.usage, sub._actions, sub._mutually_exclusive_groups)  # noqa: SLF001
    yield fence(usage.format_help().replace("misspawn ", f"{sub.prog} ", 1), "text")
    rows = [_row(action) for action in sub._actions if action.dest != "help"]  # noqa: SLF001
    if rows:
        yield "\n".join(("| Argument | What it does |", "| --- | --- |", *rows))
    if sub.epilog:
        yield fence(sub.epilog, "text")


def _row(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    if action.option_strings and action.nargs != 0 and (value or action.nargs is None):
        names += f" {value or action.dest.upper()}"
    default = {"default": action.default, "prog": "misspawn"}
    text = (action.help or "") % default if "%(" in (action.help or "") else (action.help or "")
    return f"| {code(names)} | {html(text)} |"
