#!/usr/bin/env python3
"""A pre-commit hook: import the modules that are about to be committed, from the commit itself.

The index is written to an empty folder and the imports run there, so that a file or a line that was
not staged is missing just as it will be in CI. Copy this file to `.git/hooks/pre-commit`, make it
executable, and name your packages below; or call it with their names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGES: tuple[str, ...] = ()  # for example ("app",)
ROOTS = ("src", ".")  # where packages are, the first that has one wins
LIMIT = 120  # seconds for one step


def main(packages: Sequence[str]) -> int:
    """Import every module of the packages; 1 when one fails."""
    with tempfile.TemporaryDirectory() as folder:
        _git("checkout-index", "--all", f"--prefix={folder}/")
        failed = False
        for package in packages:
            root = _root(Path(folder), package)
            for module in _modules(root, package):
                failed |= not _imports(module, root)
    return int(failed)


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, stdin=subprocess.DEVNULL, timeout=LIMIT)


def _root(folder: Path, package: str) -> Path:
    for name in ROOTS:
        if (folder / name / package).is_dir():
            return folder / name
    raise SystemExit(f"import guard: no package {package} in the index")


def _modules(root: Path, package: str) -> Iterator[str]:
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[-1] != "__main__":
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(module: str, root: Path) -> bool:
    """Import in a process of its own, without what git and the user have set for this one."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        cwd=root,
        env={**kept, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=LIMIT,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"import guard: {module}: {last}", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or PACKAGES))
