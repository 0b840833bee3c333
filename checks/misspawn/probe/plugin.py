"""The probe's pytest plugin: counts and failures from pytest's own report objects."""

from __future__ import annotations

from typing import Any

import pytest

from .start import report

COUNTED = {"passed", "failed", "error", "skipped"}


def pytest_configure(config: pytest.Config) -> None:
    """Say that pytest is there, and look on. A worker of pytest-xdist has no report to write."""
    if report is not None:
        report.write("pytest")
        config.pluginmanager.register(_Observer(config), "misspawn-observer")


class _Observer:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        category = self._config.hook.pytest_report_teststatus(report=report, config=self._config)[0]
        _note(category, report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            _note("error" if report.failed else "skipped", report)

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        phase = {"collect": "collection", "teardown": "teardown"}.get(call.when, "run")
        _thrown(call.excinfo.value, phase)

    def pytest_internalerror(self, excinfo: Any) -> None:
        _thrown(excinfo.value, "run")

    def pytest_warning_recorded(self, warning_message: Any) -> None:
        if report is not None:
            report.warned(warning_message.category, str(warning_message.message))


def _thrown(error: BaseException, phase: str) -> None:
    if report is not None:
        report.thrown(error, phase)


def _note(category: str, told: pytest.TestReport | pytest.CollectReport) -> None:
    if report is None or category not in COUNTED:
        return
    report.write("test", outcome=category)
    if told.failed:
        report.write("failure", message=_message(told))


def _message(told: pytest.TestReport | pytest.CollectReport) -> str:
    """Types and messages of the exceptions, without the source lines that pytest shows around them."""
    chain = getattr(told.longrepr, "chain", ())
    crashes = [place.message for _, place, _ in chain if place is not None]
    return "\n".join(crashes) or told.longreprtext
