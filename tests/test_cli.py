"""The command line as a user has it: output, streams and exit codes."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from misspawn import __version__, commands, page, walk
from misspawn.cli import main
from misspawn.model import Problem

SLEEPY = 'import subprocess\n\nsubprocess.run(["sleep", "60"])\n'
FINDING = "a.py:3:1: sleepy-child subprocess.run() of sleep without a timeout\n"
CHECKS = str(Path(__file__).parents[1] / "checks")
Streams = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def project(own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the current folder, and the small record as the catalogue."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    for variable in ("NO_COLOR", "FORCE_COLOR", "MISSPAWN_TRACEBACK"):
        monkeypatch.delenv(variable, raising=False)
    return project


def write(name: str = "a.py", text: str = SLEEPY) -> None:
    Path(name).write_text(text, encoding="utf-8")


def run_apart(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with the real records' folder."""
    program = code or "from misspawn.cli import main; raise SystemExit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": CHECKS},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "out"),
    [
        (["check"], 1, FINDING),
        (["check", "."], 1, FINDING),
        (["check", "a.py", "-j1"], 1, FINDING),
        (["check", "--select", "sleepy-child"], 1, FINDING),
        (["check", "--select", "docker, subprocess", "--ignore", "hint"], 1, FINDING),
        (["check", "--ignore", "warning"], 0, ""),
        (["check", "b.py"], 0, ""),
        (["check", "--statistics"], 1, "1  warning  sleepy-child\n1  in all\n"),
    ],
)
def test_check(arguments: list[str], code: int, out: str, capsys: Streams) -> None:
    write()
    write("b.py", "x = 1\n")
    assert main(arguments) == code
    assert capsys.readouterr() == (out, "")


def test_check_in_a_format(capsys: Streams) -> None:
    write()
    assert main(["check", "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["path"], finding["line"], finding["severity"]) == ("a.py", 3, "warning")


def test_an_empty_folder_has_nothing_to_scan(capsys: Streams) -> None:
    assert main(["check"]) == 3
    assert capsys.readouterr() == ("", "nothing to scan: no files below these paths\n")


def test_problems_go_to_stderr_and_do_not_hide_findings(capsys: Streams) -> None:
    write()
    missing = "missing.py: cannot be read: No such file or directory\n"
    assert main(["check", "missing.py", "a.py"]) == 1
    assert capsys.readouterr() == (FINDING, missing)
    assert main(["check", "missing.py"]) == 2
    assert capsys.readouterr() == ("", missing)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--select", "sleepy-chidl"], "did you mean `sleepy-child`?"),
        (["check", "--format", "yaml"], "invalid choice: 'yaml'"),
        (["check", "-j", "many"], "`many` is no number of processes"),
        (["check", "--format", "json", "--statistics"], "leave out --format"),
        (["check", "-"], "--stdin-filename"),
        (["check", "-", "a.py"], "`-` stands alone"),
        (["check", "--stdin-filename", "a.py"], "goes with the path `-`"),
        (["explain", "sleepy"], "there is no record `sleepy`; did you mean `sleepy-child`?"),
        (["why", "a.py"], "write PATH:LINE"),
        (["why", "a.py:1"], "cannot be read: No such file"),
        (["validate", "--schema", "check", "x.yaml"], "leave out the files"),
        (["explain", "xyz"], "there is no record `xyz`; `misspawn list` shows all\n"),
        (["chekc"], "there is no command `chekc`; did you mean `check`?\n"),
        (["xyz"], "there is no command `xyz`; `misspawn --help` shows all\n"),
        (["check", "--formt", "x"], "takes no option `--formt`; did you mean `--format`?\n"),
        (["check", "--zzz"], "takes no option `--zzz`; `misspawn check --help` shows all\n"),
        (["list", "x"], "`misspawn list` takes no argument `x`; `misspawn list --help`"),
        (
            ["rg"],
            "misspawn rg: the following arguments are required: ID; see `misspawn rg --help`\n",
        ),
        (["baseline", "missing"], "missing: there is no such file or folder\n"),
        (["suppress", "--reason", "x", "missing"], "missing: there is no such file or folder\n"),
        ([], "diagnose "),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(
    arguments: list[str], message: str, capsys: Streams
) -> None:
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert message in capsys.readouterr().err


def test_standard_input(capsys: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(SLEEPY.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["check", "-", "--stdin-filename", "a.py"]) == 1
    assert capsys.readouterr().out == FINDING


def test_list_explain_rg_and_why(capsys: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setenv("COLUMNS", "50")
    assert main(["list"]) == 0
    assert "sleepy-child  subprocess.run() of sleep" in capsys.readouterr().out
    assert main(["explain", "sleepy-child"]) == 0
    text = capsys.readouterr().out
    assert "\nWRONG: no bound\n      import subprocess\n" in text
    assert '\n      subprocess.run(["sleep", "inf"])\n' in text
    assert main(["why", "a.py:3:1:", "sleepy-child"]) == 0
    assert "sleepy-child detector 1: reported\n" in capsys.readouterr().out
    assert main(["why", "a.py:1"]) == 0
    assert "no detector has anything to say" in capsys.readouterr().out
    assert main(["rg", "sleepy-child"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        r"rg -n -g '*.py' -e '\bsubprocess\.run\(' . | rg -v -e '\btimeout\s*='",
        "# left out, as it needs the syntax: call region",
        "# misses: calls that span several lines",
    ]


@pytest.mark.skipif(not shutil.which("rg"), reason="needs ripgrep")
def test_the_pipeline_runs(capsys: Streams) -> None:
    write()
    main(["rg", "sleepy-child"])
    line = capsys.readouterr().out
    done = subprocess.run(
        ["sh", "-c", line.replace("rg -n", "rg -n --no-config", 1)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "subprocess.run([" in done.stdout


def test_validate_and_schema(
    own_records: Path, capsys: Streams, write_record: Callable[..., Path]
) -> None:
    assert main(["validate"]) == 0
    assert main(["validate", "--schema", "check"]) == 1
    assert "schema.json: cannot be read" in capsys.readouterr().out
    assert main(["validate", "--schema", "write"]) == 0
    assert main(["validate", "--schema", "check"]) == 0
    assert json.loads((own_records / "schema.json").read_text())["$ref"] == "#/$defs/Pattern"
    (own_records / "schema.json").write_text("{}")
    assert main(["validate", "--schema", "check"]) == 1
    assert "run `misspawn validate --schema write`" in capsys.readouterr().out
    bad = write_record(("severity: warning", "severity: grave"))
    assert main(["validate", str(bad)]) == 1
    assert capsys.readouterr().out.startswith(f"{bad}:5:1: severity: `grave` is not known here")
    assert main(["check"]) == 2
    assert "severity: `grave` is not known here" in capsys.readouterr().err


def test_an_unexpected_error_is_reported_without_a_traceback(
    capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(commands, "run", fail)
    assert main(["check"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"misspawn {__version__} failed: ZeroDivisionError: by zero"
    assert "test_cli.py:" in lines[1]
    assert "Please report it" in lines[2]
    monkeypatch.setenv("MISSPAWN_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["check"])


def test_an_interrupt_ends_with_130(capsys: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "run", interrupt)
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_real_interrupt_leaves_no_traceback() -> None:
    code = (
        "import os, signal; from misspawn import cli, commands; "
        f"commands.run = lambda argv: os.kill(os.getpid(), {int(signal.SIGINT)}); "
        "raise SystemExit(cli.main())"
    )
    done = run_apart(code=code)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_broken_pipe_is_quiet() -> None:
    code = (
        "from misspawn import cli, commands; "
        "commands.run = lambda argv: [print('x' * 100) for _ in range(100_000)] and 0; "
        "raise SystemExit(cli.main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": CHECKS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        assert child.stderr
        assert child.stdout.readline() == "x" * 100 + "\n"
        child.stdout.close()
        assert child.stderr.read() == ""
        assert child.wait(timeout=60) == 0


def test_the_version_imports_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); from misspawn.cli import main; main(['--version']); "
        "print(sorted(set(sys.modules) - before - {'misspawn', 'misspawn.cli'}))"
    )
    done = run_apart(code=code)
    assert done.stdout.splitlines()[0] == f"misspawn {__version__}"
    assert done.stdout.splitlines()[1] == "['__future__']"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_name_that_is_no_text_comes_out_as_its_bytes(own_records: Path) -> None:
    name = os.fsdecode(b"\xff.py")
    write(name)
    code = (
        "from misspawn import catalogue; from misspawn.cli import main; "
        f"catalogue.folder = lambda: {str(own_records)!r}; raise SystemExit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check"],
        env={**os.environ, "PYTHONPATH": CHECKS},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == FINDING.encode().replace(b"a.py", b"\xff.py")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", 0),
        (b"\xef\xbb\xbf" + SLEEPY.encode(), 1),
        (SLEEPY.encode("utf-16"), 1),
        (SLEEPY.replace("\n", "\r\n").encode(), 1),
        (b"# \xff\xfe invalid\n" + SLEEPY.encode(), 1),
        (SLEEPY.encode() + b'x = "unfinished', 1),
        (SLEEPY.encode() + b"(" * 100_000, 1),
        (b"\0" + SLEEPY.encode(), 2),
    ],
)
def test_any_bytes_end_in_a_stated_exit_code(raw: bytes, code: int, capsys: Streams) -> None:
    Path("a.py").write_bytes(raw)
    assert main(["check"]) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_large_file_is_reported(capsys: Streams) -> None:
    write("b.py")
    with open("a.py", "wb") as stream:
        stream.truncate(50_000_000)
    assert main(["check"]) == 1
    assert "a.py: cannot be read: 50 MB is more than the limit" in capsys.readouterr().err


def test_a_vanishing_file_is_reported(capsys: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "walk", lambda _: iter(["gone.py", Problem("x", 0, 0, "y")]))
    assert main(["check"]) == 2
    err = capsys.readouterr().err
    assert "gone.py: cannot be read: No such file or directory" in err
    assert "x: y" in err


def test_prose_keeps_code_and_wraps_the_rest() -> None:
    markdown = "One two three four.\n\n- a b c d e f g\n- h\n\n```sh\nrg  x   |\n\n  y\n```\nEnd."
    assert list(page.prose(markdown, 12)) == [
        "One two",
        "three four.",
        "- a b c d e",
        "  f g",
        "- h",
        "",
        "    rg  x   |",
        "",
        "      y",
        "",
        "End.",
    ]
