"""Puts the probe into the interpreter that has just started, and takes its traces away."""

from __future__ import annotations

import os
import sys

from .events import Report
from .hooks import install_hooks
from .stacks import listen

REPORT = "MISSPAWN_REPORT"
"""The variable that names the folder for the report. Only the process that has it is observed."""

report: Report | None = None
"""The report of this process, for the pytest plugin; None where the probe is not active."""


def install() -> None:
    """Called by `sitecustomize`."""
    global report  # noqa: PLW0603  the plugin is loaded by pytest, and finds us in this way only
    folder = os.environ.pop(REPORT, None)
    if folder is None:
        return
    _hide(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    report = Report(os.path.join(folder, "events"))
    install_hooks(report)
    listen(os.path.join(folder, "stacks"))


def _hide(ours: str) -> None:
    """Children get no probe; here our folder comes last, where workers of pytest-xdist look for it."""
    rest = [path for path in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if path != ours]
    if any(rest):
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    sys.path[:] = [*(path for path in sys.path if path != ours), ours]
