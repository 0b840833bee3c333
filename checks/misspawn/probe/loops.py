"""What asyncio's event loops do: how long they stood still, what they left, what nobody caught."""

# ruff: noqa: SLF001  asyncio has no public place at which a loop can be watched from outside

from __future__ import annotations

from _thread import get_ident
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .events import Report

NOTEWORTHY = 0.05  # seconds
RUNNERS = ("anyio.", "pytest_asyncio.")
"""Modules that keep a task of their own in a loop for running tests in it."""


class Heartbeat:
    """Measures the time between two moments at which a loop asks the system for news.

    The measuring is around `select()`, so that it is never on the stack of the example's code.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: dict[int, float] = {}

    def watch_events(self, events: Any) -> None:
        """After the import of `asyncio.events`: be told when a loop starts and stops."""
        original = events._set_running_loop

        def set_running_loop(loop: Any) -> None:
            original(loop)
            if loop is None:
                self._went()
            else:
                self._watch_selector(loop)
                self._came()

        events._set_running_loop = set_running_loop

    def _watch_selector(self, loop: Any) -> None:
        selector = getattr(loop, "_selector", None)
        if selector is None or "select" in vars(selector):
            return
        original: Callable[[float | None], object] = selector.select

        def select(timeout: float | None = None) -> object:
            self._went()
            try:
                return original(timeout)
            finally:
                self._came()

        selector.select = select

    def _came(self) -> None:
        self._last[get_ident()] = monotonic()

    def _went(self) -> None:
        seconds = monotonic() - self._last.pop(get_ident(), monotonic())
        if seconds > NOTEWORTHY:
            self._report.write("blocked", seconds=seconds)


def watch_runners(report: Report) -> Callable[[Any], None]:
    """After the import of `asyncio.runners`: note the tasks that `asyncio.run` has to cancel."""

    def step(runners: Any) -> None:
        original = runners._cancel_all_tasks

        def cancel_all_tasks(loop: Any) -> None:
            _note_tasks(report, runners.tasks.all_tasks(loop))
            original(loop)

        runners._cancel_all_tasks = cancel_all_tasks

    return step


def watch_loops(report: Report) -> Callable[[Any], None]:
    """After the import of `asyncio.base_events`: note tasks at `close()`, and unhandled exceptions."""

    def step(base_events: Any) -> None:
        loop = base_events.BaseEventLoop
        close, call_handler = loop.close, loop.call_exception_handler

        def noting_close(self: Any) -> None:
            if not self.is_closed():
                _note_tasks(report, base_events.tasks.all_tasks(self))
            close(self)

        def noting_call(self: Any, context: dict[str, Any]) -> None:
            if self.get_exception_handler() is None:
                _note_context(report, context)
            call_handler(self, context)

        loop.close, loop.call_exception_handler = noting_close, noting_call

    return step


def _note_tasks(report: Report, tasks: set[Any]) -> None:
    for task in tasks:
        frame = getattr(task.get_coro(), "cr_frame", None)
        if frame is None or not frame.f_globals.get("__name__", "").startswith(RUNNERS):
            report.write("left", what="task", name=_name(task))


def _note_context(report: Report, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        report.thrown(error, "teardown")
    elif "task" in context:
        report.write("left", what="task", name=_name(context["task"]))


def _name(task: Any) -> str:
    coroutine = task.get_coro()
    return str(getattr(coroutine, "__qualname__", coroutine))
