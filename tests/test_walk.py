"""Which files a scan sees, inside a git repository and outside one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from misspawn import walk
from misspawn.model import Problem

posix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str, text: str = "x = 1\n") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def git(*arguments: str) -> None:
    config = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "init.defaultBranch=main",
    ]
    subprocess.run(["git", *config, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)


def test_git_lists_tracked_and_new_files_but_not_ignored_or_deleted_ones() -> None:
    write("a.py", "gone.py", "sub/b.py", ".github/workflows/ci.yml")
    git("init")
    git("add", ".")
    Path("gone.py").unlink()
    write("new.py", "ignored/c.py", "sub/d.log")
    write(".gitignore", text="ignored/\n*.log\n")
    assert list(walk.walk(["."])) == [
        ".github/workflows/ci.yml",
        ".gitignore",
        "a.py",
        "new.py",
        "sub/b.py",
    ]


def test_a_named_file_is_scanned_even_when_ignored_and_only_once() -> None:
    write("a.py", "b.py")
    write(".gitignore", text="a.py\n")
    git("init")
    assert list(walk.walk(["a.py", ".", "./b.py"])) == ["a.py", ".gitignore", "b.py"]


def test_paths_stay_as_given() -> None:
    write("src/a.py")
    git("init")
    assert list(walk.walk(["./src/"])) == ["./src/a.py"]
    assert list(walk.walk([str(Path("src").resolve())])) == [Path("src/a.py").resolve().as_posix()]


def test_repositories_inside_are_entered() -> None:
    write("a.py", "inner/b.py", "inner/c.log")
    write("inner/.gitignore", text="*.log\n")
    git("init")
    git("init", "inner")
    assert list(walk.walk(["."])) == ["a.py", "inner/.gitignore", "inner/b.py"]


def test_the_variables_of_a_git_hook_do_not_mislead(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.py")
    git("init")
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    assert list(walk.walk(["."])) == ["a.py"]


def test_outside_git_gitignore_decides_and_the_innermost_wins() -> None:
    write(
        "a.py", "b.log", "sub/c.log", "sub/keep.log", "venv/d.py", "node_modules/e.py", "out/f.py"
    )
    write("venv/pyvenv.cfg")
    write(".gitignore", text="*.log\n/out/\n")
    write("sub/.gitignore", text="!keep.log\n")
    assert list(walk.walk(["."])) == [".gitignore", "a.py", "sub/.gitignore", "sub/keep.log"]


@pytest.mark.parametrize("error", [FileNotFoundError("git"), subprocess.TimeoutExpired("git", 60)])
def test_without_a_working_git_the_folder_is_walked(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.py")
    git("init")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    assert list(walk.walk(["."])) == ["a.py"]


@posix
@pytest.mark.parametrize("repository", [True, False])
@pytest.mark.parametrize("name", ["a\nb.py", os.fsdecode(b"\xff.py"), "-rf.py", ' "q".py', "é.py"])
def test_any_name_works(name: str, repository: bool) -> None:
    write(name)
    if repository:
        git("init")
    assert list(walk.walk(["."])) == [name]
    assert walk.read(name) == b"x = 1\n"


@posix
@pytest.mark.parametrize("repository", [True, False])
def test_links_are_not_followed_unless_named(repository: bool) -> None:
    write("sub/a.py")
    Path("loop").symlink_to("loop")
    Path("sub/up").symlink_to("..")
    Path("link.py").symlink_to("sub/a.py")
    if repository:
        git("init")
    assert list(walk.walk(["."])) == ["sub/a.py"]
    assert list(walk.walk(["link.py"])) == ["link.py"]
    (problem,) = walk.walk(["loop"])
    assert isinstance(problem, Problem)
    assert "symbolic links" in problem.message


def test_what_is_not_there_is_a_problem() -> None:
    assert list(walk.walk(["nowhere"])) == [
        Problem("nowhere", 0, 0, "cannot be read: No such file or directory")
    ]
    assert [type(found) for found in walk.walk(["\0"])] == [Problem]


def test_a_folder_that_cannot_be_listed_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.py", "locked/b.py")
    scandir = os.scandir

    @contextmanager
    def locked(path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        if path == "locked":
            raise PermissionError(13, "Permission denied")
        with scandir(path) as entries:
            yield entries

    monkeypatch.setattr(os, "scandir", locked)
    assert list(walk.walk(["."])) == [
        "a.py",
        Problem("locked", 0, 0, "cannot be listed: Permission denied"),
    ]


def test_large_and_odd_files_are_refused() -> None:
    with open("large.py", "wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(OSError, match="50 MB is more than the limit of 10 MB"):
        walk.read("large.py")
    with pytest.raises(OSError, match="not a regular file"):
        walk.read(os.devnull)


def test_the_root_is_the_repository_or_what_paths_share() -> None:
    write("one/a.py", "two/b/c.py")
    here = os.getcwd()
    assert walk.root(["one/a.py", "two/b"]) == here
    git("init", "two")
    assert walk.root(["two/b/c.py"]) == os.path.join(here, "two")
