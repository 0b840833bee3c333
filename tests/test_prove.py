"""`misspawn prove` on small records: what is proved, what is reported, and what by hand means."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from misspawn import engine, environments, examples, pins, prove, steps
from misspawn.catalogue import records
from misspawn.cli import main
from misspawn.environments import Interpreter
from misspawn.errors import UserError
from misspawn.model import Example, Outcome, Pattern
from misspawn.pins import PinSet

WriteRecord = Callable[..., Path]

HANGING = 'subprocess.run(["sleep", "60"])\n    expect: {hangs: 2s}'
QUICK = 'raise ValueError("no bound")\n    expect: {raises: ValueError}'
TINY = PinSet("tiny", ())


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The running interpreter in place of a built environment."""
    monkeypatch.setattr(prove, "prepare", lambda *_: Path(environments.running().path))
    monkeypatch.setattr(environments, "prepare", lambda *_: Path(environments.running().path))
    monkeypatch.setattr(environments, "is_prepared", lambda *_: True)


def example(**fields: Any) -> Example:
    plain = Example(wrong="an example", code="pass\n", expect=Outcome(exits=0))
    return structs.replace(plain, **fields)


def read(path: Path) -> Pattern:
    patterns, problems = records.read([str(path)])
    assert problems == []
    return patterns[0]


def test_a_record_is_proved(write_record: WriteRecord, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_record((HANGING, QUICK))
    assert main(["prove", str(path), "--update"]) == 0
    assert "2 proved" in capsys.readouterr().err
    assert main(["prove", str(path)]) == 0


def test_a_failed_proof_tells_all(
    write_record: WriteRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_record((HANGING, QUICK.replace("raises: ValueError", "raises: KeyError")))
    assert main(["prove", str(path), "-k", "no bound"]) == 1
    out = capsys.readouterr().out
    for part in (
        "FAILED",
        "expected  raises KeyError",
        "observed",
        "ValueError",
        "stderr",
        "by hand",
    ):
        assert part in out


def test_a_run_without_evidence_is_a_difference(
    write_record: WriteRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prove", str(write_record((HANGING, QUICK)))]) == 1
    assert "no evidence is stored" in capsys.readouterr().out


def test_verdicts_as_json(write_record: WriteRecord, capsys: pytest.CaptureFixture[str]) -> None:
    main(["prove", str(write_record((HANGING, QUICK))), "--format", "json", "-j", "1"])
    verdicts = json.loads(capsys.readouterr().out)
    assert [verdict["status"] for verdict in verdicts] == ["proved", "proved"]
    assert verdicts[0]["run"]["thrown"]["type"] == "ValueError"


def test_nothing_to_prove(write_record: WriteRecord) -> None:
    assert main(["prove", str(write_record()), "-k", "no such title"]) == 3


def test_extract_writes_what_runs(
    write_record: WriteRecord, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["extract", str(write_record()), str(tmp_path / "out"), "--example", "a bound"]) == 0
    )
    folder = Path(capsys.readouterr().out.strip())
    assert folder.name == "2-right-a-bound"
    assert "timeout=60" in (folder / "example.py").read_text(encoding="utf-8")


# -- which runs there are ----------------------------------------------------------


def test_an_example_runs_where_it_is_meant_to() -> None:
    pattern = example(python=">=3.11")
    assert not examples.runs_on(pattern, "3.10.13")
    assert examples.runs_on(pattern, "3.11.0")


def test_the_expectation_depends_on_the_python() -> None:
    other = Outcome(exits=1)
    both = example(expect_on={"<3.12": other})
    assert examples.expected(both, "3.11.7") is other
    assert examples.expected(both, "3.12.0") is both.expect


@pytest.mark.parametrize(
    ("requires", "names"),
    [
        ((), ["latest"]),
        (("pytest-asyncio",), ["latest"]),
        (("pytest-asyncio<0.23",), ["pytest-7"]),
        (("pytest>=8.4",), ["latest", "pytest-8.4"]),
    ],
)
def test_the_pin_sets_of_an_example(requires: tuple[str, ...], names: list[str]) -> None:
    assert [fit.name for fit in pins.fitting(example(requires=requires))] == names


def test_a_requirement_that_no_set_has() -> None:
    with pytest.raises(UserError, match="add one"):
        pins.fitting(example(requires=("django>=9",)))


def test_the_newest_versions_carry_no_pin() -> None:
    (fit,) = pins.fitting(example(), newest=True)
    assert "pytest" in fit.packages


def test_what_needs_a_missing_tool_is_said(
    monkeypatch: pytest.MonkeyPatch, write_record: WriteRecord
) -> None:
    pattern = read(write_record((HANGING, "pass\n    needs: [docker]\n    expect: {exits: 0}")))
    monkeypatch.setattr(engine, "absence", lambda: "no engine")
    task = prove.Task(pattern, pattern.examples[0], environments.running(), TINY)
    verdict = prove.prove(task)
    assert (verdict.status, verdict.reasons) == ("not proved here", ("no engine",))


# -- interpreters ------------------------------------------------------------------


def test_the_running_interpreter_is_found() -> None:
    found = environments.find_all()
    assert environments.running() in found
    assert [item.key for item in found] == sorted(item.key for item in found)


def test_a_python_that_is_not_here() -> None:
    with pytest.raises(UserError, match=r"no Python 3\.2 here"):
        environments.find(["3.2"])


def test_an_environment_is_named_after_what_it_depends_on() -> None:
    one = Interpreter("/usr/bin/python3.12", "3.12.1")
    names = {
        environments._name(one, TINY),
        environments._name(one, PinSet("tiny", ("x==1",))),
        environments._name(one._replace(version="3.12.2"), TINY),
    }
    assert len(names) == 3


# -- steps of a workflow -----------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "on_success", "on_failure"),
    [
        (None, True, False),
        ("always()", True, True),
        ("failure()", False, True),
        ("${{ !cancelled() }}", True, True),
        ("success() || failure()", True, True),
        ("!(success() && always())", False, True),
    ],
)
def test_conditions(condition: str | None, on_success: bool, on_failure: bool) -> None:
    assert steps.holds(condition, "success") is on_success
    assert steps.holds(condition, "failure") is on_failure


@pytest.mark.parametrize("condition", ["github.ref == 'x'", "__import__('os')"])
def test_other_conditions_are_refused(condition: str) -> None:
    with pytest.raises(SystemExit, match="cannot be decided here"):
        steps.holds(condition, "success")


def test_steps_run_in_order_and_stop_at_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    todo = [
        {"run": "echo one >> log"},
        {"run": "false | true\necho two >> log"},
        {"run": "false | true", "shell": "bash"},
        {"run": "echo three >> log"},
        {"run": "echo $NAME >> log", "if": "failure()", "env": {"NAME": "four"}},
        {"run": "echo five >> log", "if": "always()"},
    ]
    assert steps.main({"jobs": {"test": {"steps": todo}}}) == 1
    assert (tmp_path / "log").read_text().split() == ["one", "two", "four", "five"]


def test_a_job_waits_for_those_that_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    jobs = {
        "last": {"needs": ["first"], "steps": [{"run": "echo last >> log"}]},
        "first": {"steps": [{"run": "echo first >> log"}]},
    }
    assert steps.main({"jobs": jobs}) == 0
    assert (tmp_path / "log").read_text().split() == ["first", "last"]


def test_timeout_minutes_end_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MINUTE", 0.3)
    job = {"steps": [{"run": "sleep 30", "timeout-minutes": 1}]}
    assert steps.main({"jobs": {"test": job}}) == 1
