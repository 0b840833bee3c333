"""`misspawn diagnose`: which records explain a log, and the place in the project that it names."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import suppress

from msgspec.structs import replace

from misspawn import catalogue, walk
from misspawn.diagnose import Diagnoser, Diagnosis
from misspawn.errors import UserError
from misspawn.formats.diagnosis import Explained, write_json, write_text
from misspawn.formats.style import style_for
from misspawn.model import Finding
from misspawn.project import Project
from misspawn.scanner import Scanner
from misspawn.source import Unreadable
from misspawn.traces import Place

MATCHED, NOTHING = 0, 1
_END = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
EPILOG = """A log may be of any size, coloured, stamped by a CI, or from a container. Where
its traceback names a file of the project, the record's detectors look at that
file. Nothing is executed.

exit codes:
  0    some record explains it
  1    none does
  2    wrong usage or an error
  130  interrupted"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FILE",
        help="a traceback or a log of pytest, CI, docker or coverage; `-`, the default, is standard input",
    )
    parser.add_argument(
        "--project",
        default=".",
        metavar="FOLDER",
        help="where the sources are that the log names (default: the current folder)",
    )
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="default: %(default)s"
    )


def run(options: Namespace) -> int:
    """Read the log, write what explains it."""
    if not os.path.isdir(options.project):
        raise UserError(f"{options.project}: no folder; give the project's with --project")
    project = _Sources(options.project)
    explained = [Explained(found, project.findings(found)) for found in _diagnoses(options.file)]
    if options.format == "json":
        write_json(explained, sys.stdout)
    else:
        write_text(explained, sys.stdout, style_for(sys.stdout, os.environ))
    return MATCHED if explained else NOTHING


def _diagnoses(file: str) -> list[Diagnosis]:
    diagnoser = Diagnoser(catalogue.load())
    if file == "-":
        if sys.stdin.isatty():
            print(f"paste the log, then press {_END}", file=sys.stderr)
        return diagnoser.diagnose(sys.stdin.buffer)
    try:
        with open(file, "rb") as stream:
            return diagnoser.diagnose(stream)
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}") from error


class _Sources:
    """The project's files, as a log names them: it may come from another machine."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.realpath(folder)
        self._shown = folder.replace(os.sep, "/")
        self._root = walk.root([folder])
        self._facts = Project.on_disk(self._root)

    def findings(self, diagnosis: Diagnosis) -> tuple[Finding, ...]:
        """What the record's detectors see in the files named: in each the finding nearest its line."""
        if not diagnosis.pattern.detect:
            return ()
        scanner = Scanner([diagnosis.pattern])
        places = dict.fromkeys(hit.place for hit in diagnosis.hits if hit.place)
        found = (self._nearest(scanner, place) for place in places)
        return tuple(dict.fromkeys(finding for finding in found if finding))

    def _nearest(self, scanner: Scanner, place: Place) -> Finding | None:
        inside = self._inside(place.path)
        if not inside:
            return None
        path = os.path.join(self._folder, inside)
        with suppress(OSError, Unreadable):
            found = scanner.file(walk.below(self._root, path), walk.read(path), self._facts)
            nearest = min(found, key=lambda finding: _distance(finding, place), default=None)
            shown = inside if self._shown == "." else f"{self._shown.rstrip('/')}/{inside}"
            return replace(nearest, path=shown) if nearest else None
        return None

    def _inside(self, path: str) -> str:
        """The file by the longest end of its path that the project has; nothing outside is read."""
        parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
        for start in range(len(parts)):
            real = os.path.realpath(os.path.join(self._folder, *parts[start:]))
            if os.path.isfile(real) and real.startswith(os.path.join(self._folder, "")):
                return walk.below(self._folder, real)
        return ""


def _distance(finding: Finding, place: Place) -> int:
    """Lines between a finding and a place; 0 inside it."""
    span = finding.span
    return max(span.line - place.line, place.line - span.end_line, 0) if place.line else 0
