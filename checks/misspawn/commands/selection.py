"""`--select` and `--ignore`, as several commands have them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from misspawn import catalogue
from misspawn.model import Pattern


def arguments(parser: ArgumentParser) -> None:
    """Add both options."""
    _add(parser, "--select", "only these ids, categories and severities; commas between")
    _add(parser, "--ignore", "all but these; wins over --select")


def _add(parser: ArgumentParser, option: str, help_: str) -> None:
    parser.add_argument(option, action="append", default=[], metavar="WORDS", help=help_)


def chosen(options: Namespace, patterns: Iterable[Pattern]) -> list[Pattern]:
    """The records that the options leave."""
    return catalogue.choose(patterns, select=_words(options.select), ignore=_words(options.ignore))


def _words(lists: Iterable[str]) -> list[str]:
    return [word.strip() for list_ in lists for word in list_.split(",") if word.strip()]
