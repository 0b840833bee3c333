"""Compares the scan with one without short cuts on real trees: python tests/bench/differential.py TREE...

The second looks at every file with every detector and parses it as a whole.

Prints the files on which the findings differ; exit code 1 if there are any.
"""

from __future__ import annotations

import sys
from pathlib import Path

from misspawn.catalogue import load
from misspawn.project import Project
from misspawn.scanner import Scanner
from misspawn.source import Unreadable
from misspawn.walk import read, walk


def differences(tree: str) -> tuple[int, int, list[str]]:
    """Files compared, findings, and the paths on which the two ways disagree."""
    patterns = load()
    fast, whole = Scanner(patterns), Scanner(patterns, whole=True)
    facts = Project.on_disk(Path(tree))
    files, findings, differing = 0, 0, []
    for path in walk([tree]):
        if isinstance(path, str):
            try:
                raw = read(path)
                found = fast.file(path, raw, facts)
                same = found == whole.file(path, raw, facts)
            except (OSError, Unreadable):
                continue
            files += 1
            findings += len(found)
            if not same:
                differing.append(path)
    return files, findings, differing


def main() -> int:
    """Compare every tree named on the command line."""
    failed = 0
    for tree in sys.argv[1:]:
        files, findings, differing = differences(tree)
        print(f"{tree}: {files} files, {findings} findings, {len(differing)} files differ")
        for path in differing:
            print(f"  {path}")
        failed |= bool(differing)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
