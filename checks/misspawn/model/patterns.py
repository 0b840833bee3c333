"""A record: what its YAML says, and what follows from that."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from misspawn.model.detectors import Detector, Rewrite, Safety
from misspawn.model.examples import Example
from misspawn.model.vocabulary import (
    Branch,
    Category,
    Kind,
    Language,
    Moment,
    Place,
    Record,
    Sentence,
    Severity,
    Slug,
)


class Symptom(Record, frozen=True, kw_only=True):
    """What the failure looks like: `log` is a regex with a verbatim `sample`, `seen` is for people."""

    log: str = ""
    sample: str = ""
    seen: str = ""


class Troubleshoot(Record, frozen=True, kw_only=True):
    """An entry of the emergency guide."""

    branch: Branch
    symptom: str
    diagnose: tuple[str, ...]
    fix: str


class Overlap(Record, frozen=True, kw_only=True):
    """What other linters see of the wrong example, as measured by running them."""

    ruff: tuple[str, ...] = ()
    pylint: tuple[str, ...] = ()
    flake8_async: tuple[str, ...] = msgspec.field(name="flake8-async", default=())
    bandit: tuple[str, ...] = ()
    shellcheck: tuple[str, ...] = ()
    note: str = ""


class History(Record, frozen=True, kw_only=True):
    """A commit in a public repository that had or mended the pattern."""

    repo: str
    commit: str
    date: str
    file: str = ""
    impact: str


class Reference(Record, frozen=True, kw_only=True):
    """A public page that supports the record."""

    title: str
    url: Annotated[str, Meta(pattern=r"^https://")]


class Pattern(Record, frozen=True, kw_only=True):
    """One record: an error pattern or a myth, with everything the page, scan, proof and diagnosis need.

    `milder`: its severity where the path is for something else than the product, because findings
    there have been seen to do no harm. `page`: the address of its page, for records of a team's own.
    """

    id: Slug
    title: Annotated[str, Meta(min_length=8, max_length=90)]
    category: Category
    kind: Kind = Kind.PATTERN
    severity: Severity
    milder: dict[Place, Severity] = {}
    summary: Sentence
    remedy: Sentence
    claim: str = ""
    verdict: str = ""
    truth: str = ""
    cause: str
    occurs_when: tuple[str, ...]
    not_a_bug_when: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    examples: Annotated[tuple[Example, ...], Meta(min_length=2)]
    detect: tuple[Detector, ...] = ()
    no_detector: str = ""
    rg_misses: str = ""
    fix: str
    quick_fix: str = ""
    checklist: dict[Moment, str] = {}
    troubleshoot: Troubleshoot | None = None
    overlaps: Overlap = Overlap()
    related: tuple[Slug, ...] = ()
    history: tuple[History, ...] = ()
    references: tuple[Reference, ...] = ()
    since: str
    reviewed: str
    owner: str
    retired: str = ""
    page: str = ""

    @property
    def exceptions(self) -> str:
        """Where it is milder, in words: `hint in tests`; '' when it is the same everywhere."""
        return " and ".join(f"{sev.value} in {place.value}" for place, sev in self.milder.items())

    @property
    def url(self) -> str:
        """The stable address of the record's page."""
        return self.page or f"https://misspawn.dev/p/{self.id}/"

    @property
    def asks_tree(self) -> bool:
        """Whether it is about the imports of a git tree."""
        return any(one.language is Language.IMPORTS for one in self.detect)

    def is_seen(self, *, across: bool) -> bool:
        """Whether a scan of files shows all that the detectors can find. `across`: one with `--across`."""
        return all(
            one.language is not Language.IMPORTS and (across or not one.across)
            for one in self.detect
        )

    @property
    def command(self) -> str:
        """The command that looks for this pattern alone."""
        across = "--across " if any(one.across for one in self.detect) else ""
        return f"misspawn check {across}--select {self.id}"

    @property
    def rewrites(self) -> tuple[Rewrite, ...]:
        """The different ways in which its findings are mended in place, the safe ones first."""
        found = (one.rewrite for one in self.detect if one.rewrite)
        told = {(one.safety, one.because): one for one in found}
        return tuple(sorted(told.values(), key=lambda one: one.safety is Safety.UNSAFE))
