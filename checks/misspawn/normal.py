"""Text that a run printed, without what differs from run to run and from machine to machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\x1b\[[0-9;]*[A-Za-z]", ""),
        (r"(?:/[^\s/\"':()]+)+/site-packages/", "<packages>/"),
        (r"(?:/[^\s/\"':()]+)+/lib/python3\.\d+/", "<library>/"),
        (r"(?:/[^\s/\"':()]+)+/misspawn/(?=[\w/]+\.py\b)", "<packages>/misspawn/"),
        (r"(<(?:library|packages)>/[^\s:\"']+\.py):\d+", r"\1"),
        (r"(?:/[^\s/\"':()]+)+/bin/python[\d.]*", "<python>"),
        (r"(?:/[^\s/\"':()]+)*/misspawn-[\w.-]+/example\b", "<here>"),
        (r"(?:/[^\s/\"':()]+)*/misspawn-[\w.-]+/(home|temp|cache|probe)\b", r"<\1>"),
        (r"(?:/[\w.-]+)*/(?:tmp[\w-]{6,}|pytest-of-\w+/pytest-\d+)", "<temporary>"),
        (r"\b0x[0-9a-fA-F]{4,}", "0x..."),
        (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "<time>"),
        (r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b", "<time>"),
        (r"\b(in|took|after|took about) \d+\.\d\d+ ?(?:s|sec|seconds?)\b", r"\1 <seconds>"),
        (r"\b\d+\.\d\d+ ?(?:s|ms|sec|seconds?)\b", "<seconds>"),
        (r"\b\d+\.\d{3,}\b", "<number>"),
        (r"\bUp (?:Less than a second|About a minute|\d+ (?:second|minute)s?)(?= \()", "Up <time>"),
        (r"(?i)\b((?:child |process |)pid)(['\"]?[ =:]+)\d+", r"\1\2<pid>"),
        (r"(?i)\b(process) \d+\b", r"\1 <pid>"),
        (r"==\d{2,}==|\(\d{3,7}\)(?= )", "<pid>"),
        (r"\b(ForkPoolWorker|SpawnPoolWorker|ForkProcess|SpawnProcess)-\d+(?::\d+)?", r"\1-N"),
        (r"\b(Task|Thread|Dummy|asyncio|ThreadPoolExecutor-\d+)([-_])\d+", r"\1\2N"),
        (r"\bgw\d+\b", "gwN"),
        (r"\bfd=\d+", "fd=N"),
        (r"\bid=\d+", "id=N"),
        (r"((?:127\.0\.0\.1|localhost|\[::1\])['\"]?(?::|, ))\d{2,5}", r"\1<port>"),
        (r"(?i)\b(port[ =]+)\d{4,5}\b", r"\1<port>"),
        (
            r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{12}|[0-9a-f]{7})\b",
            "<hash>",
        ),
        (r"(?m)[ \t]+$", ""),
        (r"(={3,}) ([^=\n]+?) ={3,}", r"=== \2 ==="),
        (r"(_{3,}) ([^_\n]+?) _{3,}", r"___ \2 ___"),
    )
)


def normal(text: str) -> str:
    """The text with paths, addresses, times, ids and ports replaced by their names."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def excerpt(texts: Sequence[str], lines: int = 14) -> tuple[str, ...]:
    """The last lines of normalised texts, empty ones left out."""
    found = [line for text in texts for line in normal(text).splitlines() if line.strip()]
    return tuple(line if len(line) <= 200 else line[:200] + "..." for line in found[-lines:])
