"""Checking again whenever files change."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from misspawn.cli import main
from misspawn.watch import Watch

SLOW = 'import subprocess\n\nsubprocess.run(["sleep", "60"], check=True)\n'
CHECKS = str(Path(__file__).parents[1] / "checks")


class Idle(Exception):
    """Nothing has happened for a while."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a file, in which we stand, and a cache of its own."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    folder = tmp_path / "project"
    (folder / "package").mkdir(parents=True)
    (folder / "a.py").write_text("x = 1\n")
    (folder / ".gitignore").write_text("made/\n")
    subprocess.run(["git", "init", "-q", folder], check=True, timeout=60)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens during the waits that are left; after these nothing does."""
    left: list[Callable[[], object]] = []
    idle = iter(range(8))

    def wait(_: float) -> None:
        if left:
            left.pop(0)()
        elif next(idle, None) is None:
            raise Idle

    clock = SimpleNamespace(sleep=wait, process_time=time.process_time)
    monkeypatch.setattr("misspawn.watch.time", clock)
    return left


def replaced(name: str) -> None:
    """As editors save: another file gets the name."""
    Path("new~").write_text(SLOW)
    Path("new~").replace(name)


def deep() -> None:
    Path("one/two").mkdir(parents=True)


def put(name: str, text: str = SLOW) -> Callable[[], object]:
    return lambda: Path(name).write_text(text)


CHANGES: dict[str, tuple[list[Callable[[], object]], int]] = {
    "nothing": ([], 0),
    "written": ([put("a.py")], 1),
    "twice at once": ([put("a.py"), put("a.py", "y = 2\n")], 1),
    "replaced": ([lambda: replaced("a.py")], 1),
    "same size": ([put("a.py", "x = 2\n")], 1),
    "gone": ([lambda: Path("a.py").unlink()], 1),
    "moved": ([lambda: Path("a.py").rename("package/b.py")], 1),
    "new in an empty folder": ([put("package/b.py")], 1),
    "new in a new folder": ([deep, lambda: None, lambda: None, put("one/two/b.py")], 1),
    "ignored": ([lambda: Path("made").mkdir(), lambda: None, lambda: None, put("made/b.py")], 0),
    "no longer ignored": ([put(".gitignore", "")], 1),
    "of no concern": ([put("README.md")], 0),
    "a fact": ([put("requirements-dev.txt", "pytest\n")], 1),
    "beside": ([put("../beside")], 1),
    "written by us": ([put("report.py")], 0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_once(
    change: str, project: Path, waits: list[Callable[[], object]]
) -> None:
    happens, expected = CHANGES[change]
    watch = Watch(str(project), lambda: ["../beside"], lambda path: path.endswith("report.py"))
    changes = watch.changes()
    next(changes)
    waits += [lambda: None, *happens]
    for _ in range(expected):
        next(changes)
    with pytest.raises(Idle):
        next(changes)


def test_what_changes_during_a_check_is_seen(
    project: Path, waits: list[Callable[[], object]]
) -> None:
    changes = Watch(str(project), list, lambda _: False).changes()
    for text in ("1", "2", "3"):
        next(changes)
        put("a.py", text)()
    next(changes)
    with pytest.raises(Idle):
        next(changes)


def test_a_file_that_is_written_all_the_time_delays_nothing_for_ever(
    project: Path, waits: list[Callable[[], object]]
) -> None:
    waits += [put("log", "x" * number) for number in range(100)]
    changes = Watch(str(project), list, lambda _: False).changes()
    next(changes)
    assert waits


@contextmanager
def watching(*arguments: str, code: str = "") -> Iterator[subprocess.Popen[str]]:
    program = code or "from misspawn.cli import main; raise SystemExit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "check", "--watch", *arguments],
        env={**os.environ, "PYTHONPATH": CHECKS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def until_waiting(stream: IO[str] | None) -> list[str]:
    """What comes up to the line that tells of waiting, which stands last."""
    assert stream is not None
    lines = []
    for line in stream:
        lines.append(re.sub(r"^\d\d:\d\d:\d\d ", "", line).rstrip())
        if line.endswith("; waiting for changes, ^C ends\n"):
            break
    return lines


def said(what: str) -> str:
    return f"{what}; waiting for changes, ^C ends"


@pytest.mark.skipif(sys.platform == "win32", reason="^C is another thing there")
def test_watching_from_beginning_to_end(project: Path) -> None:

    with watching("--format", "concise", "--output", "sarif:report.py") as process:
        assert until_waiting(process.stderr) == [said("clean")]
        put("a.py")()
        assert until_waiting(process.stderr) == [said("findings")]
        assert process.stdout is not None
        assert process.stdout.readline().startswith("a.py:3:1: subprocess-no-timeout ")
        put("misspawn.toml", 'selct = ["docker"]\n')()
        told = until_waiting(process.stderr)
        assert told[0].startswith("misspawn.toml:1:")
        assert told[-1] == said("not everything could be checked")
        put("misspawn.toml", 'select = ["docker"]\n')()
        assert until_waiting(process.stderr) == [said("clean")]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
        assert (process.returncode, errors.strip()) == (130, "interrupted")
        assert rest == ""


def test_standard_input_is_not_watched(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", "-", "--stdin-filename", "a.py"]) == 2
    assert "drop `-` or --watch" in capsys.readouterr().err
