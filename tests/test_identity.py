"""What a finding is known by: the same after what tools and neighbours do to a file, another for another finding."""

from __future__ import annotations

import pytest

from misspawn.catalogue import load
from misspawn.project import Project
from misspawn.scanner import Scanner

PATTERNS = load()
SCANNER = Scanner(PATTERNS)
NO_FACTS = Project.in_memory({})
CALL = "import subprocess\n\n\ndef build(name):\n    return subprocess.run(['make', name], text=True)\n"
ASYNC = "import time\n\n\nasync def wait(seconds):\n    time.sleep(seconds)\n    return seconds\n"
FUNCTION = "import subprocess\n\n\ndef wait():\n    subprocess.run(['docker', 'compose', 'up', '-d'], check=True, timeout=9)\n"
SHELL = "#!/bin/bash\nset -e\npytest -q | tee log.txt\n"
WORKFLOW = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
COMPOSE = "services:\n  web:\n    image: web\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n    image: postgres\n"


def marks(text: str, path: str = "a.py", scanner: Scanner = SCANNER) -> set[tuple[str, str]]:
    found = {(f.id, f.fingerprint) for f in scanner.file(path, text.encode(), NO_FACTS)}
    assert found
    return found


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("a.py", CALL, "import subprocess\n", "import os\nimport subprocess\n\nX = 1\n"),
        (
            "a.py",
            CALL,
            "(['make', name], text=True)",
            "(\n        ['make', name],\n        text=True,\n    )",
        ),
        ("a.py", CALL, "'make'", '"make"'),
        ("a.py", CALL, "['make', name], text", "['make',name],   text"),
        ("a.py", CALL, "['make', name],", "[  # the tool\n        'make', name],"),
        ("a.py", CALL, "text=True)\n", "text=True)  # slow\n"),
        ("a.py", CALL, "return subprocess", "return \\\n        subprocess"),
        ("a.py", CALL, "\n", "\r\n"),
        ("a.py", CALL, "    return", "    if name:\n        pass\n    return"),
        ("a.py", ASYNC, "    return seconds", "    return seconds + 1"),
        ("a.py", ASYNC, "time\n", "time\n\nSECONDS = 4\n"),
        ("a.py", ASYNC, "wait(seconds):", "wait(seconds: float) -> float:"),
        ("a.sh", SHELL, "pytest -q | tee log.txt", "pytest -q \\\n  | tee log.txt"),
        ("a.sh", SHELL, "set -e\n", "set -e\nexport CI=1\n"),
        ("a.sh", SHELL, "log.txt\n", "log.txt  # kept\n"),
        (
            ".github/workflows/a.yml",
            WORKFLOW,
            "      - run: pytest\n",
            "      - run: pytest -x\n      - run: ruff check\n",
        ),
        (
            "compose.yaml",
            COMPOSE,
            "    image: postgres\n",
            "    image: postgres:18  # new\n    restart: always\n",
        ),
    ],
)
def test_a_fingerprint_survives(path: str, before: str, old: str, new: str) -> None:
    assert old in before
    assert marks(before, path) == marks(before.replace(old, new), path)


@pytest.mark.parametrize(
    ("path", "before", "old", "new"),
    [
        ("a.py", CALL, "'make', name", "'ninja', name"),
        ("a.py", CALL, "name], text", "name], check=True, text"),
        ("a.py", FUNCTION, "def wait", "def doze"),
        ("a.sh", SHELL, "log.txt", "other.txt"),
        (".github/workflows/a.yml", WORKFLOW, "  test:", "  check:"),
    ],
)
def test_another_region_has_another(path: str, before: str, old: str, new: str) -> None:
    assert not marks(before, path) & marks(before.replace(old, new), path)


def test_kin_survive_what_surrounds_them() -> None:
    found = [
        {f.kin for f in SCANNER.file("a.py", text.encode(), NO_FACTS)}
        for text in (CALL, CALL.replace("build", "make"), f"class A:\n  {CALL}", CALL * 2)
    ]
    assert found[0]
    assert all(kin == found[0] for kin in found)


def test_a_twin_in_another_definition_changes_nothing() -> None:
    assert marks(CALL) < marks(CALL.replace("build", "first") + CALL)


@pytest.mark.parametrize(
    "run",
    [
        "- run: pytest | tee log",
        "- name: Wait\n        run: |\n          pytest |\n            tee log",
    ],
)
def test_twins_in_yaml_go_by_the_keys_above(run: str) -> None:
    path = ".github/workflows/a.yml"
    text = f"jobs:\n  a:\n    timeout-minutes: 9\n    # note\n    steps:\n      {run}\n"
    assert marks(text, path) < marks(text + text.replace("jobs:\n  a:", "  b:"), path)
    assert marks(text, path) < marks(
        text.replace("  a:", "  b:") + text.replace("jobs:\n", ""), path
    )


def test_twins_are_told_apart_and_files_are_not() -> None:
    twice = SCANNER.file("a.py", (CALL * 2).encode(), NO_FACTS)
    assert len({f.fingerprint for f in twice}) == len(twice) == 2 * len(marks(CALL))
    assert marks(CALL, "a.py") == marks(CALL, "b/c.py")


def test_a_fingerprint_does_not_depend_on_which_records_look() -> None:
    text = CALL.replace("import subprocess", "from subprocess import run").replace(
        "subprocess.run", "run"
    )
    ids = {id for id, _ in marks(text)}
    for id in ids:
        alone = Scanner([pattern for pattern in PATTERNS if pattern.id == id])
        assert marks(text, scanner=alone) <= marks(text)
