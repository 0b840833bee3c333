"""What a name is bound to in a Python module: by an import, in a function, or at module level."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from misspawn.regions.lexical import lex
from misspawn.regions.names import places

SCOPES = {"function_definition", "lambda"}
_INDENT = b"[ \\t]"
_DEFINITION = re.compile(rb"(?:(?:async[ \t]+)?def|class)[ \t]+")
_IMPORT_LIST = re.compile(rb"import \([^)]*")
_ASSIGNED = re.compile(rb"[ \t]*(?::[^=\n]+)?=(?!=)")


def import_of(data: bytes, name: bytes) -> str:
    """How a file imports a name: `plain` (`import x`), `other` (`from y import x`, `as x`) or ''."""
    for at in places(data, name):
        start = data.rfind(b"\n", 0, at) + 1
        head = data[start:at].lstrip()
        if head.startswith(b"import ") and b" as " not in head[-4:]:
            rest = data[at + len(name) : at + len(name) + 4]
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
    return any(start < line <= end for start, end in _import_lists(data))


@lru_cache(maxsize=4)
def _import_lists(data: bytes) -> list[tuple[int, int]]:
    return [found.span() for found in _IMPORT_LIST.finditer(data)]


def defined(data: bytes, name: bytes) -> Iterator[int]:
    """Where a name is defined or assigned at module level."""
    for at in places(data, name):
        start = data.rfind(b"\n", 0, at) + 1
        if start == at:
            if _ASSIGNED.match(data, at + len(name)):
                yield start
        elif _DEFINITION.fullmatch(data, start, at):
            yield start


@lru_cache(maxsize=256)
def bare(name: bytes) -> re.Pattern[bytes]:
    """Finds an occurrence of a name that is neither called nor asked for an attribute."""
    return re.compile(rb"(?<![\w.])%b\b(?!\s*[.(])" % re.escape(name))


def scope_text(text: bytes, function: Node) -> bytes:
    """Parameters and body of a function, without the bodies of the functions in it."""
    start = function.start_byte
    result = bytearray(text[start : function.end_byte])
    stack = list(function.children)
    while stack:
        node = stack.pop()
        if node.type in SCOPES:
            if body := node.child_by_field_name("body"):
                # lines, as a search from the start of one long line takes the square of its length
                result[body.start_byte - start : body.end_byte - start] = b"\n" * (
                    body.end_byte - body.start_byte
                )
        elif node.type in ("block", "decorated_definition") or node.type.endswith(
            ("_statement", "_clause")
        ):
            stack.extend(node.children)
    return lex(bytes(result)).text


def binding(text: bytes, name: bytes) -> str:
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


def word_at(text: bytes, at: int) -> bytes:
    """The identifier that begins at an offset."""
    found = re.compile(rb"\w+").match(text, at)
    return found[0] if found else b""
