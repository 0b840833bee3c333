"""`misspawn demo`: a scan of a bundled sample project.

Its files carry `.txt` after their names, so that no tool takes them for code of this project.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import misspawn
from misspawn import catalogue
from misspawn.formats import text
from misspawn.formats.style import style_for
from misspawn.model import Finding
from misspawn.project import Project
from misspawn.scanner import Scanner

FOLDER = Path(misspawn.__file__).parent / "demo"


def arguments(parser: ArgumentParser) -> None:
    """The command has none."""


def run(options: Namespace) -> int:
    """Scan the sample, show the findings, and say how to go on. It ends with 0: it did its job."""
    found = list(findings())
    text.write(found, sys.stdout, style_for(sys.stdout, os.environ))
    mistakes, files = (
        len({finding.id for finding in found}),
        len({finding.path for finding in found}),
    )
    print(
        f"\n{len(found)} findings of {mistakes} different mistakes in {files} files of a sample project."
    )
    print(f"Read about one:        misspawn explain {found[0].id}")
    print("Scan your own project: misspawn check PATH")
    return 0


def findings() -> Iterator[Finding]:
    """What the scan finds in the sample."""
    scanner, facts = Scanner(catalogue.load()), Project.on_disk(FOLDER)
    for file in sorted(FOLDER.rglob("*.txt")):
        name = file.relative_to(FOLDER.parent).as_posix().removesuffix(".txt")
        yield from scanner.file(name, file.read_bytes(), facts)
