"""The recipes do what their pages say. Those that talk to docker run on a real engine, in the sandbox."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import subprocess
import sys
from graphlib import CycleError
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from misspawn import engine, prove
from misspawn.environments import running
from misspawn.model import Category, Example, Outcome, Pattern, Severity
from misspawn.pins import sets

RECIPES = Path(__file__).parents[1] / "docs" / "recipes"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", RECIPES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_recipe_file_is_shown_on_a_page() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in RECIPES.glob("*.md"))
    files = {path.name for path in RECIPES.iterdir() if path.is_file() and path.suffix != ".md"}
    assert files
    assert all(f'--8<-- "recipes/{name}"' in shown for name in files)


# -- parallel ----------------------------------------------------------------------

parallel = load("parallel")


def run(*tasks: Any, **options: Any) -> Any:
    return asyncio.run(parallel.run_all(tasks, **options))


async def one(_: Any) -> int:
    return 1


async def broken(_: Any) -> int:
    raise ValueError("boom")


async def both(given: Any) -> int:
    return int(given["a"] + given["b"])


def test_results_reach_those_that_need_them() -> None:
    task = parallel.Task
    report = run(task("c", both, ("a", "b")), task("a", one), task("b", one))
    assert report.results == {"a": 1, "b": 1, "c": 2}


def test_an_error_is_no_result_and_stops_what_depends_on_it_only() -> None:
    task = parallel.Task
    report = run(
        task("a", one), task("b", broken), task("c", both, ("a", "b")), task("d", one, ("a",))
    )
    assert report.results == {"a": 1, "d": 1}
    assert str(report.errors["b"]) == "boom"
    assert report.skipped == {"c": "b did not succeed"}


def test_a_level_runs_at_once_and_no_more_than_allowed() -> None:
    running, most = 0, 0

    async def busy(_: Any) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1

    run(*(parallel.Task(str(number), busy) for number in range(6)), at_once=3)
    assert most == 3


def test_a_slow_task_is_an_error_after_its_time() -> None:
    async def slow(_: Any) -> None:
        await asyncio.sleep(60)

    report = run(parallel.Task("slow", slow, timeout=0.01))
    assert isinstance(report.errors["slow"], asyncio.TimeoutError)


def test_cancelling_leaves_nothing_running() -> None:
    ended: list[str] = []

    async def slow(_: Any) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("x")

    async def main() -> None:
        whole = asyncio.create_task(parallel.run_all([parallel.Task(n, slow) for n in "ab"]))
        await asyncio.sleep(0.05)
        whole.cancel()
        with pytest.raises(asyncio.CancelledError):
            await whole
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    assert ended == ["x", "x"]


def test_cycles_and_unknown_needs_are_told_before_anything_starts() -> None:
    with pytest.raises(CycleError):
        run(parallel.Task("a", one, ("b",)), parallel.Task("b", one, ("a",)))
    with pytest.raises(KeyError, match="no task"):
        run(parallel.Task("a", one, ("x",)))


# -- health ------------------------------------------------------------------------

health = load("health")


def answers(tmp_path: Path, *texts: str) -> list[str]:
    """A stand-in for docker compose that gives one answer after the other, the last one again and again."""
    for number, text in enumerate(texts):
        (tmp_path / str(number)).write_text(text, encoding="utf-8")
    script = (
        "import pathlib, sys\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "found = sorted(path for path in here.iterdir() if path.name.isdigit())\n"
        "sys.stdout.write(found[0].read_text())\n"
        "len(found) > 1 and found[0].unlink()\n"
    )
    return [sys.executable, "-c", script]


def row(state: str, status: str = "", name: str = "db") -> str:
    return f'{{"Service": "{name}", "State": "{state}", "Health": "{status}", "ExitCode": 3}}\n'


def test_it_waits_until_all_are_healthy(tmp_path: Path) -> None:
    other = row("running", "healthy", "web")
    compose = answers(
        tmp_path, "", row("running", "starting") + other, row("running", "healthy") + other
    )
    health.wait_until_healthy(["db", "web"], compose, timeout=20, interval=0.01)


def test_it_reads_the_list_of_older_versions(tmp_path: Path) -> None:
    health.wait_until_healthy(
        ["db"], answers(tmp_path, f"[{row('running', 'healthy').strip()}]"), timeout=20
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (row("running", "unhealthy"), "db: unhealthy"),
        (row("exited"), "db: exited with code 3"),
    ],
)
def test_it_fails_at_once_when_there_is_no_hope(tmp_path: Path, answer: str, message: str) -> None:
    with pytest.raises(health.NotHealthy, match=message):
        health.wait_until_healthy(["db"], answers(tmp_path, answer), timeout=600)


def test_it_fails_in_time_and_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(health.NotHealthy, match="db: not there"):
        health.wait_until_healthy(["db"], answers(tmp_path, ""), timeout=0.2, interval=0.05)


def test_a_silent_docker_is_an_error() -> None:
    compose = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(health.NotHealthy, match="did not answer"):
        health.wait_until_healthy(["db"], compose, timeout=0.2)


# -- the import guard --------------------------------------------------------------


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    identity = (
        "-c",
        "user.name=Dev",
        "-c",
        "user.email=dev@example.com",
        "-c",
        "commit.gpgsign=false",
    )
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="the hook is found by its first line")
@pytest.mark.parametrize("layout", ["src", "."])
def test_the_guard_refuses_a_half_commit_and_takes_the_whole(tmp_path: Path, layout: str) -> None:
    if not shutil.which("git"):
        pytest.skip("no git here")
    package = tmp_path / layout / "app"
    package.mkdir(parents=True)
    git(tmp_path, "init", "-q")
    hook = tmp_path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    text = (RECIPES / "import_guard.py").read_text(encoding="utf-8")
    text = text.replace("PACKAGES: tuple[str, ...] = ()", 'PACKAGES: tuple[str, ...] = ("app",)')
    hook.write_text(text.replace("/usr/bin/env python3", sys.executable, 1), encoding="utf-8")
    hook.chmod(0o755)
    (package / "__init__.py").touch()
    (package / "session.py").write_text("class Store: ...\n", encoding="utf-8")
    (package / "gdpr.py").write_text("from app.session import get_store\n", encoding="utf-8")
    git(tmp_path, "add", ".")
    (package / "session.py").write_text("def get_store(): ...\n", encoding="utf-8")
    half = git(tmp_path, "commit", "-m", "half")
    assert half.returncode == 1
    assert "app.gdpr: ImportError: cannot import name 'get_store'" in half.stderr
    git(tmp_path, "add", ".")
    assert git(tmp_path, "commit", "-m", "whole").returncode == 0


# -- with docker -------------------------------------------------------------------

ENVIRONMENT = """
import subprocess
from environment import ComposeEnvironment
from health import wait_until_healthy

def there(project):
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={project}"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

with ComposeEnvironment("compose.yaml") as services:
    assert there(services.project)
    wait_until_healthy(["db"], ("docker", "compose", "-p", services.project), timeout=30)
assert not there(services.project)

try:
    with ComposeEnvironment("compose.yaml") as services:
        raise AssertionError("1 test failed")
except AssertionError:
    assert not there(services.project)

broken = ComposeEnvironment("broken.yaml")
try:
    broken.__enter__()
except RuntimeError as error:
    assert "the services did not start" in str(error)
else:
    raise SystemExit("an unhealthy service was taken for a healthy one")
assert not there(broken.project)
"""
APP = {
    "app/__init__.py": "",
    "app/prices.py": "def net():\n    return 3\n\n\ndef gross():\n    return 4\n",
    "app/unit.py": "from app import prices\n\nassert prices.net() == 3\n",
    "app/integration.py": "from app import prices\n\nassert prices.gross() == 4\n",
}


def text_of(*names: str) -> dict[str, str]:
    return {name: (RECIPES / name).read_text(encoding="utf-8") for name in names}


def proved(files: dict[str, str], command: tuple[str, ...], outcome: Outcome) -> str:
    """Run the files with docker as the example of a record would be; the test is skipped without an engine."""
    if reason := engine.absence():
        pytest.skip(reason)
    example = Example(right="a recipe", files=files, run=command, needs=("docker",), expect=outcome)
    verdict = prove.prove(prove.Task(record(example), example, running(), sets()[0]))
    assert verdict.status == "proved", (verdict.reasons, verdict.run)
    assert verdict.run is not None
    return verdict.run.stdout


def record(example: Example) -> Pattern:
    return Pattern(
        id="recipe", title="a recipe", category=Category.DOCKER, severity=Severity.HINT, summary="a recipe",
        remedy="a recipe", cause="", occurs_when=(), examples=(example, example), fix="", since="0.1.0",
        reviewed="2026-11-22", owner="platform",
    )  # fmt: skip


def test_the_environment_is_removed_whatever_happens() -> None:
    files = {"example.py": ENVIRONMENT, **text_of("environment.py", "health.py", "compose.yaml")}
    broken = (
        files["compose.yaml"]
        .replace("touch /tmp/ready && ", "")
        .replace("retries: 10", "retries: 1")
    )
    proved(files | {"broken.yaml": broken}, ("python", "example.py"), Outcome(passes=True))


def test_coverage_of_a_container_is_merged_with_that_of_the_unit_tests() -> None:
    files = text_of("coverage-merge.sh", "coverage.compose.yaml", "coverage.ini")
    files[".coveragerc"] = files.pop("coverage.ini")
    said = proved(APP | files, ("bash", "coverage-merge.sh"), Outcome(exits=0))
    assert "TOTAL" in said
    assert "100%" in said
