"""A Compose environment for tests: up before them, down after them, whatever happens between."""

from __future__ import annotations

import os
import subprocess
import uuid
from contextlib import ExitStack
from types import TracebackType


class ComposeEnvironment:
    """Starts services, waits for their health checks, and removes all of it at the end.

    Also when the start fails half-way: the clean-up is set up before it begins. Each environment
    is a project of its own, so that two test runs on one machine do not meet.
    """

    __test__ = False  # pytest takes classes named Test... for tests; say it once

    def __init__(self, file: str, *, start: float = 120.0, stop: float = 60.0) -> None:
        self.project = f"test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._compose = ["docker", "compose", "-f", file, "-p", self.project]
        self._start = start
        self._stop = stop
        self._stack = ExitStack()

    def __enter__(self) -> ComposeEnvironment:
        with ExitStack() as stack:
            stack.callback(self._down)
            self._up()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def run(self, *arguments: str, timeout: float = 60.0) -> str:
        """The output of a docker compose command in this project. Raises with what it said."""
        done = subprocess.run(
            [*self._compose, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
        )
        if done.returncode:
            told = done.stderr.strip() or done.stdout.strip()
            raise RuntimeError(f"docker compose {' '.join(arguments)}: {told}")
        return done.stdout

    def _up(self) -> None:
        try:
            self.run("up", "-d", "--wait", timeout=self._start)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(f"the services did not start: {error}\n{self._logs()}") from error

    def _logs(self) -> str:
        try:
            return self.run("logs", "--no-color", "--tail", "50", timeout=15)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            return f"(no logs: {error})"

    def _down(self) -> None:
        self.run("down", "--volumes", "--remove-orphans", timeout=self._stop)
