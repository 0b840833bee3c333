"""The tables, the documents and the folders name the same things."""

from __future__ import annotations

import re
from pathlib import Path

from misspawn.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "checks" / "misspawn"
SHARED = {
    *("__init__", "accepted", "completing", "fixing", "mending", "report", "selection"),
    *("targets", "watching"),
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_architecture_names_every_module_and_is_short() -> None:
    text = read("ARCHITECTURE.md")
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    named = set(re.findall(r"`(\w+)/?`", text))
    assert modules | folders <= named
    assert len(text.splitlines()) <= 120


def test_every_command_has_its_module_and_its_line_in_the_readme() -> None:
    modules = {path.stem for path in (PACKAGE / "commands").glob("*.py")}
    assert modules - SHARED == {name.replace("-", "_") for name in COMMANDS}
    assert set(re.findall(r"`misspawn ([\w-]+)", read("README.md"))) >= set(COMMANDS)


def test_ci_runs_the_readme_s_second_command() -> None:
    lines = [line for line in read("README.md").splitlines() if line.startswith("python3 ")]
    assert [
        line.endswith(end) for line, end in zip(lines, ("misspawn demo", "-m tests"), strict=True)
    ] == [True, True]
    assert "^python3 .* -m tests$" in read(".ci/run")
