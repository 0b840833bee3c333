"""Examples in, verdicts out: each example of a record run on an interpreter and judged by its outcome."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

import yaml

from misspawn import accounts, engine, examples, outcomes, pins, sandbox, steps
from misspawn.environments import Interpreter, prepare
from misspawn.errors import UserError
from misspawn.mends import origin, proved
from misspawn.model import Example, Outcome, Pattern, Run, Verdict
from misspawn.pins import PinSet

PATIENCE, ENGINE_PATIENCE = 60.0, 180.0  # seconds; more than any example needs on a busy machine
STARTING = 2.0  # seconds that a hanging example is given to reach the place where it hangs
STRICT = {"PYTHONWARNINGS": "error", "PYTHONASYNCIODEBUG": "1"}


class Task(NamedTuple):
    """One run to do."""

    pattern: Pattern
    example: Example
    interpreter: Interpreter
    pins: PinSet

    @property
    def outcome(self) -> Outcome:
        """What it must show."""
        return examples.expected(self.example, self.interpreter.version)

    @property
    def needs_engine(self) -> bool:
        """Whether it talks to a container engine; of these one runs at a time, as they share it."""
        return "docker" in self.example.needs


def tasks(
    patterns: Iterable[Pattern], interpreters: Sequence[Interpreter], *, newest: bool = False
) -> Iterator[Task]:
    """Every example on each interpreter that it is meant for, with each pin set that fits."""
    for pattern in patterns:
        for example in proved(pattern):
            for interpreter in interpreters:
                if examples.runs_on(example, interpreter.version):
                    for fit in pins.fitting(example, newest=newest):
                        yield Task(pattern, example, interpreter, fit)


def prove_all(tasks: Sequence[Task], jobs: int) -> Iterator[Verdict]:
    """The verdicts, as they come. Environments are built first, one after the other."""
    for interpreter, pin_set in dict.fromkeys((task.interpreter, task.pins) for task in tasks):
        prepare(interpreter, pin_set)
    if jobs == 1:
        yield from map(prove, tasks)
        return
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield from _spread(pool, tasks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            sandbox.stop_all()
            raise


def _spread(pool: ThreadPoolExecutor, tasks: Sequence[Task]) -> Iterator[Verdict]:
    queue = [task for task in tasks if task.needs_engine]
    pending: set[Future[Verdict]] = {pool.submit(prove, t) for t in tasks if not t.needs_engine}
    engaged: Future[Verdict] | None = None
    while pending or queue:
        if queue and engaged not in pending:
            engaged = pool.submit(prove, queue.pop(0))
            pending.add(engaged)
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def prove(task: Task) -> Verdict:
    """Run one example and judge it."""
    if reason := _obstacle(task):
        return _verdict(task, "not proved here", reasons=(reason,))
    try:
        run = execute(task)
    except (sandbox.Stopped, UserError) as error:
        return _verdict(task, "failed", reasons=(f"it could not be run: {error}",))
    reasons = (*outcomes.judge(task.outcome, run), *_unmended(task, run))
    status = "failed" if reasons else "proved"
    return _verdict(task, status, reasons=reasons, run=run)


def _unmended(task: Task, run: Run) -> Iterator[str]:
    """A mended example must not show the mistake any more, whatever else it shows."""
    wrong = origin(task.pattern, task.example)
    if wrong is None:
        return
    mistake = examples.expected(wrong, task.interpreter.version)
    if not outcomes.judge(mistake, run):
        yield f"it is fixed, and still shows the mistake: {accounts.wanted(mistake)}"


def _verdict(
    task: Task, status: str, *, reasons: tuple[str, ...] = (), run: Run | None = None
) -> Verdict:
    return Verdict(
        id=task.pattern.id,
        title=task.example.title,
        python=task.interpreter.version,
        pins=task.pins.name,
        status=status,  # type: ignore[arg-type]
        expected=accounts.wanted(task.outcome),
        observed=accounts.seen(run) if run else "",
        reasons=reasons,
        seconds=run.seconds if run else 0.0,
        run=run,
    )


def _obstacle(task: Task) -> str:
    """Why the example cannot be proved here; nothing when it can."""
    if task.outcome.unrunnable:
        return task.outcome.unrunnable
    if "network" in task.example.needs:
        return "it needs the network"
    if task.needs_engine and (reason := engine.absence()):
        return reason
    missing = [tool for tool in task.example.needs if tool != "docker" and not shutil.which(tool)]
    return f"no {' and no '.join(missing)} here" if missing else ""


def execute(task: Task) -> Run:
    """Run one example in the sandbox."""
    if not task.needs_engine:
        return _sandboxed(task, {})
    with engine.watched(prepare(task.interpreter, task.pins)) as watch:
        run = _sandboxed(task, watch.environment)
    return watch.told(run)


def _sandboxed(task: Task, env: Mapping[str, str]) -> Run:
    return sandbox.run(
        examples.files(task.example),
        argv(task.example),
        python=prepare(task.interpreter, task.pins),
        limits=sandbox.Limits(wall=deadline(task)),
        env={**env, **task.example.env},
        probe=task.example.language != "workflow",
        strict=bool(task.outcome.passes),
    )


def argv(example: Example) -> tuple[str, ...]:
    """The command of the example; for a workflow, the program that walks its steps."""
    if command := examples.command(example):
        return command
    text = next(
        iter(text for name, text in examples.files(example).items() if "workflows/" in name)
    )
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{example.title}: the workflow is not valid YAML: {error}") from error
    known = {key: value for key, value in content.items() if key in ("jobs", "env", "defaults")}
    return ("python", os.path.abspath(steps.__file__), json.dumps(known))


def environment(task: Task) -> dict[str, str]:
    """The variables that make a run by hand like the one in the sandbox."""
    return task.example.env | (STRICT if task.outcome.passes else {})


def deadline(task: Task) -> float:
    """Seconds after which the run is ended."""
    if hangs := task.outcome.hangs:
        return float(hangs.rstrip("s")) + STARTING
    return ENGINE_PATIENCE if task.needs_engine else PATIENCE
