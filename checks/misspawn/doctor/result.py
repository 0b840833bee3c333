"""What a live check says."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Status(str, Enum):
    """How a check, or one thing that it looked at, came out."""

    OK = "ok"
    FOUND = "found"
    NOT_APPLICABLE = "not applicable"
    TIMED_OUT = "timed out"
    FAILED = "failed"


class Result(NamedTuple):
    """One answer of a check.

    `record`: the id of the record that explains it. `fix`: what to do. `path`, `line`: where in the project, if anywhere.
    """

    status: Status
    message: str
    record: str = ""
    fix: str = ""
    path: str = ""
    line: int = 0
    check: str = ""


class NotApplicable(Exception):
    """A check has nothing to look at here; the message says what is missing."""


class Place(NamedTuple):
    """What is examined, with absolute paths.

    `root`: the top of the repository around `folder`. `python`: the project's interpreter, '' for that of its
    own virtual environment. `modules`: what may be imported. `limit`: seconds that a check may take.
    """

    root: str
    folder: str
    python: str = ""
    modules: tuple[str, ...] = ()
    limit: float = 60.0


def ok(message: str) -> Result:
    """All is well."""
    return Result(Status.OK, message)


def found(message: str, *, record: str, fix: str, path: str = "", line: int = 0) -> Result:
    """Something is not as it should be."""
    return Result(Status.FOUND, message, record, fix, path, line)
