"""All that the site is made of: the records, what their runs have shown, and where they lie."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property

from misspawn import catalogue, evidence
from misspawn.evidence import Entry, Proof
from misspawn.model import Category, Example, Kind, Pattern

REPOSITORY = "https://github.com/misspawn/misspawn"
SITE = "https://misspawn.dev/"


class Book:
    """The records by id and category, with their evidence.

    `root`: the folder `patterns` of the repository, beside which its documents lie. `renamed`: old ids and the ids that took their place.
    """

    def __init__(
        self,
        patterns: Iterable[Pattern],
        proofs: Mapping[str, tuple[Proof, ...]],
        root: str = "",
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self.patterns = tuple(sorted(patterns, key=lambda pattern: pattern.id))
        self.proofs = proofs
        self.root = root
        self.renamed = renamed or {}

    @cached_property
    def known(self) -> dict[str, Pattern]:
        """The records by id."""
        return {pattern.id: pattern for pattern in self.patterns}

    @cached_property
    def live(self) -> tuple[Pattern, ...]:
        """The records that still hold, ordered by how often they were seen in real projects."""
        kept = (pattern for pattern in self.patterns if not pattern.retired)
        return tuple(sorted(kept, key=lambda pattern: (-len(pattern.history), pattern.id)))

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        """The categories that have records, in the model's order."""
        used = {pattern.category for pattern in self.live}
        return tuple(category for category in Category if category in used)

    def of(self, category: Category) -> list[Pattern]:
        """The live records of a category: patterns first, then myths; the most serious first."""
        order = ("error", "warning", "hint")
        found = [pattern for pattern in self.live if pattern.category is category]
        return sorted(
            found,
            key=lambda p: (p.kind is Kind.MYTH, order.index(p.severity.value), p.id),
        )

    def runs(self, pattern: Pattern, example: Example) -> tuple[Entry, ...]:
        """What is known of an example as it is now; nothing when it has changed since."""
        digest = evidence.digest(example)
        for proof in self.proofs.get(pattern.id, ()):
            if proof.example == example.title and proof.digest == digest:
                return proof.runs
        return ()


def load(folder: str | None = None, renamed: Mapping[str, str] | None = None) -> Book:
    """Read the records of a folder (default: misspawn's own) and their evidence."""
    folder = folder or catalogue.folder()
    patterns = catalogue.load(folder)
    proofs = {
        pattern.id: evidence.load(os.path.join(folder, place(pattern))) for pattern in patterns
    }
    return Book(patterns, proofs, catalogue.folder(), renamed)


def place(pattern: Pattern) -> str:
    """The record's file, below the folder of the records."""
    return f"{pattern.category.value}/{pattern.id}.yaml"


_current: list[Book] = []


def current() -> Book:
    """The book of this build."""
    if not _current:
        _current.append(load())
    return _current[0]


def use(book: Book) -> None:
    """Make this the book of this build."""
    _current[:] = [book]
