"""How symptoms are looked for and how much each says: the same for the command and for the site."""

from __future__ import annotations

import re

_FLAGS = re.compile(r"^\(\?([a-z]+)\)")
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}|.", re.DOTALL)
_NAMED = re.compile(r"^\^?((?:\w|\\\.)*(?:Error|Warning|Exception|Failed): )(?=.{12})")

_SHARES = {
    "DeprecationWarning: ": 16,
    "Warning: ": 4,
    "Exception ignored": 4,
    "CalledProcessError: ": 8,
    "": 1,
}


def weight(log: str) -> int:
    """Characters that a symptom's regex fixes, at least 1: the more, the less can match by chance.

    Groups and classes count nothing, and neither do characters that may be missing. A warning
    counts for less than an error, which it mostly follows from, and a deprecation for still less.
    That a command failed counts for less than anything that the command itself says.
    """
    share = next(share for text, share in _SHARES.items() if text in log)
    return max(_fixed(log) // share, 1)


def _fixed(log: str) -> int:
    fixed = depth = last = 0
    for part in _ATOM.findall(_FLAGS.sub("", log)):
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


def _is_literal(atom: str) -> bool:
    if atom[0] == "\\":
        return not atom[1].isalnum()
    return atom[0] not in "[.+^$"


def searched(log: str) -> str:
    """The regex as it is searched in a log: `^` and `$` are those of a line, and `[^x]` stays in it.

    A message may stand at a line's beginning without the exception's name, as people paste it.
    """
    flags = _FLAGS.match(log)
    body = "".join(_within_line(atom) for atom in _ATOM.findall(_FLAGS.sub("", log)))
    if name := _NAMED.match(body):
        body = rf"(?:{name[1]}|^(?:E[ \t]+|>[ \t]*)?[ \t]*)(?:{body[name.end() :]})"
    if body.endswith("$") and not body.endswith(r"\$"):
        body = rf"{body[:-1]}[ \t\r]*$"
    return f"(?m{flags[1] if flags else ''}){body}"


def spanned(log: str) -> list[str]:
    r"""The regexes of the lines that a symptom spans: its parts between each `\n` outside of groups.

    All of them occur in a log in which the symptom does, whatever CI puts between the lines.
    """
    parts, depth = [""], 0
    for atom in _ATOM.findall(log):
        depth += (atom == "(") - (atom == ")")
        if atom == "|" and not depth:
            return [log]
        if atom == r"\n" and not depth:
            parts.append("")
        else:
            parts[-1] += atom
    return parts


def _within_line(atom: str) -> str:
    return atom.replace("[^", r"[^\n", 1) if atom.startswith("[^") else atom
