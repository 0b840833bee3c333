"""`misspawn new`: the beginning of a record, valid from the first moment."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

from misspawn import catalogue, walk
from misspawn.catalogue import records
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.failure import Failure, failure
from misspawn.model import Category
from misspawn.settings import Settings

LIMIT = 900  # seconds for the failing command
TEMPLATE = """{first}
id: {id}
title: {title}
category: {category}
severity: warning
summary: Say in one sentence what goes wrong.
remedy: Say in one imperative sentence how to mend it.
cause: |
  Explain what happens, and why.
occurs_when:
  - Name a situation in which people write this.
symptoms:
{symptoms}
examples:
  - wrong: Say what is wrong with it
    code: |
      raise RuntimeError("put the mistake here")
    expect:
      raises: RuntimeError
  - right: Say what mends it
    code: |
      print("put the mended code here")
    expect:
      passes: true
{detector}
fix: |
  1. The best prevention first.
since: '0.1.0'
reviewed: '{today}'
owner: platform
"""
DETECTOR = """detect:
  - region: call
    match: {match}
rg_misses: Say what a plain ripgrep pipeline misses or wrongly reports."""
FOLDER = "patterns"  # of a project that has none of its own yet
UNNAMED = """
No configuration names its folder, so no scan looks for the mistake yet. Put into {file}:

[[{table}]]
folder = {folder}
url = "https://example.org/{{id}}"  # where its page will be
"""
NO_DETECTOR = "no_detector: Say why no scan of the source can see it."


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--id", help="the mistake in words, such as subprocess-no-timeout; kept for ever"
    )
    parser.add_argument(
        "--category",
        choices=[category.value for category in Category],
        metavar="CATEGORY",
        help="one of %(choices)s",
    )
    parser.add_argument("--title", help="the mistake or its symptom in a plain sentence")
    parser.add_argument(
        "--detector", metavar="REGEX", help="what the code of the mistake matches; '' for none"
    )
    parser.add_argument(
        "--from-command",
        metavar="COMMAND",
        help="run this first, and take the symptom from its failure",
    )
    selection.configuration(parser)


def run(options: Namespace) -> int:
    """Ask for what was not given, write the file, and tell what comes next."""
    found = _captured(options.from_command) if options.from_command else None
    id = options.id or _asked("id", "the mistake in words, such as subprocess-no-timeout")
    category = options.category or _asked("category", ", ".join(c.value for c in Category))
    detector = options.detector
    if detector is None:
        detector = _asked(
            "detector", "a regex that the code of the mistake matches; empty for none"
        )
    settings = selection.in_force(options, walk.root(["."]))
    folder = _folder(settings)
    path = os.path.join(folder, category, f"{id}.yaml")
    text = _text(id, category, options.title or _title(id, found), detector, found)
    _write(path, text)
    shown = os.path.relpath(path)
    print(shown)
    if folder == FOLDER:
        print(_unnamed(settings))
    print(f"Now write its examples and texts, then: misspawn check-record {shown}")
    return 0


def _folder(settings: Settings) -> str:
    """Where the record goes: the first of the project's own folders; ours in our repository; else a new one.

    Never into an installation, which the next one replaces.
    """
    if own := settings.folders():
        return own[0]
    ours = Path(catalogue.folder()).resolve()
    return str(ours) if Path.cwd().is_relative_to(ours.parent) else FOLDER


def _unnamed(settings: Settings) -> str:
    """What to put into which configuration file, so that records in the new folder count."""
    base = settings.folder or walk.root(["."])
    file = settings.file.path if settings.file else os.path.join(base, "misspawn.toml")
    in_pyproject = os.path.basename(file) == "pyproject.toml"
    return UNNAMED.format(
        file=os.path.relpath(file),
        table="tool.misspawn.patterns" if in_pyproject else "patterns",
        folder=json.dumps(walk.below(base, FOLDER)),
    )


def _asked(name: str, help_: str) -> str:
    if not sys.stdin.isatty():
        raise UserError(f"give --{name} ({help_})")
    return input(f"{name} ({help_}): ").strip()


def _captured(command: str) -> Failure:
    """Run a command of the user's and take its failure from what it prints."""
    try:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"{command}: {error}") from error
    if done.returncode == 0:
        raise UserError(f"{command}: ends with exit code 0; there is no failure to describe")
    found = failure(f"{_version(command)}\n{done.stdout}")
    if not found:
        raise UserError(f"{command}: exit code {done.returncode}, but no exception in its output")
    _show(found)
    return found


def _version(command: str) -> str:
    """What the command's Python says of itself; other programs say it in what they print."""
    program = shlex.split(command)[0]
    if not os.path.basename(program).startswith("python"):
        return ""
    done = subprocess.run(
        [program, "--version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    return done.stdout.strip()


def _show(found: Failure) -> None:
    print(f"type      {found.type}\nmessage   {found.message}")
    print(f"versions  {', '.join(found.versions) or 'not in the output'}")
    print(f"symptom   {found.log}\n")


def _title(id: str, found: Failure | None) -> str:
    words = id.replace("-", " ").capitalize()
    return f"{words} ends in {found.type}"[:90] if found else f"{words} goes wrong"[:90]


def _text(id: str, category: str, title: str, detector: str, found: Failure | None) -> str:
    symptoms = "  - seen: Say what a person sees."
    if found:
        ran = f"  # {', '.join(found.versions)}\n" if found.versions else ""
        symptoms = f"{ran}  - log: {_quoted(found.log)}\n    sample: {_quoted(found.line)}"
    return TEMPLATE.format(
        first=records.FIRST_LINE,
        id=id,
        title=_quoted(title),
        category=category,
        symptoms=symptoms,
        detector=DETECTOR.format(match=_quoted(detector)) if detector else NO_DETECTOR,
        today=date.today().isoformat(),  # noqa: DTZ011 - the contributor's day
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write(path: str, text: str) -> None:
    """Write a new file; leave none that is not valid."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise UserError(f"{os.path.relpath(path)}: is there already; choose another id") from None
    _, problems = records.read([path], known=catalogue.files(catalogue.folder()))
    if problems:
        os.unlink(path)
        raise UserError(*problems)
