"""What a scan finds, and what it cannot read."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """Something that could not be read or is not valid, and where. Line and column count from 1; 0 is unknown."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])
        return f"{place}: {self.message}"


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Change(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file and what stands there once it is fixed.

    `start` and `end` are byte offsets into the text as UTF-8 without byte order mark; `span` is the same.
    """

    start: int
    end: int
    text: str
    span: Span


class Fix(msgspec.Struct, frozen=True, order=True):
    """How a finding is mended: changes that belong together, in the file's order, and whether that is safe."""

    safety: str
    because: str
    changes: tuple[Change, ...]


class Suppression(msgspec.Struct, frozen=True, order=True):
    """A comment that keeps findings quiet: its line, the reason it gives, and its last day (ISO) if it has one."""

    line: int
    reason: str
    until: str = ""


class Finding(msgspec.Struct, frozen=True, order=True):
    """One detected mistake. `span` is what to underline, `excerpt` its source line(s).

    `fingerprint`: what it is known by beside its path, as long as nobody edits its region; `kin` is
    the same for all of the same text in any definition of a file.

    `summary`: what its record says in a sentence. `lines`: the first and the last line of the region that it covers, `region`: its kind.
    `suppression`: the comment that keeps it quiet. `baselined`: whether the baseline does.
    `fix`: how it can be mended in place, if its record says so.
    """

    path: str
    span: Span
    id: str
    category: str
    severity: str
    message: str
    remedy: str
    url: str
    excerpt: str
    fingerprint: str
    lines: tuple[int, int]
    suppression: Suppression | None = None
    summary: str = ""
    region: str = ""
    kin: str = ""
    baselined: bool = False
    fix: Fix | None = None

    @property
    def quiet(self) -> bool:
        """Whether somebody decided that it may stay: it is counted, and fails nothing."""
        return self.baselined or self.suppression is not None
