"""Colour, or none, and text made safe for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TextIO

_CODES = {"bold": 1, "dim": 2, "red": 31, "yellow": 33, "blue": 34, "cyan": 36}
_SEVERITIES = {"error": "red", "warning": "yellow", "hint": "cyan"}
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_ESCAPES = _CONTROL | {9: "\\t", 10: "\\n", 13: "\\r"}
_BLANKS = dict.fromkeys(_CONTROL, "\ufffd") | {9: "    "}


class Style(NamedTuple):
    """How to write for people."""

    colour: bool = False

    def paint(self, text: str, name: str) -> str:
        """The text in a colour, when there is colour."""
        return f"\033[{_CODES[name]}m{text}\033[0m" if self.colour else text

    def severity(self, text: str, severity: str) -> str:
        """The text in its severity's colour."""
        return self.paint(text, _SEVERITIES[severity])


def style_for(stream: TextIO, environment: Mapping[str, str]) -> Style:
    """Colour on a terminal, unless NO_COLOR says no or FORCE_COLOR says yes anyway."""
    if environment.get("NO_COLOR"):
        return Style(colour=False)
    if environment.get("FORCE_COLOR"):
        return Style(colour=True)
    return Style(colour=stream.isatty() and environment.get("TERM") != "dumb")


def one_line(text: str) -> str:
    """Text without control characters, so that no file name can forge a line or steer a terminal."""
    return text.translate(_ESCAPES)


def valid(text: str) -> str:
    """Text for formats that are UTF-8 throughout: what is not, as in a file's name, is spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()


def source_line(text: str) -> str:
    """A line of source as shown: tabs are four columns, other control characters one replacement each."""
    return text.translate(_BLANKS)
