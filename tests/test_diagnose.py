"""From a log to the record that explains it, and to the line of the project it is about."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from misspawn import catalogue, cli
from misspawn.diagnose import Diagnoser, Diagnosis
from misspawn.logs import CHUNK, OVERLAP, clean, pieces
from misspawn.model import Symptom
from misspawn.regex import compile
from misspawn.symptoms import searched, spanned, weight
from misspawn.traces import Place, place

LOGS = Path(__file__).parent / "logs"
CLOSED = "RuntimeError: Event loop is closed"
NONE = """\
No known symptom in it.
= by what you see, such as a hang: https://misspawn.dev/emergency/
= what the sources have: misspawn check; what surrounds them: misspawn doctor
"""
FILLER = b"2026-11-22T09:14:03.1197713Z \x1b[32mtests/test_shop.py::test_one PASSED\x1b[0m\n"


@pytest.fixture(scope="module")
def diagnoser() -> Diagnoser:
    return Diagnoser(catalogue.load())


def ids(found: list[Diagnosis]) -> list[str]:
    return [diagnosis.pattern.id for diagnosis in found]


def read(diagnoser: Diagnoser, log: str | bytes) -> list[Diagnosis]:
    return diagnoser.diagnose(io.BytesIO(log.encode() if isinstance(log, str) else log))


# -- the right record ---------------------------------------------------------------


def test_real_logs_lead_to_the_right_record_first(diagnoser: Diagnoser) -> None:
    logs = [
        log for file in sorted(LOGS.glob("*.yaml")) for log in yaml.safe_load(file.read_bytes())
    ]
    wrong = [
        (log["source"], log["id"], found[:1])
        for log in logs
        if (found := ids(read(diagnoser, log["log"])))[:1] != [log["id"]]
    ]
    assert len(logs) >= 60
    assert len(wrong) <= 0.05 * len(logs), wrong


@pytest.mark.parametrize(
    "log",
    [
        "12 passed in 0.31s\nValueError: invalid literal for int() with base 10: 'x'\n",
        "Event loop\nis closed\n",
        "",
        "\n\n\n",
    ],
)
def test_an_ordinary_log_leads_nowhere(diagnoser: Diagnoser, log: str) -> None:
    assert read(diagnoser, log) == []


def test_errors_come_before_the_warnings_that_follow_from_them(diagnoser: Diagnoser) -> None:
    log = f"sys:1: RuntimeWarning: coroutine 'main' was never awaited\n{CLOSED}\n" * 2
    assert ids(read(diagnoser, log))[0] == "event-loop-is-closed"


@pytest.mark.parametrize(
    ("said", "id"),
    [
        ("No data to combine", "coverage-combine-no-data"),
        ("/bin/sh: 1: docker: not found", "subprocess-shell-true"),
    ],
)
def test_what_a_command_says_comes_before_that_it_failed(
    diagnoser: Diagnoser, said: str, id: str
) -> None:
    failed = (
        "subprocess.CalledProcessError: Command '['x', 'y']' returned non-zero exit status 1.\n"
    )
    for log in (f"{said}\n{failed}", f"{failed}{said}\n"):
        assert ids(read(diagnoser, log)) == [id, "calledprocesserror-hides-stderr"]


def test_myths_come_last(diagnoser: Diagnoser) -> None:
    kinds = [
        found.pattern.kind.value for found in read(diagnoser, (LOGS / "evidence.yaml").read_text())
    ]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"myth", "pattern"}


@pytest.mark.parametrize(
    ("regex", "fixed"),
    [
        ("no running event loop", 21),
        (r"a\.b[0-9]+c", 4),
        ("ab?c", 2),
        ("ab{2}c", 2),
        ("a(?:bcd|e)f", 2),
        ("abc|def", 1),
        ("", 1),
        ("FooWarning: abc", 3),
        ("FooDeprecationWarning: abc", 1),
        ("CalledProcessError: abc", 2),
    ],
)
def test_a_symptom_weighs_what_it_fixes(regex: str, fixed: int) -> None:
    assert weight(regex) == fixed


@pytest.mark.parametrize(
    ("regex", "log", "found"),
    [
        ("^No data$", "x\nNo data \r\ny", True),
        ("^No data$", "x\nNo data at all", False),
        ("x '[^']+' y", "x 'a\nb' y", False),
        ("RuntimeError: Event loop is closed", "E   Event loop is closed", True),
        ("RuntimeError: Event loop is closed", "the Event loop is closed", False),
        ("(?i)no data to report", "No Data To Report", True),
    ],
)
def test_symptoms_stay_in_their_line(regex: str, log: str, found: bool) -> None:
    assert bool(compile(searched(regex)).search(log.encode())) == found


# -- logs of all kinds --------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22T09:14:03.1194417Z {}",
        "build\tRun tests\t2026-11-22T09:14:04.1197713Z {}",
        "[2026-11-22T09:14:03.123Z] {}",
        "2026-11-22T09:14:03.123456Z 01O {}",
        "2026-11-22 09:14:03,123 ##[error]{}",
        "tests-1  | {}",
        "#14 12.31 {}",
        "[31m{}",
    ],
)
def test_what_ci_adds_to_a_line_is_taken_away(raw: str) -> None:
    assert clean(raw.format(CLOSED).encode()).decode() == CLOSED


@pytest.mark.parametrize(
    "log",
    [
        b"\x1b[1m\x1b[31mE   Runtime\x1b[0mError: Event loop \x1b]8;;x\x07is closed",
        f"\ufeffx\r\n{CLOSED}\r\n".encode("utf-16"),
        b"\xff\x00\xfe" * 9 + b"\n" + CLOSED.encode() + b"\xc3(\n\x00",
        FILLER * (3 * CHUNK // len(FILLER)) + CLOSED.encode(),
        b"x" * (3 * CHUNK) + CLOSED.encode() + b"y" * (2 * CHUNK),
        CLOSED.encode() * 300_000,
    ],
    ids=["colours", "utf-16", "binary", "long", "one line", "one line of hits"],
)
def test_any_bytes_are_a_log(diagnoser: Diagnoser, log: bytes) -> None:
    assert ids(read(diagnoser, log))[0] == "event-loop-is-closed"


def test_lines_are_counted_through_all_pieces(diagnoser: Diagnoser) -> None:
    lines = 2 * CHUNK // len(FILLER)
    hits = read(diagnoser, FILLER * lines + b"E   " + CLOSED.encode() + b"\n")[0].hits
    assert [(hit.line, hit.text, hit.start, hit.end) for hit in hits] == [
        (lines + 1, f"E   {CLOSED}", 4, 4 + len(CLOSED))
    ]


@pytest.mark.parametrize("shift", range(0, len(CLOSED), 5))
def test_nothing_is_lost_between_two_pieces(diagnoser: Diagnoser, shift: int) -> None:
    log = b"x" * (CHUNK - shift) + CLOSED.encode() + b"y" * CHUNK
    assert ids(read(diagnoser, log))[0] == "event-loop-is-closed"


def test_a_piece_is_never_much_larger_than_what_is_read_at_a_time() -> None:
    for log in (b"x" * (4 * CHUNK), b"x\n" * (2 * CHUNK)):
        assert max(len(piece.text) for piece in pieces(io.BytesIO(log))) <= CHUNK + OVERLAP


def test_a_message_that_is_repeated_for_ever_is_shown_a_few_times(diagnoser: Diagnoser) -> None:
    hits = read(diagnoser, f"{CLOSED}\n" * 100_000)[0].hits
    assert [hit.line for hit in hits] == [1, 2, 3]


@pytest.mark.parametrize(
    ("regex", "parts"),
    [
        (r"a\nb\nc", ["a", "b", "c"]),
        (r"a(?:b\nc)d", [r"a(?:b\nc)d"]),
        (r"a\nb|c", [r"a\nb|c"]),
        (r"[^\n]a\\nb", [r"[^\n]a\\nb"]),
    ],
)
def test_a_regex_has_lines(regex: str, parts: list[str]) -> None:
    assert spanned(regex) == parts


def test_a_symptom_may_span_lines() -> None:
    pattern = catalogue.find(catalogue.load(), "event-loop-is-closed")
    symptom = Symptom(log=r"^done\nno [^ ]+ left$", sample="done\nno task left")
    log = f"2026-11-22T09:14:03Z {symptom.sample}".replace("\nno", "\n2026-11-22T09:14:04Z no")
    (found,) = read(Diagnoser([replace(pattern, symptoms=(symptom,))]), log)
    assert [(hit.line, hit.text, hit.start) for hit in found.hits] == [(2, "no task left", 0)]


# -- where to look ------------------------------------------------------------------

TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/other/never.py", line 1, in <module>
ValueError: of another failure
Traceback (most recent call last):
  File "/home/me/shop/app.py", line 3, in <module>
    main()
  File "/home/me/shop/orders.py", line 12, in main
    loop.run_until_complete(x)
  File "/usr/lib/python3.12/asyncio/base_events.py", line 545, in _check_closed
  File "/home/me/.venv/lib/python3.12/site-packages/redis/client.py", line 5, in close
RuntimeError: Event loop is closed
"""
PYTEST = """\
___________________________ test_checkout ____________________________
tests/test_shop.py:18: in test_checkout
    await checkout()
shop/orders.py:7: in checkout
/usr/lib/python3.12/asyncio/base_events.py:545: in _check_closed
E   RuntimeError: Event loop is closed

/usr/lib/python3.12/asyncio/base_events.py:545: RuntimeError
___________________________ test_next ____________________________
tests/test_next.py:99: in test_next
"""
UNRAISABLE = """\
Exception ignored in: <coroutine object save at 0x7f>
Traceback (most recent call last):
  File "/home/me/shop/orders.py", line 4, in save
RuntimeWarning: coroutine 'save' was never awaited
"""


@pytest.mark.parametrize(
    ("log", "marker", "expected"),
    [
        (TRACEBACK, "Event loop", Place("/home/me/shop/orders.py", 12)),
        (PYTEST, "Event loop", Place("shop/orders.py", 7)),
        (UNRAISABLE, "Exception ignored", Place("/home/me/shop/orders.py", 4)),
        ("  tests/a.py:3: RuntimeWarning: x", "x", Place("tests/a.py", 3)),
        (
            "tests/a.py::test_x\n  /usr/lib/python3.12/gc.py:3: RuntimeWarning: x",
            ": x",
            Place("tests/a.py", 0),
        ),
        ("FAILED tests/a.py::test_x - RuntimeError: x", "x -", Place("tests/a.py", 0)),
        (r"  C:\shop\a.py:3: RuntimeWarning: x", "x", Place(r"C:\shop\a.py", 3)),
        ('  File "<string>", line 1, in <module>\nValueError: x', ": x", None),
    ],
)
def test_the_last_line_of_the_project_is_named(
    log: str, marker: str, expected: Place | None
) -> None:
    lines = log.splitlines()
    index = next(n for n, line in enumerate(lines) if marker in line)
    assert place(lines, index) == expected


@pytest.mark.parametrize("path", ["a/" * 30_000 + "b.py", "\0.py", "../" * 300 + "etc/x.py"])
@pytest.mark.parametrize("row", ["1", "9" * 5000])
def test_no_place_in_a_log_does_harm(
    path: str, row: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    log.write_text(
        f'File "{path}", line {row} in x\n{path}:{row}: RuntimeError\n{WAITING}', "utf-8"
    )
    assert cli.main(["diagnose", str(log), "--project", str(tmp_path)]) == 0
    assert "look at /builds/me/shop/tools/build.py:10" in capsys.readouterr().out


# -- the command --------------------------------------------------------------------

SLEEPY = """\
import asyncio
import subprocess


def later() -> None:
    subprocess.run(["make"], check=True)


def build() -> None:
    subprocess.run(["make"])
"""
WAITING = """\
  File "/builds/me/shop/tools/build.py", line 10 in build
  File "/usr/lib/python3.12/subprocess.py", line 2046 in _wait
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a mistake, in which the user stands."""
    folder = tmp_path / "shop"
    (folder / "tools").mkdir(parents=True)
    (folder / "tools" / "build.py").write_text(SLEEPY)
    (tmp_path / "log").write_text(WAITING)
    (tmp_path / "nothing").write_text("all is well\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NO_COLOR", "1")
    return folder


def test_the_record_s_detector_looks_at_the_file_that_a_log_names(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["diagnose", "../log"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(("warning[subprocess-no-timeout] ", "error[subprocess-no-timeout] "))
    assert '2 |   File "/usr/lib/python3.12/subprocess.py", line 2046 in _wait' in shown
    assert "tools/build.py:10:5: " in shown
    assert "https://misspawn.dev/p/subprocess-no-timeout/" in shown


def test_without_the_sources_the_place_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tools" / "build.py").unlink()
    assert cli.main(["diagnose", "../log"]) == 0
    assert "look at /builds/me/shop/tools/build.py:10" in capsys.readouterr().out


def test_no_file_outside_of_the_project_is_read(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tools" / "build.py").rename(project.parent / "build.py")
    (project / "tools" / "build.py").symlink_to(project.parent / "build.py")
    assert cli.main(["diagnose", "../log", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["findings"] == []


def test_programs_get_the_same_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diagnose", "../log", "--format", "json", "--project", "../shop"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["id"], first["hits"][0]["line"]) == ("subprocess-no-timeout", 2)
    assert first["hits"][0]["place"] == {"path": "/builds/me/shop/tools/build.py", "line": 10}
    assert [(f["path"], f["line"]) for f in first["findings"]] == [("../shop/tools/build.py", 10)]


def test_the_most_specific_are_shown_in_full_and_the_others_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "log").write_text("x got Future <Future pending> attached to a different loop\n")
    assert cli.main(["diagnose", "log"]) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    assert blocks[0].startswith("error[future-attached-to-different-loop] ")
    assert len(blocks) == 4
    assert blocks[-1].startswith("Less specific: ")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["../nothing"], 1, NONE),
        (["../nothing", "--format", "json"], 1, "[]\n"),
        (["missing"], 2, "missing: cannot be read: No such file or directory\n"),
        (
            ["../log", "--project", "missing"],
            2,
            "missing: no folder; give the project's with --project\n",
        ),
    ],
)
def test_the_exit_code_says_whether_something_matched(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    assert cli.main(["diagnose", *arguments]) == code
    assert "".join(capsys.readouterr()) == told


def test_standard_input_is_the_default(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(f"{CLOSED}\n".encode()))
    monkeypatch.setattr("sys.stdin", stream)
    assert cli.main(["diagnose"]) == 0
    assert "[event-loop-is-closed]" in capsys.readouterr().out
