"""The subcommands. To add one: a module here with `arguments` and `run`, and its line in `COMMANDS`."""

from __future__ import annotations

import contextlib
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from misspawn import __version__

COMMANDS = {
    "check": "scan files and folders for task-spawning mistakes",
    "suppress": "write suppressions for what is reported now",
    "baseline": "accept what is reported now, so that only new findings fail",
    "config": "show the configuration that is in force, and where each value comes from",
    "clean": "remove what scans have kept to be quicker",
    "completion": "print what makes a shell complete misspawn's words",
    "doctor": "look at the environment that the project's tests run in",
    "hook": "check what a commit or push brings, by a hook of git",
    "demo": "scan a small bundled project that has a dozen of them",
    "list": "list the records",
    "explain": "show a record: what happens, why, and the fix",
    "diagnose": "find the records that explain a traceback or a log",
    "why": "tell why a line is or is not reported",
    "rg": "print the ripgrep pipeline nearest to a record's detector",
    "validate": "check record files, all problems at once",
    "prove": "run the examples of records, and compare with the evidence",
    "extract": "write the examples of a record to a folder",
    "new": "write the beginning of a record, also from a failing command",
    "check-record": "take one record through every check, with a verdict for each",
}
EPILOG = """exit codes:
  0  clean    1  findings    2  wrong usage or an error    3  nothing to scan    130  interrupted"""


class Command(Protocol):
    """What a subcommand's module offers."""

    def arguments(self, parser: ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, options: Namespace) -> int:
        """Do it; return the exit code."""


def run(argv: Sequence[str]) -> int:
    """Parse the arguments and run their command."""
    if "_ARGCOMPLETE" in os.environ:  # set by what `completion` prints
        from misspawn.commands.completing import complete

        complete(parser)
    options = parser(argv[0] if argv else "").parse_args(argv)
    return _command(options.command).run(options)


class _Formatter(RawDescriptionHelpFormatter):
    """As wide as the terminal. argparse makes one for every argument, and asks shutil each time."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width() - 2)


def _width() -> int:
    with contextlib.suppress(ValueError, OSError):
        return int(os.environ.get("COLUMNS", "")) or 80
    with contextlib.suppress(ValueError, OSError, AttributeError):
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    return 80


def _command(name: str) -> Command:
    return cast(Command, import_module(f"misspawn.commands.{name.replace('-', '_')}"))


def parser(chosen: str) -> ArgumentParser:
    """The parser, with the chosen command only, where there is such a one, else with all: each takes 1 ms."""
    made = ArgumentParser(
        "misspawn",
        description="Finds the ways in which Python projects get task spawning wrong.",
        epilog=EPILOG,
        formatter_class=_Formatter,
    )
    made.add_argument("-V", "--version", action="version", version=f"misspawn {__version__}")
    commands = made.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="misspawn"
    )
    for name in [chosen] if chosen in COMMANDS else COMMANDS:
        help_ = COMMANDS[name]
        described = f"{help_[0].upper()}{help_[1:]}."
        sub = commands.add_parser(
            name, help=help_, description=described, formatter_class=_Formatter
        )
        if name == chosen:
            _command(name).arguments(sub)
    return made
