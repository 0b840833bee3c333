"""The guides tell stories: files with titles, and commands with what they print. All of it is done here.

A line that is shown must be a printed line, or for one that is cut short at its beginning the end of one.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from misspawn.cli import main

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = (
    "configuration.md",
    "suppressions.md",
    "baseline.md",
    "changes.md",
    "cache.md",
    "fixes.md",
    "formats.md",
)
WHO = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
FENCE = re.compile(r'(?ms)^``` \{ \.(\w+)(?: title="([^"]+)")? \}\n(.*?)^```$')


@pytest.mark.parametrize("name", GUIDES)
def test_guide(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):  # no guide touches the user's own
        monkeypatch.setenv(variable, str(tmp_path.with_suffix(".cache")))
    commands = 0
    for language, title, text in FENCE.findall((DOCS / name).read_text(encoding="utf-8")):
        if title:
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(text, encoding="utf-8")
        elif language == "console":
            commands += 1
            follow(text, capsys)
    assert commands >= 1


def follow(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Give the commands of a fence, and compare what they print."""
    for git, command, shown in re.findall(
        r"(?m)^\$ (?:misspawn|(git)) (.*)\n((?:(?!\$ ).*\n)*)", text
    ):
        if git:
            words = [git, *WHO, *shlex.split(command)]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=60)
            continue
        main(shlex.split(command))
        captured = capsys.readouterr()
        printed = (captured.out + captured.err).splitlines()
        lines = shown.splitlines()
        assert [line for line in lines if not any(p.endswith(line) for p in printed)] == []
        found = [p for p in printed if re.match(r"\S+:\d+:\d+:", p)]
        assert [p for p in found if not any(p.endswith(line) for line in lines)] == []


def test_own_records_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file own.toml with a folder as told: the record is scanned for, explained and validated."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    fences = FENCE.findall((DOCS / GUIDES[0]).read_text(encoding="utf-8"))
    own = next(text for _, title, text in fences if title == "own.toml")
    (tmp_path / "misspawn.toml").write_text(own, encoding="utf-8")
    folder = tmp_path / "tools/patterns/subprocess"
    folder.mkdir(parents=True)
    record = DOCS.parent / "patterns/subprocess/subprocess-shell-true.yaml"
    text = record.read_text(encoding="utf-8").replace("id: subprocess-shell-true", "id: our-shell")
    (folder / "our-shell.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "a.py").write_text(
        'import subprocess\n\nsubprocess.run(f"rm {x}", shell=True)\n', encoding="utf-8"
    )
    assert main(["check", "--select", "our-shell"]) == 1
    assert capsys.readouterr().out.startswith("a.py:3:1: our-shell ")
    assert main(["explain", "our-shell"]) == 0
    assert "https://wiki.example.org/spawning/our-shell" in capsys.readouterr().out
    assert main(["validate", "tools/patterns/subprocess/our-shell.yaml"]) == 0
    assert main(["list", "--select", "our-shell"]) == 0


def test_why_begins_with_what_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text('import subprocess\n\nx = subprocess.run(["a"])\n', "utf-8")
    assert main(["why", "a.py:3"]) == 0
    verdicts = re.findall(r"(?m)^\S+ detector \d+: (.+)$", capsys.readouterr().out)
    assert verdicts == sorted(verdicts, reverse=True)
    assert set(verdicts) == {"reported", "not reported"}
