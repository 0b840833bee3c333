"""The options of `check` that fix, and what does not go with them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from misspawn.errors import UserError

if TYPE_CHECKING:
    from misspawn.commands.mending import Fixing


def arguments(parser: ArgumentParser) -> None:
    """Add the options that fix."""
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--fix", action="store_true", help="write the fixes that are safe, and report what remains"
    )
    mode.add_argument(
        "--diff",
        action="store_true",
        help="print what --fix would change, as `git apply` reads it, and write nothing; 1 if there is anything",
    )
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also the fixes that may change more than the mistake",
    )


def asked(options: Namespace, root: str) -> Fixing | None:
    """What fixes, or shows what it would, if that is asked for. Raises `UserError` where it cannot be."""
    if not (options.fix or options.diff):
        if options.unsafe_fixes:
            raise UserError("--unsafe-fixes goes with --fix or --diff; add one of them")
        return None
    name = "--fix" if options.fix else "--diff"
    if "-" in options.paths:
        raise UserError(f"{name} is about files, and `-` is none; name the file")
    if options.against or options.staged:
        raise UserError(f"{name} is about files on disk, not what git holds; drop one of them")
    if options.diff and (options.format or options.output or options.statistics):
        raise UserError("--diff prints nothing else; drop --format, --output and --statistics")
    from misspawn.commands.mending import Fixing  # a scan that only reports does without

    return Fixing(options, root)
