"""What a record must also fulfil, beyond the types of its fields.

A check takes a `Pattern` and yields complaints: the keys of the value, and what is wrong with it and
what to do. Add one by writing it and putting it into `CHECKS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import PurePosixPath

from misspawn import regex
from misspawn.catalogue import rewrites
from misspawn.catalogue.tree import Keys
from misspawn.model import (
    Clause,
    Detector,
    Example,
    Kind,
    Language,
    Names,
    Outcome,
    Pattern,
    Severity,
)
from misspawn.regions.opening import document_type

Complaints = Iterator[tuple[Keys, str]]
MAX_LINES = 40
MAX_COLUMNS = 68
"""What the page shows of a line without scrolling when wrong and right stand side by side."""
_CLAUSES = {name: name for name in ("deep", "statement", "function", "file", "path")} | {
    "class": "class_"
}
_FACTS = ("pytest.config", "dependencies", "requires-python", "conftest", "compose")
_RANGE = re.compile(r"((<|<=|>|>=|==|!=)3\.\d+)(,(<|<=|>|>=|==|!=)3\.\d+)*")
_GROUP = re.compile(r"\{([a-z]+)\}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def regexes(detector: Detector) -> Iterator[tuple[Keys, str]]:
    """Every regex of a detector, with its keys."""
    yield ("match",), detector.match
    clauses: dict[Keys, Clause] = {(): Clause(all=detector.all, none=detector.none)}
    clauses |= {(key,): getattr(detector, name) for key, name in _CLAUSES.items()}
    clauses |= {("project", fact): clause for fact, clause in detector.project.items()}
    for keys, clause in clauses.items():
        yield from (((*keys, "all", index), text) for index, text in enumerate(clause.all))
        yield from (((*keys, "none", index), text) for index, text in enumerate(clause.none))
        yield from (((*keys, "unless", index), text) for index, text in enumerate(clause.unless))
    yield from ((("inside", context), text) for context, text in detector.inside.items())
    yield from ((("outside", context), text) for context, text in detector.outside.items())
    yield from rewrites.regexes(detector)
    for group, names in detector.where.items():
        yield from (((("where", group, key)), text) for key, text in _collectors(names))


def _collectors(names: Names) -> Iterator[tuple[str, str]]:
    yield from ((key, text) for key, text in (("any", names.any), ("none", names.none)) if text)


def check_regexes(pattern: Pattern) -> Complaints:
    """Every regex is one that RE2 takes."""
    for keys, text in _all_regexes(pattern):
        try:
            regex.compile(text)
        except regex.RegexError as error:
            yield keys, str(error)


def _all_regexes(pattern: Pattern) -> Iterator[tuple[Keys, str]]:
    for index, detector in enumerate(pattern.detect):
        for keys, text in regexes(detector):
            yield ("detect", index, *keys), text
    for index, symptom in enumerate(pattern.symptoms):
        yield ("symptoms", index, "log"), symptom.log
    for index, example in enumerate(pattern.examples):
        for keys, outcome in _outcomes(example):
            for rest, text in _outcome_regexes(outcome):
                yield ("examples", index, *keys, *rest), text


def _outcomes(example: Example) -> Iterator[tuple[Keys, Outcome]]:
    yield ("expect",), example.expect
    for versions, outcome in example.expect_on.items():
        yield ("expect_on", versions), outcome


def _outcome_regexes(outcome: Outcome) -> Iterator[tuple[Keys, str]]:
    if outcome.prints:
        yield ("prints",), outcome.prints
    for key in ("raises", "warns", "pytest"):
        if message := getattr(getattr(outcome, key), "message", ""):
            yield (key, "message"), message


def check_symptoms(pattern: Pattern) -> Complaints:
    """A log symptom has a sample that its regex matches; others say what is seen."""
    for index, symptom in enumerate(pattern.symptoms):
        at: Keys = ("symptoms", index)
        if bool(symptom.log) != bool(symptom.sample):
            yield at, "`log` and `sample` go together; give both"
        elif not (symptom.log or symptom.seen):
            yield at, "says nothing; give `log` with `sample`, or `seen`"
        elif symptom.log and not _matches(symptom.log, symptom.sample):
            yield (*at, "log"), "does not match its `sample`; mend one of them"


def _matches(pattern: str, text: str) -> bool:
    try:
        return regex.compile(pattern).search(text.encode()) is not None
    except regex.RegexError:
        return True  # check_regexes reports it


def check_regions(pattern: Pattern) -> Complaints:
    """Regions, key paths, contexts and project facts are known."""
    for index, detector in enumerate(pattern.detect):
        for keys, message in (*_check_region(detector), *_check_names(detector)):
            yield ("detect", index, *keys), message


def _check_region(detector: Detector) -> Complaints:
    language, region = detector.language.value, detector.region
    kinds = document_type(detector.language).kinds
    if region not in kinds:
        yield ("region",), f"{language} has no region `{region}`; use one of {', '.join(kinds)}"
    if detector.at and region not in ("mapping", "section"):
        yield ("at",), f"a {region} has no key path; drop `at`"
    if detector.language is Language.COVERAGE_CONFIG and not detector.at:
        yield (), "`at` is missing; name the section, for example `at: run`"


def _check_names(detector: Detector) -> Complaints:
    contexts = document_type(detector.language).contexts
    for side in ("inside", "outside"):
        for context in getattr(detector, side):
            if context not in contexts:
                known = ", ".join(contexts) or "none"
                yield (side, context), f"no context `{context}` in this language; known: {known}"
    for group in _GROUP.findall(detector.message):
        if f"(?P<{group}>" not in detector.match:
            yield ("message",), f"`match` has no group (?P<{group}>...) for {{{group}}}; name one"
    for fact in detector.project:
        if fact not in _FACTS and not fact.startswith("pytest."):
            known = ", ".join(("pytest.<option>", *_FACTS))
            yield ("project", fact), f"no such project fact; use one of {known}"


def check_where(pattern: Pattern) -> Complaints:
    """`where` names groups of `match`, and its regexes collect names with groups."""
    for index, detector in enumerate(pattern.detect):
        for group, names in detector.where.items():
            at: Keys = ("detect", index, "where", group)
            if f"(?P<{group}>" not in detector.match:
                yield at, f"`match` has no group (?P<{group}>...); name one"
            if not (names.any or names.none or names.is_ or names.is_not):
                yield at, "needs `any`, `none`, `is` or `is_not`"
            if names.times > 1 and not (names.any or names.none):
                yield (*at, "times"), "counts what `any` or `none` collect; give one of them"
            if (names.is_ or names.is_not) and detector.language is not Language.PYTHON:
                yield at, "only Python's names are looked up; drop `is` and `is_not`"
            for key, text in _collectors(names):
                if not _groups(text):
                    yield (*at, key), "collects nothing; put the name in a group: (...)"


def _groups(pattern: str) -> int:
    try:
        return regex.compile(pattern).groups
    except regex.RegexError:
        return 1


def check_kind(pattern: Pattern) -> Complaints:
    """A myth is refuted, a pattern is not; a record has a detector or says why not."""
    for key in ("claim", "verdict", "truth"):
        if pattern.kind is Kind.MYTH and not getattr(pattern, key):
            yield (), f"a myth needs `{key}`; add it"
        elif pattern.kind is Kind.PATTERN and getattr(pattern, key):
            yield (key,), f"`{key}` is for `kind: myth`; drop it"
    if pattern.detect and pattern.no_detector:
        yield ("no_detector",), "the record has detectors; drop this"
    if pattern.detect and not pattern.rg_misses:
        yield (
            (),
            "`rg_misses` is missing; say what a plain ripgrep pipeline misses or wrongly reports",
        )
    if pattern.kind is Kind.PATTERN and not (pattern.detect or pattern.no_detector):
        yield (), "has no detector; add `detect`, or say why not in `no_detector`"


def check_examples(pattern: Pattern) -> Complaints:
    """Both sides are shown, each by one short program with an outcome."""
    for side in ("wrong", "right"):
        if not any(getattr(example, side) for example in pattern.examples):
            yield ("examples",), f"no `{side}` example; add one"
    for index, example in enumerate(pattern.examples):
        for keys, message in _check_example(example):
            yield ("examples", index, *keys), message


def _check_example(example: Example) -> Complaints:
    if (example.wrong is None) == (example.right is None):
        yield (), "needs a title: either `wrong: ...` or `right: ...`"
    if bool(example.code) == bool(example.files):
        yield (), "needs either `code` or `files`"
    if not example.detect and not example.note:
        yield ("detect",), "is false; say in `note` why no detector can see it"
    yield from _check_files(example)
    for keys, outcome in _outcomes(example):
        if outcome == Outcome():
            yield keys, "states no outcome; say what running it must show"
    ranges: dict[Keys, str] = {("expect_on", text): text for text in example.expect_on}
    for at, versions in {("python",): example.python, **ranges}.items():
        if versions and not _RANGE.fullmatch(versions):
            yield at, f"`{versions}` is not a range of Python versions; write it like '<3.12'"


def _check_files(example: Example) -> Complaints:
    if example.unstaged and not any(f.startswith(f"{example.unstaged}/") for f in example.files):
        yield ("unstaged",), "is no folder among `files`; name one"
    texts: dict[Keys, str] = {("files", name): text for name, text in example.files.items()}
    for at, text in {("code",): example.code, **texts}.items():
        if (lines := text.count("\n")) > MAX_LINES:
            yield at, f"has {lines} lines; keep it to {MAX_LINES}"
        yield from (((*at, *keys), message) for keys, message in _check_lines(text))
    for name in example.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name:
            yield (
                ("files", name),
                "must be a relative path with `/` that stays in the example's folder",
            )


def _check_lines(text: str) -> Complaints:
    for index, line in enumerate(text.split("\n")):
        if (columns := len(line)) > MAX_COLUMNS:
            fit = f"at most {MAX_COLUMNS} fit beside the mended one"
            yield (index,), f"this line of the example has {columns} columns; {fit}"


def check_milder(pattern: Pattern) -> Complaints:
    """Where a record is milder, it is so indeed."""
    ranks = list(Severity)
    for place, severity in pattern.milder.items():
        if ranks.index(severity) <= ranks.index(pattern.severity):
            yield (
                ("milder", place.value),
                f"`{severity.value}` is not milder than the record's `{pattern.severity.value}`",
            )


def check_dates(pattern: Pattern) -> Complaints:
    """`since` is a version and `reviewed` a date."""
    if not _VERSION.fullmatch(pattern.since):
        yield ("since",), f"`{pattern.since}` is not a version; write it like '0.1.0'"
    try:
        date.fromisoformat(pattern.reviewed)
    except ValueError:
        yield ("reviewed",), f"`{pattern.reviewed}` is not a date; write it like '2026-11-22'"


CHECKS: tuple[Callable[[Pattern], Complaints], ...] = (
    check_regexes,
    check_symptoms,
    check_regions,
    check_where,
    rewrites.check_rewrites,
    check_kind,
    check_examples,
    check_milder,
    check_dates,
)
