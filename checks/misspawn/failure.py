"""What a failed command printed: the exception, the versions, and a regex for the like of it."""

from __future__ import annotations

import re
from typing import NamedTuple

_EXCEPTION = re.compile(
    r"^(?:E\s+)?"
    r"((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Expired|Timeout|Failed))"
    r"(?:: (.*))?$",
    re.MULTILINE,
)
_VERSION = re.compile(r"\bPython (3\.\d+\.\d+)")
_LIBRARIES = re.compile(r"\b((?:pytest|asyncio|anyio|xdist|timeout|cov|mock|trio)-\d[\w.]*)")
_SPECIAL = re.compile(r"([\\.^$*+?()\[\]{}|])")
_VARIABLE = {
    r"\[[^\]\n]*\]": ".+",
    r"0x[0-9a-f]+": "0x[0-9a-f]+",
    r"(?:/[\w.-]+){2,}": r"\S+",
    r"\d+\.\d+": "[0-9.]+",
    r"\d+": "[0-9]+",
}
_PARTS = re.compile("|".join(f"({pattern})" for pattern in _VARIABLE))


class Failure(NamedTuple):
    """The exception that a command ended with, and what it ran on."""

    type: str
    message: str
    line: str
    versions: tuple[str, ...]

    @property
    def log(self) -> str:
        """A regex for this failure whatever its numbers, paths and addresses are."""
        return proposed(f"{self.type}: {self.message}" if self.message else self.type)


def failure(output: str) -> Failure | None:
    """The last exception in the output, or None."""
    found = [match for match in _EXCEPTION.finditer(output) if not match[1].endswith("Warning")]
    found = found or list(_EXCEPTION.finditer(output))
    if not found:
        return None
    last = max(found, key=lambda match: (bool(match[2]), match.start()))
    python = dict.fromkeys(f"Python {version}" for version in _VERSION.findall(output))
    versions = (*python, *dict.fromkeys(_LIBRARIES.findall(output)))
    return Failure(last[1], (last[2] or "").strip(), last[0].strip(), versions)


def proposed(text: str) -> str:
    """An RE2 regex for texts like this one."""
    replacements, made, end = tuple(_VARIABLE.values()), "", 0
    for part in _PARTS.finditer(text):
        made += _escaped(text[end : part.start()]) + replacements[(part.lastindex or 1) - 1]
        end = part.end()
    return made + _escaped(text[end:])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
