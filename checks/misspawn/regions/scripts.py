"""Scripts in the words of commands: `bash -c '...'`, `trap '...' EXIT`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from misspawn.regions.view import View

SHELL = re.compile(rb"(?:.*/)?(?:ba|da|k|a)?sh")
_RUNS_SCRIPTS = re.compile(rb"\btrap\b|sh\b")
_TAKES_SCRIPT = re.compile(rb"-[a-z]*c[a-z]*")
_ESCAPE = re.compile(rb'\\([$`"\\\n])')
_ANSI_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_CONTROL = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}


def may_run_scripts(text: bytes) -> bool:
    """Whether it is worth while to look at each command of a script."""
    return _RUNS_SCRIPTS.search(text) is not None


def shell_argument(argv: Sequence[bytes]) -> int | None:
    """Index of the script in a command line such as `timeout 9 bash -ec '...'`, if it has one."""
    for index, word in enumerate(argv):
        if SHELL.fullmatch(word):
            for option in range(index + 1, len(argv) - 1):
                if _TAKES_SCRIPT.fullmatch(argv[option]):
                    return option + 1
                if not argv[option].startswith((b"-", b"+")) and not argv[option - 1].endswith(
                    b"o"
                ):
                    break
    return None


def name_of(command: Node) -> bytes:
    """The first word of a command node."""
    name = command.child_by_field_name("name")
    return name.text or b"" if name is not None else b""


def script_of(command: Node, view: View) -> View | None:
    """The script that is an argument of a command node in the view, read as the shell reads it."""
    words = [child for child in command.named_children if child.type != "variable_assignment"]
    argv = [word.text or b"" for word in words]
    if len(words) > 1 and argv[0] == b"trap":
        return _unquoted(view, words[1])
    index = shell_argument(argv)
    return None if index is None else _unquoted(view, words[index])


def _unquoted(view: View, word: Node) -> View | None:
    """What the shell reads out of a quoted word; None when the word is not one string."""
    start, end = word.start_byte, word.end_byte
    if word.type == "raw_string":
        return view.cut(start + 1, end - 1)
    if word.type == "string":
        return view.cut(start + 1, end - 1).sub(_ESCAPE, lambda m: m[1].replace(b"\n", b""))
    if word.type == "ansi_c_string":
        return view.cut(start + 2, end - 1).sub(_ANSI_ESCAPE, lambda m: _CONTROL.get(m[1], m[1]))
    return None
