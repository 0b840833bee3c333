"""What the rewrites of a record make of its wrong examples: examples to be proved like the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from msgspec import structs

from misspawn import examples, mutants
from misspawn.detect import Facts
from misspawn.errors import UserError
from misspawn.fixes.applying import Unfixable, fixed
from misspawn.meanings import Meanings
from misspawn.model import Example, Finding, Pattern
from misspawn.project import Project
from misspawn.scanner import Scanner
from misspawn.trees import MemoryTree


class Mend(NamedTuple):
    """A wrong example after its fixes: its files, how many findings are gone, and which are left.

    `new`: those among the left ones that were not there before.
    """

    example: Example
    files: dict[str, str]
    done: int
    left: list[Finding]
    new: list[Finding]


def proved(pattern: Pattern) -> tuple[Example, ...]:
    """The record's examples, and behind them the wrong ones that its fixes mend wholly.

    A mended one shows what the right example that belongs to it shows. Raises `UserError`.
    """
    try:
        made = [mend for mend in mends(pattern) if not mend.left]
    except Unfixable as error:
        raise UserError(f"{pattern.id}: a wrong example {error}") from error
    pairs = ((mend, right) for mend in made if (right := _right(pattern, mend.example)))
    return (*pattern.examples, *(_mended(mend, right) for mend, right in pairs))


def title(example: Example) -> str:
    """The title of a wrong example once it is fixed."""
    return f"{example.title} (fixed)"


def origin(pattern: Pattern, mended: Example) -> Example | None:
    """The wrong example of which this one is the mended form; None for an example of the record itself."""
    if mended in pattern.examples:
        return None
    return next((one for one in pattern.examples if title(one) == mended.title), None)


def mends(pattern: Pattern) -> list[Mend]:
    """What the fixes make of each wrong example in which they change anything. Raises `Unfixable`."""
    if not pattern.rewrites:
        return []
    made = (_mend(pattern, example) for example in pattern.examples if example.is_wrong)
    return [mend for mend in made if mend.done]


def failures(pattern: Pattern) -> Iterator[str]:
    """What is wrong with the rewrites of a record, as far as no example needs to run."""
    try:
        for number, detector in enumerate(pattern.detect, 1):
            if detector.rewrite:
                complaints = _complaints(structs.replace(pattern, detect=(detector,)))
                yield from (f"detector {number}: its rewrite {said}" for said in complaints)
        yield from _unshown(pattern)
    except Unfixable as error:
        yield f"a wrong example {error}"


def _complaints(alone: Pattern) -> Iterator[str]:
    """What is wrong with the rewrite of a record's only detector."""
    made = mends(alone)
    if not made:
        yield "changes no wrong example; add one"
    elif any(finding.fix for mend in made for finding in mend.left):
        yield "leaves a finding that it would change again"
    elif any(mend.new for mend in made):
        yield "does not silence the detector"
    for mutant in mutants.of_rewrite(alone.detect[0]):
        if _files(structs.replace(alone, detect=(mutant.detector,))) == _files(alone):
            yield f"makes the same of each example without: {mutant.lost}"


def _unshown(pattern: Pattern) -> Iterator[str]:
    """What keeps the fixes from being run."""
    if pattern.rewrites and all(mend.left for mend in mends(pattern)):
        yield "no wrong example is mended wholly, so that a run could show it; add one"
    for mend in mends(pattern):
        if not mend.left and not _right(pattern, mend.example):
            yield f"{mend.example.title}: name the right example that it becomes in `mended`"


def _files(pattern: Pattern) -> list[dict[str, str]] | str:
    try:
        return [mend.files for mend in mends(pattern)]
    except Unfixable as error:
        return str(error)


def _mend(pattern: Pattern, example: Example) -> Mend:
    """All files of an example with their fixes. What one file defines, others may ask for."""
    tree = {path: text.encode() for path, text in examples.files(example).items()}
    scanner = Scanner([pattern], meanings=Meanings(MemoryTree(tree)))
    facts = Project.in_memory(tree)
    outcomes = {
        path: fixed(path, raw, partial(_judged, scanner, path, facts), _any)
        for path, raw in tree.items()
    }
    left = [item for outcome in outcomes.values() for item in outcome.left]
    return Mend(
        example,
        files={path: outcome.raw.decode() for path, outcome in outcomes.items()},
        done=sum(len(outcome.done) for outcome in outcomes.values()),
        left=[finding for finding, _ in left],
        new=[finding for finding, first in left if first is None],
    )


def _judged(scanner: Scanner, path: str, facts: Facts, raw: bytes) -> list[Finding]:
    return scanner.file(path, raw, facts)


def _any(finding: Finding) -> bool:
    return finding.fix is not None


def _right(pattern: Pattern, wrong: Example) -> Example | None:
    """The right example that a wrong one becomes: the named one, else the next of its language, else the last."""
    index = pattern.examples.index(wrong)
    ordered: Sequence[Example] = (*pattern.examples[index:], *reversed(pattern.examples[:index]))
    right = (example for example in ordered if not example.is_wrong)
    if wrong.mended:
        return next((example for example in right if example.title == wrong.mended), None)
    return next((example for example in right if example.language == wrong.language), None)


def _mended(mend: Mend, right: Example) -> Example:
    """The fixed files, run as the wrong example is, to show what the right one does."""
    return structs.replace(
        mend.example,
        wrong=None,
        right=title(mend.example),
        code="",
        files=mend.files,
        expect=right.expect,
        expect_on=right.expect_on,
        lines=(),
        mended="",
    )
