"""`misspawn hook` in real repositories: git runs it, and what is not staged or pushed does not matter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from misspawn import hooks
from misspawn.cli import main

if not shutil.which("git"):
    pytest.skip("no git here", allow_module_level=True)

CHECKS = str(Path(__file__).parents[1] / "checks")
STORE, WHOLE = "class Store: ...\n", "class Store: ...\n\n\ndef get_store(): ...\n"
SLEEPY = 'import subprocess\n\nsubprocess.run(["sleep", "60"], check=True)\n'
BOUND = 'import subprocess\n\nsubprocess.run(["sleep", "60"], check=True, timeout=90)\n'
Streams = pytest.CaptureFixture[str]


def git(*arguments: str, cwd: str = ".", code: int | None = 0) -> str:
    """What git says; `code` None lets it end in any way."""
    named = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "protocol.file.allow=always",
    )
    done = subprocess.run(
        ["git", *named, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert code in (None, done.returncode), done.stderr
    return done.stdout + done.stderr


def write(name: str, text: str = "") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which nothing is wrong, and a `misspawn` on PATH."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    bin_ = tmp_path / "bin dir"
    bin_.mkdir()
    program = bin_ / "misspawn"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKS} exec {sys.executable} -m misspawn "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(hooks, "_program", lambda: str(program))
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "--initial-branch=main")
    write("app/__init__.py")
    write("app/session.py", STORE)
    write("app/api.py", "from app.session import Store\n")
    git("add", ".")
    git("commit", "-m", "begin")
    return folder


def hook(*arguments: str) -> int:
    return main(["hook", *arguments])


# -- pre-commit --------------------------------------------------------------------


def test_a_half_staged_definition_is_refused_and_a_whole_one_is_not(capfd: Streams) -> None:
    assert hook("install") == 0
    write("app/session.py", WHOLE)
    write("app/api.py", "from app.session import get_store\n")
    git("add", "app/api.py")
    said = git("commit", "-m", "half", code=1)
    assert "app/api.py:1:25: import-name-not-committed app/session.py does not define" in said
    assert "refused by misspawn; `git commit --no-verify` goes past it once" in said
    git("commit", "-am", "whole")


def test_the_staged_text_counts_and_not_that_on_disk() -> None:
    hook("install")
    write("run.py", SLEEPY)
    git("add", "run.py")
    write("run.py", BOUND)
    assert "run.py:3:1: subprocess-no-timeout" in git("commit", "-m", "staged", code=1)
    git("add", "run.py")
    write("run.py", SLEEPY)
    git("commit", "-m", "staged")


def test_commit_of_a_path_takes_the_index_that_git_made_for_it() -> None:
    hook("install")
    write("run.py", SLEEPY)
    git("add", "run.py")
    write("app/session.py", WHOLE)
    git("commit", "-m", "without run.py", "app/session.py")


@pytest.mark.parametrize("autocrlf", ["true", "false"])
def test_windows_line_endings_in_files(autocrlf: str) -> None:
    git("config", "core.autocrlf", autocrlf)
    hook("install")
    Path("run.py").write_bytes(SLEEPY.replace("\n", "\r\n").encode())
    git("add", "run.py")
    assert "run.py:3:1: subprocess-no-timeout" in git("commit", "-m", "x", code=1)


def test_a_file_that_is_not_staged_is_not_reported() -> None:
    git("commit", "--allow-empty", "-m", "x")
    write("old.py", SLEEPY)
    git("add", ".")
    git("commit", "-m", "from before the hook")
    hook("install")
    write("app/session.py", WHOLE)
    git("commit", "-am", "other")


def test_what_the_change_does_not_touch_is_not_reported() -> None:
    write("old.py", SLEEPY)
    git("add", ".")
    git("commit", "-m", "from before the hook")
    hook("install")
    write("old.py", f"{SLEEPY}\n\nprint('done')\n")
    git("commit", "-am", "a line at the end")
    write("old.py", SLEEPY.replace("60", "61"))
    assert "old.py:3:1: subprocess-no-timeout" in git("commit", "-am", "the call", code=1)


def test_an_importer_that_the_change_does_not_touch_is_reported() -> None:
    hook("install")
    write("app/session.py", "def get_store(): ...\n")
    said = git("commit", "-am", "the class is gone", code=1)
    assert "app/api.py:1:25: import-name-not-committed app/session.py does not define Store" in said


@pytest.mark.parametrize("name", hooks.NAMES)
def test_the_configuration_may_leave_out_imports(name: str, remote: str) -> None:
    write("misspawn.toml", 'ignore = ["imports"]\n')
    git("add", ".")
    git("commit", "-m", "configuration")
    hook("install", "--hook", name)
    write("app/session.py", "def get_store(): ...\n")
    git("commit", "-am", "the class is gone")
    git("push", remote, "main")


@pytest.mark.parametrize("name", hooks.NAMES)
def test_facts_of_the_project_count_that_the_change_does_not_touch(name: str, remote: str) -> None:
    write(
        "pytest.ini",
        "[pytest]\nasyncio_mode = auto\ntimeout = 9\nasyncio_default_fixture_loop_scope = function\n",
    )
    write("tests/requirements.txt", "pytest\npytest-asyncio\npytest-timeout\n")
    git("add", ".")
    git("commit", "-m", "configuration")
    git("push", remote, "main")
    hook("install", "--hook", name)
    write(
        "tests/test_a.py", "import asyncio\n\n\nasync def test_a():\n    await asyncio.sleep(0)\n"
    )
    git("add", ".")
    git("commit", "-m", "an async test without a mark")
    git("push", remote, "main")


def test_the_first_commit_and_one_of_nothing_but_deletions(tmp_path: Path) -> None:
    git("init", str(tmp_path / "new"))
    os.chdir(tmp_path / "new")
    hook("install")
    write("-odd name.py", SLEEPY)
    git("add", ".")
    assert "-odd name.py:3:1: subprocess-no-timeout" in git("commit", "-m", "first", code=1)
    git("commit", "-m", "first", "--no-verify")
    git("rm", "-q", "--", "-odd name.py")
    git("commit", "-m", "deleted")


# -- pre-push ----------------------------------------------------------------------


@pytest.fixture
def remote(tmp_path: Path) -> str:
    git("init", "--bare", str(tmp_path / "remote.git"))
    git("remote", "add", "origin", str(tmp_path / "remote.git"))
    git("push", "origin", "main")
    return "origin"


@pytest.mark.parametrize("branch", ["main", "new"])
def test_what_is_pushed_is_checked_and_what_the_remote_has_is_not(remote: str, branch: str) -> None:
    git("checkout", "-q", "-B", branch)
    write("old.py", SLEEPY)
    git("add", ".")
    git("commit", "-m", "from before the hook")
    git("push", remote, branch)
    hook("install", "--hook", "pre-push")
    write("run.py", SLEEPY)
    git("add", ".")
    git("commit", "-m", "sleepy")
    write("run.py", BOUND)
    said = git("push", remote, branch, code=1)
    assert "run.py:3:1: subprocess-no-timeout" in said
    assert "old.py" not in said
    git("commit", "-am", "bound")
    git("push", remote, branch)


def test_a_new_branch_is_compared_with_what_the_remote_has(remote: str) -> None:
    hook("install", "--hook", "pre-push")
    write("app/session.py", "def get_store(): ...\n")
    git("checkout", "-q", "-b", "topic")
    git("commit", "-am", "the class is gone")
    said = git("push", remote, "topic", code=1)
    assert "app/api.py:1:25: import-name-not-committed app/session.py does not define Store" in said


def test_deleting_a_branch_or_pushing_nothing_new_is_no_matter(remote: str) -> None:
    hook("install", "--hook", "pre-push")
    git("push", remote, "main:other")
    git("push", remote, ":other")


# -- the file of the hook ----------------------------------------------------------

PLACE = Path(".git/hooks/pre-commit")


def test_status_before_between_and_after(capsys: Streams) -> None:
    codes = [
        hook(action) for action in ("status", "install", "status", "install", "uninstall", "status")
    ]
    assert codes == [1, 0, 0, 0, 0, 1]
    states = [line.split(": ")[1] for line in capsys.readouterr().out.splitlines()]
    assert states == ["not installed", *["installed"] * 3, "not installed", "not installed"]


@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_another_hook_is_left_as_it_is(capsys: Streams, action: str) -> None:
    write(str(PLACE), "#!/bin/sh\nmake lint\n")
    assert hook(action) == 2
    assert PLACE.read_text() == "#!/bin/sh\nmake lint\n"
    said = capsys.readouterr().err
    assert "another hook is there" in said
    assert ('misspawn hook --hook pre-commit run "$@" || exit 1' in said) == (action == "install")
    assert hook("status") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_nowhere_is_another_hook_too(tmp_path: Path) -> None:
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.symlink_to(tmp_path / "gone")
    assert hook("install") == 2
    assert PLACE.is_symlink()


def test_the_advised_line_makes_another_hook_check_too() -> None:
    write(
        str(PLACE), '#!/bin/sh\nmisspawn hook --hook pre-commit run "$@" || exit 1\necho linted\n'
    )
    PLACE.chmod(0o755)
    write("run.py", SLEEPY)
    git("add", ".")
    assert "subprocess-no-timeout" in git("commit", "-m", "x", code=1)
    git("rm", "-q", "--cached", "run.py")
    assert "linted" in git("commit", "--allow-empty", "-m", "x")


def test_windows_line_endings_and_a_moved_program_are_still_ours() -> None:
    hook("install")
    text = PLACE.read_text().replace(str(hooks._program()), "C:/Python/Scripts/misspawn.exe")
    PLACE.write_bytes(text.replace("\n", "\r\n").encode())
    assert hook("status") == 0
    assert hook("install") == 0
    assert b"\r" not in PLACE.read_bytes()


def test_an_edited_hook_is_neither_overwritten_nor_removed(capsys: Streams) -> None:
    hook("install")
    with PLACE.open("a") as stream:
        stream.write("echo mine\n")
    assert [hook("install"), hook("uninstall"), hook("status")] == [2, 2, 0]
    assert PLACE.read_text().endswith("echo mine\n")


def test_a_program_that_is_gone_stops_the_commit_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook("install")
    Path(hooks._program()).unlink()
    git_folder = os.path.dirname(shutil.which("git") or "")
    monkeypatch.setenv("PATH", os.pathsep.join((git_folder, "/usr/bin", "/bin")))
    said = git("commit", "--allow-empty", "-m", "x", code=1)
    assert "misspawn is not there; install it, or skip this check by --no-verify" in said


def test_hooks_path_of_the_repository_is_respected(capsys: Streams) -> None:
    git("config", "core.hooksPath", ".githooks")
    assert hook("install") == 0
    assert Path(".githooks/pre-commit").exists()
    assert not PLACE.exists()
    write("run.py", SLEEPY)
    git("add", "run.py")
    assert "subprocess-no-timeout" in git("commit", "-m", "x", code=1)


def test_hooks_path_of_all_repositories_is_left_alone(tmp_path: Path, capsys: Streams) -> None:
    git("config", "core.hooksPath", str(tmp_path / "everywhere"))
    assert hook("install") == 2
    assert "serves other repositories too" in capsys.readouterr().err
    assert not (tmp_path / "everywhere").exists()


def test_worktrees_share_the_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    monkeypatch.chdir(tmp_path / "other")
    assert hook("install") == 0
    assert (tmp_path / "shop" / PLACE).exists()
    write("run.py", SLEEPY)
    git("add", "run.py")
    assert "run.py:3:1: subprocess-no-timeout" in git("commit", "-m", "x", code=1)
    assert "subprocess" not in git("commit", "--allow-empty", "-m", "x", cwd=str(tmp_path / "shop"))


def test_outside_of_a_repository_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert hook("install") == 2
    assert "not a git repository" in capsys.readouterr().err
