"""Code that shows a pattern or its mend, and what running it must show."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from misspawn.model.vocabulary import Record


class Raises(Record, frozen=True, kw_only=True):
    """An exception: qualified type, message regex, and the phase in which it surfaces."""

    type: str
    message: str = ""
    phase: Literal["import", "collection", "run", "teardown", "exit"] = "run"
    subclasses: bool = False


class Warns(Record, frozen=True, kw_only=True):
    """A warning: category name and message regex."""

    category: str
    message: str = ""


class PytestRun(Record, frozen=True, kw_only=True):
    """Counts of a pytest run by outcome, and a regex for the failure's message."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    message: str = ""


Duration = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?s$")]
Leftover = Literal["zombie", "orphan", "task", "thread", "container", "volume", "network", "file"]


class Outcome(Record, frozen=True, kw_only=True):
    """What running an example must show. At least one key; all given ones must hold."""

    raises: str | Raises | None = None
    warns: str | Warns | None = None
    hangs: Duration | None = None
    blocks_loop: Duration | None = msgspec.field(name="blocks-loop", default=None)
    exits: int | None = None
    prints: str | None = None
    pytest: PytestRun | None = None
    leaves: Leftover | None = None
    passes: bool | None = None
    unrunnable: str | None = None


class Example(Record, frozen=True, kw_only=True):
    """Code that shows the pattern (`wrong`) or its mend (`right`); the value of that key is its title.

    Either `code` (one file, named after `language`) or `files` (path -> text). `run` is the command
    (default: the first Python file by the interpreter, pytest for `pytest`, `sh`/`bash` for shell).
    `expect_on` gives other outcomes for a Python range such as `<3.12`. `detect: false` states that
    the static detectors cannot see this example, and `note` says why. `lines` names the lines of
    the first file that the detectors must flag, and no others. `mended`: the title of the right example
    whose outcome this one has once it is fixed; without it, of the next one like it. `unstaged` is a folder
    among `files`: its content replaces or joins the other files after the command has staged these, so it is what the
    working tree has and git does not.
    """

    wrong: str | None = None
    right: str | None = None
    language: Literal[
        "python", "pytest", "shell", "dockerfile", "compose", "workflow", "toml", "ini"
    ] = "python"
    code: str = ""
    files: dict[str, str] = {}
    run: tuple[str, ...] = ()
    expect: Outcome
    expect_on: dict[str, Outcome] = {}
    python: str = ""
    requires: tuple[str, ...] = ()
    needs: tuple[Literal["docker", "git", "bash", "network"], ...] = ()
    env: dict[str, str] = {}
    unstaged: str = ""
    detect: bool = True
    lines: tuple[int, ...] = ()
    mended: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """The text of whichever side this example is."""
        return self.wrong or self.right or ""

    @property
    def is_wrong(self) -> bool:
        """Whether this example shows the mistake."""
        return self.wrong is not None
