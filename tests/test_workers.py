"""Sharing a job among processes: order, errors, and an early end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from typing import cast

import psutil
import pytest

from misspawn.workers import share

BATCHES = list(range(200))


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_results_come_in_order(processes: int) -> None:
    assert list(share(square, BATCHES, processes)) == [number * number for number in BATCHES]


def test_more_processes_than_batches() -> None:
    assert list(share(square, [3], 4)) == [9]


def test_an_error_in_any_process_is_raised() -> None:
    def fail(number: int) -> int:
        if number == BATCHES[-1]:
            raise ValueError("no")
        return number

    with pytest.raises(ValueError, match="no"):
        list(share(fail, BATCHES, 3))


def test_a_killed_process_is_told() -> None:
    here = os.getpid()

    def die(number: int) -> int:
        time.sleep(0.005)  # so that the other one takes a batch
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(RuntimeError, match="killed"):
        list(share(die, BATCHES, 2))


def test_an_early_end_leaves_no_process() -> None:
    before = psutil.Process().children()
    results = cast("Generator[int, None, None]", share(square, BATCHES, 3))
    assert next(results) == 0
    assert len(psutil.Process().children()) == len(before) + 2
    results.close()
    assert psutil.Process().children() == before
