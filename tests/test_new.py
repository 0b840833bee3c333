"""From a failing command to a record that validates and can be checked."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from misspawn import catalogue, environments, prove
from misspawn.cli import main
from misspawn.failure import failure, proposed
from misspawn.regex import compile

WriteRecord = Callable[..., Path]
LAMBDA = "Can't pickle <function <lambda> at 0x7f88fea9fc40>: attribute lookup failed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ValueError: no (really?)", r"ValueError: no \(really\?\)"),
        (LAMBDA, "Can't pickle <function <lambda> at 0x[0-9a-f]+>: attribute lookup failed"),
        (
            "Command '['sh', '-c', 'x']' timed out after 0.2 seconds",
            "Command '.+' timed out after [0-9.]+ seconds",
        ),
        ("[Errno 2] No such file: '/home/me/x.txt'", r".+ No such file: '\S+'"),
    ],
)
def test_a_proposed_regex_fits_the_like(text: str, expected: str) -> None:
    assert proposed(text) == expected
    assert compile(proposed(text)).search(text.encode())


def test_the_failure_of_a_pytest_run() -> None:
    output = (
        "platform linux -- Python 3.11.7, pytest-9.2.0, pluggy-1.7.0\n"
        "E       subprocess.TimeoutExpired: Command 'x' timed out after 1 seconds\n"
        "FAILED test_x.py::test_a - subprocess.TimeoutExpired: Comm...\n"
    )
    found = failure(output)
    assert found
    assert (found.type, found.message) == (
        "subprocess.TimeoutExpired",
        "Command 'x' timed out after 1 seconds",
    )
    assert found.versions == ("Python 3.11.7", "pytest-9.2.0")


def test_output_without_an_exception() -> None:
    assert failure("all is well\n") is None


@pytest.fixture
def repository(own_records: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of records in our own repository, in which the user stands."""
    monkeypatch.chdir(own_records.parent)
    return own_records


def test_new_writes_a_valid_record(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["new", "--id", "no-such-key", "--category", "pytest", "--detector", ""]
    command = f"{sys.executable} -c \"raise KeyError('a')\""
    assert main([*argv, "--from-command", command]) == 0
    out = capsys.readouterr().out
    assert "type      KeyError" in out
    record = catalogue.find(catalogue.load(str(repository)), "no-such-key")
    assert record.symptoms[0].log == "KeyError: 'a'"
    assert main(argv) == 2
    assert "is there already" in capsys.readouterr().err


def test_new_writes_into_the_project_s_own_folder(
    own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / "tools").mkdir(parents=True)
    (project / "misspawn.toml").write_text(
        '[[patterns]]\nfolder = "tools"\nurl = "https://wiki.example.org/{id}"\n', encoding="utf-8"
    )
    monkeypatch.chdir(project)
    argv = ["new", "--id", "our-own", "--category", "pytest", "--detector", ""]
    assert main(argv) == 0
    assert (project / "tools/pytest/our-own.yaml").is_file()
    assert main([*argv, "--isolated"]) == 0
    assert (own_records / "pytest/our-own.yaml").is_file()


@pytest.fixture
def elsewhere(own_records: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A repository of somebody else's; ours gets nothing."""
    before = sorted(own_records.rglob("*"))
    project = tmp_path_factory.mktemp("project")
    for folder in (".git", "tools"):
        (project / folder).mkdir()
    yield project
    assert sorted(own_records.rglob("*")) == before


@pytest.mark.parametrize(
    "case",
    [
        (".", None, "misspawn.toml", "[[patterns]]"),
        ("tools", None, "../misspawn.toml", "[[patterns]]"),
        ("tools", "misspawn.toml", "../misspawn.toml", "[[patterns]]"),
        (".", "pyproject.toml", "pyproject.toml", "[[tool.misspawn.patterns]]"),
    ],
)
def test_new_tells_how_to_name_the_folder_that_it_makes(
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[str, str | None, str, str],
) -> None:
    stands, file, named, header = case
    if file:
        (elsewhere / file).write_text("[tool.misspawn]\n" if "py" in file else "", "utf-8")
    monkeypatch.chdir(elsewhere / stands)
    assert main(["new", "--id", "our-own", "--category", "pytest", "--detector", ""]) == 0
    record = Path("patterns", "pytest", "our-own.yaml")
    assert record.is_file()
    shown, *lines, last = capsys.readouterr().out.splitlines()
    assert (shown, last.split()[-1]) == (str(record), str(record))
    assert (lines[1].split("Put into ")[1], lines[3]) == (f"{Path(named)}:", header)
    with Path(named).open("a", encoding="utf-8") as stream:
        stream.write("\n".join(lines[3:]))
    assert main(["list"]) == 0
    assert "our-own" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (f"{sys.executable} -c pass", "no failure to describe"),
        (f"{sys.executable} -c 'raise SystemExit(3)'", "no exception in its output"),
        ("no-such-program", "No such file"),
    ],
)
def test_a_command_that_does_not_fail_so(
    command: str, complaint: str, own_records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                "new",
                "--id",
                "x",
                "--category",
                "pytest",
                "--detector",
                "",
                "--from-command",
                command,
            ]
        )
        == 2
    )
    assert complaint in capsys.readouterr().err


def test_new_asks_only_at_a_terminal(own_records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--id", "x", "--category", "pytest"]) == 2
    assert "give --detector" in capsys.readouterr().err


def test_check_record_gives_one_verdict_a_step(
    write_record: WriteRecord,
    own_records: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(prove, "prepare", lambda *_: Path(environments.running().path))
    path = write_record(
        ("expect: {passes: true}", "expect: {exits: 5}"), ("'\\btimeout\\s*='", "'\\bx='")
    )
    assert main(["check-record", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    verdicts = {line.split()[1]: line.split()[0] for line in lines}
    assert verdicts == {
        "schema": "yes",
        "wrong": "yes",
        "right": "no",
        "mend": "yes",
        "detection": "no",
        "clauses": "yes",
        "fixes": "yes",
        "regexes": "yes",
        "symptoms": "no",
    }


def test_the_path_in_contributing_leads_to_a_proved_record(
    own_records: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its commands and files, to the letter."""
    monkeypatch.setattr(prove, "prepare", lambda *_: Path(environments.running().path))
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    python, shell, examples = (
        re.search(rf"(?ms)^```{kind}\n(.*?)^```", text) for kind in ("python", "sh", "yaml")
    )
    assert python
    assert shell
    assert examples
    (tmp_path / "fails.py").write_text(python[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    argv = shlex.split(shell[1].replace("\\\n", ""))[1:]
    argv[-1] = argv[-1].replace("python", sys.executable)
    assert main(argv) == 0
    path = own_records / "multiprocessing" / "pool-lambda.yaml"
    record = path.read_text(encoding="utf-8")
    begin, end = record.index("examples:"), record.index("detect:")
    path.write_text(record[:begin] + examples[1] + record[end:], encoding="utf-8")
    capsys.readouterr()
    assert main(["check-record", str(path)]) == 0
    assert "no  " not in capsys.readouterr().out


def test_neighbours_are_named(
    write_record: WriteRecord, own_records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = write_record(("sleepy-child", "sleepy-twin"), name="subprocess/sleepy-twin.yaml")
    assert main(["check-record", "--no-proof", str(twin)]) == 0
    out = capsys.readouterr().out
    assert "sleepy-child claims the symptom too" in out
    assert "sleepy-child flags the same lines" in out


def test_stale_records_are_listed(
    write_record: WriteRecord, own_records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = date.today()  # noqa: DTZ011
    write_record(("2026-11-22", (today - timedelta(days=20)).isoformat()))
    assert main(["list", "--stale", "30"]) == 0
    assert main(["list", "--stale", "10"]) == 1
    assert "sleepy-child" in capsys.readouterr().out


def test_validate_names_what_is_unproven(
    own_records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate"]) == 0
    assert "unproven: no bound" in capsys.readouterr().err
    assert main(["validate", "--proved"]) == 1
