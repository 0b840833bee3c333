"""What is in force, as several commands ask for it: `--select`, `--ignore`, and the configuration file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from misspawn import catalogue, settings, walk
from misspawn.model import Pattern
from misspawn.settings import Given, Policy, Settings


def arguments(parser: ArgumentParser) -> None:
    """Add the options that choose records, and those that name the configuration."""
    _add(
        parser,
        "--select",
        "only these ids, categories and severities; commas between. Sets aside what the configuration selects",
    )
    _add(parser, "--ignore", "all but these; wins over --select")
    configuration(parser)


def across(parser: ArgumentParser) -> None:
    """Add the option that lets detectors look into other files."""
    parser.add_argument(
        "--across",
        action="store_true",
        help="also follow names into the project's other files: forgotten awaits, mocks of the wrong kind. "
        "Takes several times as long",
    )


def configuration(parser: ArgumentParser) -> None:
    """Add the options that name the configuration."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--config",
        metavar="FILE",
        help="in place of the nearest misspawn.toml, or pyproject.toml with [tool.misspawn]",
    )
    group.add_argument("--isolated", action="store_true", help="use no configuration file")


def _add(parser: ArgumentParser, option: str, help_: str) -> None:
    parser.add_argument(option, action="append", default=[], metavar="WORDS", help=help_)


def in_force(options: Namespace, root: str) -> Settings:
    """What the options and the configuration for a scan root come to."""
    select, ignore = getattr(options, "select", ()), getattr(options, "ignore", ())
    given = Given(_words(select), _words(ignore), options.config, options.isolated)
    return settings.load(root, given)


def policy(found: Settings, root: str) -> Policy:
    """The same, to be applied to paths."""
    return Policy(found.options, found.records(), root=root, folder=found.folder)


def records(options: Namespace) -> tuple[Pattern, ...]:
    """All records where the user stands, the team's own among them."""
    return in_force(options, walk.root(["."])).records()


def chosen(options: Namespace) -> list[Pattern]:
    """The records that the options leave, whatever the configuration selects."""
    return catalogue.choose(
        records(options), select=_words(options.select), ignore=_words(options.ignore)
    )


def _words(lists: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.strip() for list_ in lists for word in list_.split(",") if word.strip())
