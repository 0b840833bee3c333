"""What the probe wrote, as fields of a `Run`."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any, NamedTuple, cast

from misspawn.model import PytestReport, Remnant, Thrown, Warned

Event = dict[str, Any]
COUNTED = {"passed": "passed", "failed": "failed", "error": "errors", "skipped": "skipped"}


class Report(NamedTuple):
    """The events of one run, in order."""

    events: tuple[Event, ...]

    def _of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["kind"] == kind]

    def thrown(self) -> Thrown | None:
        """What ended the program; otherwise the first exception that nobody caught."""
        found = sorted(self._of("thrown"), key=lambda event: not event["ended_it"])
        for event in found:
            names = {key: event[key] for key in ("type", "message", "phase")}
            return Thrown(**names, bases=tuple(event["bases"]))
        return None

    def warned(self) -> tuple[Warned, ...]:
        """Every warning that was shown."""
        return tuple(
            Warned(category=event["category"], message=event["message"])
            for event in self._of("warned")
        )

    def remnants(self) -> tuple[Remnant, ...]:
        """Tasks and threads that were left."""
        return tuple(Remnant(kind=event["what"], name=event["name"]) for event in self._of("left"))

    def blocked_for(self) -> float:
        """The longest time in which a running event loop did not tick."""
        return max((float(event["seconds"]) for event in self._of("blocked")), default=0.0)

    def pytest(self) -> PytestReport | None:
        """Counts by outcome as pytest's own summary has them; None when pytest did not start."""
        if not self._of("pytest"):
            return None
        counts = Counter(event["outcome"] for event in self._of("test"))
        return PytestReport(
            **{field: counts[outcome] for outcome, field in COUNTED.items()},
            messages=tuple(event["message"] for event in self._of("failure")),
        )


def read(path: str) -> Report:
    """The events in the probe's file; none when the probe did not run."""
    try:
        with open(path, encoding="ascii", errors="replace") as stream:
            return Report(tuple(filter(None, map(_event, stream))))
    except FileNotFoundError:
        return Report(())


def _event(line: str) -> Event | None:
    try:
        return cast(Event, ast.literal_eval(line))
    except (ValueError, SyntaxError):  # cut off when the process was killed
        return None
