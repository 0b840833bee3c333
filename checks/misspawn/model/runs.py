"""What running an example shows, and what the proof makes of it."""

from __future__ import annotations

from typing import Literal

import msgspec


class Thrown(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as it surfaced. `bases`: qualified names of its type's MRO, its own first."""

    type: str
    message: str
    phase: str
    bases: tuple[str, ...] = ()


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A warning that was issued, also from a destructor."""

    category: str
    message: str


class PytestReport(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of a pytest run and the texts of its failures and errors, from its report objects."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    messages: tuple[str, ...] = ()


class Remnant(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a run left behind: a kind out of `Leftover`, and what it is."""

    kind: str
    name: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one sandboxed run did. Durations are seconds; `code` is None when the deadline ended it."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    stacks: str = ""
    thrown: Thrown | None = None
    warned: tuple[Warned, ...] = ()
    blocked_for: float = 0.0
    pytest: PytestReport | None = None
    remnants: tuple[Remnant, ...] = ()
    limit: str = ""
    network_isolated: bool = True


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the proof of one example came to, on one Python with one set of libraries.

    `reasons`: what differs from the expectation, or why the example was not run.
    """

    id: str
    title: str
    python: str
    pins: str
    status: Literal["proved", "failed", "not proved here"]
    expected: str
    observed: str = ""
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0
    run: Run | None = None
