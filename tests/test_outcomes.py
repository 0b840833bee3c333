"""Sabotage: an example that no longer does what is stated is judged wrong, and it is said how."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from misspawn import outcomes, sandbox
from misspawn.model import Outcome, PytestRun, Raises, Run, Warns
from misspawn.outcomes import JUDGES
from misspawn.sandbox import Limits

Files = dict[str, str]


class Case(NamedTuple):
    """What is stated, an example that shows it, and changed ones with what the judge must say."""

    outcome: Outcome
    example: str | Files
    sabotage: dict[str, tuple[str | Files, str]]
    command: tuple[str, ...] = ("python", "example.py")
    wall: float = 15.0
    strict: bool = False


LOOP = "import asyncio, time\nasync def main():\n    {}\nasyncio.run(main())\n"
WARNS = "import warnings\nwarnings.warn('{}', {})\n"
LEAVES = "import subprocess\nsubprocess.Popen(['sleep', '{}'])\n"
PYTEST = ("python", "-m", "pytest", "-p", "no:cacheprovider")

CASES = {
    "raises": Case(
        Outcome(raises=Raises(type="ValueError", message="bad row [0-9]")),
        "raise ValueError('bad row 3')",
        {
            "made right": ("print('fine')", "observed no exception: it ended after"),
            "another message": ("raise ValueError('no row')", "'no row'"),
            "another type": ("raise TypeError('bad row 3')", "observed TypeError"),
            "a subclass": ("class E(ValueError): ...\nraise E('bad row 3')", "__main__.E"),
            "another phase": (
                {"example.py": "import rows", "rows.py": "raise ValueError('bad row 3')"},
                "in phase 'import': another phase",
            ),
            "at exit": (
                "import atexit\n@atexit.register\ndef f(): raise ValueError('bad row 3')",
                "in phase 'exit': another phase",
            ),
            "a missing module": ("import missing_rows", "observed ModuleNotFoundError"),
            "a syntax error": ("raise ValueError('bad row 3'", "observed SyntaxError"),
        },
    ),
    "raises a subclass": Case(
        Outcome(raises=Raises(type="builtins.OSError", subclasses=True)),
        "open('missing')",
        {"another type": ("{}['missing']", "observed KeyError")},
    ),
    "warns": Case(
        Outcome(warns=Warns(category="DeprecationWarning", message="^old")),
        WARNS.format("old way", "DeprecationWarning"),
        {
            "made right": ("", "observed no warning"),
            "another message": (WARNS.format("new way", "DeprecationWarning"), "'new way'"),
            "another category": (WARNS.format("old way", "UserWarning"), "observed UserWarning"),
        },
    ),
    "hangs": Case(
        Outcome(hangs="1s"),
        "import time; time.sleep(60)",
        {
            "a hang that ends": ("import time; time.sleep(0.1)", "with exit code 0"),
            "another failure": ("import missing_lock", "with exit code 1"),
        },
        wall=1.2,
    ),
    "blocks-loop": Case(
        Outcome(blocks_loop="0.3s"),
        LOOP.format("time.sleep(0.4)"),
        {
            "made right": (LOOP.format("await asyncio.sleep(0.4)"), "at most"),
            "without a loop": ("import time; time.sleep(0.4)", "no loop stood still"),
        },
    ),
    "exits": Case(
        Outcome(exits=3),
        "raise SystemExit(3)",
        {
            "made right": ("", "with exit code 0"),
            "killed": ("import os; os.kill(os.getpid(), 15)", "exit code -15 (SIGTERM)"),
        },
    ),
    "prints": Case(
        Outcome(prints="rows: 0$"),
        "print('rows: 0', end='')",
        {
            "another text": ("print('rows: 3')", "observed stdout 'rows: 3"),
            "an exception after it": (
                "print('rows: 0', end='', flush=True)\n1 / 0",
                "expected no exception to end it; observed ZeroDivisionError",
            ),
            "a hang after it": (
                "print('rows: 0', end='', flush=True)\nimport time; time.sleep(60)",
                "expected it to end; observed that it was still running",
            ),
        },
        wall=2.0,
    ),
    "pytest": Case(
        Outcome(pytest=PytestRun(passed=1, failed=1, message="^assert 1 == 2")),
        {"test_a.py": "def test_a(): pass\ndef test_b(): assert 1 == 2"},
        {
            "made right": (
                {"test_a.py": "def test_a(): pass\ndef test_b(): pass"},
                "observed 2 passed, 0 failed",
            ),
            "another message": (
                {"test_a.py": "def test_a(): pass\ndef test_b(): assert 1 == 3"},
                "assert 1 == 3",
            ),
            "the message in the source only": (
                {"test_a.py": "def test_a(): pass\ndef test_b():\n    assert 5 in (\n1 == 2,)"},
                "expected a failure like",
            ),
            "not collected": ({"test_a.py": "import missing_tests"}, "1 errors"),
            "no pytest": ({"test_a.py": "", "pytest.ini": "[pytest]\naddopts = --what"}, "none"),
        },
        command=PYTEST,
    ),
    "leaves": Case(
        Outcome(leaves="orphan"),
        LEAVES.format("60"),
        {
            "made right": (LEAVES.format("0.1"), "left nothing"),
            "another thing": ("import tempfile; tempfile.mkdtemp()", "left file 'temp/"),
        },
    ),
    "passes": Case(
        Outcome(passes=True),
        "assert 1 + 1 == 2",
        {
            "an assertion": ("assert 1 + 1 == 3, 'sum'", "nobody caught AssertionError('sum')"),
            "an exit code": ("raise SystemExit(2)", "with exit code 2"),
            "a leftover process": (LEAVES.format("60"), "left orphan 'sleep 60'"),
            "a leftover file": ("import tempfile; tempfile.mkdtemp()", "left file 'temp/"),
            "a warning": ("import asyncio\nasyncio.sleep(1)", "was never awaited"),
            "an unraisable exception": (
                "class A:\n    def __del__(self): 1 / 0\nA()",
                "nobody caught ZeroDivisionError",
            ),
            "an exception in a thread": (
                "import threading\nthreading.Thread(target=lambda: 1 / 0).start()",
                "nobody caught ZeroDivisionError",
            ),
            "a task": (
                LOOP.format("x = asyncio.create_task(asyncio.sleep(9))"),
                "left task 'sleep'",
            ),
            "a hang": ("import time; time.sleep(60)", "still running after"),
        },
        wall=2.0,
        strict=True,
    ),
    "passes: false": Case(Outcome(passes=False), "1 / 0", {"made right": ("", "that it passed")}),
}
SABOTAGE = [(case, how) for case in CASES for how in CASES[case].sabotage]


def run(case: Case, example: str | Files) -> Run:
    files = {"example.py": example} if isinstance(example, str) else example
    limits = Limits(wall=case.wall, settle=0.4)
    return sandbox.run(
        files,
        case.command,
        python=Path(sys.executable),
        limits=limits,
        strict=case.strict,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


@pytest.mark.parametrize("name", CASES)
def test_as_stated(name: str) -> None:
    case = CASES[name]
    assert outcomes.judge(case.outcome, run(case, case.example)) == []


@pytest.mark.parametrize(("name", "how"), SABOTAGE)
def test_sabotage_is_caught_and_told(name: str, how: str) -> None:
    case = CASES[name]
    example, said = case.sabotage[how]
    differences = outcomes.judge(case.outcome, run(case, example))
    assert said in "\n".join(differences)
    assert all(one.startswith("expected") and "\n" not in one for one in differences)


def test_every_kind_of_outcome_is_sabotaged() -> None:
    kinds = {name.split()[0].rstrip(":").replace("-", "_") for name in CASES}
    assert kinds | {"unrunnable"} == set(JUDGES) == set(Outcome.__struct_fields__)


def test_several_keys_must_all_hold() -> None:
    shown = Run(code=1, stdout="none", stderr="", seconds=0.1)
    assert len(outcomes.judge(Outcome(exits=0, prints="all", leaves="task"), shown)) == 3


def test_what_cannot_be_run_must_not_have_run() -> None:
    shown = Run(code=0, stdout="", stderr="", seconds=0.1)
    assert outcomes.judge(Outcome(unrunnable="needs a runner"), shown)


def test_a_limit_is_a_difference_whatever_is_stated() -> None:
    shown = Run(code=None, stdout="x", stderr="", seconds=0.1, limit="output: more than 1 MiB")
    assert "output: more than 1 MiB" in outcomes.judge(Outcome(prints="x"), shown)[0]


def test_a_hang_needs_time_and_evidence() -> None:
    shown = Run(code=None, stdout="", stderr="", seconds=2.1, timed_out=True)
    assert "no stack" in outcomes.judge(Outcome(hangs="2s"), shown)[0]
    assert "2.1 s only" in outcomes.judge(Outcome(hangs="3s"), shown)[0]
