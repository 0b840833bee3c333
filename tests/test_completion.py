"""Completion in real shells: what TAB offers after some words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from misspawn import catalogue
from misspawn.cli import main
from misspawn.commands import COMMANDS
from misspawn.commands.completion import SHELLS
from misspawn.formats import FORMATS

IDS = [pattern.id for pattern in catalogue.load()]
BASH = r"""
eval "$(misspawn completion bash)"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
_python_argcomplete misspawn
printf '%s\n' "${COMPREPLY[@]}"
"""
FISH = "misspawn completion fish | source; complete -C $argv[1]"
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; eval "$(misspawn completion zsh)"'
zpty -w shell 'show() { print -r -- "<$BUFFER>" }; zle -N show; bindkey "^T" show; echo re""ady'
zpty -r shell line '*ready*'
zpty -n -w shell "$1"$'\t\x14'
zpty -r shell line '*<misspawn*>*'
print -r -- "$line"
"""


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """A function that runs a shell's code with misspawn on its PATH, and gives the lines it prints."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    command = binaries / "misspawn"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m misspawn "$@"\n')
    command.chmod(0o755)
    (tmp_path / "tests").mkdir()
    (tmp_path / "report.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    package = str(Path(__file__).parents[1] / "checks")
    environment = {
        **os.environ,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": package,
    }

    def run(shell: str, *arguments: str) -> list[str]:
        if not shutil.which(shell):
            pytest.skip(f"needs {shell}")
        done = subprocess.run(
            [shell, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=40,
        )
        assert done.returncode == 0, done.stderr
        return [line.rstrip() for line in done.stdout.splitlines()]

    return run


LINES: dict[str, list[str]] = {
    "misspawn ": [*COMMANDS],
    "misspawn ch": ["check", "check-record"],
    "misspawn explain subprocess-s": [id for id in IDS if id.startswith("subprocess-s")],
    "misspawn rg subprocess-s": [id for id in IDS if id.startswith("subprocess-s")],
    "misspawn why a.py:3 mp": [id for id in IDS if id.startswith("mp")],
    "misspawn check --form": ["--format"],
    "misspawn check --no-c": ["--no-cache"],
    "misspawn check --job": ["--jobs"],
    "misspawn check --format ": [*FORMATS],
    "misspawn check --select docker,hi": ["docker,hint"],
    "misspawn check --output sar": ["sarif:"],
    "misspawn check --output sarif:rep": ["report.txt"],
    "misspawn check --against H": ["HEAD"],
    "misspawn check tes": ["tests/"],
    "misspawn check --jobs ": [],
    "misspawn doctor --only cov": ["coverage"],
    "misspawn completion z": ["zsh"],
}


@pytest.mark.parametrize("line", LINES)
def test_bash(line: str, ask: Callable[..., list[str]]) -> None:
    offered = [word for word in ask("bash", "-c", BASH, "-", line) if word]
    assert [word for word in offered if not word.startswith("--") or "--" in line] == LINES[line]


@pytest.mark.parametrize("line", ["misspawn ch", "misspawn explain subprocess-s"])
def test_fish_tells_what_words_mean(line: str, ask: Callable[..., list[str]]) -> None:
    offered = dict(word.split("\t") for word in ask("fish", "--no-config", "-c", FISH, line))
    assert [*offered] == LINES[line]
    assert all(offered.values())


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("misspawn explain subprocess-shell-t", "subprocess-shell-true"),
        ("misspawn baselin", "baseline"),
        ("misspawn check --no-cac", "--no-cache"),
    ],
)
def test_zsh(line: str, completed: str, ask: Callable[..., list[str]]) -> None:
    written = "".join(ask("zsh", "-f", "-c", ZSH, "-", line))
    assert f"<{line.rpartition(' ')[0]} {completed} >" in written


def test_ids_of_the_team_s_own_records(
    write_record: Callable[..., Path], tmp_path: Path, ask: Callable[..., list[str]]
) -> None:
    write_record()
    own = '[[patterns]]\nfolder = "patterns"\nurl = "https://example.com/{id}"\n'
    (tmp_path / "misspawn.toml").write_text(own)
    assert [w for w in ask("bash", "-c", BASH, "-", "misspawn explain sleepy") if w] == [
        "sleepy-child"
    ]
    (tmp_path / "misspawn.toml").write_text("broken")
    assert not any(ask("bash", "-c", BASH, "-", "misspawn explain sleepy"))


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "misspawn" in capsys.readouterr().out
