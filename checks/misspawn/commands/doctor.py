"""`misspawn doctor [PATH]`: look at the environment that the project's tests run in."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator

from misspawn import settings, walk
from misspawn.doctor import CHECKS, Place, Result, Status, examine
from misspawn.errors import UserError
from misspawn.formats import checkup
from misspawn.formats.style import one_line, style_for
from misspawn.settings import Given

FINE, FOUND, FAILED = 0, 1, 2
EPILOG = """checks:
  imports     what git's index imports and only this disk has
  export      whether the modules of --import can be imported from the index
  pytest      the configuration in force, and whether its plugins are there
  coverage    the same, and whether children and containers are measured
  containers  what Compose has left of this project on the container engine

All of them only read. Code of the project is executed by `export` alone, and
only what --import names.

exit codes:
  0  all fine
  1  something found
  2  wrong usage, or a check failed or was too slow"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="a folder of the project"
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=tuple(CHECKS),
        metavar="CHECKS",
        help="these checks; commas between",
    )
    parser.add_argument(
        "--import",
        dest="modules",
        action="append",
        default=[],
        metavar="MODULE",
        help="import it from an export of the index, which executes it; may be repeated",
    )
    parser.add_argument(
        "--python",
        default="",
        metavar="PROGRAM",
        help="the project's interpreter (default: of .venv or venv there, or of the active environment)",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="for each check (default: 60)",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="default: %(default)s"
    )


def run(options: Namespace) -> int:
    """Run the checks, write what they say, and sum it up."""
    if not os.path.isdir(options.path):
        raise UserError(f"{one_line(options.path)}: no folder; name one of the project")
    place = Place(
        root=walk.root([options.path]),
        folder=os.path.abspath(options.path),
        python=os.path.abspath(options.python) if options.python else "",
        modules=tuple(options.modules),
        limit=options.timeout,
    )
    pages = {pattern.id: pattern.url for pattern in settings.load(place.root, Given()).records()}
    seen: set[Status] = set()
    results = _noted(examine(place, options.only), seen)
    if options.format == "json":
        checkup.write_json(results, sys.stdout, pages)
    else:
        checkup.write(results, sys.stdout, style_for(sys.stdout, os.environ), pages)
    if Status.FOUND in seen:
        return FOUND
    return FAILED if seen & {Status.FAILED, Status.TIMED_OUT} else FINE


def _noted(results: Iterable[Result], seen: set[Status]) -> Iterator[Result]:
    for result in results:
        seen.add(result.status)
        yield result


def _names(text: str) -> tuple[str, ...]:
    names = tuple(word.strip() for word in text.split(",") if word.strip())
    if unknown := [name for name in names if name not in CHECKS]:
        raise ArgumentTypeError(f"no check `{unknown[0]}`; there are {', '.join(CHECKS)}")
    return names


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 86_400:
        raise ArgumentTypeError(f"`{text}` is no number of seconds above 0 and below a day")
    return seconds
