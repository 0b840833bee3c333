"""The pytest plugin: a failure whose text is a known symptom names the page that explains it.

All work is done when the last test is over, and nothing else of misspawn is imported before; so no
test can notice the plugin. It reads the reports that the terminal shows, under xdist those of all
workers.
"""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from misspawn.model import Pattern

_WARNINGS = ("RuntimeWarning: ", "PytestUnraisableExceptionWarning: ")
_SUMMARY = pytest.StashKey[list[str]]()

_Find = Callable[[str], "Pattern | None"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add a section to each failure that a record explains, just before the failures are shown."""
    config = session.config
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # under `-W error` an import may raise
            explained = _explain(getattr(terminal, "stats", {}))
        config.stash[_SUMMARY] = list(_summary(explained, config.option.verbose))
    except Exception as error:  # noqa: BLE001 - whatever is the matter here, the tests' outcome stands
        complaint = " ".join(f"{type(error).__name__}: {error}".split())
        config.stash[_SUMMARY] = [f"misspawn failed, which changes no outcome: {complaint}"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell the records by the number of failures and warnings that they explain."""
    lines = [] if terminalreporter.no_summary else config.stash.get(_SUMMARY, [])
    if lines and config.option.verbose >= 0:
        terminalreporter.section("misspawn")
    for line in lines:
        terminalreporter.line(line)


def _explain(stats: dict[str, list[Any]]) -> list[Pattern]:
    """The record of each failure and each warning that has one; failures get their section."""
    failed = [*stats.get("failed", ()), *stats.get("error", ())]
    messages = [str(warning.message) for warning in stats.get("warnings", ())]
    warned = [text for text in messages if any(name in text for name in _WARNINGS)]
    if not failed and not warned:
        return []
    find = _finder()
    explained = [pattern for text in warned if (pattern := find(text))]
    for report in failed:
        if pattern := next(filter(None, map(find, _texts(report))), None):
            report.sections.append((f"misspawn: {pattern.id}", _section(pattern)))
            explained.append(pattern)
    return explained


def _finder() -> _Find:
    """A function from a text to the record that explains it best."""
    from misspawn import catalogue
    from misspawn.diagnose import Diagnoser

    diagnoser = Diagnoser(catalogue.load())

    @cache
    def find(text: str) -> Pattern | None:
        found = diagnoser.diagnose(io.BytesIO(text.encode("utf-8", "replace")))
        return found[0].pattern if found else None

    return find


def _texts(report: Any) -> Iterator[str]:
    """What a failure says: its message without the source around it, then what was captured."""
    lines = report.longreprtext.splitlines()
    yield "\n".join([line for line in lines if line.startswith("E ")] or lines)
    yield "\n".join(content for _, content in report.sections)


def _section(pattern: Pattern) -> str:
    return f"{pattern.summary}\nfix: {pattern.remedy}\n{pattern.url}"


def _summary(explained: list[Pattern], verbosity: int) -> Iterator[str]:
    """The commonest record first: its fix and its page, with -q a line each, with -qq nothing."""
    patterns = {pattern.id: pattern for pattern in explained}
    for id, count in Counter(pattern.id for pattern in explained).most_common():
        if verbosity >= 0:
            yield f"{count} x {id}: {patterns[id].remedy}"
            yield f"    {patterns[id].url}"
        elif verbosity == -1:
            yield f"misspawn: {count} x {patterns[id].url}"
