"""git, run in one repository, whatever hook we run in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from functools import cached_property

from misspawn import walk
from misspawn.errors import UserError

_TIMEOUT = 60.0  # seconds; git lists a million files and compares large trees in less


class Git:
    """Commands in the repository at `root`. `purpose`: what they are for, as complaints are to say it."""

    def __init__(self, root: str, purpose: str) -> None:
        self._root = root
        self._purpose = purpose

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> bytes:
        """What git prints; `env` is added to the environment. Raises `UserError` with what it complains of."""
        try:
            done = self._done(arguments, stdin, env)
            done.check_returncode()
        except subprocess.CalledProcessError as error:
            reason = os.fsdecode(error.stderr).strip() or f"exit code {error.returncode}"
            raise UserError(f"git cannot {self._purpose}: {reason}") from error
        return done.stdout

    def listed(self, *arguments: str) -> list[str]:
        """The paths, each ended by NUL, that git lists; none where there is no repository or git."""
        try:
            found = self._done(arguments).stdout.split(b"\0")
        except UserError:
            return []
        return sorted({os.fsdecode(path) for path in found if path})

    def word(self, otherwise: str, *arguments: str) -> str:
        """The one line that git prints. Raises `UserError` with the text given when git refuses."""
        done = self._done(arguments)
        if done.returncode:
            raise UserError(otherwise)
        return os.fsdecode(done.stdout).rstrip("\n")

    @cached_property
    def _environment(self) -> dict[str, str]:
        """Ours without what redirects git, but with the index that a running commit is made from."""
        kept = {key: value for key, value in os.environ.items() if key not in walk.REDIRECTS}
        kept["GIT_NO_LAZY_FETCH"] = "1"
        self.__dict__["_environment"] = kept
        if index := os.environ.get("GIT_INDEX_FILE"):
            own = os.fsdecode(self.run("rev-parse", "--absolute-git-dir")).strip()
            index = os.path.realpath(os.path.join(self._root, index))
            if os.path.dirname(index) == os.path.realpath(own):
                return {**kept, "GIT_INDEX_FILE": index}
        return kept

    def _done(
        self,
        arguments: tuple[str, ...],
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self._root,
                env={**self._environment, **(env or {})},
                input=stdin,
                capture_output=True,
                check=False,
                timeout=_TIMEOUT,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UserError(f"git cannot be run in {self._root}: {error}") from error
