"""The subcommands. To add one: a module here with `arguments` and `run`, and its line in `COMMANDS`."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import NoReturn, Protocol, cast

from misspawn import __version__
from misspawn.errors import UserError

COMMANDS = {
    "check": "scan files and folders for task-spawning mistakes",
    "diagnose": "find the records that explain a traceback or a log",
    "doctor": "look at the environment that the project's tests run in",
    "explain": "show a record: what happens, why, and the fix",
    "list": "list the records",
    "why": "tell why a line is or is not reported",
    "suppress": "write suppressions for what is reported now",
    "baseline": "accept what is reported now, so that only new findings fail",
    "config": "show the configuration that is in force, and where each value comes from",
    "hook": "check what a commit or push brings, by a hook of git",
    "demo": "scan a small bundled project that has a dozen of them",
    "rg": "print the ripgrep pipeline nearest to a record's detector",
    "completion": "print what makes a shell complete misspawn's words",
    "clean": "remove what scans have kept to be quicker",
    "validate": "check record files, all problems at once",
    "prove": "run the examples of records, and compare with the evidence",
    "extract": "write the examples of a record to a folder",
    "new": "write the beginning of a record, also from a failing command",
    "check-record": "take one record through every check, with a verdict for each",
}
WRONG = 2
EPILOG = """exit codes:
  0    clean
  1    findings
  2    wrong usage or an error
  3    nothing to scan
  130  interrupted"""


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
    made = parser(argv[0] if argv else "")
    if not argv:
        made.print_help(sys.stderr)
        return WRONG
    if argv[0] not in COMMANDS and not argv[0].startswith("-"):
        raise UserError(f"there is no command `{argv[0]}`{_near(argv[0], COMMANDS, 'misspawn')}")
    options, unknown = made.parse_known_args(argv)
    if unknown:
        raise UserError(*_complaints(made, options.command, unknown))
    return _command(options.command).run(options)


def _complaints(made: ArgumentParser, name: str, unknown: Iterable[str]) -> Iterator[str]:
    """One for each word that the command does not take."""
    with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.suppress(SystemExit):
        made.parse_args([name, "--help"])
    known = re.findall(r"--\w[\w-]*", shown.getvalue())
    for word in unknown:
        kind = "option" if word.startswith("-") else "argument"
        near = _near(word.partition("=")[0], known, f"misspawn {name}")
        yield f"`misspawn {name}` takes no {kind} `{word}`{near}"


def _near(word: str, known: Iterable[str], command: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; `{command} --help` shows all"


class _Parser(ArgumentParser):
    """Tells what is wrong in one line, without the whole usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message}; see `{self.prog} --help`\n")


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
    made = _Parser(
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
