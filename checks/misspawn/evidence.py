"""What runs have shown, kept beside the record: one generated file each, the same after every like run.

Only what does not vary between like runs is compared: exception, exit code, counts, what was left. The
excerpt of the output is that of the first run which showed these facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from misspawn import examples, pins
from misspawn.facts import Seen, facts
from misspawn.mends import proved
from misspawn.model import Example, Pattern, Run, Verdict
from misspawn.normal import excerpt

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
"""The versions on which a record must have been proved; on others it is judged, and nothing compared."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One example on one Python with one pin set; `first` is the day when this was first seen."""

    python: str
    pins: str
    versions: dict[str, str]
    first: str
    seen: Seen
    output: tuple[str, ...]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one example; `digest` tells whether it is still this example."""

    example: str
    digest: str
    runs: tuple[Entry, ...] = ()


def path(record: str) -> str:
    """The evidence file of a record file."""
    return record.removesuffix(".yaml") + ".evidence.json"


def load(record: str) -> tuple[Proof, ...]:
    """What is known; nothing when there is no file or an unreadable one."""
    try:
        with open(path(record), "rb") as stream:
            return msgspec.json.decode(stream.read(), type=tuple[Proof, ...])
    except (OSError, msgspec.MsgspecError):
        return ()


def save(record: str, proofs: tuple[Proof, ...]) -> bool:
    """Write the file; False when it says so already."""
    text = msgspec.json.format(msgspec.json.encode(proofs), indent=2) + b"\n"
    try:
        with open(path(record), "rb") as stream:
            if stream.read() == text:
                return False
    except OSError:
        pass
    with open(path(record), "wb") as stream:
        stream.write(text)
    return True


def merged(
    pattern: Pattern, known: Sequence[Proof], verdicts: Iterable[Verdict], today: date
) -> tuple[Proof, ...]:
    """What is known after these verdicts: in the record's order, without what is no longer so."""
    fresh: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        fresh.setdefault(verdict.title, []).append(verdict)
    return tuple(
        _proof(example, _runs(known, example), fresh.get(example.title, ()), today)
        for example in proved(pattern)
        if not example.expect.unrunnable
    )


def _proof(
    example: Example, known: tuple[Entry, ...], verdicts: Iterable[Verdict], today: date
) -> Proof:
    entries = {(entry.python, entry.pins): entry for entry in known if _wanted(example, entry)}
    for verdict in verdicts:
        if verdict.status == "not proved here":
            continue
        key = minor(verdict.python), verdict.pins
        before = entries.pop(key, None)
        if verdict.status == "proved" and verdict.run:
            entries[key] = _entry(example, verdict, verdict.run, before, today)
    runs = sorted(entries.values(), key=lambda entry: (_number(entry.python), entry.pins))
    return Proof(example=example.title, digest=digest(example), runs=tuple(runs))


def _wanted(example: Example, entry: Entry) -> bool:
    names = [fit.name for fit in pins.fitting(example)]
    return entry.pins in names and examples.runs_on(example, f"{entry.python}.0")


def _entry(
    example: Example, verdict: Verdict, run: Run, before: Entry | None, today: date
) -> Entry:
    seen = facts(examples.expected(example, verdict.python), run)
    same = before is not None and before.seen == seen
    return Entry(
        python=minor(verdict.python),
        pins=verdict.pins,
        versions=_versions(example, verdict),
        first=before.first if same and before else today.isoformat(),
        seen=seen,
        output=before.output if same and before else _output(run),
    )


def _output(run: Run) -> tuple[str, ...]:
    return excerpt((run.stdout, run.stacks or run.stderr))


def _versions(example: Example, verdict: Verdict) -> dict[str, str]:
    """The versions that matter to the example."""
    known = next(fit.versions for fit in pins.sets() if fit.name == verdict.pins)
    text = " ".join((example.language, *example.requires, *examples.files(example).values()))
    used = {
        name: version
        for name, version in known.items()
        if name.replace("-", "_") in text or name in text
    }
    return {"python": verdict.python, **used}


# -- what is missing, and what differs ---------------------------------------------


def differences(
    pattern: Pattern, known: Sequence[Proof], verdicts: Iterable[Verdict]
) -> Iterator[str]:
    """What proved runs show that the evidence does not say."""
    shown = {example.title: example for example in proved(pattern)}
    for verdict in verdicts:
        if verdict.status != "proved" or not verdict.run or minor(verdict.python) not in PYTHONS:
            continue
        example = shown[verdict.title]
        at = f"{verdict.title} (Python {minor(verdict.python)}, {verdict.pins})"
        pin_set = pins.sets()[0].name if verdict.pins == pins.NEWEST else verdict.pins
        entry = _found(_runs(known, example), minor(verdict.python), pin_set)
        if entry is None:
            yield f"{at}: no evidence is stored"
            continue
        now = facts(examples.expected(example, verdict.python), verdict.run)
        for name in Seen.__struct_fields__:
            old, new = getattr(entry.seen, name), getattr(now, name)
            if old != new:
                yield f"{at}: {name} was {old!r}, is {new!r}"


def missing(pattern: Pattern, known: Sequence[Proof]) -> list[str]:
    """The runs without evidence, in words: `title (3.10, 3.11)`."""
    found = []
    for example in proved(pattern):
        if example.expect.unrunnable:
            continue
        runs, fits = _runs(known, example), pins.fitting(example)
        lacking = [
            python
            for python in PYTHONS
            if examples.runs_on(example, f"{python}.0")
            and not all(_found(runs, python, fit.name) for fit in fits)
        ]
        if lacking:
            found.append(f"{example.title} ({', '.join(lacking)})")
    return found


def _runs(known: Sequence[Proof], example: Example) -> tuple[Entry, ...]:
    """What is known of the example as it is now; nothing when it has changed since."""
    now = digest(example)
    return next((p.runs for p in known if p.example == example.title and p.digest == now), ())


def _found(runs: Iterable[Entry], python: str, pin_set: str) -> Entry | None:
    return next((run for run in runs if (run.python, run.pins) == (python, pin_set)), None)


def digest(example: Example) -> str:
    """What changes when the example's run or its expectation does."""
    content = (
        examples.files(example),
        examples.command(example),
        example.expect,
        example.expect_on,
        example.env,
        example.requires,
    )
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]


def minor(version: str) -> str:
    """`3.12` of `3.12.1`."""
    return ".".join(version.split(".")[:2])


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
