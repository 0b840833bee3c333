"""misspawn's own hook in a git repository: where it goes, whether it is there, putting it there and taking it away.

The hook is a short shell script that calls `misspawn hook run`; git for Windows brings a shell for it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from enum import Enum
from functools import partial
from typing import NamedTuple

from misspawn.errors import UserError
from misspawn.trees import GitTree

NAMES = ("pre-commit", "pre-push")
_MARK = "# misspawn: this hook is removed by `misspawn hook uninstall`"
_SCRIPT = """\
#!/bin/sh
{mark} --hook {name}
misspawn={program}
[ -x "$misspawn" ] || misspawn=misspawn
command -v "$misspawn" > /dev/null || {{
  echo 'misspawn is not there; install it, or skip this check by --no-verify' >&2
  exit 1
}}
exec "$misspawn" hook --hook {name} run "$@"
"""
_PROGRAM = re.compile(r"^misspawn=.*$", re.MULTILINE)


class State(str, Enum):
    """What there is in a hook's place."""

    ABSENT = "not installed"
    OURS = "installed"
    EDITED = "installed, and edited since"
    OTHER = "another hook is there"


class Hook(NamedTuple):
    """A hook of a repository: its name, and the path where git looks for it."""

    name: str
    path: str

    @property
    def state(self) -> State:
        """Whether it is ours. Line endings and the path of the program do not matter."""
        if not os.path.lexists(self.path):
            return State.ABSENT
        try:
            with open(self.path, encoding="utf-8", errors="replace") as stream:
                text = stream.read()
        except OSError:  # a link to nowhere, a folder
            return State.OTHER
        if _MARK not in text:
            return State.OTHER
        return State.OURS if _nameless(text) == _nameless(_text(self.name)) else State.EDITED

    def install(self) -> None:
        """Write it. Raises `UserError` where another one is."""
        if self.state in (State.OTHER, State.EDITED):
            raise UserError(
                f"{self.path}: {self.state.value}, and is left as it is; add this line to it:\n"
                f'  misspawn hook --hook {self.name} run "$@" || exit 1'
            )
        try:
            self._write()
        except OSError as error:
            raise UserError(f"{self.path}: cannot be written: {error.strerror}") from error

    def _write(self) -> None:
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        fresh = f"{self.path}.misspawn"
        executable = partial(os.open, mode=0o777)  # less what the umask takes away
        with open(fresh, "w", encoding="utf-8", newline="\n", opener=executable) as stream:
            stream.write(_text(self.name))
        os.replace(fresh, self.path)  # at once: git may be about to run it

    def uninstall(self) -> None:
        """Remove it. Raises `UserError` where there is none of ours, or an edited one."""
        if self.state is State.OURS:
            os.unlink(self.path)
        elif self.state is not State.ABSENT:
            raise UserError(
                f"{self.path}: {self.state.value}, so it is not removed; edit it by hand"
            )


def find(root: str, name: str) -> Hook:
    """The hook of the repository around a folder; all of its worktrees share it.

    Raises `UserError` where there is no repository, or when `core.hooksPath` leads to a folder outside of it.
    """
    tree = GitTree(root)
    inside = [tree.asked("rev-parse", "--path-format=absolute", "--git-common-dir")]
    bare = tree.asked("rev-parse", "--is-bare-repository") == "true"
    inside += [] if bare else [tree.asked("rev-parse", "--show-toplevel")]
    folder = tree.asked("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    real = os.path.realpath(folder)
    if not any(real.startswith(os.path.realpath(top) + os.sep) for top in inside):
        raise UserError(
            f"core.hooksPath is {folder}, which serves other repositories too; add this line to the hook there:\n"
            f'  misspawn hook --hook {name} run "$@" || exit 1'
        )
    return Hook(name, os.path.join(folder, name))


def _text(name: str) -> str:
    return _SCRIPT.format(mark=_MARK, name=name, program=_quoted(_program()))


def _program() -> str:
    """The command beside this interpreter, by which git finds it also without its environment being active."""
    found = shutil.which("misspawn", path=os.path.dirname(sys.executable)) or shutil.which(
        "misspawn"
    )
    return (found or "misspawn").replace(os.sep, "/")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _nameless(text: str) -> str:
    return _PROGRAM.sub("", text.replace("\r\n", "\n"))
