"""Questions to other programs, each with a time limit."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from misspawn.doctor.result import NotApplicable


class Answer(NamedTuple):
    """How a program ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of its errors: of a traceback, the exception."""
        return (self.err.strip().splitlines() or ["no message"])[-1]


def ask(
    command: Sequence[str],
    *,
    limit: float,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
) -> Answer:
    """Run a program without input. Raises `NotApplicable` when there is no such program.

    `limit`: seconds, after which `subprocess.TimeoutExpired` is raised; the check as a whole has the same.
    """
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=limit,
        )
    except FileNotFoundError as error:
        raise NotApplicable(f"no `{command[0]}` on PATH") from error
    return Answer(done.returncode, done.stdout, done.stderr)
