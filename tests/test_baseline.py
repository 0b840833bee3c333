"""The baseline as a team has it: written once, used by itself, shrinking by itself, never growing."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from misspawn.cli import main
from misspawn.places import BASELINE

Streams = pytest.CaptureFixture[str]
CALL = 'subprocess.run(["sleep", "60"])\n'
SLEEPY = f"import subprocess\n\n\ndef wait():\n    {CALL}"
OTHER = SLEEPY.replace("sleep", "cat")
WHAT = "sleepy-child subprocess.run() of sleep without a timeout\n"


@pytest.fixture(autouse=True)
def project(own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the current folder, and the small record as the catalogue."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


def write(name: str = "a.py", text: str = SLEEPY) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def entries(name: str = BASELINE) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(name).read_text("ascii").splitlines()]


@pytest.fixture
def printed(capsys: Streams) -> Callable[..., tuple[int, str]]:
    """A function that runs a command, and gives its exit code and what it printed, stderr first."""

    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments])
        out, err = capsys.readouterr()
        return code, err + out

    return run


def test_what_is_in_the_baseline_fails_nothing_and_what_is_new_does(printed: Any) -> None:
    write()
    assert printed("baseline") == (0, f"{BASELINE}: 0 kept, 1 added, 0 dropped\n")
    assert printed("check") == (0, "")
    write("b.py", OTHER)
    assert printed("check") == (1, f"b.py:5:5: {WHAT}")
    assert printed("check", "--no-baseline") == (1, f"a.py:5:5: {WHAT}b.py:5:5: {WHAT}")
    assert printed("check", "--show-suppressed")[1].startswith(
        f"a.py:5:5: {WHAT[:-1]} (in the baseline)\n"
    )
    assert printed("check", "--statistics") == (
        1,
        "1  warning  sleepy-child\n1  in all\n1  in the baseline\n",
    )
    assert (
        json.loads(printed("check", "--format", "json", "--show-suppressed")[1])[0]["baselined"]
        is True
    )


def test_a_line_has_what_a_review_needs_and_no_line_number() -> None:
    write("b.py", OTHER)
    write("a.py", f"{SLEEPY}\n\ndef again():\n    {CALL}")
    main(["baseline"])
    found = entries()
    assert [(e["path"], e["id"], e["text"]) for e in found] == [
        ("a.py", "sleepy-child", CALL.strip()),
        ("a.py", "sleepy-child", CALL.strip()),
        ("b.py", "sleepy-child", CALL.strip().replace("sleep", "cat")),
    ]
    assert all([*e] == ["path", "id", "text", "fingerprint", "kin"] for e in found)
    before = Path(BASELINE).read_bytes()
    write("a.py", "# moved\n\n" + Path("a.py").read_text("utf-8"))
    main(["baseline", "--update"])
    assert Path(BASELINE).read_bytes() == before


@pytest.mark.parametrize(
    "after",
    [
        f"# new\n\n{SLEEPY}",
        SLEEPY.replace("(", "(\n        ").replace(")\n    sub", ")\n    sub"),
        SLEEPY.replace('"', "'"),
        SLEEPY.replace('"60"])', '"60"],  # long\n    )'),
        SLEEPY.replace("def wait", "def doze"),
        f"import subprocess\n\n\nclass A:\n  def wait(self):\n    {CALL}",
    ],
)
def test_what_was_only_moved_or_reformatted_stays_accepted(after: str, printed: Any) -> None:
    write()
    main(["baseline"])
    printed("list")
    write(text=after)
    assert printed("check") == (0, "")


def test_a_new_twin_is_reported_where_it_is(printed: Any) -> None:
    write()
    main(["baseline"])
    printed("list")
    write(text=SLEEPY.replace("wait", "earlier") + SLEEPY)
    assert printed("check") == (1, f"a.py:5:5: {WHAT}")


def test_a_renamed_file_keeps_its_entries_and_a_copied_one_has_none(printed: Any) -> None:
    write()
    main(["baseline"])
    printed("list")
    write("sub/copy.py")
    assert printed("check") == (1, f"sub/copy.py:5:5: {WHAT}")
    Path("a.py").unlink()
    assert printed("check") == (0, "")
    assert printed("baseline", "--update") == (0, f"{BASELINE}: 1 kept, 0 added, 0 dropped\n")
    assert entries()[0]["path"] == "sub/copy.py"


def test_it_shrinks_by_update_and_grows_by_add_alone(printed: Any) -> None:
    write()
    write("b.py", OTHER)
    main(["baseline"])
    printed("list")
    write(text="x = 1\n")
    write("c.py")
    stale = "baseline: 1 entry without a finding; `misspawn baseline --update` drops what no longer occurs\n"
    assert printed("check") == (1, f"{stale}c.py:5:5: {WHAT}")
    assert printed("baseline")[0] == 2
    assert printed("baseline", "--update") == (0, f"{BASELINE}: 1 kept, 0 added, 1 dropped\n")
    assert printed("check") == (1, f"c.py:5:5: {WHAT}")
    assert printed("baseline", "--add") == (0, f"{BASELINE}: 1 kept, 1 added, 0 dropped\n")
    assert printed("check") == (0, "")


@pytest.mark.parametrize(
    "arguments", [["check", "b.py"], ["check", "--ignore", "sleepy-child"], ["check", "sub"]]
)
def test_what_was_not_looked_for_is_not_missed(arguments: list[str], printed: Any) -> None:
    write()
    write("b.py", "x = 1\n")
    write("sub/c.py", "x = 1\n")
    os.mkdir(".git")
    main(["baseline"])
    printed("list")
    write(text="x = 1\n")
    assert printed(*arguments) == (0, "")
    assert printed("baseline", "--update", *arguments[1:])[1].endswith(
        "1 kept, 0 added, 0 dropped\n"
    )


def test_a_file_that_cannot_be_read_keeps_its_entries(printed: Any) -> None:
    write()
    write("b.py", "x = 1\n")
    main(["baseline"])
    printed("list")
    Path("a.py").write_bytes(b"\0")
    assert "1 kept, 0 added, 0 dropped" in printed("baseline", "--update")[1]
    assert "entry without" not in printed("check")[1]


def test_without_git_it_is_found_from_below(printed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write("sub/a.py")
    main(["baseline"])
    printed("list")
    assert entries()[0]["path"] == "sub/a.py"
    assert printed("check", "sub") == (0, "")
    monkeypatch.chdir("sub")
    assert printed("check") == (0, "")


def test_another_file_can_be_named(printed: Any) -> None:
    write()
    assert "old.jsonl: 0 kept, 1 added" in printed("baseline", "--baseline", "old.jsonl")[1]
    assert printed("check")[0] == 1
    assert printed("check", "--baseline", "old.jsonl") == (0, "")


def test_a_suppressed_finding_needs_no_entry_and_a_wrong_suppression_gets_none() -> None:
    write(text=SLEEPY[:-1] + "  # misspawn: ignore[sleepy-child] it is a demo\n")
    write("b.py", "x = 1  # misspawn: ignore[sleepy-child] nothing\n")
    main(["baseline"])
    assert entries() == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<<<<<<< HEAD", f"{BASELINE}:2: no entry of a baseline"),
        ('{"path": "a.py"}', "missing required field `id`"),
        (
            '{"path": 1, "id": "", "text": "", "fingerprint": "", "kin": ""}',
            "Expected `str`, got `int`",
        ),
        ('["a.py"]', "Expected `object`, got `array`"),
    ],
)
def test_a_damaged_file_is_told_with_its_line(line: str, message: str, printed: Any) -> None:
    write()
    main(["baseline"])
    printed("list")
    with open(BASELINE, "a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    code, text = printed("check")
    assert code == 2
    assert message in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["baseline", "--update"], "there is no such file; without --update it is written"),
        (["baseline", "-"], "a baseline is of files"),
        (["check", "--baseline", "none.jsonl"], "none.jsonl: cannot be read: No such file"),
        (
            ["baseline", "--baseline", "none/x.jsonl"],
            "none/x.jsonl: cannot be written: No such file",
        ),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, printed: Any) -> None:
    write()
    code, text = printed(*arguments)
    assert code == 2
    assert message in text


def test_an_empty_folder_has_no_baseline(printed: Any) -> None:
    assert printed("baseline")[0] == 3
    assert not Path(BASELINE).exists()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_any_file_name_survives(printed: Any) -> None:
    write(os.fsdecode(b"\xff\n.py"))
    main(["baseline"])
    printed("list")
    assert entries()[0]["path"] == "\udcff\n.py"
    assert printed("check") == (0, "")


def test_standard_input_has_it_too(printed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    main(["baseline"])
    printed("list")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SLEEPY.encode())))
    assert printed("check", "-", "--stdin-filename", "a.py") == (0, "")


def test_sarif_reports_it_as_suppressed_and_outputs_come_beside_what_is_printed(
    printed: Any,
) -> None:
    write()
    main(["baseline"])
    printed("list")
    write("b.py", OTHER)
    outputs = ("--output", "sarif:x.sarif", "--output", "gitlab:x.json")
    assert printed("check", *outputs) == (1, f"b.py:5:5: {WHAT}")
    results = json.loads(Path("x.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert [[s["kind"] for s in result["suppressions"]] for result in results] == [["external"], []]
    assert [
        issue["location"]["path"] for issue in json.loads(Path("x.json").read_text("utf-8"))
    ] == ["b.py"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("sarif", "`sarif`: write FORMAT:FILE with one of text, concise,"),
        ("serif:x", "`serif:x`: write FORMAT:FILE"),
        ("json:", "`json:`: write FORMAT:FILE"),
        ("json:none/x", "none/x: cannot be written: No such file or directory"),
    ],
)
def test_wrong_outputs(value: str, message: str, capsys: Streams) -> None:
    write()
    try:
        code = main(["check", "--output", value])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert message in capsys.readouterr().err


def test_a_baseline_outside_of_the_root_is_not_taken_inside_a_repository(printed: Any) -> None:
    write("sub/a.py")
    main(["baseline"])
    printed("list")
    os.mkdir("sub/.git")
    assert printed("check", "sub")[0] == 1
