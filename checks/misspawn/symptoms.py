"""How symptoms are looked for and how much each says: the same for the command and for the site."""

from __future__ import annotations

import re

_FLAGS = re.compile(r"^\(\?([a-z]+)\)")
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}|.", re.DOTALL)
_NAMED = re.compile(r"^\^?((?:\w|\\\.)*(?:Error|Warning|Exception|Failed): )(?=.{12})")

_SHARES = {"DeprecationWarning: ": 16, "Warning: ": 4, "Exception ignored": 4, "": 1}


def weight(log: str) -> int:
    """Characters that a symptom's regex fixes, at least 1: the more, the less can match by chance.

    Groups and classes count nothing, and neither do characters that may be missing. A warning
    counts for less than an error, which it mostly follows from, and a deprecation for still less.
    """
    share = next(share for text, share in _SHARES.items() if text in log)
    return max(_fixed(log) // share, 1)


def _fixed(log: str) -> int:
    fixed = depth = last = 0
    for part in _TOKEN.findall(_FLAGS.sub("", log)):
        if part in "()":
            depth += 1 if part == "(" else -1
            last = 0
        elif depth:
            continue
        elif part == "|":
            return 0
        elif part[0] in "*?{":
            fixed, last = fixed - last, 0
        else:
            last = int(_is_literal(part))
            fixed += last
    return fixed


def _is_literal(token: str) -> bool:
    if token[0] == "\\":
        return not token[1].isalnum()
    return token[0] not in "[.+^$"


def searched(log: str) -> str:
    """The regex as it is searched in a log: `^` and `$` are those of a line, and `[^x]` stays in it.

    A message may stand at a line's beginning without the exception's name, as people paste it.
    """
    flags = _FLAGS.match(log)
    body = "".join(_within_line(token) for token in _TOKEN.findall(_FLAGS.sub("", log)))
    if name := _NAMED.match(body):
        body = rf"(?:{name[1]}|^(?:E[ \t]+|>[ \t]*)?[ \t]*)(?:{body[name.end() :]})"
    if body.endswith("$") and not body.endswith(r"\$"):
        body = rf"{body[:-1]}[ \t\r]*$"
    return f"(?m{flags[1] if flags else ''}){body}"


def _within_line(token: str) -> str:
    return token.replace("[^", r"[^\n", 1) if token.startswith("[^") else token
