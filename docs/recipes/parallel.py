"""Run tasks that need each other's results: level by level, all of a level at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """Something to do, given the results of what it needs."""

    name: str
    run: Callable[[Results], Awaitable[Any]]
    needs: tuple[str, ...] = ()
    timeout: float = 30.0


@dataclass
class Report:
    """What became of the tasks, by name. Each is in exactly one of the three."""

    results: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


async def run_all(tasks: Iterable[Task], *, at_once: int = 10) -> Report:
    """Run every task whose needs succeeded; one failure stops only what depends on it.

    Raises `graphlib.CycleError` for a cycle and `KeyError` for an unknown need, before anything
    starts. Being cancelled cancels all that runs: nothing is left behind.
    """
    known = {task.name: task for task in tasks}
    levels = TopologicalSorter({task.name: _checked(task, known) for task in known.values()})
    levels.prepare()
    report, gate = Report(), asyncio.Semaphore(at_once)
    while levels.is_active():
        level = levels.get_ready()
        await _together([_run(known[name], report, gate) for name in level])
        levels.done(*level)
    return report


def _checked(task: Task, known: Mapping[str, Task]) -> tuple[str, ...]:
    for need in task.needs:
        if need not in known:
            raise KeyError(f"{task.name} needs {need}, which is no task")
    return task.needs


async def _together(coroutines: list[Awaitable[None]]) -> None:
    """Wait for all. `_run` keeps errors, so what comes out of here is cancellation or a bug."""
    running = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*running)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _run(task: Task, report: Report, gate: asyncio.Semaphore) -> None:
    missing = [need for need in task.needs if need not in report.results]
    if missing:
        report.skipped[task.name] = f"{', '.join(missing)} did not succeed"
        return
    given = {need: report.results[need] for need in task.needs}
    async with gate:
        try:
            report.results[task.name] = await asyncio.wait_for(task.run(given), task.timeout)
        except Exception as error:  # noqa: BLE001 - kept for the caller; cancellation passes through
            report.errors[task.name] = error
