"""Python: regions, contexts and scopes of a module, in its canonical view."""

from __future__ import annotations

import builtins
import re
import sys
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from tree_sitter import Node

from misspawn.model import Language
from misspawn.regex import Regex
from misspawn.regions.document import Document, Region
from misspawn.regions.names import Import, Lexed, aliasing, imports, lex, own_level, substitutions
from misspawn.regions.offsets import Edit, OffsetMap, rewrite
from misspawn.regions.syntax import Step, Syntax
from misspawn.regions.view import blank

_FUNCTIONS = {"function_definition"}
_SCOPES = {"function_definition", "lambda"}
_CLASSES = {"class_definition"}
_KINDS: dict[str, frozenset[str]] = {
    "call": frozenset({"call"}),
    "await": frozenset({"await"}),
    "assignment": frozenset({"assignment", "augmented_assignment", "named_expression"}),
    "with": frozenset({"with_statement"}),
    "except": frozenset({"except_clause", "except_group_clause"}),
    "try": frozenset({"try_statement"}),
    "loop": frozenset({"for_statement", "while_statement"}),
    "decorator": frozenset({"decorator"}),
    "function": frozenset(_FUNCTIONS),
    "class": frozenset(_CLASSES),
    "module": frozenset({"module"}),
    "statement": frozenset({
        "expression_statement", "return_statement", "raise_statement", "assert_statement",
        "delete_statement", "import_statement", "import_from_statement", "future_import_statement",
        "global_statement", "nonlocal_statement", "pass_statement", "break_statement",
        "continue_statement", "exec_statement", "print_statement", "type_alias_statement",
        "with_statement", "for_statement", "while_statement", "if_statement", "elif_clause",
        "else_clause", "try_statement", "except_clause", "except_group_clause", "finally_clause",
        "match_statement", "case_clause", "function_definition", "class_definition",
    }),
}  # fmt: skip
_CONTEXTS: dict[str, frozenset[str]] = {
    "with": _KINDS["with"],
    "try": _KINDS["try"],
    "except": _KINDS["except"],
    "finally": frozenset({"finally_clause"}),
    "loop": _KINDS["loop"],
    "if": frozenset({"if_statement"}),
    "call": _KINDS["call"],
    "await": _KINDS["await"],
    "lambda": frozenset({"lambda"}),
    "assignment": _KINDS["assignment"],
    "return": frozenset({"return_statement"}),
}
_BODIES = {"body", "consequence", "arguments", "right"}
_GLOBAL_MEANING = frozenset(
    name.encode() for name in (*sys.stdlib_module_names, *dir(builtins)) if not name.startswith("_")
)
_ROOT = re.compile(rb"(?<![\w.])([A-Za-z_]\w*)(?=\s*[.(])")
_INDENT = b"[ \\t]"


class PythonDocument(Document):
    """A Python module. `words`: the identifiers that any detector mentions; imports of other modules keep quiet."""

    language = Language.PYTHON
    has_comments = True
    kinds = tuple(_KINDS)
    contexts = (
        "async-function",
        "sync-function",
        "function",
        "class",
        "module",
        "main-guard",
        *_CONTEXTS,
    )

    def __init__(self, data: bytes, words: frozenset[bytes], *, whole: bool = False) -> None:
        self._data = data
        self._imports: list[Import] = []
        lines = _aliasing(words)
        edits = self._spelled_out(lines, words) if lines.search(data) else []
        self._offsets = OffsetMap(edits)
        self._edits = {edit.start: edit for edit in edits}
        self._edited = list(self._edits)
        self.text = rewrite(data, edits)
        self._syntax = Syntax(data, whole=whole)
        self._texts: dict[tuple[object, ...], bytes] = {}
        self._paths: dict[tuple[int, int], list[Step]] = {}
        self._imported: dict[bytes, str] = {}
        self._bindings: dict[tuple[int, bytes], str] = {}

    @classmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> PythonDocument:
        return cls(data, words, whole=whole)

    def _spelled_out(self, lines: Regex, words: frozenset[bytes]) -> list[Edit]:
        found = [
            item for item in imports(self._data, lines) if item.target.partition(b".")[0] in words
        ]
        self._imports = [item for item in found if item.name != item.target]
        aliases = {item.name: item.target for item in reversed(self._imports)}
        return substitutions(self._data, aliases, [(item.start, item.end) for item in found])

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self._offsets.original(start, end)

    # -- which hits count ----------------------------------------------------

    def dismissal(self, start: int, end: int) -> str:
        at, stop = self.locate(start, end)
        if at == stop:
            return "the hit is empty"
        first = self.text[start : start + 1]
        if (first.isalnum() or first == b"_") and self.text[start - 1 : start] == b".":
            return "the hit starts in the middle of a dotted name"
        if place := self._not_code(at):
            return f"the hit starts inside a {place}"
        for root in _ROOT.finditer(self.text, start, end + 1):
            name_at = self.locate(root.start(), root.end())[0]
            if reason := self._shadow(name_at, self._path(at, stop), first=root.start() == start):
                return reason
        return ""

    def without_comments(self, text: bytes) -> bytes:
        return lex(text).text

    def is_code(self, text: bytes, offset: int) -> bool:
        return not _lexed(text).string_around(offset)

    def _not_code(self, at: int) -> str:
        """`comment` or `string` if the offset lies inside one."""
        for step in reversed(self._path(at, at + 1)):
            if step.node.type == "comment":
                return "comment"
            if step.node.type == "interpolation":
                return ""
            if step.node.type == "string":
                opening = step.node.child(0)
                return "string" if opening is not None and at >= opening.end_byte else ""
        return ""

    def _shadow(self, at: int, path: list[Step], *, first: bool) -> str:
        """Why the name at the offset is not the imported one ('' when it is).

        What a hit begins with may also be a module or built-in that the file does not import.
        """
        edit = self._edits.get(at)
        name = self._data[at : edit.end] if edit else _word_at(self._data, at)
        if not edit:
            imported = self._import_of(name)
            if not imported and not (first and name in _GLOBAL_MEANING):
                return ""
            if imported == "other":
                return f"`{name.decode()}` is imported from elsewhere"
        for step in _enclosing(path):
            kind = self._binding(step.node, name)
            if kind == "local":
                return f"`{name.decode()}` is shadowed in `{_name_of(step.node)}`"
            if kind == "import":
                return ""
        return (
            self._shadowed_in_module(name)
            if not edit
            else self._unreached(name) or self._shadowed_in_module(name)
        )

    def _import_of(self, name: bytes) -> str:
        if name not in self._imported:
            self._imported[name] = _import_of(self._data, name)
        return self._imported[name]

    def _unreached(self, name: bytes) -> str:
        bound = [item for item in self._imports if item.name == name]
        if all(item.indented and _enclosing(self._path(item.end - 1, item.end)) for item in bound):
            return f"`{name.decode()}` is imported in another function only"
        return ""

    def _binding(self, function: Node, name: bytes) -> str:
        key = (function.id, name)
        if key not in self._bindings:
            found = ""
            if _bare(name).search(self._data, function.start_byte, function.end_byte):
                found = _binding(_scope_text(self._data, function), name)
            self._bindings[key] = found
        return self._bindings[key]

    def _shadowed_in_module(self, name: bytes) -> str:
        key = (-1, name)
        if key not in self._bindings:
            found = _defined(name).search(self._data)
            real = found is not None and not self._not_code(found.start())
            self._bindings[key] = "local" if real else ""
        return f"`{name.decode()}` is redefined at module level" if self._bindings[key] else ""

    # -- regions and scopes ----------------------------------------------------

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        begin, stop = self.locate(start, end)
        types = _KINDS[kind]
        path = (
            self._syntax.path(begin, stop, wide=True)
            if kind == "class"
            else self._path(begin, stop)
        )
        for step in reversed(path):
            node = step.node
            if node.type == "decorated_definition" and kind in ("function", "class"):
                node = node.child_by_field_name("definition") or node
            if node.type in types:
                return self._region(kind, node)
        return None

    def _region(self, kind: str, node: Node) -> Region:
        outer = _with_decorators(node)
        start, end = (
            (0, len(self._data)) if kind == "module" else (outer.start_byte, outer.end_byte)
        )
        if kind == "statement":
            end = _header_end(node)
        deep = self._canonical(start, end)
        return Region(kind, start, end, own_level(self._own(kind, node, start, end)), deep)

    def _own(self, kind: str, node: Node, start: int, end: int) -> bytes:
        if kind in ("class", "module"):
            holder = (
                self._syntax.whole().root_node
                if kind == "module"
                else node.child_by_field_name("body")
            )
            return self._canonical(start, end, _inner_bodies(holder))
        return self._canonical(start, _header_end(node))

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "file":
            return self._canonical(0, len(self._data))
        node = self._nearest(name, *self.locate(start, end))
        if node is None:
            return b"" if name == "class" else self._canonical(0, len(self._data))
        outer = _with_decorators(node)
        return self._canonical(outer.start_byte, outer.end_byte)

    def _nearest(self, name: str, begin: int, stop: int) -> Node | None:
        path = (
            self._syntax.path(begin, stop, wide=True)
            if name == "class"
            else self._path(begin, stop)
        )
        for step, below in zip(path[::-1], [None, *path[:0:-1]], strict=True):
            if step.node.type in _KINDS[name] and (
                name == "statement" or below is None or below.field == "body"
            ):
                return step.node
        return None

    # -- contexts ----------------------------------------------------------------

    def cannot_be_within(self, context: str, start: int) -> bool:
        if context not in ("async-function", "module"):
            return False
        at = self.locate(start, start)[0]
        function = self._syntax.outline.function(at)
        if context == "module":
            return function >= 0
        return self._data.rfind(b"async", max(function, 0), at) < 0

    def within(self, context: str, header: Regex, start: int, end: int) -> bool:
        path = self._path(*self.locate(start, end))
        if context in ("async-function", "sync-function", "function", "module"):
            return self._within_function(context, header, path)
        if context == "class":
            return any(self._matches(header, s.node) for s, b in _holders(path, _CLASSES))
        if context == "main-guard":
            return any(
                s.node.type == "if_statement" and b"__name__" in self._header(s.node) for s in path
            )
        return self._within_block(context, header, path)

    def _within_function(self, context: str, header: Regex, path: list[Step]) -> bool:
        wanted = _FUNCTIONS if context == "function" else _SCOPES
        holder = next((step for step, _ in _holders(path, wanted)), None)
        if holder is None or context == "module":
            return holder is None and context == "module"
        is_async = _is_async(holder.node)
        if (context == "async-function" and not is_async) or (
            context == "sync-function" and is_async
        ):
            return False
        return self._matches(header, holder.node)

    def _within_block(self, context: str, header: Regex, path: list[Step]) -> bool:
        types = _CONTEXTS[context]
        for index in range(len(path) - 2, -1, -1):
            step, below = path[index], path[index + 1]
            found = step.node.type in types and _is_inside(context, step.node, below)
            if found and self._matches(header, step.node):
                return True
            if _holds(step, below):
                return False
        return False

    def _matches(self, header: Regex, node: Node) -> bool:
        return header.search(self._header(node)) is not None

    def _header(self, node: Node) -> bytes:
        if node.type == "call" and (callee := node.child_by_field_name("function")):
            return self._canonical(callee.start_byte, callee.end_byte)
        if node.type in _KINDS["assignment"] and (target := node.child_by_field_name("left")):
            return self._canonical(target.start_byte, target.end_byte)
        if node.type == "try_statement":
            clauses = (c for c in node.children if c.type.startswith(("except", "finally")))
            return b"\n".join(self._canonical(c.start_byte, _header_end(c)) for c in clauses)
        return self._canonical(_with_decorators(node).start_byte, _header_end(node))

    # -- offsets -----------------------------------------------------------------

    def _canonical(self, start: int, end: int, holes: Sequence[tuple[int, int]] = ()) -> bytes:
        """The text of a stretch that begins in code: comments and holes blanked, names spelled out."""
        key = (start, end, *holes)
        if key not in self._texts:
            self._texts[key] = self._clean(start, end, holes)
        return self._texts[key]

    def _clean(self, start: int, end: int, holes: Sequence[tuple[int, int]]) -> bytes:
        text = lex(self._data[start:end]).text
        if holes:
            text = blank(text, ((a - start, b - start) for a, b in holes))
        first, last = bisect_left(self._edited, start), bisect_left(self._edited, end)
        edits = [self._edits[at] for at in self._edited[first:last]]
        kept = (edit for edit in edits if not any(a <= edit.start < b for a, b in holes))
        return rewrite(
            text, [Edit(edit.start - start, edit.end - start, edit.text) for edit in kept]
        )

    def _path(self, start: int, end: int) -> list[Step]:
        key = (start, end)
        if key not in self._paths:
            self._paths[key] = self._syntax.path(start, end)
        return self._paths[key]


@lru_cache(maxsize=8)
def _aliasing(words: frozenset[bytes]) -> Regex:
    return aliasing(words)


def _import_of(data: bytes, name: bytes) -> str:
    """How a file imports a name: `plain` (`import x`), `other` (`from y import x`, `as x`) or ''."""
    for found in _word(name).finditer(data):
        start = data.rfind(b"\n", 0, found.start()) + 1
        head = data[start : found.start()].lstrip()
        if head.startswith(b"import ") and b" as " not in head[-4:]:
            rest = data[found.end() : found.end() + 4]
            if not rest.startswith((b" as ", b".")):
                return "plain"
        elif _imports_from(head) or _in_import_list(data, start, head):
            return "other"
    return ""


def _imports_from(head: bytes) -> bool:
    return head.startswith((b"from ", b"import ")) and b"import " in head


def _in_import_list(data: bytes, line: int, head: bytes) -> bool:
    if b"(" in head or b"=" in head:
        return False
    opened = data.rfind(b"import (", 0, line)
    return opened >= 0 and b")" not in data[opened:line]


@lru_cache(maxsize=256)
def _word(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\b%b\b" % re.escape(name))


@lru_cache(maxsize=256)
def _defined(name: bytes) -> re.Pattern[bytes]:
    """Finds a definition or assignment of a name at module level."""
    name = re.escape(name)
    return re.compile(
        rb"^(?:(?:async[ \t]+)?def|class)[ \t]+%b\b|^%b[ \t]*(?::[^=\n]+)?=(?!=)" % (name, name),
        re.MULTILINE,
    )


@lru_cache(maxsize=256)
def _bare(name: bytes) -> re.Pattern[bytes]:
    """Finds an occurrence of a name that is neither called nor asked for an attribute."""
    return re.compile(rb"(?<![\w.])%b\b(?!\s*[.(])" % re.escape(name))


@lru_cache(maxsize=8)
def _lexed(text: bytes) -> Lexed:
    return lex(text)


def _enclosing(path: list[Step]) -> list[Step]:
    """The functions whose bodies hold the end of the path, innermost first."""
    return [
        step for step, below in zip(path[-2::-1], path[:0:-1], strict=True) if _holds(step, below)
    ]


def _holders(path: list[Step], types: set[str]) -> list[tuple[Step, Step]]:
    """Nodes of the types whose *body* holds what is below, innermost first."""
    pairs = zip(path[-2::-1], path[:0:-1], strict=True)
    return [
        (step, below) for step, below in pairs if step.node.type in types and below.field == "body"
    ]


def _holds(step: Step, below: Step) -> bool:
    return step.node.type in _SCOPES and below.field == "body"


def _is_inside(context: str, node: Node, below: Step) -> bool:
    if context in ("call", "assignment", "with", "loop", "try", "lambda"):
        return below.field in _BODIES
    if context in ("except", "finally"):
        return below.node.type == "block"
    return below.field != "condition"


def _is_async(node: Node) -> bool:
    first = node.child(0)
    return first is not None and first.type == "async"


def _with_decorators(node: Node) -> Node:
    if node.type in ("function_definition", "class_definition"):
        parent = node.parent
        if parent is not None and parent.type == "decorated_definition":
            return parent
    return node


def _header_end(node: Node) -> int:
    """Where the head of a compound statement ends; a simple statement is all head."""
    if node.type in ("call", "await", "assignment", "decorator", "expression_statement"):
        return node.end_byte
    body = node.child_by_field_name("body") or node.child_by_field_name("consequence")
    if body is None:
        body = next((child for child in node.children if child.type == "block"), None)
    return body.start_byte if body is not None else node.end_byte


def _inner_bodies(holder: Node | None) -> list[tuple[int, int]]:
    """The bodies of the functions and classes that are direct statements of the holder."""
    holes: list[tuple[int, int]] = []
    for child in holder.children if holder is not None else ():
        inner = (
            child.child_by_field_name("definition")
            if child.type == "decorated_definition"
            else child
        )
        if inner is None or inner.type not in ("function_definition", "class_definition"):
            continue
        if body := inner.child_by_field_name("body"):
            holes.append((body.start_byte, body.end_byte))
    return holes


def _name_of(node: Node) -> str:
    name = node.child_by_field_name("name")
    return name.text.decode() if name is not None and name.text is not None else "lambda"


def _scope_text(text: bytes, function: Node) -> bytes:
    """Parameters and body of a function, without the bodies of the functions in it."""
    start = function.start_byte
    result = bytearray(text[start : function.end_byte])
    stack = list(function.children)
    while stack:
        node = stack.pop()
        if node.type in _SCOPES:
            if body := node.child_by_field_name("body"):
                result[body.start_byte - start : body.end_byte - start] = b" " * (
                    body.end_byte - body.start_byte
                )
        elif node.type in ("block", "decorated_definition") or node.type.endswith(
            ("_statement", "_clause")
        ):
            stack.extend(node.children)
    return lex(bytes(result)).text


def _binding(text: bytes, name: bytes) -> str:
    """How a function binds a name: `import`, `local` (parameter, assignment, loop, with...) or ''."""
    name = re.escape(name)
    if re.search(rb"\bglobal\b[^\n]*\b%b\b" % name, text):
        return ""
    if re.search(rb"\bimport\b[^\n]*\b%b\b|\bimport\s*\([^)]*\b%b\b" % (name, name), text):
        return "import"
    header, body = _split_header(text)
    forms = (
        rb"^%(i)b*(?:[\w.\[\], *()]+,[ \t]*)?\*?\(?%(n)b(?:[ \t]*,[\w.\[\], *()]+)?\)?[ \t]*(?::[^=\n]+)?=(?!=)"
        rb"|\bfor\s+(?:[^:\n]*[\s,(])?%(n)b\b[^:\n]*\bin\b|\bas\s+\(?%(n)b\b"
        rb"|\b(?:def|class)\s+%(n)b\b|\b%(n)b\s*:="
    ) % {b"n": name, b"i": _INDENT}
    if re.search(rb"(?:[(,]|^lambda\b)\s*\**\s*%b\s*(?:[,:=)]|$)" % name, header) or re.search(
        forms, body, re.MULTILINE
    ):
        return "local"
    return ""


def _split_header(text: bytes) -> tuple[bytes, bytes]:
    """Parameters and body of a `def` or a `lambda`."""
    if text.startswith(b"lambda"):
        head, _, body = text.partition(b":")
        return head, body
    depth = 0
    for bracket in re.finditer(rb"[()]", text):
        depth += 1 if bracket[0] == b"(" else -1
        if depth == 0:
            return text[text.index(b"(") : bracket.end()], text[bracket.end() :]
    return text, b""


def _word_at(text: bytes, at: int) -> bytes:
    found = re.compile(rb"\w+").match(text, at)
    return found[0] if found else b""
