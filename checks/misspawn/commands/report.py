"""Where findings go: one format to stdout, and any number to files."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TextIO

from misspawn.errors import UserError
from misspawn.formats import FORMATS, WHOLE, format
from misspawn.formats.style import Style, style_for
from misspawn.model import Finding


def arguments(parser: ArgumentParser) -> None:
    """Add the options that choose formats."""
    parser.add_argument(
        "--format",
        choices=[*FORMATS],
        metavar="FORMAT",
        help="what is printed: %(choices)s; default: text on a terminal, concise in a pipe",
    )
    parser.add_argument(
        "--output",
        action="append",
        default=[],
        type=_output,
        metavar="FORMAT:FILE",
        help="write the findings in another format to a file too, as in `sarif:misspawn.sarif`; may be repeated",
    )
    parser.add_argument(
        "--show-suppressed",
        action="store_true",
        help="show what a comment or the baseline keeps quiet too, and why; SARIF always has it",
    )
    parser.add_argument(
        "--statistics", action="store_true", help="print counts in place of the findings"
    )


def write(findings: Iterable[Finding], options: Namespace) -> None:
    """Write the findings, as they come when only stdout wants them. Raises `UserError` on a bad file."""
    if options.statistics and options.format:
        raise UserError("--statistics is a table of its own; leave out --format")
    name = options.format or ("text" if sys.stdout.isatty() else "concise")
    with ExitStack() as files:  # opened before the scan, which may take long
        outputs = [(name, files.enter_context(_opened(path))) for name, path in options.output]
        found = list(findings) if outputs else findings
        for each, stream in outputs:
            _one(each, found, stream, Style(), options)
    style = style_for(sys.stdout, os.environ)
    _one("statistics" if options.statistics else name, found, sys.stdout, style, options)


def _one(
    name: str, findings: Iterable[Finding], out: TextIO, style: Style, options: Namespace
) -> None:
    whole = options.show_suppressed or name in WHOLE
    format(name).write((found for found in findings if whole or not found.quiet), out, style)


def _opened(path: str) -> TextIO:
    try:
        return open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n")
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error


def _output(text: str) -> tuple[str, str]:
    name, _, path = text.partition(":")
    if name not in FORMATS or not path:
        raise ArgumentTypeError(f"`{text}`: write FORMAT:FILE with one of {', '.join(FORMATS)}")
    return name, path
