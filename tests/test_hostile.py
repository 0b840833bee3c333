"""What must not get out: each ends within its limit, leaves nothing, and the run says why."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from misspawn import sandbox
from misspawn.model import Run
from misspawn.sandbox import Limits, namespaces
from misspawn.sandbox.limits import MIB

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere the sandbox says that it is weaker"
)
MARK = "MISSPAWN_HOSTILE"


@pytest.fixture(params=["namespaces", "none"], autouse=True)
def isolation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "none":
        monkeypatch.setattr(namespaces, "plans", lambda **_: ())
    return str(request.param)


@pytest.fixture
def mark() -> Iterator[str]:
    """A variable that all processes of the run inherit; at the end no process may have it."""
    value = f"{os.getpid()}.{time.time_ns()}"
    yield value
    assert not [process for process in psutil.process_iter() if _has(process, value)]


def _has(process: psutil.Process, value: str) -> bool:
    try:
        return process.environ().get(MARK) == value
    except psutil.Error:
        return False


def run(code: str, mark: str, limits: Limits) -> Run:
    """Run it, and see to it that it did not take longer than its limit and some time to tidy up."""
    start = time.monotonic()
    files = {"example.py": code}
    shown = sandbox.run(
        files,
        ["python", "example.py"],
        python=Path(sys.executable),
        limits=limits,
        env={MARK: mark},
    )
    assert time.monotonic() - start < limits.wall + 10
    return shown


BOMB = """
import os, time
for _ in range(9):  # 512 processes at most
    os.fork()
time.sleep(60)
"""

FOREST = """
import subprocess, sys, time
depth = int(sys.argv[1]) if sys.argv[1:] else 6
for _ in range(2 if depth else 0):
    subprocess.Popen([sys.executable, __file__, str(depth - 1)], start_new_session=True)
time.sleep(60)
"""


@pytest.mark.parametrize("code", [BOMB, FOREST], ids=["fork", "new sessions"])
def test_a_fork_bomb_is_cut_off(code: str, mark: str) -> None:
    shown = run(code, mark, Limits(wall=15, processes=40))
    assert shown.limit == "processes: more than 40"
    assert not shown.timed_out


def test_endless_output_is_cut_off(mark: str) -> None:
    shown = run("while True: print('x' * 1000)", mark, Limits(wall=15, output=MIB))
    assert shown.limit == "output: more than 1 MiB"
    assert len(shown.stdout) == MIB


def test_output_within_the_limit_is_read_to_its_end(mark: str) -> None:
    shown = run("print('x' * 1_000_000)", mark, Limits())
    assert (shown.limit, len(shown.stdout)) == ("", 1_000_001)


def test_10_gb_are_not_given(mark: str) -> None:
    shown = run("x = bytearray(10 * 1024**3)", mark, Limits())
    assert shown.limit == "memory: more than 4096 MiB"
    assert shown.thrown
    assert shown.thrown.type == "MemoryError"


def test_memory_is_bounded_for_all_processes_together(mark: str) -> None:
    code = "import os, time\nfor _ in range(2): os.fork()\nx = b'x' * 60 * 1024**2\ntime.sleep(60)"
    shown = run(code, mark, Limits(wall=15, memory=200 * MIB))
    assert shown.limit == "memory: more than 200 MiB"


def test_ignoring_sigterm_does_not_help(mark: str) -> None:
    code = """
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
time.sleep(60)
"""
    shown = run(code, mark, Limits(wall=1))
    assert (shown.timed_out, shown.code) == (True, None)
    assert "time.sleep" in shown.stacks or "example.py" in shown.stacks


DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir("/")
        os.closerange(0, 100)
        time.sleep(60)
    os._exit(0)
os.wait()
"""


def test_a_double_forked_daemon_is_found_and_ended(mark: str) -> None:
    shown = run(DAEMON, mark, Limits(settle=0.3))
    assert [(one.kind, one.name) for one in shown.remnants] == [("orphan", "python example.py")]
    assert shown.code == 0


def test_writing_outside_of_its_folder_is_refused_or_seen(
    mark: str, isolation: str, tmp_path: Path
) -> None:
    inside = run("import os; open(os.path.expanduser('~/.bashrc'), 'w').close()", mark, Limits())
    assert [one.name for one in inside.remnants] == ["home/.bashrc"]
    if isolation == "none" or any("write" in said for said in sandbox.weaknesses()):
        pytest.skip("this run, or this system, cannot refuse other files")
    outside = run(f"open({str(tmp_path / 'x')!r}, 'w')", mark, Limits())
    assert outside.thrown
    assert "Read-only file system" in outside.thrown.message
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_terminal_and_no_input(mark: str) -> None:
    code = """
import sys
print([sys.stdin.read()])
try:
    open("/dev/tty")
except OSError as error:
    print("no terminal")
input("name? ")
"""
    shown = run(code, mark, Limits(wall=5))
    assert shown.stdout.startswith("['']\nno terminal\n")
    assert shown.thrown
    assert shown.thrown.type == "EOFError"


def test_cpu_time_is_bounded(mark: str) -> None:
    shown = run("while True: pass", mark, Limits(wall=15, cpu=1))
    assert shown.limit == "CPU time: more than 1 s"


def test_a_large_file_is_refused(mark: str) -> None:
    code = "with open('x', 'wb') as file: file.truncate(10 * 1024**3)"
    shown = run(code, mark, Limits(file_size=MIB))
    assert shown.thrown
    assert "File too large" in shown.thrown.message


def test_it_cannot_kill_what_watches_it(mark: str, isolation: str) -> None:
    if isolation == "none" or sandbox.weaknesses():
        pytest.skip("only a namespace of its own protects the others")
    code = """
import contextlib, os, signal
for pid in (1, os.getppid(), -1):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
print("alive")
"""
    shown = run(code, mark, Limits(wall=5))
    assert (shown.code, shown.stdout) == (0, "alive\n")
