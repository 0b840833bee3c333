r"""A detector's `match`, narrowed to the names that can have the kind it asks for.

`(?P<f>...\\w+)\\(` hits every call. With the names that the tree defines in place of the last `\\w+`, RE2
passes over nearly all of them before anything is lexed or parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from misspawn.model import Detector

_LAST_WORD = r"\w+)"
_CALL = re.compile(r"(?:\\s\*)?\\\(")


def callees(detector: Detector) -> tuple[str, ...]:
    """The groups that end in the name of what is called and have to be of some kind."""
    return tuple(
        group
        for group, names in detector.where.items()
        if names.is_ and (end := _end(detector.match, group)) and _CALL.match(detector.match, end)
    )


def narrowed(detector: Detector, names: Callable[[str], frozenset[bytes]]) -> str:
    """The regex with the possible names of each callee; `names` tells them for a group."""
    match = detector.match
    for group in callees(detector):
        end = _end(match, group)
        words = "|".join(sorted(name.decode("ascii", "ignore") for name in names(group))) or "$.^"
        match = f"{match[: end - len(_LAST_WORD)]}(?:{words})){match[end:]}"
    return match


def _end(pattern: str, group: str) -> int:
    """Where a named group ends, 0 when it does not end in a whole word."""
    start = pattern.find(f"(?P<{group}>")
    depth = 0
    for token in re.finditer(r"\\.|\[(?:\\.|[^\]\\])*\]|[()]", pattern[max(start, 0) :]):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            end = start + token.end()
            return end if pattern[:end].endswith(_LAST_WORD) else 0
    return 0
