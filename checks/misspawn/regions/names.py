"""What imported names stand for in Python source, told without parsing; and what is nested in a piece of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from misspawn.regions.lexical import STRING, Quotes
from misspawn.regions.offsets import Edit

_LEVEL = re.compile(
    rb"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<lambda>\blambda\b[^:]*:)|,|" + STRING, re.DOTALL
)
_IMPORT = re.compile(
    rb"(?:[^\s#:][^#\n:]*:[ \t]*)?(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|(?:[^\n(\\;]|\\\r?\n)*)"
    rb"|import[ \t]+((?:[^\n\\;]|\\\r?\n)*))"
)
_DEEPEST = 80  # columns of an indentation
_FIRST = re.compile(rb"from[ \t]+(\w+)|import[ \t][^\r\n]*")
_IMPORTED = re.compile(rb"([\w.]+)(?:[\s\\]+as[\s\\]+(\w+))?")
_COMMENT = re.compile(rb"#[^\n]*")
_ASSIGNING = (b" ", b"=")
_JOINED = frozenset(bytes([byte]) for byte in range(128) if chr(byte).isalnum() or byte == 95)


class Import(NamedTuple):
    """`name` stands for the dotted `target`; the statement lies at start..end, in a function if `indented`.

    `written`: the same with the dots of a relative import, of which the target is empty, and of `import x`.
    """

    name: bytes
    target: bytes
    start: int
    end: int
    indented: bool
    written: bytes


def imports(
    data: bytes, quotes: Quotes | None = None, modules: frozenset[bytes] | None = None
) -> Iterator[Import]:
    """The names that import statements bind; `modules`: only such as may stand for something of these."""
    quotes = quotes or Quotes(data)
    for line in _import_lines(data):
        head = data[line : line + _DEEPEST]
        start = line + len(head) - len(head.lstrip(b" \t\f"))
        if modules is not None and not _may_be_of(data, start, modules):
            continue
        found = _IMPORT.match(data, start)
        if found and quotes.is_code(start):
            yield from _imported(found, indented=start > line)


def _import_lines(data: bytes) -> Iterator[int]:
    """Where the lines with the word begin."""
    at = data.find(b"import")
    while at >= 0:
        yield data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at)
        at = data.find(b"import", end) if end >= 0 else -1


def _may_be_of(data: bytes, start: int, modules: frozenset[bytes]) -> bool:
    """Whether the statement may give a name to something of the modules, told from its first words."""
    first = _FIRST.match(data, start)
    if first is None:
        return True
    if first[1]:
        return first[1] in modules
    return b"as" in first[0] or first[0].endswith(b"\\")


def _imported(found: re.Match[bytes], *, indented: bool) -> Iterator[Import]:
    module, names, modules = found.groups()
    for item in _IMPORTED.finditer(_COMMENT.sub(b"", names or modules or b"")):
        name, alias = item.groups()
        if module is None:
            target = name if alias else b""
            name = alias or name.partition(b".")[0]
            written = target or name
        else:
            written = module + name if module.endswith(b".") else module + b"." + name
            target = b"" if module.startswith(b".") else written
            name = alias or name
        yield Import(name, target, found.start(), found.end(), indented, written)


def substitutions(
    data: bytes, bound: dict[bytes, bytes], skip: list[tuple[int, int]], quotes: Quotes
) -> list[Edit]:
    """Edits that spell out each imported name where it is used: `r(` reads `subprocess.run(`.

    Names in strings, attributes (`x.run`), keywords and assignment targets (`run=`) and the import
    statements themselves (`skip`) stay as they are. Whether a local definition shadows the name is
    decided later, for the few places where a detector hits.
    """
    starts = [start for start, _ in skip]
    return sorted(
        Edit(at, at + len(name), target)
        for name, target in bound.items()
        for at in places(data, name)
        if _is_use(data, at, at + len(name))
        and quotes.is_code(at)
        and not _covered(at, starts, skip)
    )


def stands(data: bytes, word: bytes) -> bool:
    """Whether a word stands anywhere, not as a part of a longer one."""
    return bool(word) and next(places(data, word), None) is not None


def places(data: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands, not as a part of a longer one."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if data[at - 1 : at] not in _JOINED and data[end : end + 1] not in _JOINED:
            yield at
        at = data.find(word, end)


def _is_use(text: bytes, start: int, end: int) -> bool:
    if text[start - 1 : start] == b".":
        return False
    if text[end : end + 1] in _ASSIGNING:
        after = text[end : end + 4].lstrip(b" ")
        if after.startswith(b"=") and not after.startswith(b"=="):
            return False
    return text.find(b"import ", text.rfind(b"\n", 0, start) + 1, start) < 0


def _covered(at: int, starts: list[int], spans: list[tuple[int, int]]) -> bool:
    index = bisect_right(starts, at) - 1
    return index >= 0 and at < spans[index][1]


def own_level(text: bytes) -> bytes:
    """Blank what lies deeper than one pair of brackets, and lambdas; the length stays the same."""
    edits: list[Edit] = []
    depth, hidden, lambda_at, lambda_depth = 0, -1, -1, 0
    for token in _LEVEL.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            if depth == 2 and lambda_at < 0:
                hidden = token.start()
        elif kind == "lambda" and lambda_at < 0 and depth < 2:
            lambda_at, lambda_depth = token.start(), depth
        if lambda_at >= 0 and depth == lambda_depth and (kind == "close" or token[0] == b","):
            edits.append(_blank(lambda_at, token.start()))
            lambda_at = -1
        if kind == "close":
            depth -= 1
            if depth == 1 and hidden >= 0 and lambda_at < 0:
                edits.append(_blank(hidden, token.end()))
                hidden = -1
    if lambda_at >= 0:
        edits.append(_blank(lambda_at, len(text)))
    return _apply(text, edits)


def _blank(start: int, end: int) -> Edit:
    return Edit(start, end, b" " * (end - start))


def _apply(text: bytes, edits: list[Edit]) -> bytes:
    if not edits:
        return text
    result = bytearray(text)
    for start, end, spaces in edits:
        result[start:end] = spaces
    return bytes(result)
