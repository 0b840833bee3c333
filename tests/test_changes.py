"""What `--since` and `--staged` report: what a change touches, as git tells, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from misspawn import changes
from misspawn.changes import Changes
from misspawn.cli import main
from misspawn.model import Finding, Span

posix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
CALL = 'subprocess.run(\n    ["sleep"],\n)\n'
SLEEPY = f"import subprocess\n\n{CALL}\nX = 1\n{CALL}"  # calls on lines 3-5 and 8-10
Check = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def repository(own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit as the current folder, and the small record as the catalogue."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git("init", "-b", "main")
    write("a.py", SLEEPY)
    commit()
    return folder


def git(*arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)


def commit() -> None:
    git("add", "-A")
    git("commit", "--allow-empty", "-m", "x")


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8", newline="")


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """A function that gives the places that `check` reports."""

    def run(*arguments: str) -> list[str]:
        code = main(["check", "--format", "json", *arguments])
        out, err = capsys.readouterr()
        found = json.loads(out)
        assert (code, err) == (bool(found), "")
        return [f"{finding['path']}:{finding['line']}" for finding in found]

    return run


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("X = 1", "X = 2", []),
        ("import subprocess\n", "# one\nimport subprocess\n", []),
        ('(\n    ["sleep"]', '(\n    ["cat"]', ["a.py:3"]),
        (f"X = 1\n{CALL}", f"X = 1\n{CALL}{CALL}", ["a.py:11"]),
        (
            '    ["sleep"],\n)\n\nX',
            '    ["sleep"], text=True,\n    shell=True,\n)\n\nX',
            ["a.py:3"],
        ),
        ("\nX = 1\n", "", ["a.py:3", "a.py:6"]),  # what stood beside them may have belonged to them
        ("import subprocess\n\nsub", "import subprocess\nsub", ["a.py:2"]),
        ("\n", "\r\n", ["a.py:3", "a.py:8"]),
    ],
)
def test_only_touched_regions_are_reported(
    old: str, new: str, expected: list[str], check: Check
) -> None:
    write("b.py", SLEEPY)
    commit()
    write("a.py", SLEEPY.replace(old, new, -1 if old == "\n" else 1))
    assert check("--since", "HEAD") == expected
    assert check("--staged") == []
    git("add", "-A")
    assert check("--staged") == check("--since", "HEAD") == expected
    commit()
    assert check("--since", "HEAD") == []
    assert check("--since", "HEAD~1") == expected


def test_since_counts_from_where_the_branches_part(check: Check) -> None:
    git("checkout", "-b", "topic")
    write("b.py", SLEEPY)
    commit()
    git("checkout", "main")
    write("c.py", SLEEPY)
    commit()
    git("checkout", "topic")
    write("d.py", SLEEPY)
    assert check("--since", "main") == ["b.py:3", "b.py:8", "d.py:3", "d.py:8"]
    assert check("--since", "main", "d.py") == ["d.py:3", "d.py:8"]


def test_a_renamed_file_is_not_new_but_its_changed_lines_are(check: Check) -> None:
    git("mv", "a.py", "b.py")
    assert check("--since", "HEAD") == check("--staged") == []
    write("b.py", SLEEPY.replace('    ["sleep"]', "    ['sleep']", 1))
    git("add", "-A")
    assert check("--since", "HEAD") == check("--staged") == ["b.py:3"]


def test_staged_reads_what_is_staged(check: Check) -> None:
    write("a.py", SLEEPY + CALL)
    git("add", "a.py")
    write("a.py", "x = 1\n")
    assert check("--staged") == ["a.py:11"]
    Path("a.py").unlink()
    assert check("--staged") == ["a.py:11"]
    assert check("--since", "HEAD") == []
    git("checkout", "a.py")
    write("a.py", SLEEPY)
    git("add", "a.py")
    write("a.py", SLEEPY + CALL)
    assert check("--staged") == []


def test_in_a_folder_below(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    write("sub/b.py", SLEEPY)
    write("a.py", SLEEPY + CALL)
    git("add", "-A")
    monkeypatch.chdir("sub")
    assert check("--staged") == check("--since", "HEAD") == ["b.py:3", "b.py:8"]
    assert (
        check("--staged", "..")
        == check("--since", "HEAD", "..")
        == [
            "../a.py:11",
            "../sub/b.py:3",
            "../sub/b.py:8",
        ]
    )


@pytest.mark.parametrize(
    "name", ["a b.py", "a\tb.py", 'a"b\\.py', "é.py", "-x.py", "b/a.py", "a -> b.py"]
)
@posix
def test_any_name(name: str, check: Check) -> None:
    write(name, SLEEPY)
    commit()
    write(name, SLEEPY.replace("X = 1\nsub", "X = 1\n(sub").replace(")\n", "))\n"))
    found = len(check("--since", "HEAD"))
    git("add", "-A")
    assert found == len(check("--staged")) == 2


@posix
def test_names_that_are_no_text_or_hold_line_breaks(check: Check) -> None:
    for name in (b"\xff\xfe.py", b"a\n+++ b/c.py"):
        write(os.fsdecode(name), SLEEPY)
    git("add", "-A")
    assert len(check("--staged")) == len(check("--since", "HEAD")) == 4


def test_lines_that_look_like_headers_are_none(check: Check) -> None:
    write("b.txt", "-- a/a.py\n")
    commit()
    write("b.txt", "++ b/a.py\n@@ -1 +1,99 @@\ndiff --git a/a.py b/a.py")
    assert check("--since", "HEAD") == []


def test_links_submodules_and_what_git_takes_for_binary_are_left_out(check: Check) -> None:
    os.symlink("a.py", "link.py")
    Path("binary.py").write_bytes(b"import subprocess\0\nsubprocess.run(x)\n")
    git("init", "inner")
    git("-C", "inner", "commit", "--allow-empty", "-m", "x")
    git("-c", "advice.addEmbeddedRepo=false", "add", "inner", "link.py", "binary.py")
    write("inner/b.py", SLEEPY)
    assert check("--staged") == check("--since", "HEAD") == []


@pytest.mark.parametrize(
    "setting",
    [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("diff.interHunkContext", "99"),
        ("diff.context", "9"),
        ("core.quotePath", "false"),
        ("diff.renames", "false"),
        ("diff.relative", "true"),
        ("diff.suppressBlankEmpty", "true"),
    ],
)
def test_no_setting_of_git_changes_it(setting: tuple[str, str], check: Check) -> None:
    git("config", *setting)
    git("mv", "a.py", "é b.py")
    write("é b.py", SLEEPY.replace('["sleep"]', '["cat"]', 1))
    git("add", "-A")
    assert check("--since", "HEAD") == check("--staged") == ["é b.py:3"]


def test_the_index_of_a_commit_under_way_counts(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Path(".git/next-index-1.lock")
    index.write_bytes(Path(".git/index").read_bytes())
    write("b.py", SLEEPY)
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    git("add", "b.py")
    assert check("--staged") == ["b.py:3", "b.py:8"]
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert check("--staged") == []


def test_before_the_first_commit_all_that_is_staged_is_new(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fresh").mkdir()
    monkeypatch.chdir(tmp_path / "fresh")
    git("init")
    write("a.py", SLEEPY)
    git("add", "a.py")
    assert check("--staged") == ["a.py:3", "a.py:8"]


def finding(region: str) -> Finding:
    return Finding(
        path="a.py",
        span=Span(9, 1, 9, 2),
        id="x",
        category="docker",
        severity="hint",
        message="",
        remedy="",
        url="",
        excerpt="",
        fingerprint="",
        lines=(9, 12),
        region=region,
    )


@pytest.mark.parametrize(
    ("region", "touched", "concerned"),
    [
        ("call", ((1, 8),), False),
        ("call", ((1, 9),), True),
        ("call", ((12, 13),), True),
        ("call", ((13, 14),), False),
        ("call", ((1, 2), (10, 10)), True),
        ("call", (), False),
        ("call", None, True),
        ("section", ((1, 1),), True),
        ("script", ((99, 99),), True),
        ("mapping", (), False),
    ],
)
def test_what_a_region_lacks_may_have_been_anywhere_in_the_file(
    region: str,
    touched: tuple[tuple[int, int], ...] | None,
    concerned: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = Changes(os.getcwd(), {"a.py": touched}, {})
    assert changed.concern(finding(region)) is concerned
    assert not Changes(os.getcwd(), {"b.py": None}, {}).concern(finding(region))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "nope"], "git knows no commit `nope`"),
        (["--since", "--help"], "expected one argument"),
        (["--since=--output=x"], "git knows no commit `--output=x`"),
        (["--since", "HEAD", "--staged"], "not allowed with argument"),
        (["--staged", "-"], "git knows nothing of standard input"),
        (["--since", "orphan"], "orphan and HEAD have no commit in common here"),
    ],
)
def test_wrong_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    git("checkout", "--orphan", "orphan")
    git("commit", "-m", "another beginning")
    git("checkout", "main")
    try:
        code = main(["check", *arguments])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert message in capsys.readouterr().err


def test_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    for option in (["--staged"], ["--since", "HEAD"]):
        assert main(["check", *option]) == 2
        assert "is no git repository" in capsys.readouterr().err


def test_a_patch_is_read_to_its_end() -> None:
    patch = (
        b"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@ def f\n-x\n\\ No newline at end of file\n"
        b"+++ b/c\n+@@ -1 +5 @@\n\\ No newline at end of file\n@@ -9,2 +10,0 @@\n-a\n-b\n"
        b'diff --git a/d b/d\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\ndiff --git "a/\\303\\251" "b/\\303\\251"\n'
        b'--- /dev/null\n+++ "b/\\303\\251\\t"\n@@ -0,0 +1,3 @@\n+1\n+2\n+3\n'
    )
    assert changes._touched(patch) == {"a": ((1, 2), (10, 11)), "é\t": ((1, 3),)}
