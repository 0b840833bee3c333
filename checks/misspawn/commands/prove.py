"""`misspawn prove [ID|PATH...]`: run the examples, judge them, and compare with the stored evidence."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from datetime import date

from misspawn import environments, evidence, prove
from misspawn.commands import targets
from misspawn.commands.targets import Record
from misspawn.errors import UserError
from misspawn.formats import verdicts as shown
from misspawn.formats.progress import Progress
from misspawn.formats.style import one_line, style_for
from misspawn.model import Verdict
from misspawn.prove import Task

PROVED, FAILED, NOTHING = 0, 1, 3
EPILOG = """The examples run in a sandbox: a folder of their own, limits on time, memory,
processes and output, and no network where the system allows that. Still, prove
only records that you trust.

exit codes:
  0  as expected
  1  failed, or not as the evidence says
  2  wrong usage
  3  nothing to prove"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "targets", nargs="*", metavar="ID|PATH", help="records (default: all of them)"
    )
    targets.python_arguments(parser)
    parser.add_argument(
        "-k", metavar="TEXT", default="", help="only examples whose title has this text"
    )
    parser.add_argument(
        "-j", "--jobs", type=int, default=0, metavar="N", help="runs at a time (0: one a core)"
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--update", action="store_true", help="store what is seen as evidence")
    mode.add_argument(
        "--check", action="store_true", help="compare with the stored evidence; the default"
    )
    mode.add_argument(
        "--newest", action="store_true", help="with the newest libraries instead of the pinned ones"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="default: %(default)s"
    )


def run(options: Namespace) -> int:
    """Prove, report what failed and what differs, and count."""
    chosen = targets.records(options.targets)
    patterns = [record.pattern for record in chosen]
    todo = list(prove.tasks(patterns, targets.interpreters(options), newest=options.newest))
    todo = [task for task in todo if options.k.lower() in task.example.title.lower()]
    if not todo:
        print("nothing to prove: no example fits", file=sys.stderr)
        return NOTHING
    start = time.monotonic()
    verdicts = list(_proved(todo, options))
    if options.format == "json":
        shown.write_json(verdicts, sys.stdout)
    told = list(_update(chosen, verdicts) if options.update else _differences(chosen, verdicts))
    for line in told:
        print(one_line(line), file=sys.stderr if options.format == "json" else sys.stdout)
    print(shown.summary(verdicts, time.monotonic() - start), file=sys.stderr)
    failed = any(verdict.status == "failed" for verdict in verdicts)
    return FAILED if failed or (told and not options.update) else PROVED


def _proved(todo: Sequence[Task], options: Namespace) -> Iterator[Verdict]:
    """The verdicts in the order of the tasks; failures are reported as they come."""
    progress, style = Progress(len(todo), sys.stderr), style_for(sys.stdout, os.environ)
    if not all(environments.is_prepared(task.interpreter, task.pins) for task in todo):
        progress.say("preparing environments ...")
    known = {_key(task): (number, task) for number, task in enumerate(todo)}
    if len(known) < len(todo):
        raise UserError("two examples of a record have the same title; name them apart")
    found: dict[int, Verdict] = {}
    for verdict in prove.prove_all(todo, options.jobs or os.cpu_count() or 1):
        number, task = known[verdict.id, verdict.title, verdict.python, verdict.pins]
        found[number] = verdict
        progress.step(failed=verdict.status == "failed")
        if verdict.status == "failed" and options.format == "text":
            progress.clear()
            for line in shown.report(verdict, _by_hand(task, verdict), style):
                print(line)
    progress.clear()
    yield from (found[number] for number in sorted(found))


def _key(task: Task) -> tuple[str, str, str, str]:
    return task.pattern.id, task.example.title, task.interpreter.version, task.pins.name


def _by_hand(task: Task, verdict: Verdict) -> str:
    python = str(environments.prepare(task.interpreter, task.pins))
    return shown.by_hand(verdict, python, prove.argv(task.example), prove.environment(task))


def _update(chosen: Sequence[Record], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Store the evidence; name the files that changed."""
    for record in chosen:
        own = [verdict for verdict in verdicts if verdict.id == record.pattern.id]
        known = evidence.load(record.file)
        today = date.today()  # noqa: DTZ011 - the day where the proof was made
        if evidence.save(record.file, evidence.merged(record.pattern, known, own, today)):
            yield f"updated {os.path.relpath(evidence.path(record.file))}"


def _differences(chosen: Sequence[Record], verdicts: Sequence[Verdict]) -> Iterator[str]:
    for record in chosen:
        own = [verdict for verdict in verdicts if verdict.id == record.pattern.id]
        known = evidence.load(record.file)
        for difference in evidence.differences(record.pattern, known, own):
            yield f"{record.pattern.id}: {difference}"
