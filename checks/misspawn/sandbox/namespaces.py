"""Linux namespaces: a run sees its own network, its own processes, and a disk that it cannot write.

Plain system calls, because the tool of the same name (`unshare`) is not on every system.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial

import msgspec

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1
SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER, SIGKILL = 1, 36, 9
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1
REFUSED, CRASHED = 77, 78
SHARED_MEMORY = "/dev/shm"  # noqa: S108  a mount point of our own, not a file in a shared folder


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has for itself. `processes` brings a disk that is read-only outside the run's folder."""

    network: bool = False
    processes: bool = False

    @property
    def flags(self) -> int:
        """The namespaces that this needs; without root, a user namespace gives the right to the others."""
        flags = NEW_NETWORK if self.network else 0
        flags |= NEW_MOUNTS | NEW_IPC | NEW_PROCESSES if self.processes else 0
        return flags | (NEW_USER if os.geteuid() else 0)


def plans(*, network: bool) -> tuple[Plan, ...]:
    """What to try, best first; `network`: the run shall have that of the system."""
    if not sys.platform.startswith("linux"):
        return ()
    full = Plan(network=not network, processes=True)
    return (full,) if network else (full, Plan(network=True))


def call(plans: Iterable[Plan], root: str, work: Callable[[Plan], int]) -> int:
    """Do the work under the first plan that the system grants, else without; returns its exit code."""
    for plan in plans:
        code = _in_child(partial(_isolated, plan, root, work))
        if code != REFUSED:
            return code
    _adopt_orphans()
    return work(Plan())


def _in_child(task: Callable[[], int]) -> int:
    """The exit code of a copy of this process that does the task. With one thread, a copy is sound."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = CRASHED
    try:
        code = task()
    except BaseException:  # noqa: BLE001  nothing may go on in the copy
        traceback.print_exc()
    finally:
        os._exit(code)


def _isolated(plan: Plan, root: str, work: Callable[[Plan], int]) -> int:
    try:
        _leave(plan)
    except OSError:
        return REFUSED
    if plan.processes:
        return _in_child(partial(_as_first_process, plan, root, work))
    _adopt_orphans()
    return work(plan)


def _as_first_process(plan: Plan, root: str, work: Callable[[Plan], int]) -> int:
    """When the first process of a namespace ends, the kernel kills all others in it."""
    _control(SET_PARENT_DEATH_SIGNAL, SIGKILL)
    try:
        _protect_files(root)
    except OSError:
        return REFUSED
    return work(plan)


def _leave(plan: Plan) -> None:
    user, group = os.geteuid(), os.getegid()
    _check(_libc().unshare(plan.flags))
    if plan.flags & NEW_USER:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    _control(SET_PARENT_DEATH_SIGNAL, SIGKILL)
    if plan.network:
        _bring_loopback_up()


def _bring_loopback_up() -> None:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = bytearray(struct.pack("16sH22x", b"lo", 0))
        fcntl.ioctl(control, GET_FLAGS, request)
        (flags,) = struct.unpack_from("H", request, 16)
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sH22x", b"lo", flags | UP))


def _protect_files(root: str) -> None:
    """Make everything read-only but the run's folder; /proc tells of this namespace's processes."""
    _mount("none", "/", "", MS_REC | MS_PRIVATE)
    _mount("proc", "/proc", "proc", 0)
    _mount("tmpfs", SHARED_MEMORY, "tmpfs", 0)
    _mount(root, root, "", MS_BIND)
    _set_attributes("/", AT_RECURSIVE, READ_ONLY, 0)
    for folder in (root, SHARED_MEMORY):
        _set_attributes(folder, 0, 0, READ_ONLY)


def _mount(source: str, target: str, kind: str, flags: int) -> None:
    _check(
        _libc().mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), None)
    )


def _set_attributes(path: str, flags: int, attributes: int, cleared: int) -> None:
    values = (ctypes.c_uint64 * 4)(attributes, cleared, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(values))
    _check(_libc().syscall(MOUNT_SETATTR, AT_FDCWD, path.encode(), flags, values, size))


def _adopt_orphans() -> None:
    """Descendants whose parent ends become children of this process, so that they can be found."""
    if sys.platform.startswith("linux"):
        _control(SET_CHILD_SUBREAPER, 1)


def _control(option: int, value: int) -> None:
    _check(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)
