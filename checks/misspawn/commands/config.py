"""`misspawn config [PATH]`: what is in force, and where each value comes from."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping

from msgspec import structs, to_builtins

from misspawn import walk
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.project import Project
from misspawn.settings import Policy, Settings
from misspawn.settings.options import Options

EPILOG = """What is printed is a misspawn.toml that says the same. For a file, the
severities and records that differ there follow as comments."""
_TABLES = ("severity", "per-path")


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="what would be scanned (default: the current folder)",
    )
    selection.arguments(parser)


def run(options: Namespace) -> int:
    """Print a line for each value, as TOML, with its origin as a comment."""
    if not os.path.exists(options.path):
        raise UserError(f"{options.path}: cannot be read: there is no such file or folder")
    root = walk.root([options.path])
    found = selection.in_force(options, root)
    policy = selection.policy(found, root)
    print(f"# {found.file.path if found.file else 'no configuration file'}")
    for line in (*_values(found, root), *_tables(found)):
        print(line)
    if os.path.isfile(options.path):
        print()
        for line in _at(policy, options.path, walk.below(root, options.path)):
            print(f"# {line}")
    return 0


def _values(found: Settings, root: str) -> Iterator[str]:
    for field in structs.fields(Options):
        key, value = field.encode_name, to_builtins(getattr(found.options, field.name))
        if key in _TABLES:
            continue
        origin = found.origin(key)
        if value is None:
            stated = Project.on_disk(root).fact("requires-python", "")
            yield f"# {key}: {f'the project requires {stated}' if stated else 'not stated'}"
        else:
            yield f"{key} = {_toml(value)}  # {origin}"


def _tables(found: Settings) -> Iterator[str]:
    """Tables come last: in TOML, what follows a header belongs to it."""
    for table in _TABLES:
        values = to_builtins(getattr(found.options, table.replace("-", "_")))
        yield "" if values else f"# {table}: default"
        if values:
            yield f"[{table}]"
        for name, value in values.items():
            yield f"{json.dumps(name)} = {_toml(value)}  # {found.origin(table, name)}"


def _at(policy: Policy, given: str, path: str) -> Iterator[str]:
    """What is different for one file."""
    if policy.excluded(given):
        yield f"{given} is excluded"
        return
    globs = ", ".join(policy.rules(path)) or "none"
    yield f"{given} matches of per-path: {globs}"
    at = {pattern.id: severity for pattern, severity in policy.severities(path)}
    for pattern in policy.patterns:
        if pattern.id not in at:
            yield f"{pattern.id}: ignored"
        elif at[pattern.id] != pattern.severity.value:
            yield f"{pattern.id}: {at[pattern.id]} in place of {pattern.severity.value}"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(key)} = {_toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)


def _key(name: str) -> str:
    return name if name.replace("-", "").isalnum() else json.dumps(name)
