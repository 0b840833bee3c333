"""Live checks of the environment that a project's tests run in. They read, and change nothing.

To add one: a module here with a function from a `Place` to its results, and its line in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from misspawn.doctor import containers, coverage, exported, imports, pytest
from misspawn.doctor.bounded import Bounded
from misspawn.doctor.result import Place, Result, Status

__all__ = ["CHECKS", "Place", "Result", "Status", "examine"]

CHECKS: dict[str, Callable[[Place], Iterator[Result]]] = {
    "imports": imports.look,
    "export": exported.look,
    "pytest": pytest.look,
    "coverage": coverage.look,
    "containers": containers.look,
}


def examine(place: Place, names: Sequence[str] = tuple(CHECKS)) -> Iterator[Result]:
    """The results of the named checks, in their order.

    All run at once, each in a process of its own that is ended after `place.limit` seconds.
    """
    runs = {name: Bounded(CHECKS[name], place) for name in names}
    try:
        for name, run in runs.items():
            yield from (result._replace(check=name) for result in run.results())
    finally:
        for run in runs.values():
            run.end()
