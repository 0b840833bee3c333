"""The docker command, as we use it ourselves: short questions and orders to one engine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from typing import IO, NamedTuple

from misspawn.errors import UserError

PATIENCE = 120  # seconds; an import of 100 MB on a busy machine is the longest
LABEL = "dev.misspawn.run"
"""What everything that an example makes is labelled with."""
OUR_IMAGE = "dev.misspawn.image"


class Refused(UserError):
    """The engine did not do what it was asked to; the message is the engine's."""


class Client(NamedTuple):
    """An engine's address, and the folder of docker's configuration that we use with it."""

    host: str
    config: str

    @property
    def environment(self) -> dict[str, str]:
        """What tells docker to use this engine, and to say the same on every machine."""
        return {
            "DOCKER_HOST": self.host,
            "DOCKER_CONFIG": self.config,
            "DOCKER_BUILDKIT": "0",  # the other builder is a plugin that few engines come with
            "DOCKER_CLI_HINTS": "false",
            "COMPOSE_PROGRESS": "plain",
        }

    def ask(self, *arguments: str, stdin: IO[bytes] | None = None) -> str:
        """What `docker ARGUMENTS` prints. Raises `Refused` when it fails or takes too long."""
        try:
            done = subprocess.run(
                ["docker", *arguments],
                stdin=stdin or subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=_clean(os.environ) | self.environment,
                check=False,
                timeout=PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Refused(f"docker {arguments[0]}: {error}") from error
        if done.returncode:
            raise Refused(f"docker {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def lines(self, *arguments: str) -> list[str]:
        """What `docker ARGUMENTS` prints, by lines."""
        return self.ask(*arguments).splitlines()


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without settings that would lead docker or compose elsewhere."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("DOCKER_", "COMPOSE_", "BUILDX_"))
    }
