"""A run is apart from the system, is observed without being changed, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from misspawn import sandbox
from misspawn.errors import UserError
from misspawn.model import PytestReport, Remnant, Run, Thrown
from misspawn.sandbox import Limits, namespaces

PYTHON = Path(sys.executable)
FAST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
CHECKS = str(Path(sandbox.__file__).parents[2])
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux namespaces")


def run(code: str, *argv: str, strict: bool = False, **limits: float) -> Run:
    command = argv or ("python", "example.py")
    bounds = Limits(**limits)  # type: ignore[arg-type]
    return sandbox.run({"example.py": code}, command, python=PYTHON, limits=bounds, strict=strict)


def run_pytest(code: str, *options: str, strict: bool = False, **files: str) -> Run:
    made = {f"{name}.py": text for name, text in files.items()} | {"test_example.py": code}
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", *options)
    return sandbox.run(made, command, python=PYTHON, strict=strict, env=FAST)


def kinds(run: Run) -> set[str]:
    return {remnant.kind for remnant in run.remnants}


@pytest.fixture(params=["as well as can be", "without namespaces"])
def isolation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "without namespaces":
        monkeypatch.setattr(namespaces, "plans", lambda **_: ())
    return str(request.param)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the runs' folders are made; nothing may be in it at the end."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


# -- the example runs as if there were no sandbox --------------------------------------------------


def test_the_folder_is_fresh_and_gone_afterwards(temporary: Path) -> None:
    shown = run("import os; print(os.listdir()); open('new', 'w').close()")
    assert shown.stdout == "['example.py']\n"
    assert kinds(shown) == set()


def test_the_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    names = run("import os; print(*sorted(os.environ))").stdout.split()
    assert not {"SECRET", "PYTHONPATH", "MISSPAWN_REPORT"} & set(names)
    assert {"HOME", "PATH", "TMPDIR", "PYTHONHASHSEED"} <= set(names)


def test_an_example_s_own_environment_is_kept_for_its_children() -> None:
    code = "import os, shop; os.system('python -c \"import shop; print(shop.price)\"')"
    files = {"example.py": code, "src/shop.py": "price = 3"}
    shown = sandbox.run(files, ["python", "example.py"], python=PYTHON, env={"PYTHONPATH": "src"})
    assert shown.stdout == "3\n"


def test_programs_are_those_of_the_system_and_not_the_user_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert str(tmp_path) not in run("import os; print(os.environ['PATH'])").stdout


def test_python_stands_for_the_given_interpreter_also_on_path() -> None:
    shown = run("", "bash", "-c", "command -v python")
    assert os.path.dirname(shown.stdout.strip()) == str(PYTHON.parent)


def test_tracebacks_main_and_arguments_are_those_of_a_plain_start() -> None:
    code = "import sys\nprint(__name__, __file__, sys.argv)\ndef f():\n    1 / 0\nf()\n"
    shown = run(code, "python", "example.py", "--flag")
    assert shown.stdout.startswith("__main__")
    assert shown.stdout.endswith("['example.py', '--flag']\n")
    assert "probe" not in shown.stdout + shown.stderr
    assert shown.stderr.count("File ") == 2


def test_a_file_may_have_the_name_of_a_module_that_the_probe_could_need() -> None:
    files = {"example.py": "import json, threading; print(json.mine, threading.mine)"}
    files |= {"json.py": "mine = 1", "threading.py": "mine = excepthook = 2"}
    shown = sandbox.run(files, ["python", "example.py"], python=PYTHON, strict=True)
    assert shown.stdout == "1 2\n", shown.stderr


def test_a_file_outside_of_the_folder_is_refused() -> None:
    with pytest.raises(UserError, match="relative path"):
        sandbox.run({"../x.py": ""}, ["true"], python=PYTHON)


def test_a_command_that_does_not_exist_is_said() -> None:
    shown = run("", "no-such-program")
    assert shown.code == 127
    assert "no-such-program" in shown.limit


# -- it is apart from the system -------------------------------------------------------------------


@linux
def test_the_network_is_loopback_only() -> None:
    if any("network" in weakness for weakness in sandbox.weaknesses()):
        pytest.skip("this system grants no network namespace")
    code = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=2).close()
print("loopback")
socket.create_connection(("192.0.2.1", 80), timeout=2)
"""
    shown = run(code)
    assert (shown.stdout, shown.network_isolated) == ("loopback\n", True)
    assert shown.thrown
    assert "unreachable" in shown.thrown.message


def test_what_cannot_be_held_back_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespaces, "plans", lambda **_: ())
    sandbox.weaknesses.cache_clear()
    assert any("network" in weakness for weakness in sandbox.weaknesses())
    assert not run("").network_isolated
    sandbox.weaknesses.cache_clear()


def test_without_psutil_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"misspawn\[prove\]"):
        run("")


# -- what it leaves --------------------------------------------------------------------------------


def test_an_orphan_is_named_and_killed(isolation: str) -> None:
    unique = f"{os.getpid()}.{time.time_ns() % 10**6}"
    shown = run(f"import subprocess; subprocess.Popen(['sleep', '{unique}'])", settle=0.3)
    assert shown.remnants == (Remnant(kind="orphan", name=f"sleep {unique}"),)
    assert not survivors(unique)


def test_a_child_that_is_about_to_end_is_no_orphan() -> None:
    assert run("import subprocess; subprocess.Popen(['sleep', '0.3'])").remnants == ()


def test_a_zombie_is_a_dead_child_that_its_parent_never_waited_for(isolation: str) -> None:
    start = "import os, subprocess, time\nchild = subprocess.Popen(['true'])\ntime.sleep(0.5)\n"
    assert run(start + "os._exit(0)").remnants == (Remnant(kind="zombie", name="true"),)
    assert run(start + "child.wait(timeout=5)").remnants == ()


def test_files_in_home_and_the_temporary_folder_are_left() -> None:
    code = "import os, tempfile; tempfile.mkstemp(); open(os.path.expanduser('~/x'), 'w').close()"
    shown = run(code)
    assert kinds(shown) == {"file"}
    assert [one.name.split("/")[0] for one in shown.remnants] == ["home", "temp"]


def test_threads_and_tasks_are_left() -> None:
    thread = (
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    assert kinds(run(thread)) == {"thread"}
    task = """
import asyncio

async def forgotten():
    await asyncio.sleep(9)

async def main():
    task = asyncio.create_task(forgotten())
    await asyncio.sleep(0)

asyncio.run(main())
"""
    assert run(task).remnants == (Remnant(kind="task", name="forgotten"),)


# -- what the probe sees ---------------------------------------------------------------------------


def test_an_exception_has_its_type_message_and_bases() -> None:
    code = "class Broken(LookupError): pass\nraise Broken('no such row')"
    assert run(code).thrown == Thrown(
        type="__main__.Broken",
        message="no such row",
        phase="run",
        bases=("__main__.Broken", "LookupError", "Exception", "BaseException", "object"),
    )


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        ("1 / 0", "run"),
        ("import missing", "import"),
        ("def f(): import missing\nf()", "run"),
        ("import broken", "import"),
        ("x = = 1", "import"),
        ("import atexit; atexit.register(lambda: 1 / 0)", "exit"),
        ("class A:\n    def __del__(self): 1 / 0\ndel A().x", "run"),
        ("class A:\n    def __del__(self): 1 / 0\nA()", "teardown"),
        ("import threading\nthreading.Thread(target=lambda: 1 / 0).start()", "run"),
    ],
)
def test_an_exception_surfaces_in_a_phase(code: str, phase: str) -> None:
    files = {"example.py": code, "broken.py": "1 / 0"}
    shown = sandbox.run(files, ["python", "example.py"], python=PYTHON)
    assert shown.thrown
    assert shown.thrown.phase == phase


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no exception groups")
def test_the_members_of_a_group_are_in_its_message() -> None:
    thrown = run("raise ExceptionGroup('two', [ValueError('bad row'), OSError('gone')])").thrown
    assert thrown
    assert thrown.message.splitlines()[1:] == ["ValueError: bad row", "OSError: gone"]


def test_warnings_also_from_destructors_but_not_those_that_the_example_catches() -> None:
    code = """
import warnings
async def save(): pass
save()
with warnings.catch_warnings(record=True):
    warnings.warn("caught")
"""
    expected = [("RuntimeWarning", "coroutine 'save' was never awaited")]
    for strict in (False, True):
        shown = run(code, strict=strict)
        assert [(one.category, one.message) for one in shown.warned] == expected


def test_the_loop_s_longest_pause_is_measured_and_waiting_is_none() -> None:
    loop = "import asyncio, time\nasync def main():\n    {}\nasyncio.run(main())"
    assert 0.3 <= run(loop.format("time.sleep(0.35)")).blocked_for < 2
    assert run(loop.format("await asyncio.sleep(0.35)")).blocked_for < 0.3


def test_an_exception_that_a_task_keeps_is_unhandled() -> None:
    code = """
import asyncio

async def fail():
    raise ValueError("lost")

async def main():
    asyncio.create_task(fail())
    await asyncio.sleep(0.01)

asyncio.run(main())
"""
    shown = run(code)
    assert (shown.code, shown.thrown and shown.thrown.message) == (0, "lost")


def test_strict_makes_warnings_errors_and_turns_the_debug_mode_on() -> None:
    code = "import asyncio, sys\nprint(sys.warnoptions, asyncio.new_event_loop().get_debug())"
    assert run(code, strict=True).stdout == "['error'] True\n"


@linux
def test_a_hang_shows_its_processes_and_stacks() -> None:
    code = "import subprocess\ndef wait_for_ever():\n    subprocess.run(['sleep', '60'])\nwait_for_ever()"
    shown = run(code, wall=1.5)
    assert (shown.timed_out, shown.code) == (True, None)
    assert "sleep 60" in shown.stacks
    assert "in wait_for_ever" in shown.stacks


# -- pytest ----------------------------------------------------------------------------------------

TESTS = """
import pytest

def test_passes(): pass
def test_fails(): assert 1 + 1 == 3, "arithmetic"
@pytest.mark.skip
def test_skips(): pass
@pytest.mark.xfail
def test_fails_as_expected(): assert False
@pytest.fixture
def broken(): yield; raise OSError("cannot close")
def test_has_a_broken_teardown(broken): pass
def test_has_no_such_fixture(nothing): pass
"""


def test_pytest_s_outcomes_are_counted() -> None:
    report = run_pytest(TESTS).pytest
    assert report
    counts = (report.passed, report.failed, report.errors, report.skipped)
    assert counts == (2, 1, 2, 1)
    assert [message.splitlines()[0] for message in report.messages[:2]] == [
        "AssertionError: arithmetic",
        "OSError: cannot close",
    ]
    assert "fixture 'nothing' not found" in report.messages[2]


def test_a_module_that_cannot_be_collected_is_an_error() -> None:
    shown = run_pytest("import missing")
    assert shown.pytest
    assert shown.pytest.errors == 1
    assert "No module named 'missing'" in shown.pytest.messages[0]
    assert shown.thrown
    assert shown.thrown.phase == "collection"


def test_pytest_without_tests_has_counts_of_0_and_without_pytest_there_are_none() -> None:
    assert run_pytest("").pytest == PytestReport()
    assert run("").pytest is None


def test_workers_of_pytest_xdist_are_counted_once() -> None:
    report = run_pytest(
        "def test_a(): pass\ndef test_b(): assert 0", "-p", "xdist", "-n", "2"
    ).pytest
    assert report
    assert (report.passed, report.failed) == (1, 1)


def test_strict_applies_to_tests() -> None:
    code = "import warnings\ndef test_warns(): warnings.warn('old', DeprecationWarning)"
    lenient, strict = run_pytest(code), run_pytest(code, strict=True)
    assert [one.category for one in lenient.warned] == ["DeprecationWarning"]
    assert (lenient.code, strict.code) == (0, 1)


# -- it ends whatever happens ----------------------------------------------------------------------

CALLER = """
import sys
from pathlib import Path
from misspawn import sandbox
code = "import subprocess; subprocess.run(['sleep', sys.argv[1]])"
sandbox.run({{"example.py": "import sys;" + code}}, ["python", "example.py", "{unique}"], python=Path(sys.executable))
"""


def survivors(unique: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if unique in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_when_the_caller_is_stopped_nothing_is_left(temporary: Path, name: str) -> None:
    unique = f"{os.getpid()}.{time.time_ns() % 10**6}"
    command = [sys.executable, "-c", CALLER.format(unique=unique)]
    environment = {**os.environ, "PYTHONPATH": CHECKS}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as caller:
        try:
            assert eventually(lambda: any("sleep" in one.name() for one in survivors(unique)))
            caller.send_signal(signal.Signals[name])
            assert caller.wait(timeout=15) != 0
        finally:
            caller.kill()
    assert eventually(lambda: not survivors(unique))
    assert eventually(lambda: not list(temporary.iterdir()))


def test_all_runs_can_be_stopped_from_another_thread(temporary: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, "import time; time.sleep(60)")
        assert eventually(lambda: any(temporary.glob("misspawn-*")))
        time.sleep(0.5)
        sandbox.stop_all()
        with pytest.raises(sandbox.Stopped, match="stopped"):
            running.result(timeout=15)
