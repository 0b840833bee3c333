"""patterns/schema.json: the model as a JSON Schema, for completion and checks in editors."""

from __future__ import annotations

import json
import os

import msgspec

from misspawn.model import Pattern, Problem


def text() -> str:
    """The schema as it must be in the file."""
    schema = msgspec.json.schema(Pattern)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A misspawn record"}
    return json.dumps(head | schema, indent=2) + "\n"


def write(folder: str) -> None:
    """Write the schema into the folder of the records."""
    with open(_file(folder), "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text())


def check(folder: str) -> list[Problem]:
    """A problem when the file is not what the model says."""
    try:
        with open(_file(folder), encoding="utf-8") as stream:
            current = stream.read()
    except OSError as error:
        return [Problem(_file(folder), 0, 0, f"cannot be read: {error.strerror}")]
    if current == text():
        return []
    return [
        Problem(_file(folder), 0, 0, "is not up to date; run `misspawn validate --schema write`")
    ]


def _file(folder: str) -> str:
    return os.path.join(folder, "schema.json")
