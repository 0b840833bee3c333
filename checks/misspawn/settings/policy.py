"""Which records count at which path, and how severe they are there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from msgspec.structs import replace

from misspawn.catalogue import Selection
from misspawn.model import Finding, Pattern, Severity
from misspawn.settings.options import Options, PerPath
from misspawn.settings.places import places
from misspawn.suppressions import Terms
from misspawn.walk import below

_RANKS = list(Severity)  # from severe to mild
Matches = Callable[[str], bool]


class Policy:
    """The options in force, applied to paths. Paths are relative to the scan root, with `/`.

    `folder`: what the options' globs are relative to, '' when there are none. `patterns`: all records.
    """

    def __init__(
        self, options: Options, patterns: Sequence[Pattern], *, root: str, folder: str
    ) -> None:
        self._options = options
        self.records = patterns
        self._folder = folder
        self._up = os.path.relpath(root, folder or root)
        self._selection = Selection(frozenset(options.select), frozenset(options.ignore))
        self._milder = {pattern.id: pattern.milder for pattern in patterns if pattern.milder}
        self.known = frozenset(pattern.id for pattern in patterns)
        self.rules = lru_cache(maxsize=4096)(self._rules)

    @cached_property
    def patterns(self) -> list[Pattern]:
        """The records that count at any path."""
        return [pattern for pattern in self.records if self._may_count(pattern)]

    @property
    def basis(self) -> tuple[Options, str, Sequence[Pattern]]:
        """All that its decisions depend on."""
        return self._options, self._up, self.records

    @property
    def facts(self) -> dict[str, str]:
        """What the options state of the project."""
        python = self._options.minimum_python
        return {"requires-python": f">={python}"} if python else {}

    def excluded(self, path: str) -> bool:
        """Whether the file at a path, as the user gave it, is left out."""
        return bool(self._options.exclude) and self._excludes(below(self._folder, path))

    def finding(self, finding: Finding) -> Finding | None:
        """The finding with its severity at its path; None where it does not count."""
        severity = self._severity(finding.id, finding.category, finding.severity, finding.path)
        if not self._counts(finding.id, finding.category, severity, finding.path):
            return None
        return replace(finding, severity=severity) if severity != finding.severity else finding

    def terms(self, path: str, whole: frozenset[str]) -> Terms:
        """The ids that suppressions may name, and those whose findings at the path are all reported.

        `whole`: the records whose detectors all run.
        """
        counting = (pattern for pattern, _ in self.severities(path) if pattern.detect)
        return Terms(self.known, frozenset(p.id for p in counting if p.id in whole))

    def _may_count(self, pattern: Pattern) -> bool:
        names = pattern.id, pattern.category.value
        possible = {pattern.severity, *pattern.milder.values()}
        for rule in self._options.per_path.values():
            possible |= {rule.severity[name] for name in names if name in rule.severity}
        return any(self._selection.takes(*names, severity.value) for severity in possible)

    def _counts(self, id: str, category: str, severity: str, path: str) -> bool:
        ignored = {word for rule in self.rules(path).values() for word in rule.ignore}
        words = id, category, severity
        return self._selection.takes(*words) and ignored.isdisjoint(words)

    def _severity(self, id: str, category: str, severity: str, path: str) -> str:
        """What the last matching glob says, else the options for all paths, else the record."""
        rules = reversed(self.rules(path).values())
        given = [rule.severity for rule in rules] + [self._options.severity]
        named = (table[name] for table in given for name in (id, category) if name in table)
        if decided := next(named, None):
            return decided.value
        milder = self._milder.get(id)
        if not milder:
            return severity
        ranks = [_RANKS.index(milder[place]) for place in places(path) if place in milder]
        return _RANKS[max(ranks)].value if ranks else severity

    def severities(self, path: str) -> Iterator[tuple[Pattern, str]]:
        """The records that count at a path, with their severities there."""
        for pattern in self.patterns:
            words = pattern.id, pattern.category.value
            severity = self._severity(*words, pattern.severity.value, path)
            if self._counts(*words, severity, path):
                yield pattern, severity

    # -- globs -------------------------------------------------------------------

    def _rules(self, path: str) -> dict[str, PerPath]:
        """The options of the globs that match a path, by glob, in their order in the file."""
        if not self._options.per_path:
            return {}
        seen = self._seen(path)
        return {glob: rule for glob, rule, matches in self._globs if matches(seen)}

    @cached_property
    def _globs(self) -> list[tuple[str, PerPath, Matches]]:
        rules = self._options.per_path
        return [(glob, rule, _matcher([glob])) for glob, rule in rules.items()]

    @cached_property
    def _excludes(self) -> Matches:
        return _matcher(self._options.exclude)

    def _seen(self, path: str) -> str:
        """A path as seen from the folder of the globs."""
        return os.path.normpath(os.path.join(self._up, path)).replace(os.sep, "/")


def _matcher(globs: Iterable[str]) -> Matches:
    from pathspec import GitIgnoreSpec  # 40 ms that only a configuration with globs needs

    return GitIgnoreSpec.from_lines(globs).match_file
