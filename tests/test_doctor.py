"""Live checks: each in a small project, with a fake docker on PATH or a real engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

from misspawn import catalogue, engine
from misspawn.cli import main
from misspawn.doctor import CHECKS, Place, Status
from misspawn.doctor.bounded import Bounded

PACKAGE = Path(__file__).parents[1] / "checks" / "misspawn"
Streams = pytest.CaptureFixture[str]
Said = Callable[..., list[dict[str, Any]]]


def write(name: str, text: str = "") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def git(*arguments: str) -> None:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *named, *arguments], check=True, timeout=60)


def installed(**versions: str) -> None:
    """A virtual environment that has these packages, as far as their metadata goes."""
    write(".venv/bin/python")
    for key, version in versions.items():
        name = key.replace("_", "-")
        folder = f".venv/lib/python3.12/site-packages/{name}-{version}.dist-info"
        write(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the current one, and nothing of the user's environment."""
    for name in (
        "VIRTUAL_ENV",
        "COVERAGE_RCFILE",
        "PYTEST_ADDOPTS",
        "COMPOSE_PROJECT_NAME",
        "PYTHONPATH",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def said(capsys: Streams) -> Said:
    """A function that runs checks and gives what they say: without the ok ones, unless asked."""

    def run(only: str, *arguments: str, code: int | None, ok: bool = False) -> list[dict[str, Any]]:
        ended = main(["doctor", "--only", only, "--format", "json", *arguments])
        assert code in (None, ended)
        results: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return [result for result in results if ok or result["status"] != "ok"]

    return run


def test_every_record_that_a_check_names_exists() -> None:
    known = {pattern.id for pattern in catalogue.load()}
    sources = [path.read_text(encoding="utf-8") for path in (PACKAGE / "doctor").glob("*.py")]
    named = {id for text in sources for id in re.findall(r'"([a-z]+(?:-[a-z]+){2,})"', text)}
    assert {"compose-orphan-containers", "coverage-subprocess-not-measured"} <= named <= known


def test_in_an_empty_folder_every_check_says_why_it_does_not_apply(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(Path.cwd()))
    results = said(",".join(CHECKS), code=0)
    assert [(one["check"], one["status"]) for one in results] == [
        (name, "not applicable") for name in CHECKS
    ]
    messages = " | ".join(one["message"] for one in results)
    assert "git cannot be run" in messages
    assert "no `docker` on PATH" in messages
    assert "no module is named" in messages


def test_text_for_people(capsys: Streams) -> None:
    write("pytest.ini", "[pytest]\nasyncio_mode = auto\n")
    installed(pytest="9.2.0")
    assert main(["doctor", "--only", "pytest,export"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "found           pytest      pytest.ini sets asyncio_mode, and pytest-asyncio, which reads that, is not installed",
        "                            = fix: Install pytest-asyncio where the tests run, and declare it.",
        "                            = https://misspawn.dev/p/pytest-async-test-without-plugin/",
        "ok              pytest      in force: pytest.ini: asyncio_mode = auto, no time limit for a test; pytest 9.2.0",
        "not applicable  export      no module is named; --import MODULE executes it from an export",
    ]


def test_the_page_shows_what_comes_out(capsys: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (PACKAGE.parents[1] / "docs" / "doctor.md").read_text(encoding="utf-8")
    shown = page.partition("$ misspawn doctor\n")[2].partition("```")[0]
    write("app/__init__.py")
    write("app/session.py", "class Store: ...\n")
    write("app/api.py", "from app.session import get_store\n")
    write("pytest.ini", "[pytest]\nasyncio_mode = auto\n")
    git("init")
    git("add", ".")
    write("app/session.py", "class Store: ...\n\n\ndef get_store(): ...\n")
    program = Path("bin/git")
    program.parent.mkdir()
    program.symlink_to(shutil.which("git") or pytest.skip("no git here"))
    monkeypatch.setenv("PATH", os.fspath(program.parent.absolute()))
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "dockers"], "no check `dockers`; there are imports, export"),
        (["--timeout", "0"], "no number of seconds"),
        (["nowhere"], "nowhere: no folder"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: Streams) -> None:
    try:
        code = main(["doctor", *arguments])
    except SystemExit as error:
        code = int(error.code or 0)
    assert code == 2
    assert message in capsys.readouterr().err


# -- imports and export ------------------------------------------------------------


@pytest.fixture
def half() -> None:
    """The index imports a function and a module that only the disk has."""
    if not shutil.which("git"):
        pytest.skip("no git here")
    git("init")
    write("src/app/__init__.py")
    write("src/app/session.py", "class Store: ...\n")
    write("src/app/api.py", "from app.session import get_store\n")
    write("src/app/main.py", "import app.keycloak\n")
    write("src/app/fine.py", "from app.session import Store\n")
    git("add", ".")
    write("src/app/session.py", "class Store: ...\n\n\ndef get_store(): ...\n")
    write("src/app/keycloak.py")


@pytest.mark.usefixtures("half")
def test_imports_that_only_the_disk_satisfies(said: Said) -> None:
    results = said("imports", code=1)
    assert [(one["path"], one["line"], one["record"]) for one in results] == [
        ("src/app/api.py", 1, "import-name-not-committed"),
        ("src/app/main.py", 1, "import-module-untracked"),
    ]
    git("add", ".")
    assert "(6 files)" in said("imports", code=0, ok=True)[0]["message"]


@pytest.mark.usefixtures("half")
def test_imports_from_an_export(said: Said) -> None:
    modules = ("app.api", "app.main", "app.fine", "json", "app.nothing.here")
    asked = [word for module in modules for word in ("--import", module)]
    results = said("export", "--python", sys.executable, *asked, code=1, ok=True)
    assert [(one["status"], one["record"]) for one in results] == [
        ("found", "import-name-not-committed"),
        ("found", "import-module-untracked"),
        ("ok", ""),
        ("found", "editable-install-tests-the-commit"),
        ("found", "import-module-untracked"),
    ]
    assert "cannot import name 'get_store'" in results[0]["message"]
    assert "No module named 'app.keycloak'" in results[1]["message"]
    git("add", ".")
    said("export", "--python", sys.executable, *asked[:6], code=0)
    assert not list(Path().rglob("__pycache__"))


@pytest.mark.usefixtures("half")
def test_an_installation_of_the_working_tree_does_not_hide_what_is_missing(
    said: Said, tmp_path: Path
) -> None:
    write("src/app/new/__init__.py")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True, timeout=100
    )
    packages = next(
        Path(".venv").glob("lib/python3*/site-packages"), Path(".venv/Lib/site-packages")
    )
    (packages / "app.pth").write_text(f"{Path.cwd() / 'src'}\n")
    results = said("export", "--import", "app.api", "--import", "app.new", code=1)
    assert [one["record"] for one in results] == [
        "import-name-not-committed",
        "import-module-untracked",
    ]


@pytest.mark.usefixtures("half")
def test_without_a_python_of_the_project_nothing_is_executed(said: Said) -> None:
    assert "no Python of the project" in said("export", "--import", "app", code=0)[0]["message"]


# -- limits ------------------------------------------------------------------------


def place(*modules: str) -> Place:
    here = str(Path.cwd())
    return Place(root=here, folder=here, python=sys.executable, modules=modules, limit=300)


def test_a_check_that_is_too_slow_says_so(said: Said) -> None:
    (result,) = said("pytest", "--timeout", "0.001", code=2)
    assert (result["status"], result["message"]) == ("timed out", "no answer within 0.001 s")


@pytest.fixture
def slow(half: None, tmp_path: Path) -> Iterator[tuple[Bounded, int]]:
    """A check under way whose import does not end, and the process that imports."""
    file = tmp_path / "pid"
    told = f"pathlib.Path({str(file)!r}).write_text(f'{{os.getpid()}} ')"
    write("src/app/slow.py", f"import os, pathlib, time\n{told}\ntime.sleep(600)\n")
    git("add", ".")
    run = Bounded(CHECKS["export"], place("app.slow"))
    wait_until(lambda: file.exists() and file.read_text().endswith(" "))
    process = int(file.read_text())
    yield run, process
    run.end()
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells what lives")
def test_a_check_is_ended_with_all_that_it_has_started(slow: tuple[Bounded, int]) -> None:
    run, process = slow
    run.end()
    wait_until(lambda: not _is_alive(process))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells what lives")
def test_a_check_that_is_killed_is_an_error(slow: tuple[Bounded, int]) -> None:
    run, process = slow
    os.kill(run._process.pid or 0, signal.SIGKILL)
    (result,) = run.results()
    wait_until(lambda: not _is_alive(process))
    assert (result.status, result.message) == (Status.FAILED, "it ended with -9")


def test_a_check_that_fails_is_no_traceback() -> None:
    broken = Bounded(cast("Any", len), place())
    (result,) = broken.results()
    broken.end()
    assert result.status is Status.FAILED
    assert result.message == "a bug in misspawn: TypeError: 'int' object is not iterable"


def wait_until(holds: Callable[[], bool]) -> None:
    """Ends when it holds; the test's own limit ends it otherwise."""
    while not holds():
        time.sleep(0.05)


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.usefixtures("half")
def test_nothing_of_the_project_is_changed(said: Said) -> None:
    write("pytest.ini", "[pytest]\n")
    installed(**ALL)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    said(",".join(CHECKS), "--import", "app.fine", "--python", sys.executable, code=1)
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


# -- pytest ------------------------------------------------------------------------

SCOPE = "asyncio_default_fixture_loop_scope"
ALL = {"pytest": "9.2.0", "pytest_asyncio": "1.3.0", "pytest_timeout": "2.4.0"}


@pytest.mark.parametrize(
    ("files", "packages", "records"),
    [
        ({"pytest.ini": f"[pytest]\n{SCOPE} = function\ntimeout = 9\n"}, ALL, []),
        ({"pytest.ini": "[pytest]\ntimeout = 9\n"}, {"pytest": "9"}, ["pytest-hang-without-timeout"]),
        ({"pytest.ini": "[pytest]\n"}, ALL, ["pytest-loop-scope-unset-warning"]),
        ({"pytest.ini": "[pytest]\n"}, {"pytest_asyncio": "0.23.8"}, []),
        (
            {"pytest.ini": "[pytest]\n", "pyproject.toml": "[tool.pytest.ini_options]\ntimeout = 9\n"},
            {"pytest": "9"},
            [""],
        ),
        ({"pyproject.toml": "[project]\n", "tox.ini": "[pytest]\n"}, {"pytest": "9"}, []),
        ({"setup.cfg": "[tool:pytest]\naddopts = -o asyncio_mode=auto\n"}, {}, ["pytest-async-test-without-plugin"]),
    ],
)  # fmt: skip
def test_configuration_of_pytest(
    said: Said, files: dict[str, str], packages: dict[str, str], records: list[str]
) -> None:
    for name, text in files.items():
        write(name, text)
    installed(**packages)
    results = said("pytest", code=1 if records else 0)
    assert [one["record"] for one in results] == records


def test_a_configuration_that_is_not_read_is_named_with_the_one_that_is(said: Said) -> None:
    write("pytest.ini", "[pytest]\n")
    write("pyproject.toml", "[tool.pytest.ini_options]\nasyncio_mode = 'auto'\n")
    (result,) = said("pytest", code=1)
    assert (
        result["message"] == "pytest reads pytest.ini and nothing of what pyproject.toml says to it"
    )


def test_the_folder_that_is_asked_about_decides(said: Said) -> None:
    write("pytest.ini", "[pytest]\ntimeout = 1\n")
    write("inner/pytest.ini", "[pytest]\ntimeout = 2\n")
    write(".git/HEAD")
    assert "pytest.ini: timeout = 1;" in said("pytest", code=0, ok=True)[0]["message"]
    assert (
        "inner/pytest.ini: timeout = 2;" in said("pytest", "inner", code=0, ok=True)[0]["message"]
    )


# -- coverage ----------------------------------------------------------------------

CHILD = (
    "import subprocess, sys\n\n\ndef test_a():\n    subprocess.run([sys.executable, '-m', 'app'])\n"
)
COMPOSE = "services:\n  tests:\n    image: app\n    environment:\n      COVERAGE_FILE: /coverage/.coverage\n"
MEASURED = {"coverage": "7.10.0", "pytest_cov": "7.0.0"}


@pytest.mark.parametrize(
    ("files", "packages", "records"),
    [
        ({".coveragerc": "[run]\nbranch = true\n"}, MEASURED, []),
        ({".coveragerc": "[run]\n", "tests/test_a.py": CHILD}, MEASURED, ["coverage-subprocess-not-measured"]),
        ({".coveragerc": "[run]\n", "app/a.py": CHILD}, MEASURED, []),
        ({".coveragerc": "[run]\npatch = subprocess\n", "test_a.py": CHILD}, MEASURED, []),
        ({"pyproject.toml": "[tool.coverage.run]\npatch = ['_exit', 'subprocess']\n", "test_a.py": CHILD}, MEASURED, []),
        ({".coveragerc": "[run]\npatch = subprocess\n", "test_a.py": CHILD}, {"coverage": "7.9.2"}, ["coverage-subprocess-not-measured"]),
        ({".coveragerc": "[run]\n", "test_a.py": CHILD}, {"pytest_cov": "6.3.0"}, []),
        ({".coveragerc": "[run]\n", "compose.yaml": COMPOSE}, {}, ["coverage-container-path-mismatch"]),
        ({"setup.cfg": "[coverage:run]\nrelative_files = True\n", "compose.yaml": COMPOSE}, {}, []),
        ({"tox.ini": "[coverage:paths]\nall =\n  src\n  /app/src\n", "compose.yaml": COMPOSE}, {}, []),
        ({".coveragerc": "[run]\n", "docker/Dockerfile": "FROM x\nENV COVERAGE_FILE=/c/.coverage\n"}, {}, ["coverage-container-path-mismatch"]),
    ],
)  # fmt: skip
def test_configuration_of_coverage(
    said: Said, files: dict[str, str], packages: dict[str, str], records: list[str]
) -> None:
    for name, text in files.items():
        write(name, text)
    installed(**packages)
    results = said("coverage", code=1 if records else 0)
    assert [one["record"] for one in results] == records


def test_the_first_file_that_speaks_of_coverage_is_in_force(said: Said) -> None:
    write("tox.ini", "[tox]\n")
    write("pyproject.toml", "[tool.coverage.run]\nsigterm = true\nparallel = true\n")
    (result,) = said("coverage", code=0, ok=True)
    assert result["message"] == "in force: pyproject.toml: parallel = true, sigterm = true"
    write(".coveragerc", "[report]\nshow_missing = true\n")
    (result,) = said("coverage", code=0, ok=True)
    assert result["message"] == "in force: .coveragerc: nothing on children or containers"


# -- containers --------------------------------------------------------------------

FAKE = """#!{python}
import pathlib, sys, time
here = pathlib.Path({here!r})
if (here / "hangs").exists():
    time.sleep(600)
if not (here / "ps").exists():
    sys.exit("Cannot connect to the Docker daemon")
sys.stdout.write((here / sys.argv[1]).read_text())
"""
FILE = "services:\n  db:\n    image: postgres\nvolumes:\n  data:\n"


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A function that puts a docker on PATH with these containers and unused volumes."""
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "docker").write_text(FAKE.format(python=sys.executable, here=str(folder)))
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def give(containers: list[tuple[str, ...]] = [], volumes: list[tuple[str, ...]] = []) -> Path:  # noqa: B006
        for name, rows in (("ps", containers), ("volume", volumes)):
            (folder / name).write_text("".join("\t".join(row) + "\n" for row in rows))
        return folder

    return give


def container(
    status: str = "Up 2 hours",
    service: str = "db",
    folder: str = "",
    project: str = "shop",
    oneoff: str = "False",
) -> tuple[str, ...]:
    here = folder or str(Path.cwd())
    state = "running" if status.startswith("Up") else "exited"
    return (
        f"{project}-{service}-1",
        state,
        status,
        project,
        service,
        oneoff,
        here,
        f"{here}/compose.yaml",
    )


ENDED, DONE = "Exited (137) 3 hours ago", "Exited (0) 3 hours ago"


@pytest.mark.skipif(sys.platform == "win32", reason="a script as a program")
@pytest.mark.parametrize(
    ("make", "records"),
    [
        (lambda: ([], []), []),
        (lambda: ([container()], []), []),
        (lambda: ([container(ENDED)], []), ["compose-up-without-cleanup"]),
        (lambda: ([container(DONE)], []), ["compose-up-without-cleanup"]),
        (lambda: ([container(), container(DONE)], []), []),
        (lambda: ([container(), container(ENDED)], []), ["compose-up-without-cleanup"]),
        (lambda: ([container(), container(DONE, oneoff="True")], []), ["compose-up-without-cleanup"]),
        (lambda: ([container(service="database")], []), ["compose-orphan-containers"]),
        (lambda: ([container(ENDED, folder="/elsewhere")], []), []),
        (lambda: ([], [("shop_data", "shop", "data")]), ["compose-down-without-volumes"]),
        (lambda: ([container()], [("shop_data", "shop", "data")]), []),
        (lambda: ([], [("other_data", "other", "data")]), []),
        (lambda: ([container(folder="/elsewhere")], [("shop_data", "shop", "data")]), []),
    ],
)  # fmt: skip
def test_what_is_left_of_this_project(
    said: Said, docker: Callable[..., Path], make: Callable[[], Any], records: list[str]
) -> None:
    write("compose.yaml", FILE)
    docker(*make())
    results = said("containers", code=1 if records else 0)
    assert [one["record"] for one in results] == records


@pytest.mark.skipif(sys.platform == "win32", reason="a script as a program")
def test_a_compose_file_that_includes_others_says_nothing_of_orphans(
    said: Said, docker: Callable[..., Path]
) -> None:
    write("compose.yaml", f"include: [other.yaml]\n{FILE}")
    docker([container(service="database")])
    assert said("containers", code=0) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a script as a program")
def test_an_engine_that_is_not_there_or_does_not_answer(
    said: Said, docker: Callable[..., Path]
) -> None:
    folder = docker()
    (folder / "ps").unlink()
    (result,) = said("containers", code=0)
    assert (result["status"], result["message"]) == (
        "not applicable",
        "the container engine does not answer: Cannot connect to the Docker daemon",
    )
    (folder / "hangs").touch()
    (result,) = said("containers", "--timeout", "3", code=2)
    assert result["status"] == "timed out"


STACK = """\
services:
  db: &service
    image: busybox
    network_mode: none
    init: true
    command: sleep 60
    volumes: ["data:/data"]
  job:
    <<: *service
    command: "true"
volumes:
  data:
"""


def test_on_a_real_engine(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the life of a stack: running, a service renamed, killed, down without -v."""
    if reason := engine.absence():
        pytest.skip(reason)
    name = f"misspawn{os.getpid()}"

    def compose(*arguments: str) -> None:
        command = ["docker", "compose", *arguments]
        subprocess.run(command, check=True, timeout=100)

    def records() -> list[str]:
        return [one["record"] for one in said("containers", code=None)]

    with engine.watched(Path(sys.executable)) as watch:
        for variable, value in watch.environment.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.delenv("COMPOSE_PROJECT_NAME")
        write("compose.yaml", f"name: {name}\n{STACK}")
        compose("up", "--detach", "db")
        compose("run", "--rm", "job")
        assert records() == []
        write("compose.yaml", f"name: {name}\n{STACK}".replace("  db:", "  database:"))
        assert records() == ["compose-orphan-containers"]
        write("compose.yaml", f"name: {name}\n{STACK}")
        compose("kill")
        assert records() == ["compose-up-without-cleanup"]
        compose("down")
        assert records() == ["compose-down-without-volumes"]
        compose("down", "--volumes")
        assert records() == []
