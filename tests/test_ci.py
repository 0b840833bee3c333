"""The places that the page on hooks and CI names, each tried for real: they install this project from its files.

What cannot be had here is skipped with the reason: pre-commit and uv are packages, and the installation needs an index.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
ACTION = ROOT / ".github" / "actions" / "check" / "action.yml"
PUBLIC = "https://github.com/misspawn/misspawn"
SLEEPY = 'import subprocess\n\nsubprocess.run(["sleep", "60"], check=True)\n'
BOUND = 'import subprocess\n\nsubprocess.run(["sleep", "60"], check=True, timeout=90)\n'
NAMED = ("-c", "user.name=a", "-c", "user.email=a@example.com")

pytestmark = [
    pytest.mark.timeout(900),  # each installs the project and what it needs
    pytest.mark.skipif(not shutil.which("git"), reason="no git here"),
]


def call(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit code, and both streams."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON"))
    }
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=800,
    )
    return done.returncode, done.stdout


def git(folder: Path, *arguments: str) -> tuple[int, str]:
    return call("git", *NAMED, *arguments, cwd=folder)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this project's files as they are now."""
    folder = tmp_path_factory.mktemp("misspawn")
    code, listing = call("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT)
    if code:
        pytest.skip("not a git checkout")
    for name in filter(None, listing.splitlines()):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q", "--initial-branch=main")
    git(folder, "add", ".")
    assert git(folder, "commit", "-qm", "all")[0] == 0
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository in which nothing is wrong."""
    folder = tmp_path / "shop"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__init__.py").touch()
    (folder / "app" / "session.py").write_text("class Store: ...\n")
    (folder / "app" / "api.py").write_text("from app.session import Store\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "begin")
    return folder


def shown(title: str) -> str:
    """The block of the page with this title."""
    found = re.search(rf'``` {{[^\n]*title="{re.escape(title)}" }}\n(.*?)\n```', PAGE, re.DOTALL)
    assert found, title
    return found[1]


def skip_without_index(said: str) -> None:
    """Skip where the packages that misspawn needs cannot be fetched."""
    if re.search(
        r"No matching distribution|Failed to establish a new connection|[Cc]onnect error", said
    ):
        pytest.skip(f"no package index here: {said.strip().splitlines()[-1]}")


def test_pre_commit_runs_both_hooks_from_a_clone(source: Path, shop: Path, tmp_path: Path) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    config = shown(".pre-commit-config.yaml").replace(PUBLIC, source.as_uri())
    (shop / ".pre-commit-config.yaml").write_text(config)
    env = {"PRE_COMMIT_HOME": str(tmp_path / "home")}

    def pre_commit(*arguments: str) -> tuple[int, str]:
        return call(sys.executable, "-m", "pre_commit", *arguments, cwd=shop, env=env)

    def commit() -> tuple[int, str]:
        return call("git", *NAMED, "commit", "-m", "x", cwd=shop, env=env)

    git(shop, "add", ".")
    skip_without_index(pre_commit("install", "--install-hooks")[1])
    (shop / "run.py").write_text(SLEEPY)
    git(shop, "add", "run.py")
    (shop / "run.py").write_text(BOUND)
    (shop / "app" / "session.py").write_text("class Store: ...\n\n\ndef get_store(): ...\n")
    (shop / "app" / "api.py").write_text("from app.session import get_store\n")
    git(shop, "add", "app/api.py")
    code, said = commit()
    assert code == 1
    assert "run.py:3:1: subprocess-no-timeout" in said
    assert "app/api.py:1:25: import-name-not-committed app/session.py does not define" in said
    git(shop, "add", ".")
    code, said = commit()
    assert (code, said.count("Passed")) == (0, 2)


# -- the action --------------------------------------------------------------------


class Runner:
    """Runs the steps of the composite action as a runner does, as far as the action needs it."""

    def __init__(self, folder: Path, temp: Path, action: Path) -> None:
        self._folder = folder
        self._temp = temp
        self._action = action

    def run(self, **inputs: str) -> list[tuple[str, int, str]]:
        """Name, exit code and output of each step that runs."""
        action = yaml.safe_load((self._action / "action.yml").read_text(encoding="utf-8"))
        values = {f"inputs.{name}": given["default"] for name, given in action["inputs"].items()}
        values |= {f"inputs.{name}": value for name, value in inputs.items()}
        results = []
        for step in action["runs"]["steps"]:
            if "if" in step and values["inputs.imports"] != "true":
                continue
            assert "${{" not in step["run"], "an expression in a script can inject commands"
            results.append((step["name"], *self._step(step, values)))
        return results

    def _step(self, step: dict[str, Any], values: dict[str, str]) -> tuple[int, str]:
        output = self._temp / "output"
        output.write_text("")
        env = {name: _filled(str(text), values) for name, text in step.get("env", {}).items()}
        env |= {
            "RUNNER_TEMP": str(self._temp),
            "GITHUB_ACTION_PATH": str(self._action),
            "GITHUB_OUTPUT": str(output),
        }
        assert step["shell"] == "bash"
        shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
        code, said = call(*shell, step["run"], cwd=self._folder, env=env)
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            values[f"steps.{step['id']}.outputs.{name}"] = value
        return code, said


def _filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda found: values[found[1]], text)


@pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("bash"),
    reason="there `bash` may be another system's",
)
def test_the_steps_of_the_action(source: Path, shop: Path, tmp_path: Path) -> None:
    temp = tmp_path / "runner temp"
    temp.mkdir()
    runner = Runner(shop, temp, source / ACTION.parent.relative_to(ROOT))
    installed, *clean = runner.run(python=sys.executable)
    skip_without_index(installed[2])
    assert installed[1] == 0, installed[2]
    assert [(name, code, said) for name, code, said in clean] == [
        ("Scan", 0, ""),
        ("Check the imports of the commit", 0, ""),
    ]
    (shop / "run.py").write_text(SLEEPY)
    (shop / "app" / "api.py").write_text("from app.session import get_store\n")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "both")
    _, scan, imports = runner.run(
        python=sys.executable, arguments="--ignore hint", paths="run.py app"
    )
    assert (scan[1], imports[1]) == (1, 1)
    assert "file=run.py,line=3,endLine=3,title=subprocess-no-timeout::" in scan[2]
    assert "file=app/api.py,line=1,endLine=1,title=import-name-not-committed::" in imports[2]
    assert len(runner.run(python=sys.executable, imports="false", paths="app")) == 2


def test_the_workflow_of_the_page_uses_inputs_that_the_action_has() -> None:
    workflow = yaml.safe_load(shown(".github/workflows/misspawn.yml"))
    step = workflow["jobs"]["misspawn"]["steps"][1]
    path = step["uses"].removeprefix("misspawn/misspawn/").partition("@")[0]
    assert ROOT / path == ACTION.parent
    assert set(step["with"]) <= set(yaml.safe_load(ACTION.read_text(encoding="utf-8"))["inputs"])


# -- one line ----------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["uv", "pipx"])
def test_the_line_for_any_ci(source: Path, shop: Path, tmp_path: Path, tool: str) -> None:
    program, *arguments = shown(tool).replace(PUBLIC, source.as_uri()).split()
    path = os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))
    command = shutil.which(program, path=path)
    if command is None:
        pytest.skip(f"{program} is not installed")
    env = {
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_DEFAULT_PYTHON": sys.executable,
    }
    (shop / "run.py").write_text(SLEEPY)
    code, said = call(command, *arguments, cwd=shop, env=env)
    skip_without_index(said)
    assert "run.py:3:1: subprocess-no-timeout" in said
    assert code == 1
