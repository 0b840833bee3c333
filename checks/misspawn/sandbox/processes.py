"""The processes below this one: who they are, how much they use, and how all of them end."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import NamedTuple

import psutil

PATIENCE = 10.0
"""Seconds after which processes that SIGKILL did not end are given up (they hang in the kernel)."""

WITH_SESSION = sys.platform not in {"linux", "win32"}
"""Where orphans do not come to us as they do on Linux, they are known by their session."""


class Descendant(NamedTuple):
    """A process below this one, as it was when looked at."""

    pid: int
    parent: int
    started: float
    dead: bool
    memory: int
    name: str
    command: str


def descendants(session: int) -> list[Descendant]:
    """All processes that this one started, directly or not, those without a parent as well."""
    found = map(_described, _below(session))
    return [descendant for descendant in found if descendant]


def _below(session: int) -> list[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    if not WITH_SESSION:
        return found
    known = {process.pid for process in found}
    others = (process for process in psutil.process_iter() if process.pid not in known)
    return [*found, *(process for process in others if _session(process.pid) == session)]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def _described(process: psutil.Process) -> Descendant | None:
    """What a process is; None when it has gone, which it may at every line of this."""
    try:
        return _alive_or_dead(process)
    except psutil.Error:
        return None


def _alive_or_dead(process: psutil.Process) -> Descendant:
    try:
        with process.oneshot():
            dead = process.status() == psutil.STATUS_ZOMBIE
            return Descendant(
                process.pid,
                process.ppid(),
                process.create_time(),
                dead,
                0 if dead else process.memory_info().rss,
                process.name(),
                "" if dead else _command(process),
            )
    except psutil.ZombieProcess:
        return Descendant(process.pid, process.ppid(), 0.0, True, 0, process.name(), "")


def _command(process: psutil.Process) -> str:
    program, *arguments = process.cmdline() or [process.name()]
    return " ".join([os.path.basename(program), *arguments])


def tree(session: int) -> str:
    """One line for each descendant, children below their parents."""
    lines: list[str] = []
    found = descendants(session)

    def show(parent: int, indent: str) -> None:
        for one in found:
            if one.parent == parent:
                lines.append(f"{indent}{one.command or one.name + ' (ended, not waited for)'}")
                show(one.pid, indent + "  ")

    show(os.getpid(), "")
    return "\n".join(lines)


def end_all(session: int) -> None:
    """Kill every descendant, and those that it started meanwhile, until there is none."""
    if os.getpid() == 1:  # of a namespace of our own: all at once, so that no fork escapes
        _signal_everything()
    deadline = time.monotonic() + PATIENCE
    while (left := _below(session)) and time.monotonic() < deadline:
        for process in left:
            _kill(process)
            reap(process.pid)
        time.sleep(0.005)


def _signal_everything() -> None:
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        return


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return


def reap(pid: int) -> bool:
    """Take the exit status of a child of ours that has ended; False when there is none to take."""
    if os.name == "nt":
        return False
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False
