"""What a run may use up."""

from __future__ import annotations

import signal
import sys

import msgspec

MIB = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one run, in seconds and bytes.

    `cpu` and `file_size` hold for each process, `memory` for each one's address space and for what
    all of them have in RAM together, `output` for stdout and stderr each. `settle` is how long
    processes that are about to end may take for it after the main one has ended.
    """

    wall: float = 20.0
    cpu: int = 20
    memory: int = 4096 * MIB
    processes: int = 128
    file_size: int = 64 * MIB
    output: int = MIB
    settle: float = 1.0


USUAL = Limits()


def apply(limits: Limits) -> None:
    """Bound this process and all that it starts from now on, as far as the system can."""
    if sys.platform == "win32":
        return
    import resource

    bounds = {
        resource.RLIMIT_CPU: (limits.cpu, limits.cpu + 1),  # first SIGXCPU, which says why
        resource.RLIMIT_AS: (limits.memory, limits.memory),
        resource.RLIMIT_FSIZE: (limits.file_size, limits.file_size),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, bound in bounds.items():
        try:
            resource.setrlimit(kind, bound)
        except (ValueError, OSError):  # the hard limit is lower, or macOS does not have this one
            continue


def behind_signal(code: int, limits: Limits) -> str:
    """The limit that makes the system end a process with this exit code, '' when it is none."""
    reasons = {
        "SIGXCPU": f"CPU time: more than {limits.cpu} s",
        "SIGXFSZ": f"file size: more than {limits.file_size // MIB} MiB",
    }
    numbers = {
        -getattr(signal, name): why for name, why in reasons.items() if hasattr(signal, name)
    }
    return numbers.get(code, "")
