"""YAML files that spawn things: Compose files, and GitHub's workflows and actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from misspawn.model import Language
from misspawn.regions.document import Document, Region
from misspawn.regions.flat import FlatDocument
from misspawn.regions.nodes import Entry, Node, comments, parse
from misspawn.regions.scripts import shell_argument
from misspawn.regions.shell import ShellDocument
from misspawn.regions.view import View, blank

_MERGE = b"<<"
_BLOCK_HEADER = re.compile(rb"[|>][^\n]*\n?")
_FIRST_INDENT = re.compile(rb"(?:[ \t]*\r?\n)*( *)")
_BLOCK_FOLD = re.compile(rb"^(\S[^\n]*)\n(?=\S)", re.MULTILINE)
_FOLD = re.compile(rb"[ \t]*\r?\n\s*")
_SINGLE = re.compile(rb"''|[ \t]*\r?\n\s*")
_DOUBLE = re.compile(rb"\\(?:\r?\n[ \t]*|.)|[ \t]*\r?\n\s*", re.DOTALL)
_CONTROL = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_EXPRESSION = re.compile(rb"\$\{\{.*?\}\}", re.DOTALL)
_DOLLARS = re.compile(rb"\$\$")
_SHELL = re.compile(rb"(?:\S*/)?(?:ba)?sh(?:\s.*)?", re.DOTALL)


class YamlDocument(FlatDocument):
    """A YAML file. Merged keys and aliased values belong to a mapping's text, after its own.

    `units`: where the mappings are that count as its functions.
    """

    kinds = ("mapping", "file")
    units: ClassVar[tuple[str, ...]]

    def __init__(self, data: bytes) -> None:
        self._view = View(data)
        self._tree = parse(data)
        self.text = blank(data, comments(data, self._tree.scalars))

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        if kind == "file":
            own = b"\n".join(self._own(root) for root in self._tree.roots)
            return Region(kind, 0, len(self.text), own, self.text)
        entry = self._entry(at, start, end)
        if entry is None:
            return None
        node = self._resolved(entry.node)
        return Region(kind, entry.start, entry.node.end, self._own(node), self._deep(node))

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "class":
            return b""
        if name == "statement":
            trail = self._trail(start, end)
            return self.text[trail[-1].start : trail[-1].node.end] if trail else self.text
        units = [self._entry(at, start, end) for at in self.units if name == "function"]
        return next((self._deep(unit.node) for unit in units if unit), self.text)

    def _entry(self, at: str, start: int, end: int) -> Entry | None:
        """The entry at a key path around a stretch; without a path, the smallest mapping there."""
        trail = self._trail(start, end)
        if not at:
            return next((entry for entry in reversed(trail) if entry.node.kind == "mapping"), None)
        keys = at.encode().split(b".")
        found = trail[: len(keys)]
        fits = len(found) == len(keys) and all(map(_fits, keys, found))
        return found[-1] if fits else None

    def _trail(self, start: int, end: int) -> list[Entry]:
        """The entries around a stretch, outermost first."""
        trail: list[Entry] = []
        inner = next((root for root in self._tree.roots if root.start <= start < root.end), None)
        while inner is not None:
            held = (e for e in inner.entries if e.start <= start and end <= e.node.end)
            entry = next(held, None)
            inner = entry.node if entry else None
            trail += [entry] if entry else []
        return trail

    def comments(self, word: bytes) -> Iterator[tuple[int, int]]:
        data = self._view.data
        spans = comments(data, self._tree.scalars)
        return ((start, end) for start, end in spans if word in data[start:end])

    # -- texts: a mapping's own, then what it merges or refers to ------------------------------

    def _own(self, node: Node) -> bytes:
        lines = (self._line(e.key, self._shallow(e.node)) for e in self._inherited(node))
        return b"\n".join((self._shallow(node, root=True), *lines))

    def _shallow(self, node: Node, *, root: bool = False) -> bytes:
        if not root and node.entries:
            return b""
        nested = (entry.node for entry in node.entries if entry.node.entries)
        holes = ((inner.start - node.start, inner.end - node.start) for inner in nested)
        return blank(self._text(node), holes)

    def _deep(self, node: Node) -> bytes:
        inherited = self._inherited(node)
        lines = (self._line(entry.key, self._text(entry.node)) for entry in inherited)
        nodes = [e.node for e in (*node.entries, *inherited) if e.node.entries and e.key != _MERGE]
        return b"\n".join((self._text(node), *lines, *map(self._text, self._targets(nodes))))

    def _text(self, node: Node) -> bytes:
        return self.text[node.start : node.end]

    def _line(self, key: bytes, value: bytes) -> bytes:
        return key + b": " + value

    def _inherited(self, mapping: Node) -> list[Entry]:
        """Keys that a mapping merges and does not override, and what its aliased values are."""
        keys = {entry.key for entry in mapping.entries}
        aliased = (e for e in mapping.entries if e.node.kind == "alias" and e.key != _MERGE)
        found = [entry._replace(node=self._resolved(entry.node)) for entry in aliased]
        pending = [mapping]
        for merging in pending:
            for entry in merging.entries:
                if entry.key == _MERGE:
                    sources = entry.node.entries if entry.node.kind == "sequence" else (entry,)
                    merged = (self._resolved(source.node) for source in sources)
                    pending += [node for node in merged if all(node is not p for p in pending)]
                elif entry.key not in keys:
                    keys.add(entry.key)
                    found.append(entry)
        return found

    def _targets(self, pending: list[Node]) -> Iterator[Node]:
        """What the aliases within some nodes stand for, each once, and the aliases within these."""
        seen: set[bytes] = set()
        while pending:
            node = pending.pop()
            if node.kind == "alias" and node.text not in seen:
                seen.add(node.text)
                target = self._resolved(node)
                yield target
                pending.append(target)
            pending.extend(entry.node for entry in node.entries)

    def _resolved(self, node: Node) -> Node:
        return self._tree.anchors.get(node.text, node) if node.kind == "alias" else node

    # -- scripts -------------------------------------------------------------------------------

    def _select(self, at: str) -> Iterator[tuple[Node, ...]]:
        """All nodes at a key path, each after the nodes on the way to it from the root."""
        trails: list[tuple[Node, ...]] = [(root,) for root in self._tree.roots]
        for key in at.encode().split(b"."):
            trails = [
                (*trail, entry.node)
                for trail in trails
                for entry in trail[-1].entries
                if _fits(key, entry)
            ]
        yield from trails


class ComposeDocument(YamlDocument):
    """A Compose file. Its commands and health checks are read as shell."""

    language = Language.COMPOSE
    units = ("services.*",)

    def embedded(self) -> Iterator[Document]:
        for at in ("services.*.command", "services.*.entrypoint", "services.*.healthcheck.test"):
            for *_, node in self._select(at):
                script = _compose_script(node)
                if script is not None:
                    yield ShellDocument(unquoted(self._view, script).sub(_DOLLARS, lambda _: b"$"))


class WorkflowDocument(YamlDocument):
    """A GitHub workflow, or a composite action. Its `run:` steps are read as shell."""

    language = Language.WORKFLOW
    units = ("jobs.*", "runs")

    def embedded(self) -> Iterator[Document]:
        for at in ("jobs.*.steps.*.run", "runs.steps.*.run"):
            for trail in self._select(at):
                if trail[-1].kind == "scalar" and _runs_shell(trail):
                    yield ShellDocument(unquoted(self._view, trail[-1]).sub(_EXPRESSION, _variable))


def _fits(key: bytes, entry: Entry) -> bool:
    return key in (b"*", entry.key)


def unquoted(view: View, scalar: Node) -> View:
    """What a scalar says, whichever way it is written."""
    start, end = scalar.start, scalar.end
    if scalar.style in ("|", ">"):
        return _block(view.cut(start, end), folded=scalar.style == ">")
    if scalar.style == '"':
        return view.cut(start + 1, end - 1).sub(_DOUBLE, _character)
    if scalar.style == "'":
        return view.cut(start + 1, end - 1).sub(_SINGLE, _character)
    return view.cut(start, end).sub(_FOLD, _character)


def _block(scalar: View, *, folded: bool) -> View:
    header = _BLOCK_HEADER.match(scalar.data)
    body = scalar.cut(header.end() if header else 0, len(scalar.data))
    first = _FIRST_INDENT.match(body.data)
    if first and first[1]:
        indent = re.compile(rb"^ {1,%d}" % len(first[1]), re.MULTILINE)
        body = body.sub(indent, lambda _: b"")
    return body.sub(_BLOCK_FOLD, lambda line: line[1] + b" ") if folded else body


def _character(found: re.Match[bytes]) -> bytes:
    """What an escape or a line break within a flow scalar stands for."""
    text = found[0]
    if text.startswith(b"\\"):
        return b"" if b"\n" in text else _CONTROL.get(text[1:], text[1:])
    if text == b"''":
        return b"'"
    return b" " if text.count(b"\n") == 1 else b"\n" * (text.count(b"\n") - 1)


def _variable(expression: re.Match[bytes]) -> bytes:
    """A shell variable as long as a `${{ ... }}`, which like it is known only when it runs."""
    return b"${" + b"_" * (len(expression[0]) - 3) + b"}"


def _compose_script(command: Node) -> Node | None:
    if command.kind == "scalar":
        return command
    argv = [entry.node.text for entry in command.entries]
    index = 1 if argv[:1] == [b"CMD-SHELL"] and len(argv) > 1 else shell_argument(argv)
    return None if index is None else command.entries[index].node


def _runs_shell(trail: tuple[Node, ...]) -> bool:
    """Whether a `run:` step is run by bash or sh. The trail ends in job, steps, step, run."""
    root, job, step = trail[0], trail[-4], trail[-2]
    defaults = (node.find(b"defaults.run.shell") for node in (job, root))
    named = next((shell.text for shell in (step.find(b"shell"), *defaults) if shell), b"")
    if not named:
        runner = job.find(b"runs-on")
        return runner is None or b"windows" not in runner.text.lower()
    return _SHELL.fullmatch(named) is not None
