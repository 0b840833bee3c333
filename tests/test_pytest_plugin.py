"""The pytest plugin, in runs of its own: what it tells, and that it changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1] / "pyproject.toml"

TESTS = """
import asyncio
import warnings
from unittest.mock import MagicMock

import pytest


async def use(mock):
    await mock()


def test_passes():
    pass


def test_mock():
    asyncio.run(use(MagicMock()))


def test_other():
    assert "Event loop is closed" == 2


@pytest.mark.xfail(strict=True)
def test_expected():
    raise RuntimeError("Event loop is closed")


def test_warns():
    warnings.warn("coroutine 'save' was never awaited", RuntimeWarning)


@pytest.fixture
def broken():
    raise RuntimeError("Event loop is closed")


def test_setup(broken):
    pass
"""
OUTCOME = {"passed": 2, "failed": 2, "errors": 1, "xfailed": 1, "warnings": 1}
PLUGINS = ("-p", "misspawn.pytest_plugin", "-p", "xdist.plugin")
SUMMARY = [
    "*= misspawn =*",
    "1 x coroutine-never-awaited: *",
    "    https://misspawn.dev/p/coroutine-never-awaited/",
    "1 x await-magicmock: *",
    "    https://misspawn.dev/p/await-magicmock/",
    "1 x event-loop-is-closed: *",
]


@pytest.fixture(autouse=True)
def _only_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(TESTS)
    return pytester


def inside(run: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A run in a process of its own."""
    return run.runpytest_subprocess("-p", "no:cacheprovider", *PLUGINS, *arguments, timeout=100)


@pytest.mark.parametrize("arguments", [(), ("-n", "2"), ("-v",), ("--tb=short",)])
def test_failures_and_warnings_name_their_page(
    run: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    result = inside(run, *arguments)
    result.assert_outcomes(**OUTCOME)
    result.stdout.fnmatch_lines_random(
        [
            "*- misspawn: await-magicmock -*",
            "*- misspawn: event-loop-is-closed -*",
            "fix: Use AsyncMock *",
            *SUMMARY,
        ]
    )
    assert result.stdout.str().count("- misspawn: ") == 2


@pytest.mark.parametrize(
    ("arguments", "told", "silent"),
    [
        (("-q",), "misspawn: 1 x https://misspawn.dev/p/await-magicmock/", "= misspawn ="),
        (("-qq",), "*- misspawn: await-magicmock -*", "1 x"),
        (("--no-summary",), "*2 failed*", "misspawn"),
        (("--tb=no",), "1 x await-magicmock: *", "- misspawn: "),
        (("--show-capture=no",), "1 x await-magicmock: *", "- misspawn: "),
        (("-p", "no:terminal"), None, "misspawn"),
        (("-k", "passes or other"), "*test_other*", "misspawn"),
    ],
)
def test_less_is_told_when_less_is_wanted(
    run: pytest.Pytester, arguments: tuple[str, ...], told: str | None, silent: str
) -> None:
    result = inside(run, *arguments)
    if told:
        result.stdout.fnmatch_lines([told])
    assert silent not in result.stdout.str().replace("misspawn.pytest_plugin", "")


@pytest.mark.parametrize("filters", ["error", "default", "ignore"])
def test_the_filters_of_warnings_do_not_matter(run: pytest.Pytester, filters: str) -> None:
    result = inside(run, "-W", filters, "-k", "mock")
    result.assert_outcomes(failed=1, deselected=5)
    result.stdout.fnmatch_lines(["1 x await-magicmock: *"])
    assert "warnings summary" not in result.stdout.str()


def test_an_import_that_fails_names_its_page(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(a="import b\nname = 1", b="from a import name", test_a="import a")
    result = inside(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*- misspawn: import-circular -*", "1 x import-circular: *"])


def test_what_goes_wrong_inside_takes_one_line_and_changes_nothing(run: pytest.Pytester) -> None:
    run.makeconftest(
        """
        from misspawn import catalogue

        def load():
            raise OSError("no\\nrecords")

        catalogue.load = load
        """
    )
    result = inside(run)
    result.assert_outcomes(**OUTCOME)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["misspawn failed, which changes no outcome: OSError: no records"])


@pytest.mark.parametrize(("arguments", "told"), [((), True), (("-p", "no:misspawn"), False)])
def test_its_entry_point_loads_it_and_its_name_leaves_it_out(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: bool
) -> None:
    point = 'misspawn = "misspawn.pytest_plugin"'
    assert f"[project.entry-points.pytest11]\n{point}\n" in PROJECT.read_text(encoding="utf-8")
    folder = run.mkdir("installed-1.dist-info")
    folder.joinpath("METADATA").write_text("Name: installed\nVersion: 1\n")
    folder.joinpath("entry_points.txt").write_text("[pytest11]\n" + point.replace('"', ""))
    monkeypatch.setenv("PYTHONPATH", str(run.path), prepend=os.pathsep)
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    result = run.runpytest_subprocess("-p", "no:cacheprovider", *arguments, timeout=100)
    result.assert_outcomes(**OUTCOME)
    assert ("= misspawn =" in result.stdout.str()) == told


def test_nothing_is_imported_before_it_is_needed(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import sys

        def pytest_unconfigure():
            print("imported:", sorted(name for name in sys.modules if "misspawn" in name))
        """
    )
    pytester.makepyfile("def test_passes(): pass")
    result = inside(pytester, "-s")
    result.stdout.fnmatch_lines(["imported: ['misspawn', 'misspawn.pytest_plugin']"])


def test_the_module_itself_imports_nothing_that_pytest_has_not() -> None:
    code = (
        "import sys, pytest, _pytest.config; before = set(sys.modules); import misspawn.pytest_plugin;"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "['misspawn', 'misspawn.pytest_plugin']\n", done.stderr
