"""Whether a run shows what its example states. One module for each key of `Outcome`.

Each has `judge(expected, run) -> str`: '' when it is as stated, otherwise what was expected and what
was observed. Only what the run's values say is compared; nothing is read out of printed text except
by `prints`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from misspawn.model import Outcome, Run
from misspawn.outcomes import (
    blocks_loop,
    exits,
    hangs,
    leaves,
    passes,
    prints,
    pytest,
    raises,
    unrunnable,
    unstated,
    warns,
)

JUDGES: dict[str, Callable[[Any, Run], str]] = {
    "raises": raises.judge,
    "warns": warns.judge,
    "hangs": hangs.judge,
    "blocks_loop": blocks_loop.judge,
    "exits": exits.judge,
    "prints": prints.judge,
    "pytest": pytest.judge,
    "leaves": leaves.judge,
    "passes": passes.judge,
    "unrunnable": unrunnable.judge,
}


def judge(outcome: Outcome, run: Run) -> list[str]:
    """One sentence for each difference; [] when the run shows all that is stated, and no other failure."""
    stated = {
        key: value for key, value in msgspec.structs.asdict(outcome).items() if value is not None
    }
    found = [JUDGES[key](value, run) for key, value in stated.items()]
    return [difference for difference in [unstated.judge(set(stated), run), *found] if difference]
