"""The process around a run: starts it inside, watches it, ends everything, gives the account.

`python -m misspawn.sandbox.warden FOLDER`. Its stdin is its lifeline: when the caller closes it, or
dies, the run is over. One warden serves one run, so that every descendant belongs to that run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time

from misspawn.sandbox import limits, namespaces, order, processes
from misspawn.sandbox.namespaces import Plan
from misspawn.sandbox.order import ACCOUNT, ORDER, Account, Order
from misspawn.sandbox.output import Drain
from misspawn.sandbox.stacks import ask
from misspawn.sandbox.watch import Watch

ABANDONED = 79
NOT_STARTED = 127  # as a shell says it


def main() -> int:
    """Carry out the order in the folder that the command line names."""
    root = sys.argv[1]
    given = order.read(root, ORDER, Order)
    code = namespaces.call(given.plans, root, lambda plan: Warden(root, given, plan).attend())
    if code == ABANDONED:  # the caller is gone, and cannot tidy up
        shutil.rmtree(root, ignore_errors=True)
    return code


class Warden:
    """Attends one run, in the process that is already isolated."""

    def __init__(self, root: str, given: Order, plan: Plan) -> None:
        self._root = root
        self._order = given
        self._plan = plan
        self._session = 0
        self._abandoned = False

    def attend(self) -> int:
        """Run the example and leave the account; nothing of it is alive afterwards."""
        threading.Thread(target=self._hold_lifeline, daemon=True).start()
        limits.apply(self._order.limits)
        account = self._run()
        if self._abandoned:
            return ABANDONED
        order.write(self._root, ACCOUNT, account)
        return 0

    def _hold_lifeline(self) -> None:
        while os.read(0, 1):
            continue
        self._abandoned = True
        processes.end_all(self._session)
        os._exit(ABANDONED)

    def _run(self) -> Account:
        try:
            child = subprocess.Popen(
                self._order.argv,
                cwd=self._order.folder,
                env=self._order.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            why = f"not started: {error}"
            return Account(code=NOT_STARTED, seconds=0.0, plan=self._plan, limit=why)
        with child:
            self._session = child.pid
            try:
                return self._watched(child, time.monotonic())
            finally:
                processes.end_all(self._session)

    def _watched(self, child: subprocess.Popen[bytes], start: float) -> Account:
        bounds = self._order.limits
        drains = [Drain(pipe, bounds.output) for pipe in (child.stdout, child.stderr) if pipe]
        watch = Watch(child, bounds, drains)
        broken = watch.until_end(start + bounds.wall)
        code, seconds = child.poll(), time.monotonic() - start
        timed_out = code is None and not broken
        stacks = ask(child.pid, self._order.stacks) if timed_out else ""
        remnants = () if code is None else watch.remnants(own_files=self._plan.processes)
        processes.end_all(self._session)
        stdout, stderr = (drain.text() for drain in drains)
        return Account(
            code=code,
            seconds=seconds,
            plan=self._plan,
            stdout=stdout,
            stderr=stderr,
            timed_out=timed_out,
            limit=broken or watch.overflow() or limits.behind_signal(code or 0, bounds),
            stacks=stacks,
            remnants=remnants,
        )


if __name__ == "__main__":
    raise SystemExit(main())
