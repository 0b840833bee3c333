"""The command reference, from the parsers of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from misspawn.commands import COMMANDS, EPILOG, parser
from misspawn.site.book import Book
from misspawn.site.markdown import code, fence, html, inline

_ENTRY = re.compile(r"  \S+ ")


def commands(book: Book, argument: str = "") -> str:
    """What ends all of them, then a section for each subcommand."""
    parts = list(_told(EPILOG))
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
    usage = argparse.HelpFormatter("misspawn", width=72)
    usage.add_usage(sub.usage, sub._actions, sub._mutually_exclusive_groups)  # noqa: SLF001
    shown = usage.format_help().replace("misspawn ", f"{sub.prog} ", 1)
    yield fence(re.sub(r"\n +", "\n  ", shown), "text")
    told = (action for action in sub._actions if action.help != argparse.SUPPRESS)  # noqa: SLF001
    rows = [_row(action) for action in told if action.dest != "help"]
    if rows:
        yield "\n".join(("| Argument | What it does |", "| --- | --- |", *rows))
    yield from _told(sub.epilog or "")


def _told(epilog: str) -> Iterator[str]:
    """What stands below a command's help: paragraphs as text, lists of words as tables."""
    for paragraph in filter(None, epilog.split("\n\n")):
        title, *lines = paragraph.splitlines()
        if title.endswith(":") and all(map(_ENTRY.match, lines)):
            entries = (line.split(maxsplit=1) for line in lines)
            rows = (f"| {code(word)} | {inline(told)} |" for word, told in entries)
            yield "\n".join(
                (f"| {title[0].upper()}{title[1:-1]} | Meaning |", "| --- | --- |", *rows)
            )
        else:
            yield fence(paragraph, "text") if title.endswith(":") else inline(paragraph)


def _row(action: argparse.Action) -> str:
    value = action.metavar or "|".join(map(str, action.choices or ()))
    names = ", ".join(action.option_strings) or str(value or action.dest)
    if action.option_strings and action.nargs != 0 and (value or action.nargs is None):
        names += f" {value or action.dest.upper()}"
    known = {"default": action.default, "choices": ", ".join(map(str, action.choices or ()))}
    text = (action.help or "") % known if "%(" in (action.help or "") else (action.help or "")
    return f"| {code(names)} | {inline(text)} |"
