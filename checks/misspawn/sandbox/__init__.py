"""Runs an example in a fresh folder, within limits, apart from the rest of the system.

Nothing that it does can hang, outlive or damage the run: a warden process (`warden`) holds every
process that the example starts, and ends all of them; on Linux they live in namespaces of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from misspawn.errors import UserError
from misspawn.model import Run, Thrown
from misspawn.sandbox import namespaces, order, place, report
from misspawn.sandbox.command import Request, build
from misspawn.sandbox.limits import MIB, USUAL, Limits
from misspawn.sandbox.order import ACCOUNT, ORDER, Account, Order
from misspawn.sandbox.place import Place

__all__ = ["Limits", "Stopped", "run", "stop_all", "weaknesses"]

IMPORTABLE = str(Path(__file__).parents[2])
GRACE = 30.0  # seconds that a warden has beyond its run's limit
_lifelines: set[IO[bytes]] = set()


class Stopped(Exception):
    """The run was ended by `stop_all`, or its warden failed; the message says which."""


def run(  # noqa: PLR0913  each says another thing about the run
    files: Mapping[str, str],
    argv: Sequence[str],
    *,
    python: Path,
    limits: Limits = USUAL,
    env: Mapping[str, str] | None = None,
    probe: bool = True,
    strict: bool = False,
    network: bool = False,
) -> Run:
    """Run a command among an example's files and tell what it did.

    `python` as the first argument stands for the given interpreter. `strict` makes warnings errors and
    turns asyncio's debug mode on, as right examples must bear; `network` leaves that of the system.
    """
    _require_psutil()
    with place.made(files) as here:
        command = build(Request(argv, env or {}, str(python.absolute()), probe, strict), here)
        given = Order(
            argv=command.argv,
            env=command.env,
            folder=here.path("example"),
            limits=limits,
            plans=namespaces.plans(network=network),
            stacks=here.path("report", "stacks") if command.probed else "",
        )
        return _told(_carried_out(given, here), given, here)


def stop_all() -> None:
    """End every run of this process, in whichever thread it is: for ^C."""
    for lifeline in tuple(_lifelines):
        lifeline.close()


@lru_cache(maxsize=1)
def weaknesses() -> tuple[str, ...]:
    """What this system does not let us hold back, as sentences; () when all is in place."""
    _require_psutil()
    with place.made({}) as here:
        given = Order(
            argv=(sys.executable, "-c", "pass"),
            env={},
            folder=here.path("example"),
            limits=USUAL,
            plans=namespaces.plans(network=False),
            stacks="",
        )
        return tuple(_missing(_carried_out(given, here).plan))


def _missing(plan: namespaces.Plan) -> list[str]:
    said = []
    if not plan.network:
        said.append(
            "Examples can reach the network: this system does not give them one of their own."
        )
    if not plan.processes:
        said.append("Examples can write outside of their folder, and see this system's processes.")
    if sys.platform == "win32":
        said.append("CPU time and file size have no bounds, and orphans are not found.")
    return said


def _require_psutil() -> None:
    if not find_spec("psutil"):
        raise UserError(
            "running examples needs psutil; install it with `pip install misspawn[prove]`"
        )


def _carried_out(given: Order, here: Place) -> Account:
    order.write(here.root, ORDER, given)
    with open(here.path("warden.log"), "w+", encoding="utf-8") as log:
        _attended(here.root, given.limits, log)
        try:
            return order.read(here.root, ACCOUNT, Account)
        except OSError:
            log.seek(0)
            raise Stopped(log.read().strip() or "the run was stopped") from None


def _attended(root: str, limits: Limits, log: IO[str]) -> None:
    """Start the warden and wait for it; whatever happens here, closing its stdin ends the run."""
    warden = subprocess.Popen(
        [sys.executable, "-m", "misspawn.sandbox.warden", root],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=log,
        cwd=root,
        env={**os.environ, "PYTHONPATH": IMPORTABLE},
        start_new_session=True,
    )
    assert warden.stdin
    _lifelines.add(warden.stdin)
    try:
        warden.wait(timeout=limits.wall + limits.settle + GRACE)
    finally:
        _lifelines.discard(warden.stdin)
        warden.stdin.close()
        _end(warden)


def _end(warden: subprocess.Popen[bytes]) -> None:
    try:
        warden.wait(timeout=GRACE)
    except subprocess.TimeoutExpired:
        warden.kill()
        warden.wait(timeout=GRACE)


def _exhausted(thrown: Thrown | None, limits: Limits) -> str:
    """A process that gets no more memory is told so by an exception, and may live."""
    if thrown and thrown.type == "MemoryError":
        return f"memory: more than {limits.memory // MIB} MiB"
    return ""


def _told(account: Account, given: Order, here: Place) -> Run:
    said = report.read(here.path("report", "events"))
    thrown = said.thrown()
    return Run(
        **{
            name: getattr(account, name)
            for name in ("code", "stdout", "stderr", "seconds", "timed_out", "stacks")
        },
        thrown=thrown,
        warned=said.warned(),
        blocked_for=said.blocked_for(),
        pytest=said.pytest(),
        remnants=(*account.remnants, *here.leftovers(), *said.remnants()),
        limit=account.limit or _exhausted(thrown, given.limits),
        network_isolated=account.plan.network,
    )
