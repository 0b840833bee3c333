"""Which names a module's `__getattr__` can give at all, where its text tells.

It does when the asked name is only compared with literals, or looked for in tables that the file spells
out; then every name that it gives is a word in a string of that file.
"""

from __future__ import annotations

import re

_FUNCTION = rb"^def %b\(.*?(?=^[^\s#)]|\Z)"
_PARAMETER = re.compile(rb"\bdef[ \t]+\w+\(\s*(\w+)")
_PROSE = re.compile(rb'"""(?:[^\\]|\\.)*?"""|#[^\n]*', re.DOTALL)
_STRING = re.compile(rb"""["']([^"'\n]+)["']""")
_WORD = re.compile(rb"\w+")
_AFTER = re.compile(rb"\s*(?:[=!]=|(?:not\s+)?in\s+(?:[\[({]|(\w+)(?:\.keys\(\))?\s*[:)\n]))")
_BEFORE = re.compile(rb"(?:[=!]=\s*|\{|\b(\w+)(?:\[|\.get\()\s*)$")


def served(data: bytes, name: bytes) -> frozenset[str] | None:
    """The words among which are all names that a function gives; None when its text does not tell.

    `name`: the function, `__getattr__` itself or one that makes it.
    """
    found = re.search(_FUNCTION % re.escape(name), data, re.MULTILINE | re.DOTALL)
    body = _PROSE.sub(b"", found[0]) if found else b""
    parameters = _PARAMETER.findall(body)
    if not parameters or b"raise AttributeError" not in body or b"locals()" in body:
        return None
    asked = parameters[-1]
    made = re.findall(
        rb"^[ \t]*(\w+)[ \t]*=[ \t]*f[\"'][^\"'\n]*\{%b\b" % asked, body, re.MULTILINE
    )
    if not all(_is_compared(body, word, data) for word in (asked, *made)):
        return None
    words = (word for text in _STRING.findall(data) for word in _WORD.findall(text))
    return frozenset(word.decode("utf-8", "replace") for word in words)


def _is_compared(body: bytes, asked: bytes, data: bytes) -> bool:
    """Whether every use of a variable is a comparison, or looks it up in a table of the file."""
    for use in re.finditer(rb"\b%b\b" % asked, body):
        line = body[body.rfind(b"\n", 0, use.start()) + 1 : use.start()]
        if b"def " in line or re.match(rb"[ \t]*=[ \t]*f[\"']", body[use.end() :]):
            continue
        after = _AFTER.match(body, use.end())
        before = _BEFORE.search(line)
        if not (after or before):
            return False
        table = (after[1] if after else None) or (before[1] if before else None)
        if table and not _is_table(table, body, data):
            return False
    return True


def _is_table(name: bytes, body: bytes, data: bytes) -> bool:
    """Whether a name is of a literal of the file, or of the module's own names."""
    literal = rb"^%b\b[^=\n]*=[ \t]*[\[({]" % name
    own = rb"\b%b\b[^=\n]*=[^\n]*(?:__dict__|globals\(\))" % name
    return bool(re.search(literal, data, re.MULTILINE) or re.search(own, body))
