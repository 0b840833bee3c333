"""What scans keep: with it they find the same as without, whatever has changed, and look at less."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from misspawn import asked, catalogue, examples, places, results, settings, states, walk
from misspawn.catalogue import cache as compiled
from misspawn.cli import main
from misspawn.results import Results
from misspawn.scan import Result, scan
from misspawn.scanner import Scanner
from misspawn.settings import Given, Policy
from misspawn.suppressions import applying

SLOW = 'import subprocess\n\nsubprocess.run(["sleep", "60"])\n'
QUIET = "x = 1\n"
RECORDS = catalogue.load()
TODAY = date.today()  # noqa: DTZ011 - as in suppressions
CHECKS = str(Path(__file__).parents[1] / "checks")
Streams = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that has no results at first."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    root = catalogue.folder()
    compiled.save(
        root, compiled.stamp(catalogue.files(root)), RECORDS
    )  # as they take seconds to read
    return Path(places.cache_folder())


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project, in which we stand."""
    folder = tmp_path / "project"
    put(folder, "a.py", SLOW)
    put(folder, "tests/test_b.py", "import asyncio\n\n\nasync def test_b():\n    await b()\n")
    put(folder, "c.py", QUIET)
    put(folder, "tool", "#!/bin/sh\nexec true\n")
    put(folder, "notes", "no script\n")
    put(folder, "pyproject.toml", "[project]\ndependencies = ['pytest-asyncio']\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that detectors have looked at."""
    seen: list[str] = []
    look = Scanner.file

    def noted(self: Scanner, path: str, raw: bytes, facts: object) -> object:
        seen.append(path)
        return look(self, path, raw, facts)  # type: ignore[arg-type]

    monkeypatch.setattr(Scanner, "file", noted)
    return seen


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")


def policy(root: Path) -> Policy:
    found = settings.load(str(root), Given())
    return Policy(found.options, found.records(), root=str(root), folder=found.folder)


def scanned(root: Path, *, kept: bool, below: str = "", across: bool = False) -> list[Result]:
    files = [str(path) for path in walk.walk([str(root / below)])]
    known = Results(policy(root), str(root), across=across) if kept else None
    return list(scan(files, policy(root), root=str(root), jobs=1, results=known, across=across))


def age(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files just written count as old ones."""
    monkeypatch.setattr(states, "_RECENT", -1_000_000_000)


def test_all_examples_are_found_alike_again(
    tmp_path: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for pattern in catalogue.load():
        for number, example in enumerate(pattern.examples):
            for name, text in examples.files(example).items():
                put(tmp_path / "all", f"{pattern.id}/{number}/{name}", text)
    first = scanned(tmp_path / "all", kept=False)
    assert len(first) > 100
    assert scanned(tmp_path / "all", kept=True) == first
    looked.clear()
    assert scanned(tmp_path / "all", kept=True) == first  # by their content
    age(monkeypatch)
    assert scanned(tmp_path / "all", kept=True) == first
    monkeypatch.setattr("misspawn.scan.read", lambda path: pytest.fail(f"{path} was read"))
    assert scanned(tmp_path / "all", kept=True) == first  # by what the system says of them
    assert looked == []


def rewrite(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: put(root, name, text)


def same_size_and_time(root: Path) -> None:
    before = os.stat(root / "a.py")
    put(root, "a.py", SLOW.replace("import subprocess", "import subprocesS"))
    os.utime(root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def move(root: Path) -> None:
    (root / "a.py").rename(root / "tests" / "test_a.py")


ALL = {"a.py", "tests/test_b.py", "c.py", "tool", "pyproject.toml"}
CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "times only": (lambda root: os.utime(root / "a.py", (1, 1)), set()),
    "content": (rewrite("c.py", SLOW), {"c.py"}),
    "content of the same size at the same time": (same_size_and_time, {"a.py"}),
    "a new file": (rewrite("d.py", SLOW), {"d.py"}),
    "a file gone": (lambda root: (root / "a.py").unlink(), set()),
    "another path": (move, {"tests/test_a.py"}),
    "a file becomes a script": (rewrite("notes", "#!/bin/sh\nx\n"), {"notes"}),
    "the configuration": (rewrite("misspawn.toml", "ignore = ['docker']\n"), ALL),
    "the severity": (rewrite("misspawn.toml", "[severity]\nsubprocess = 'error'\n"), ALL),
    "the configuration of pytest": (
        rewrite("pytest.ini", "[pytest]\nasyncio_mode = auto\n"),
        {"tests/test_b.py", "pytest.ini"},
    ),
    "dependencies": (rewrite("requirements.txt", "anyio\n"), {"tests/test_b.py"}),
}


@pytest.mark.parametrize("by", ["status", "content"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_and_nothing_else_is_looked_at(
    change: str, by: str, tree: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "status":
        age(monkeypatch)
    scanned(tree, kept=True)
    if change.endswith("same time") and by == "status":
        time.sleep(0.02)  # more than a tick of the clock that stamps files
    mutate, expected = CHANGES[change]
    mutate(tree)
    looked.clear()
    found = scanned(tree, kept=True)
    assert set(looked) == expected
    assert found == scanned(tree, kept=False)


def test_a_fact_that_comes_and_goes(tree: Path) -> None:
    for mode in ("auto", "strict") * 2:
        put(tree, "pytest.ini", f"[pytest]\nasyncio_mode = {mode}\n")
        assert scanned(tree, kept=True) == scanned(tree, kept=False)
        (tree / "pytest.ini").unlink()
        assert scanned(tree, kept=True) == scanned(tree, kept=False)


def test_what_is_read_while_it_changes_is_not_kept(tree: Path) -> None:
    facts = asked.Asked(str(tree), {}, {}, {})
    facts.fact("requires-python", "a.py")
    facts.note({"pyproject.toml": b"what another process has read"})
    assert facts.lasting() == ({}, {})


@pytest.mark.parametrize("what", ["_engine", "_libraries"])
def test_another_engine_looks_itself(
    what: str, tree: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned(tree, kept=True)
    monkeypatch.setattr(results, what, lambda: iter(["another"]))
    looked.clear()
    scanned(tree, kept=True)
    assert set(looked) == ALL


def test_another_record_looks_itself(
    own_records: Path,
    write_record: Callable[..., Path],
    tmp_path: Path,
    looked: list[str],
) -> None:
    put(tmp_path / "project", "a.py", SLOW)
    assert len(scanned(tmp_path / "project", kept=True)) == 1
    write_record((r"match: '\bsubprocess\.run\('", r"match: '\bsubprocess\.call\('"))
    assert scanned(tmp_path / "project", kept=True) == []
    assert looked == ["a.py", "a.py"]


def test_suppressions_are_judged_anew_each_day(
    tree: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tomorrow(date):
        @classmethod
        def today(cls) -> Tomorrow:
            return cls.fromordinal(TODAY.toordinal() + 1)

    until = TODAY.isoformat()
    note = f"# misspawn: ignore[subprocess-no-timeout] the user ends it until={until}"
    put(tree, "a.py", f"import subprocess\n\nsubprocess.run(['x'], check=True)  {note}\n")
    scanned(tree, kept=True)
    monkeypatch.setattr(results, "date", Tomorrow)
    monkeypatch.setattr(applying, "date", Tomorrow)
    looked.clear()
    assert "suppression-expired" in {getattr(one, "id", "") for one in scanned(tree, kept=True)}
    assert looked == ["a.py"]


# -- across files ------------------------------------------------------------------


@pytest.fixture
def joined(tree: Path) -> Path:
    """A project whose findings depend on other files than those in which they are."""
    put(tree, "app/__init__.py", "")
    put(tree, "app/work.py", "async def work():\n    return 1\n")
    put(tree, "app/plain.py", "def other():\n    return 1\n")
    put(tree, "app/main.py", "from app.work import work\n\n\nasync def main():\n    work()\n")
    put(
        tree,
        "tests/conftest.py",
        "import pytest\nfrom app.box import Box\n\n\n@pytest.fixture\ndef box() -> Box:\n    return Box()\n",
    )
    put(tree, "app/box.py", "class Box:\n    async def close(self):\n        pass\n")
    put(tree, "tests/test_box.py", "def test_box(box):\n    box.close()\n")
    return tree


def install(root: Path) -> None:
    put(root, ".venv/lib/python3.12/site-packages/thing/__init__.py", "async def go():\n    pass\n")


PYTHON = {"app/main.py", "app/__init__.py", "app/box.py", "app/plain.py", "app/work.py", "a.py"} | {
    "c.py", "tests/conftest.py", "tests/test_box.py", "tests/test_b.py"
}  # fmt: skip
ELSEWHERE: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "times only": (lambda root: os.utime(root / "app/work.py", (1, 1)), set()),
    "a text": (rewrite("README.md", "x\n"), set()),
    "a script": (rewrite("tool", "#!/bin/sh\nexec false\n"), {"tool"}),
    "it is plain now": (rewrite("app/work.py", "def work():\n    return 1\n"), PYTHON),
    "a plain one is async now": (rewrite("app/plain.py", "async def other():\n    pass\n"), PYTHON),
    "renamed": (rewrite("app/work.py", "async def toil():\n    return 1\n"), PYTHON),
    "another file": (rewrite("work.py", "async def work():\n    pass\n"), PYTHON | {"work.py"}),
    "its file gone": (lambda root: (root / "app/work.py").unlink(), PYTHON - {"app/work.py"}),
    "its file moved": (
        lambda root: (root / "app/work.py").rename(root / "app/works.py"),
        PYTHON - {"app/work.py"} | {"app/works.py"},
    ),
    "the fixture": (
        rewrite(
            "tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef box():\n    return 1\n"
        ),
        PYTHON,
    ),
    "the class": (
        rewrite("app/box.py", "class Box:\n    def close(self):\n        pass\n"),
        PYTHON,
    ),
    "a package is installed": (install, PYTHON),
}


@pytest.mark.parametrize("by", ["status", "content"])
@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_change_elsewhere_counts_across_files(
    change: str, by: str, joined: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "status":
        age(monkeypatch)
    (joined / ".venv/lib/python3.12/site-packages").mkdir(parents=True)
    (joined / ".venv/pyvenv.cfg").touch()
    first = scanned(joined, kept=True, across=True)
    assert {getattr(one, "path", "") for one in first} > {
        str(joined / "app/main.py"),
        str(joined / "tests/test_box.py"),
    }
    time.sleep(0.02)  # more than a tick of the clock that stamps files
    mutate, expected = ELSEWHERE[change]
    mutate(joined)
    looked.clear()
    found = scanned(joined, kept=True, across=True)
    assert set(looked) == expected
    assert found == scanned(joined, kept=False, across=True)
    looked.clear()
    assert scanned(joined, kept=True, across=True) == found
    assert looked == []


def test_what_is_found_across_files_is_kept_apart(joined: Path) -> None:
    within = scanned(joined, kept=True)
    across = scanned(joined, kept=True, across=True)
    assert len(across) > len(within)
    assert scanned(joined, kept=True) == within


def test_nothing_is_kept_when_other_files_change_meanwhile(joined: Path) -> None:
    known = Results(policy(joined), str(joined), across=True)
    arguments = (["app/main.py"], policy(joined))
    for one in scan(*arguments, root=str(joined), across=True, results=known):
        assert one.path == "app/main.py"
        put(joined, "app/new.py", QUIET)
    assert Results(policy(joined), str(joined), across=True)._old == {}


def test_a_known_scan_across_files_makes_no_index(
    joined: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scanned(joined, kept=True, across=True)
    monkeypatch.setattr(
        "misspawn.scanner.scanner", lambda *_, **__: pytest.fail("an index was made")
    )
    assert scanned(joined, kept=True, across=True) == first


# -- the store ---------------------------------------------------------------------


def store(cache: Path) -> Path:
    (found,) = cache.glob(f"{places.RESULTS}*")
    return found


def test_a_damaged_store_is_replaced(tree: Path, cache: Path) -> None:
    found = scanned(tree, kept=True)
    file = store(cache)
    good = file.read_bytes()
    damaged = [good[:end] for end in range(len(good))]
    damaged += [good[:at] + bytes([good[at] ^ 0x41]) + good[at + 1 :] for at in range(len(good))]
    known = Results(policy(tree), str(tree))
    for data in damaged:
        file.write_bytes(data)
        assert known._read().entries == {}
    assert scanned(tree, kept=True) == found
    assert known._read().entries.keys() >= {os.fsencode(name) for name in ALL}


def test_a_store_of_another_project_is_not_taken(tree: Path, cache: Path, tmp_path: Path) -> None:
    scanned(tree, kept=True)
    ours = store(cache)
    data = ours.read_bytes()
    ours.unlink()
    put(tmp_path / "other", "a.py", QUIET)
    scanned(tmp_path / "other", kept=True)
    store(cache).write_bytes(data)
    assert scanned(tmp_path / "other", kept=True) == []


@pytest.mark.parametrize("obstacle", ["a file in place of the folder", "a folder in place of it"])
def test_without_a_cache_everything_is_found(obstacle: str, tree: Path, cache: Path) -> None:
    found = scanned(tree, kept=True)
    if obstacle.startswith("a file"):
        for file in cache.iterdir():
            file.unlink()
        cache.rmdir()
        cache.write_text("")
    else:
        file = store(cache)
        file.unlink()
        file.mkdir()
    assert scanned(tree, kept=True) == found
    assert not list(cache.parent.rglob("*.half"))


def test_two_parts_of_a_project_are_kept_beside_each_other(tree: Path, looked: list[str]) -> None:
    scanned(tree, kept=True, below="tests")
    scanned(tree, kept=True, below="a.py")
    looked.clear()
    scanned(tree, kept=True, below="tests")
    assert looked == []


def test_processes_at_once_do_not_harm_each_other(tree: Path) -> None:
    code = "from misspawn.cli import main; raise SystemExit(main(['check']))"
    environment = {**os.environ, "PYTHONPATH": CHECKS}
    for number in range(200):  # more than one process looks at
        put(tree, f"many/{number}.py", SLOW)
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = {process.communicate(timeout=100)[0] for process in started}
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") > 400
    assert len(Results(policy(tree), str(tree))._old) >= len(ALL) + 200


def test_what_is_gone_and_what_is_old_does_not_pile_up(tree: Path, cache: Path) -> None:
    for number in range(results._MOST + 5):
        (cache / f"{places.RESULTS}{number}").write_bytes(b"")
    old = cache / f"{places.RESULTS}old"
    old.write_bytes(b"")
    os.utime(old, (1, 1))
    (cache / "environments").mkdir()
    scanned(tree, kept=True)
    (tree / "c.py").unlink()
    put(tree, "d.py", QUIET)
    scanned(tree, kept=True)
    assert b"c.py" not in Results(policy(tree), str(tree))._old
    assert not old.exists()
    assert len(list(cache.glob(f"{places.RESULTS}*"))) == results._MOST
    assert (cache / "environments").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_only_the_user_can_read_it(tree: Path, cache: Path) -> None:
    scanned(tree, kept=True)
    assert cache.stat().st_mode & 0o077 == 0
    assert store(cache).stat().st_mode & 0o077 == 0


# -- the command line --------------------------------------------------------------


@pytest.mark.parametrize("options", [["--no-cache"], ["--no-cache", "--across"]])
def test_these_keep_nothing(options: list[str], tree: Path, cache: Path) -> None:
    assert main(["check", *options]) == 1
    assert not list(cache.glob(f"{places.RESULTS}*"))


@pytest.mark.parametrize("options", [[], ["--across"]])
def test_a_second_check_prints_the_same_and_looks_at_nothing(
    options: list[str], joined: Path, looked: list[str], capsys: Streams
) -> None:
    for part in ([], ["app"], ["app/main.py", "tests"]):
        code = main(["check", *options, *part])
        first = capsys.readouterr().out
        assert main(["check", *options, *part, "--no-cache"]) == code
        assert capsys.readouterr().out == first
        looked.clear()
        assert main(["check", *options, *part]) == code
        assert capsys.readouterr().out == first
        assert looked == []


def test_staged_text_is_known_by_its_content(
    tree: Path, looked: list[str], capsys: Streams
) -> None:
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *arguments], check=True, timeout=60)
    main(["check"])
    looked.clear()
    assert main(["check", "--staged"]) == 1
    assert looked == ["notes"]  # on disk only its first line was
    put(tree, "a.py", QUIET)  # not staged: what is staged counts
    capsys.readouterr()
    assert main(["check", "--staged", "a.py"]) == 1
    assert capsys.readouterr().out.count("a.py:3:1") == 2
    assert main(["check", "a.py"]) == 0


def test_clean(tree: Path, cache: Path, capsys: Streams) -> None:
    main(["check"])
    (cache / "environments").mkdir()
    (cache / "environments" / "python").write_bytes(b"x" * 2_000)
    capsys.readouterr()
    assert main(["clean"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{cache}: ")
    assert "left: 2 kB" in out
    assert [path.name for path in cache.iterdir()] == ["environments"]
    assert main(["clean", "--all"]) == 0
    assert main(["clean"]) == 0
    assert capsys.readouterr().out == f"{cache}: 2 kB freed\n{cache}: 0 B freed\n"
