"""Dockerfiles, split into instructions by Docker's own line rules.

Not by tree-sitter-dockerfile: it has errors in 3 of the 26 sound Dockerfiles of eight real projects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from misspawn.model import Language
from misspawn.regions.document import Document, Region
from misspawn.regions.flat import FlatDocument
from misspawn.regions.scripts import SHELL, shell_argument
from misspawn.regions.shell import ShellDocument
from misspawn.regions.view import View, blank

_ESCAPE_DIRECTIVE = re.compile(rb"\A#[ \t]*escape[ \t]*=[ \t]*([\\`])")
_JOINT = rb"%b[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
_INSTRUCTION = rb"^[ \t]*([A-Za-z]+)(?:[^\n]*?%b)*[^\n]*"
_COMMENT = re.compile(rb"^[ \t]*#[^\n]*", re.MULTILINE)
_HEREDOC = re.compile(rb"(?<!<)<<-?([\"']?)([A-Za-z_]\w*)\1")
_TAKES_HEREDOC = (b"RUN", b"COPY", b"ADD")
_SCRIPT = re.compile(
    rb"(?:ONBUILD\s+)?(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK(?:\s+--\S+)*\s+CMD)\b(?:\s+--\S+)*\s*",
    re.IGNORECASE,
)
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD_ESCAPE = re.compile(rb"\\(.)")
_SHEBANG = re.compile(rb"\s*#!(?!.*\b(?:ba|da|k)?sh\b)")


class Instruction(NamedTuple):
    """One instruction; `body` is where its here-documents start, `end` when it has none."""

    name: bytes
    start: int
    body: int
    end: int


class DockerfileDocument(FlatDocument):
    """A Dockerfile. Continued lines are joined; a build stage is what counts as a function."""

    language = Language.DOCKERFILE
    kinds = ("instruction", "file")

    def __init__(self, data: bytes) -> None:
        directive = _ESCAPE_DIRECTIVE.match(data)
        joint = _JOINT % re.escape(directive[1] if directive else b"\\")
        self._instructions = list(_instructions(data, joint))
        blanks = list(_blanks(data, joint, self._instructions))
        self._comments = [c.span() for span in blanks for c in _COMMENT.finditer(data, *span)]
        self.text = blank(data, blanks)
        self._data = data
        self._view = View(self.text)

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        span = (0, len(self.text)) if kind == "file" else self._around(start, end)
        return (
            Region(kind, *span, self.text[slice(*span)], self.text[slice(*span)]) if span else None
        )

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "class":
            return b""
        span = self._around(start, end) if name == "statement" else None
        if name == "function":
            span = self._stage(start, end)
        return self.text[slice(*span)] if span else self.text

    def _around(self, start: int, end: int) -> tuple[int, int] | None:
        spans = ((found.start, found.end) for found in self._instructions)
        return next((span for span in spans if span[0] <= start and end <= span[1]), None)

    def _stage(self, start: int, end: int) -> tuple[int, int] | None:
        starts = [found.start for found in self._instructions if found.name == b"FROM"]
        stages = pairwise((*starts, len(self.text)))
        return next((stage for stage in stages if stage[0] <= start and end <= stage[1]), None)

    def comments(self, word: bytes) -> Iterator[tuple[int, int]]:
        for start, end in self._comments:
            if word in self._data[start:end]:
                yield start, end

    def embedded(self) -> Iterator[Document]:
        """The scripts of RUN, CMD, ENTRYPOINT and HEALTHCHECK, unless SHELL names another shell."""
        is_shell = True
        for found in self._instructions:
            if found.name in (b"FROM", b"SHELL"):
                named = _WORD.search(self.text, found.start, found.end)
                is_shell = found.name == b"FROM" or named is None or bool(SHELL.fullmatch(named[1]))
            script = self._script(found)
            if is_shell and script is not None:
                yield ShellDocument(script)

    def _script(self, found: Instruction) -> View | None:
        command = _SCRIPT.match(self.text, found.start, found.end)
        if command is None:
            return None
        line = self.text[command.end() : found.body].strip()
        if line.startswith(b"["):
            words = list(_WORD.finditer(self.text, command.end(), found.end))
            index = shell_argument([word[1] for word in words])
            return None if index is None else self._word(words[index])
        if not _HEREDOC.fullmatch(line):
            return self._view.cut(command.end(), found.end)
        last = self.text.rfind(b"\n", found.body, found.end)
        body = self._view.cut(found.body, max(found.body, last))
        return None if _SHEBANG.match(body.data) else body

    def _word(self, word: re.Match[bytes]) -> View:
        return self._view.cut(*word.span(1)).sub(_WORD_ESCAPE, lambda escape: escape[1])


def _instructions(data: bytes, joint: bytes) -> Iterator[Instruction]:
    pattern = re.compile(_INSTRUCTION % joint, re.MULTILINE)
    done = 0
    while found := pattern.search(data, done):
        name, done = found[1].upper(), found.end()
        start, body = found.start(1), min(done + 1, len(data))
        heredocs = list(_HEREDOC.finditer(data, start, done)) if name in _TAKES_HEREDOC else []
        for heredoc in heredocs:
            last = re.compile(rb"^\t*%b[ \t\r]*$" % heredoc[2], re.MULTILINE).search(data, done)
            done = last.end() if last else len(data)
        yield Instruction(name, start, body if heredocs else done, done)


def _blanks(
    data: bytes, joint: bytes, instructions: list[Instruction]
) -> Iterator[tuple[int, int]]:
    """The comments between instructions and what joins continued lines."""
    joints = re.compile(joint)
    done = 0
    for found in (*instructions, Instruction(b"", len(data), len(data), len(data))):
        yield from (comment.span() for comment in _COMMENT.finditer(data, done, found.start))
        yield from (joined.span() for joined in joints.finditer(data, found.start, found.body))
        done = found.end
