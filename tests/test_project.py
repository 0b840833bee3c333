"""Facts about the project around a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from misspawn.project import Project, is_fact

INI = b"[pytest]\n# asyncio_mode = strict\nasyncio_mode = auto\naddopts =\n    -ra\n    -n 4\n"
NATIVE = b'[tool.pytest]\nasyncio_mode = "auto"\n'
PYPROJECT = b"""\
[project]
requires-python = ">=3.10"  # and up
dependencies = ["anyio[trio]>=4", "httpx"]
[tool.pytest.ini_options]
asyncio_mode = 'strict'
timeout = 30
addopts = [
    "-ra",  # all
    "--asyncio-mode=auto",
]
"""


def _project(**files: bytes) -> Project:
    """A project in memory; `__` in a name stands for `/`, `_` for the last dot."""
    return Project.in_memory(
        {name.replace("__", "/").replace("_", "."): data for name, data in files.items()}
    )


@pytest.mark.parametrize(
    ("files", "config", "mode"),
    [
        ({"pytest_ini": INI, "pyproject_toml": NATIVE}, "pytest.ini", "auto"),
        ({"_pytest_ini": b"", "pyproject_toml": NATIVE}, ".pytest.ini", ""),
        (
            {"pytest_toml": b'[pytest]\nasyncio_mode = "auto"', "pytest_ini": b""},
            "pytest.toml",
            "auto",
        ),
        ({"pyproject_toml": NATIVE, "tox_ini": INI}, "pyproject.toml", "auto"),
        ({"pyproject_toml": b"[project]\n", "tox_ini": INI}, "tox.ini", "auto"),
        ({"pyproject_toml": b"[project]\n"}, "pyproject.toml", ""),
        (
            {"pyproject_toml": b'tool.pytest.ini_options.asyncio_mode = "auto"'},
            "pyproject.toml",
            "auto",
        ),
        ({"setup_cfg": b"[tool:pytest]\nasyncio_mode: auto\n"}, "setup.cfg", "auto"),
        ({"setup_cfg": b"[pytest]\nasyncio_mode: auto\n"}, "", ""),
        ({"tests__pytest_ini": b"[pytest]\n", "pytest_ini": INI}, "tests/pytest.ini", ""),
        ({"pytest_ini": INI, "other__pytest_ini": b""}, "pytest.ini", "auto"),
        (
            {
                "pyproject_toml": b'[tool.x]\ns = """\n[tool.pytest.ini_options]\n"""\n',
                "tox_ini": INI,
            },
            "tox.ini",
            "auto",
        ),
        ({}, "", ""),
    ],
)
def test_pytest_takes_the_first_configuration_on_the_way_up(
    files: dict[str, bytes], config: str, mode: str
) -> None:
    project = _project(**files)
    assert project.fact("pytest.config", "tests/unit/test_a.py") == config
    assert project.fact("pytest.asyncio_mode", "tests/unit/test_a.py") == mode


@pytest.mark.parametrize(
    ("addopts", "option", "value"),
    [
        ("--asyncio-mode=auto", "asyncio_mode", "auto"),
        ("-ra --asyncio-mode auto -x", "asyncio_mode", "auto"),
        ("-o asyncio_mode=auto", "asyncio_mode", "auto"),
        ("-oasyncio_mode=auto", "asyncio_mode", "auto"),
        ("--override-ini=asyncio_mode=auto", "asyncio_mode", "auto"),
        ("--timeout=5 --timeout-method=thread", "timeout", "5"),
        ("-p no:asyncio", "asyncio_mode", "strict"),
    ],
)
def test_addopts_go_before_the_file(addopts: str, option: str, value: str) -> None:
    text = f"[pytest]\nasyncio_mode = strict\ntimeout = 9\naddopts = {addopts}\n"
    assert _project(tox_ini=text.encode()).fact(f"pytest.{option}", "test_a.py") == value


def test_toml_values_read_as_text() -> None:
    project = _project(pyproject_toml=PYPROJECT)
    assert project.fact("pytest.timeout", "a.py") == "30"
    assert project.fact("pytest.addopts", "a.py") == "-ra --asyncio-mode=auto"
    assert project.fact("pytest.asyncio_mode", "a.py") == "auto"


def test_dependencies_come_from_every_file_that_declares_some() -> None:
    project = _project(
        pyproject_toml=PYPROJECT,
        app__setup_py=b"x",
        app__requirements__dev_txt=b"y",
        app__requirements__test=b"w",
        app__requirements__README_md=b"v",
        other_txt=b"z",
    )
    assert project.fact("dependencies", "app/src/a.py") == f"x\ny\nw\n{PYPROJECT.decode()}"


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"pyproject_toml": PYPROJECT}, ">=3.10"),
        ({"setup_cfg": b"[options]\npython_requires = >=3.9\n"}, ">=3.9"),
        ({"setup_py": b'setup(python_requires=">=3.8")'}, ">=3.8"),
        ({"pyproject_toml": b'[tool.poetry.dependencies]\npython = "^3.11"\n'}, "^3.11"),
        ({}, ""),
    ],
)
def test_requires_python(files: dict[str, bytes], version: str) -> None:
    assert _project(**files).fact("requires-python", "src/a.py") == version


def test_the_compose_files_around_a_file() -> None:
    files = {"compose.yaml": b"top", "ci/docker-compose.dev.yml": b"dev", "ci/compose.yml": b"own"}
    project = Project.in_memory({**files, "ci/values.yaml": b"x", "other/compose.yaml": b"x"})
    assert project.fact("compose", "ci/scripts/run.sh") == "own\ndev\ntop\n"
    assert project.fact("compose", "run.sh") == "top\n"


def test_the_conftests_around_a_file() -> None:
    project = _project(conftest_py=b"top", tests__conftest_py=b"inner", other__conftest_py=b"x")
    assert project.fact("conftest", "tests/unit/test_a.py") == "inner\ntop\n"
    assert project.fact("conftest", "a.py") == "top\n"


def test_unknown_facts_are_refused() -> None:
    assert not is_fact("pytest")
    assert is_fact("pytest.asyncio_mode")
    with pytest.raises(KeyError):
        _project().fact("weather", "a.py")


def test_on_disk(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_bytes(INI)
    project = Project.on_disk(tmp_path)
    assert project.fact("pytest.asyncio_mode", "gone/test_a.py") == "auto"
    assert project.fact("pytest.addopts", "test_a.py") == "-ra -n 4"
