"""Where misspawn keeps things: the baseline in a project, and in the user's cache what it can make again."""

from __future__ import annotations

import os
import sys

BASELINE = ".misspawn-baseline.jsonl"


def cache_folder() -> str:
    """The folder for caches, by the custom of the system. It need not exist."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "misspawn")
