"""A job done on many batches by several processes, the results in order.

The processes are forks of this one, so they start at once with all that it has prepared, and this
one does its share. Batches are taken from a pipe of their numbers by whoever is free. Where there
is no fork, this process does everything.
"""

from __future__ import annotations

import os
import select
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Generic, TypeVar

Batch = TypeVar("Batch")
Done = TypeVar("Done")
_NUMBER = struct.Struct("=i")
MOST = 60_000 // _NUMBER.size  # batches whose numbers a pipe holds


def share(job: Callable[[Batch], Done], batches: Sequence[Batch], processes: int) -> Iterator[Done]:
    """What the job makes of each batch, in order; no more than `MOST` batches."""
    if processes < 2 or not hasattr(os, "fork"):
        yield from map(job, batches)
        return
    queue, end = os.pipe()
    os.write(end, b"".join(map(_NUMBER.pack, range(len(batches)))))
    os.close(end)
    helpers = [_Helper(job, batches, queue) for _ in range(processes - 1)]
    try:
        yield from _in_order(_results(job, batches, queue, helpers), len(batches))
    finally:
        os.close(queue)
        for helper in helpers:
            helper.end()


def _in_order(results: Iterator[tuple[int, Done]], count: int) -> Iterator[Done]:
    waiting: dict[int, Done] = {}
    turn = 0
    for number, result in results:
        waiting[number] = result
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1
    if turn < count:
        raise RuntimeError("a worker process was killed")


def _results(
    job: Callable[[Batch], Done], batches: Sequence[Batch], queue: int, helpers: list[_Helper[Done]]
) -> Iterator[tuple[int, Done]]:
    """The results of this process, and between them those of the others as they come."""
    for number in _numbers(queue):
        yield number, job(batches[number])
        for helper in select.select(helpers, [], [], 0)[0]:
            yield from helper.one()
    for helper in helpers:
        while result := list(helper.one()):
            yield from result


def _numbers(queue: int) -> Iterator[int]:
    while data := os.read(queue, _NUMBER.size):
        yield _NUMBER.unpack(data)[0]


class _Helper(Generic[Done]):
    """One forked process and the pipe on which its results arrive."""

    def __init__(self, job: Callable[[Batch], Done], batches: Sequence[Batch], queue: int) -> None:
        source, target = os.pipe()
        self._process = os.fork()
        if not self._process:
            os.close(source)
            _help(job, batches, queue, target)
        os.close(target)
        self._results: IO[bytes] = os.fdopen(source, "rb")

    def fileno(self) -> int:
        """For `select`."""
        return self._results.fileno()

    def one(self) -> Iterator[tuple[int, Done]]:
        """Wait for the next result; none when the process has ended."""
        import pickle  # costs 3 ms that a scan of a few files does not need

        try:
            number, result = pickle.load(self._results)  # noqa: S301 - from a fork of this process
        except EOFError:
            return
        if isinstance(result, Exception):
            raise result
        yield number, result

    def end(self) -> None:
        """Stop the process, whether it is done or not."""
        self._results.close()
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)


def _help(job: Callable[[Batch], Done], batches: Sequence[Batch], queue: int, target: int) -> None:
    """Work in a forked process, and end it there."""
    import pickle

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    code = 1
    try:
        with suppress(BrokenPipeError), os.fdopen(target, "wb") as stream:
            for number in _numbers(queue):
                try:
                    result: Done | Exception = job(batches[number])
                except Exception as error:  # noqa: BLE001 - raised again in the parent
                    result = error
                pickle.dump((number, result), stream)
                stream.flush()
        code = 0
    finally:
        os._exit(code)
