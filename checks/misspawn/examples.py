"""What an example is made of: its files, its command, and what it must show on which Python."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.specifiers import SpecifierSet

from misspawn.model import Example, Outcome
from misspawn.trees import MemoryTree

FILE_NAMES = {
    "python": "example.py",
    "pytest": "test_example.py",
    "shell": "example.sh",
    "dockerfile": "Dockerfile",
    "compose": "compose.yaml",
    "workflow": ".github/workflows/ci.yml",
    "toml": "pyproject.toml",
    "ini": "pytest.ini",
}
"""The name of an example's only file, by its language."""


def files(example: Example) -> dict[str, str]:
    """The example's files: relative path -> text, the one it is about first."""
    return example.files or {FILE_NAMES[example.language]: example.code}


def trees(files: Mapping[str, str], unstaged: str) -> tuple[MemoryTree, MemoryTree]:
    """What git's index and what the working tree hold once the command has made its repository."""
    texts = {path: text.encode() for path, text in files.items()}
    folder = f"{unstaged}/"
    staged = {path: data for path, data in texts.items() if not path.startswith(folder)}
    later = {path[len(folder) :]: data for path, data in texts.items() if path.startswith(folder)}
    return MemoryTree(staged, "the index"), MemoryTree({**staged, **later}, "the working tree")


def command(example: Example) -> tuple[str, ...]:
    """The command that runs the example; nothing for a workflow, whose steps are its commands.

    The word `python` in front stands for the interpreter under proof.
    """
    if example.run or example.language == "workflow":
        return example.run
    if example.language == "pytest":
        return ("python", "-m", "pytest")
    if example.language == "python":
        return ("python", next(name for name in files(example) if name.endswith(".py")))
    return ("bash", FILE_NAMES["shell"])


def runs_on(example: Example, version: str) -> bool:
    """Whether the example is meant for this Python."""
    return SpecifierSet(example.python).contains(version, prereleases=True)


def expected(example: Example, version: str) -> Outcome:
    """What the example must show on this Python."""
    for versions, outcome in example.expect_on.items():
        if SpecifierSet(versions).contains(version, prereleases=True):
            return outcome
    return example.expect
