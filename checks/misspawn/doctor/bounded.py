"""A check in a process of its own, so that it can be ended with all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from misspawn.doctor.result import NotApplicable, Place, Result, Status
from misspawn.errors import UserError

Check = Callable[[Place], Iterator[Result]]
_GRACE = 5.0  # seconds for an ended process to be gone


class Bounded:
    """One check under way, from the moment that this is made."""

    def __init__(self, check: Check, place: Place) -> None:
        context = get_context("spawn")
        self._limit = place.limit
        self._deadline = time.monotonic() + place.limit
        self._is_over = False
        self._answer, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_serve, args=(check, place, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def results(self) -> list[Result]:
        """What it says, that it was too slow, or why it could not be done."""
        try:
            if self._answer.poll(max(0.0, self._deadline - time.monotonic())):
                answer: list[Result] = self._answer.recv()
                self._is_over = True
                return answer
        except EOFError:
            self.end()
            return [Result(Status.FAILED, f"it ended with {self._process.exitcode}")]
        return [Result(Status.TIMED_OUT, f"no answer within {self._limit:g} s")]

    def end(self) -> None:
        """End the process and its descendants, whatever they are doing. One that has answered has no descendants."""
        if not self._is_over and hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):  # macOS refuses a group of zombies
                os.killpg(
                    self._process.pid or 0, signal.SIGKILL
                )  # not yet waited for: the id is its own
            self._is_over = True
        self._process.kill()
        self._process.join(_GRACE)
        self._answer.close()


def _serve(check: Check, place: Place, answer: Connection) -> None:
    if hasattr(os, "setsid"):
        os.setsid()  # so that one signal reaches all descendants
    answer.send(_said(check, place))


def _said(check: Check, place: Place) -> list[Result]:
    try:
        return list(check(place))
    except NotApplicable as reason:
        return [Result(Status.NOT_APPLICABLE, str(reason))]
    except subprocess.TimeoutExpired as error:
        return [
            Result(Status.TIMED_OUT, f"`{error.cmd[0]}` did not answer within {error.timeout:g} s")
        ]
    except (UserError, OSError) as error:
        return [Result(Status.FAILED, str(error))]
    except Exception as error:  # noqa: BLE001 - the other checks still have something to say
        return [Result(Status.FAILED, f"a bug in misspawn: {type(error).__name__}: {error}")]
