"""The fixes of one file, applied until nothing is left that may be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from misspawn.fixes.soundness import complaint
from misspawn.model import Change, Finding
from misspawn.source import Source, encode

ROUNDS = 20
"""Edits that touch wait for the next round; no program nests more of them."""
Judge = Callable[[bytes], list[Finding]]
Spot = tuple[str, str, int]
"""What tells a finding of a text: its id, its message, and the offset at which it begins."""


class Unfixable(Exception):
    """A file is left as it is; the message says why."""


class Fixed(NamedTuple):
    """A file once it is fixed.

    `done`: the findings that were. `left`: those that the text still has, each with the one of the first
    text that it was; None for one that only came with the fixes.
    """

    raw: bytes
    done: list[Finding]
    left: list[tuple[Finding, Finding | None]]


def fixed(path: str, raw: bytes, judge: Judge, wanted: Callable[[Finding], bool]) -> Fixed:
    """Apply the fixes of the wanted findings. `judge`: all findings in the bytes of this file.

    Only what was wanted in the first text is fixed, followed by where it moves. Raises `Unfixable`.
    """
    source, found = _seen(path, raw, judge)
    if encode(source.data, raw) != raw:
        raise Unfixable("is left as it is: its encoding would not survive; save it as UTF-8")
    known = dict(found)
    pending = {spot for spot, finding in found.items() if wanted(finding)}
    done: list[Finding] = []
    for _ in range(ROUNDS):
        due = {spot: one for spot, one in found.items() if spot in pending and one.fix}
        if not due:
            return Fixed(
                encode(source.data, raw), done, [(f, known.get(s)) for s, f in found.items()]
            )
        taken, changes = _compatible(due)
        data = _edited(source.data, changes)
        if reason := complaint(path, source.data, data):
            raise Unfixable(f"is left as it is: with its fixes {reason}; please report it")
        done += [known.pop(spot) for spot in taken]
        moved = _Moved(changes)
        known = {moved(spot): one for spot, one in known.items()}
        pending = {moved(spot) for spot in pending.difference(taken)}
        source, found = _seen(path, encode(data, raw), judge)
    raise Unfixable("is left as it is: its fixes come to no end; please report it")


def _seen(path: str, raw: bytes, judge: Judge) -> tuple[Source, dict[Spot, Finding]]:
    source = Source(path, raw)
    return source, {_spot(source, finding): finding for finding in judge(raw)}


def _spot(source: Source, finding: Finding) -> Spot:
    at = source.offset(finding.span.line, finding.span.column)
    return finding.id, finding.message, at


def _compatible(due: dict[Spot, Finding]) -> tuple[list[Spot], list[Change]]:
    """The fixes that do not touch each other, as far as they fit in the order of the file. They may share a change."""
    taken: list[Spot] = []
    changes: list[Change] = []
    for spot, finding in sorted(due.items(), key=lambda item: item[0][::-1]):
        assert finding.fix is not None
        new = [change for change in finding.fix.changes if not _is_among(change, changes)]
        if not any(_touches(change, changes) for change in new):
            taken.append(spot)
            for change in new:
                insort(changes, change)
    return taken, changes


def _is_among(change: Change, changes: Sequence[Change]) -> bool:
    at = bisect_left(changes, change)
    return at < len(changes) and changes[at] == change


def _touches(change: Change, changes: Sequence[Change]) -> bool:
    at = bisect_left(changes, change)
    return any(
        c.start <= change.end and change.start <= c.end for c in changes[max(0, at - 1) : at + 1]
    )


def _edited(data: bytes, changes: Iterable[Change]) -> bytes:
    parts, at = [], 0
    for change in changes:
        parts += [data[at : change.start], change.text.encode()]
        at = change.end
    return b"".join((*parts, data[at:]))


class _Moved:
    """Where findings are once the changes before them are made."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._ends = [change.end for change in changes]
        growth = (len(one.text.encode()) - (one.end - one.start) for one in changes)
        self._grown = [*accumulate(growth, initial=0)]

    def __call__(self, spot: Spot) -> Spot:
        """The finding's new place."""
        id, message, at = spot
        return id, message, at + self._grown[bisect_right(self._ends, at)]
