"""A record's detectors tried on its own examples: they see each mistake, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from misspawn import detect, examples
from misspawn.index.compare import Comparison
from misspawn.meanings import Meanings
from misspawn.model import Detector, Example, Language, Pattern
from misspawn.mutants import mutants
from misspawn.project import Project
from misspawn.regions.document import Document
from misspawn.regions.kinds import languages
from misspawn.regions.opening import documents
from misspawn.scanner import Scanner
from misspawn.trees import MemoryTree


class Place(NamedTuple):
    """A line that a detector flags in a file of an example."""

    file: str
    line: int


class Trial:
    """Opens the examples of records once, for many detectors. `words`: as for a scan."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._words = Scanner(patterns).words
        self._opened = lru_cache(maxsize=None)(self._open)
        self._imports = lru_cache(maxsize=None)(_imports)
        self._meanings = lru_cache(maxsize=None)(_meanings)

    def _open(self, files: tuple[tuple[str, str], ...]) -> list[tuple[str, Document]]:
        found = []
        for path, text in files:
            data = text.encode()
            found += [
                (path, document) for document in documents(data, languages(path, data), self._words)
            ]
        return found

    def flagged(self, example: Example, detectors: Sequence[Detector]) -> set[Place]:
        """Everything that the detectors flag in an example."""
        texts = examples.files(example)
        facts = Project.in_memory({path: text.encode() for path, text in texts.items()})
        meanings = self._meanings(tuple(texts.items()))
        return {
            Place(path, texts[path].encode()[: document.locate(*hit)[0]].count(b"\n") + 1)
            for path, document in self._read(example, detectors)
            for detector in detectors
            if detector.language is document.language and detect.concerned(detector, facts, path)
            for candidate in detect.found(detector, document, meanings.of(path, document))
            for hit in [(candidate.hit.start, candidate.hit.end)]
        }

    def _read(
        self, example: Example, detectors: Sequence[Detector]
    ) -> Iterator[tuple[str, Document]]:
        yield from self._opened(tuple(examples.files(example).items()))
        if any(detector.language is Language.IMPORTS for detector in detectors):
            yield from self._imports(tuple(examples.files(example).items()), example.unstaged)

    def failures(self, pattern: Pattern, detectors: Sequence[Detector]) -> list[str]:
        """What is wrong with the examples when these detectors look at them."""
        return [
            f"{example.title}: {failure}"
            for example in pattern.examples
            if (failure := _failure(example, self.flagged(example, detectors)))
        ]

    def survivors(self, pattern: Pattern) -> Iterator[str]:
        """The conditions and detectors without which nothing changes: they are not needed.

        A scan leaves the detectors out that look across files, unless it is asked for them. So the
        others have to be needed without these.
        """
        if self.failures(pattern, pattern.detect):
            return  # while the whole is wrong, nothing can be said of its parts
        for index, detector in enumerate(pattern.detect):
            peers = [detector.across or not other.across for other in pattern.detect]
            before = tuple(compress(pattern.detect[:index], peers))
            after = tuple(compress(pattern.detect[index + 1 :], peers[index + 1 :]))
            as_it_is = self.failures(pattern, (*before, detector, *after))
            for mutant in mutants(detector):
                if self.failures(pattern, (*before, mutant.detector, *after)) == as_it_is:
                    yield f"detector {index + 1} without: {mutant.lost}"
            if self.failures(pattern, (*before, *after)) == as_it_is:
                yield f"detector {index + 1} flags nothing that the others do not"


def _imports(files: tuple[tuple[str, str], ...], unstaged: str) -> list[tuple[str, Document]]:
    """What the example's index makes of its own imports."""
    staged, working = examples.trees(dict(files), unstaged)
    comparison = Comparison(staged, working)
    judged = (
        (path, comparison.document(path, staged.read(path) or b"")) for path in staged.paths()
    )
    return [(path, document) for path, document in judged if document is not None]


def _meanings(files: tuple[tuple[str, str], ...]) -> Meanings:
    return Meanings(MemoryTree({path: text.encode() for path, text in files}))


def _failure(example: Example, seen: set[Place]) -> str:
    first = next(iter(examples.files(example)))
    expected = {Place(first, line) for line in example.lines}
    if example.lines:
        return "" if seen == expected else f"flagged {_told(seen)}, not {_told(expected)}"
    if example.is_wrong and example.detect:
        return "" if seen else "the mistake is not flagged"
    return f"flagged at {_told(seen)}" if seen and not example.is_wrong else ""


def _told(places: set[Place]) -> str:
    return ", ".join(f"{place.file}:{place.line}" for place in sorted(places)) or "nothing"
