"""YAML files that spawn things: Compose files, and GitHub workflows and actions."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from misspawn.model import Language
from misspawn.regions.document import Document, Region
from misspawn.regions.nodes import Entry, Node, comments, parse
from misspawn.regions.shell import ShellDocument, shell_argument
from misspawn.regions.view import View, blank

_BLOCK_HEADER = re.compile(rb"[|>][^\n]*\n?")
_INDENT = re.compile(rb"^(?:[ \t]*\r?\n)*( *)")
_FOLD = re.compile(rb"[ \t]*\r?\n\s*")
_BLOCK_FOLD = re.compile(rb"(?<=[^\n])\r?\n(?=\S)")
_DOUBLE = re.compile(rb"\\(?:\r?\n[ \t]*|.)|[ \t]*\r?\n\s*", re.DOTALL)
_SINGLE = re.compile(rb"''|[ \t]*\r?\n\s*")
_CONTROL = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_EXPRESSION = re.compile(rb"\$\{\{.*?\}\}", re.DOTALL)
_DOLLARS = re.compile(rb"\$\$")
_RUNS_SHELL = re.compile(rb"(?:.*/)?(?:ba)?sh\b.*", re.DOTALL)


class YamlDocument(Document):
    """A YAML file. Merged keys and aliased values are part of a mapping's text, after its own."""

    kinds = ("mapping", "file")
    units: ClassVar[tuple[str, ...]]

    def __init__(self, data: bytes) -> None:
        self._view = View(data)
        self._tree = parse(data)
        self.text = blank(data, comments(data, self._tree.scalars))

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return start, end

    def dismissal(self, start: int, end: int) -> str:
        if not self.text[start:end].strip():
            return "the hit is empty (a comment was blanked there)"
        return ""

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        if kind == "file":
            own = b"\n".join(self._own(root) for root in self._tree.roots)
            return Region(kind, 0, len(self.text), own, self.text)
        entry = self._entry(at, start, end)
        if entry is None:
            return None
        return Region(kind, entry.start, entry.node.end, self._own(entry.node), self._deep(entry.node))

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "class":
            return b""
        if name == "statement":
            trail = self._trail(start, end)
            return self.text[trail[-1].start : trail[-1].node.end] if trail else self.text
        units = (self._entry(at, start, end) for at in self.units)
        unit = next((entry for entry in units if entry), None) if name == "function" else None
        return self._deep(unit.node) if unit else self.text
