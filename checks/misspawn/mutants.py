"""Detectors with one condition taken away: if nothing changes, the condition was not needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from misspawn.model import Clause, Detector, Names, Rewrite

_CLAUSES = ("deep", "statement", "function", "class_", "file", "path")


class Mutant(NamedTuple):
    """A detector without one of its conditions, and which one it lost."""

    lost: str
    detector: Detector


def mutants(detector: Detector) -> Iterator[Mutant]:
    """Every detector that lacks exactly one condition of the given one."""
    for name, clause in _without_one(Clause(all=detector.all, none=detector.none)):
        yield Mutant(name, structs.replace(detector, all=clause.all, none=clause.none))
    for field in _CLAUSES:
        for name, clause in _without_one(getattr(detector, field)):
            yield Mutant(
                f"{field.rstrip('_')} {name}", structs.replace(detector, **{field: clause})
            )
    for field in ("inside", "outside"):
        contexts: dict[str, str] = getattr(detector, field)
        for context in contexts:
            rest = {key: value for key, value in contexts.items() if key != context}
            yield Mutant(f"{field} {context}", structs.replace(detector, **{field: rest}))
    yield from _names(detector)
    yield from _project(detector)


def of_rewrite(detector: Detector) -> Iterator[Mutant]:
    """Every detector whose rewrite lacks exactly one condition, or one of its edits."""
    rewrite = detector.rewrite
    if rewrite is None:
        return
    for mutant in mutants(_conditions(rewrite)):
        left = {
            name: getattr(mutant.detector, name)
            for name in ("all", "none", "file", "inside", "outside")
        }
        yield Mutant(mutant.lost, _with(detector, **left))
    for index in range(len(rewrite.edits) if len(rewrite.edits) > 1 else 0):
        edits = rewrite.edits[:index] + rewrite.edits[index + 1 :]
        yield Mutant(f"edit {index + 1}", _with(detector, edits=edits))


def _conditions(rewrite: Rewrite) -> Detector:
    """The conditions of a rewrite as those of a detector."""
    return Detector(
        region="",
        match="",
        all=rewrite.all,
        none=rewrite.none,
        file=rewrite.file,
        inside=rewrite.inside,
        outside=rewrite.outside,
    )


def _with(detector: Detector, **changes: object) -> Detector:
    assert detector.rewrite is not None
    return structs.replace(detector, rewrite=structs.replace(detector.rewrite, **changes))


def _without_one(clause: Clause) -> Iterator[tuple[str, Clause]]:
    for side in ("all", "none", "unless"):
        patterns: tuple[str, ...] = getattr(clause, side)
        for index, pattern in enumerate(patterns):
            rest = patterns[:index] + patterns[index + 1 :]
            yield f"{side} {pattern}", structs.replace(clause, **{side: rest})


def _names(detector: Detector) -> Iterator[Mutant]:
    for group, names in detector.where.items():
        for side in ("any", "none", "is_", "is_not"):
            if getattr(names, side):
                left: Names = structs.replace(names, **{side: getattr(Names(), side)})
                where = {**detector.where, group: left}
                yield Mutant(
                    f"where {group} {side.rstrip('_')}", structs.replace(detector, where=where)
                )


def _project(detector: Detector) -> Iterator[Mutant]:
    for key, clause in detector.project.items():
        for name, left in _without_one(clause):
            project = {**detector.project, key: left}
            yield Mutant(f"project {key} {name}", structs.replace(detector, project=project))
