"""`misspawn check-record FILE`: everything that a new record must be, one verdict a line."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Container, Iterator, Sequence
from typing import NamedTuple

from misspawn import catalogue, environments, mends, outcomes, prove
from misspawn.catalogue import checks, records
from misspawn.formats.style import one_line, style_for
from misspawn.model import Pattern, Run, Verdict
from misspawn.neighbours import neighbours
from misspawn.normal import normal
from misspawn.regex import compile
from misspawn.trial import Trial

FINE, FAILED = 0, 1
LONGEST = 600  # characters of a regex that a reader can still take in


class Case(NamedTuple):
    """The record under examination, all records with it, and what its examples showed."""

    pattern: Pattern
    everybody: Sequence[Pattern]
    verdicts: Sequence[Verdict]

    @property
    def runs(self) -> Iterator[Run]:
        """The runs that there were."""
        return (verdict.run for verdict in self.verdicts if verdict.run)


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE", help="the record's file")
    parser.add_argument(
        "--no-proof", action="store_true", help="do not run the examples (they are code)"
    )


def run(options: Namespace) -> int:
    """Print the verdicts; 1 when there is a `no` among them."""
    known = catalogue.files(catalogue.folder())
    patterns, problems = records.read([options.file], known=known)
    _print("schema", list(map(str, problems)), "fields, types, names and regexes are in order")
    if not patterns:
        return FAILED
    others = [other for other in _others(known, options.file) if other.id != patterns[0].id]
    case = Case(
        patterns[0], [*others, patterns[0]], () if options.no_proof else _proved(patterns[0])
    )
    failed = [name for name, step, fine in STEPS if not _print(name, list(step(case)), fine)]
    for note in neighbours(case.pattern, others):
        print(f"note  {'neighbours':12} {note}")
    return FAILED if failed else FINE


def _others(known: Sequence[str], file: str) -> Sequence[Pattern]:
    own = os.path.realpath(file)
    if own in map(os.path.realpath, known):
        return records.read([path for path in known if os.path.realpath(path) != own], known=known)[
            0
        ]
    return catalogue.load()


def _print(name: str, complaints: Sequence[str], fine: str) -> bool:
    style = style_for(sys.stdout, os.environ)
    word = style.paint("no  ", "red") if complaints else style.paint("yes ", "cyan")
    for text in complaints or [fine]:
        print(f"{word}  {name:12} {one_line(text)}", flush=True)
    return not complaints


def _proved(pattern: Pattern) -> list[Verdict]:
    todo = list(prove.tasks([pattern], [environments.running()]))
    return list(prove.prove_all(todo, os.cpu_count() or 1))


def _sides(case: Case, *, wrong: bool) -> Iterator[str]:
    titles = {example.title for example in case.pattern.examples if example.is_wrong == wrong}
    return _proof(case, titles)


def _proof(case: Case, titles: Container[str]) -> Iterator[str]:
    for verdict in case.verdicts:
        if verdict.title in titles and verdict.status != "proved":
            yield f"{verdict.title}: {verdict.status}: {'; '.join(verdict.reasons)}"


def _wrong(case: Case) -> Iterator[str]:
    return _sides(case, wrong=True)


def _right(case: Case) -> Iterator[str]:
    return _sides(case, wrong=False)


def _mend(case: Case) -> Iterator[str]:
    """A wrong example that would also pass as a right one shows no mistake."""
    asked = next(
        (e.expect for e in case.pattern.examples if not e.is_wrong and e.expect.passes), None
    )
    titles = {example.title for example in case.pattern.examples if example.is_wrong}
    for verdict in case.verdicts:
        if (
            asked
            and verdict.run
            and verdict.title in titles
            and not outcomes.judge(asked, verdict.run)
        ):
            yield f"{verdict.title}: passes as a right example would; make the mistake show"


def _detection(case: Case) -> list[str]:
    if not case.pattern.detect:
        return []
    return Trial(case.everybody).failures(case.pattern, case.pattern.detect)


def _clauses(case: Case) -> Iterator[str]:
    return Trial(case.everybody).survivors(case.pattern)


def _fixes(case: Case) -> Iterator[str]:
    yield from mends.failures(case.pattern)
    fixed = {mends.title(example) for example in case.pattern.examples}
    yield from _proof(case, fixed)


def _size(case: Case) -> Iterator[str]:
    for number, detector in enumerate(case.pattern.detect, 1):
        for keys, text in checks.regexes(detector):
            if len(text) > LONGEST:
                where = ".".join(map(str, keys))
                yield f"detector {number}, {where}: {len(text)} characters; keep it to {LONGEST}"


def _symptoms(case: Case) -> Iterator[str]:
    """Of the regexes for logs at least one occurs in what the examples printed, raised or warned."""
    texts = [text for run in case.runs for text in _texts(run)]
    logs = [symptom.log for symptom in case.pattern.symptoms if symptom.log]
    if logs and texts and not any(_finds(log, text) for log in logs for text in texts):
        yield f"no run here shows {' or '.join(logs)}; an example should"


def _texts(run: Run) -> Iterator[str]:
    yield from (run.stdout, run.stderr, normal(run.stdout), run.stacks)
    if run.thrown:
        yield f"{run.thrown.type}: {run.thrown.message}"
    yield from (f"{warned.category}: {warned.message}" for warned in run.warned)
    yield from run.pytest.messages if run.pytest else ()


def _finds(pattern: str, text: str) -> bool:
    return compile(pattern).search(text.encode("utf-8", "surrogateescape")) is not None


Step = Callable[[Case], "Iterator[str] | list[str]"]
STEPS: tuple[tuple[str, Step, str], ...] = (
    ("wrong", _wrong, "each wrong example fails as stated"),
    ("right", _right, "each right example passes as stated"),
    ("mend", _mend, "no wrong example would pass as a right one"),
    ("detection", _detection, "each mistake is flagged, and no right example is"),
    ("clauses", _clauses, "each condition is needed by an example"),
    ("fixes", _fixes, "each fix mends its wrong example, which then shows what the right one does"),
    ("regexes", _size, "linear in the text, as all RE2 regexes are, and short enough to read"),
    ("symptoms", _symptoms, "what the examples print has the symptom"),
)
