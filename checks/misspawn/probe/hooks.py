"""The places at which Python reports what nobody caught: exceptions, warnings, threads."""

# ruff: noqa: SLF001  the warnings module has no public place at which each shown warning passes

from __future__ import annotations

import atexit
import sys
import warnings
from time import monotonic

from .imports import Hooks
from .loops import Heartbeat, watch_loops, watch_runners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from .events import Report

SETTLE = 0.3  # seconds


def install_hooks(report: Report) -> None:
    """Watch everything, now or as soon as the example imports it."""
    atexit.register(_at_exit, report)  # the first to be registered is the last to be called
    _watch_unraisable(report)
    _watch_warnings(report)
    Hooks(
        {
            "threading": lambda threading: _watch_threads(report, threading),
            "asyncio.events": Heartbeat(report).watch_events,
            "asyncio.base_events": watch_loops(report),
            "asyncio.runners": watch_runners(report),
        }
    )


def _at_exit(report: Report) -> None:
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if error is not None and "misspawn_probe.plugin" not in sys.modules:
        report.thrown(error, _phase(error), ended_it=True)
    if "threading" in sys.modules:
        _note_threads(report, sys.modules["threading"])


def _note_threads(report: Report, threading: Any) -> None:
    """Daemon threads: Python has waited for the others. Some are about to end, as asyncio's own."""
    deadline = monotonic() + SETTLE
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(max(0.0, deadline - monotonic()))
            if thread.is_alive():
                report.write("left", what="thread", name=thread.name)


def _phase(error: BaseException) -> str:
    """`import` when a module's body was being executed, or an import statement of the program failed."""
    names = _modules(error.__traceback__)
    bodies = [name for name, body in names if body]
    at_import = any(name != "__main__" for name in bodies)
    failed_import = isinstance(error, ImportError) and len(bodies) == len(names)
    unreadable = isinstance(error, SyntaxError) and not names
    return "import" if at_import or failed_import or unreadable else "run"


def _modules(trace: TracebackType | None) -> list[tuple[str, bool]]:
    """For each frame: its module, and whether it is the module's body."""
    found = []
    while trace:
        frame = trace.tb_frame
        found.append((frame.f_globals.get("__name__", ""), frame.f_code.co_name == "<module>"))
        trace = trace.tb_next
    return found


def _watch_unraisable(report: Report) -> None:
    original = sys.unraisablehook

    def unraisable(args: Any) -> None:
        error = args.exc_value or args.exc_type()
        if isinstance(error, Warning):
            report.warned(type(error), str(error))
        else:
            at_exit = "atexit" in (args.err_msg or "") or sys.is_finalizing()
            report.thrown(error, "exit" if at_exit else "teardown")
        original(args)

    sys.unraisablehook = unraisable


def _watch_warnings(report: Report) -> None:
    """Those that are shown: what the example itself catches or records does not come here."""
    original = warnings._showwarnmsg_impl  # type: ignore[attr-defined]

    def show(message: Any) -> None:
        report.warned(message.category, str(message.message))
        original(message)

    warnings._showwarnmsg_impl = show  # type: ignore[attr-defined]


def _watch_threads(report: Report, threading: Any) -> None:
    original = threading.excepthook

    def excepthook(args: Any) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            report.thrown(args.exc_value, "run")
        original(args)

    threading.excepthook = excepthook
