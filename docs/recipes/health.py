"""Wait until the services of a Compose project are healthy, and say why when they are not."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable, Sequence


class NotHealthy(RuntimeError):
    """A service ended, is unhealthy, or did not become healthy in time."""


def wait_until_healthy(
    services: Iterable[str],
    compose: Sequence[str] = ("docker", "compose"),
    *,
    timeout: float = 60.0,
    interval: float = 0.5,
) -> None:
    """Return when every service is healthy. Raises `NotHealthy` with the state of each one."""
    wanted = set(services)
    deadline = time.monotonic() + timeout
    while True:
        states = _states(compose, deadline)
        waiting = {name for name in wanted if states.get(name) != "healthy"}
        if not waiting:
            return
        failed = {
            name
            for name in waiting
            if states.get(name, "").startswith(("unhealthy", "exited", "dead"))
        }
        if failed or time.monotonic() >= deadline:
            told = ", ".join(f"{name}: {states.get(name, 'not there')}" for name in sorted(waiting))
            raise NotHealthy(told)
        time.sleep(interval)


def _states(compose: Sequence[str], deadline: float) -> dict[str, str]:
    """Service to health, or to its state when it has no health or no longer runs."""
    command = [*compose, "ps", "--all", "--format", "json"]
    left = max(1.0, deadline - time.monotonic())
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=left,
        )
    except subprocess.TimeoutExpired as error:
        raise NotHealthy(f"docker did not answer within {left:.0f} s") from error
    except subprocess.CalledProcessError as error:
        raise NotHealthy(f"docker compose ps failed: {error.stderr.strip()}") from error
    return {row["Service"]: _state(row) for row in _rows(done.stdout)}


def _rows(text: str) -> list[dict[str, str]]:
    """Compose prints one object a line since 2.21, and one list before."""
    if text.lstrip().startswith("["):
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _state(row: dict[str, str]) -> str:
    if row["State"] != "running":
        return f"{row['State']} with code {row.get('ExitCode', '?')}"
    return row.get("Health") or "running"
