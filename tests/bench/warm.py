"""Times a scan that knows what has changed beside one that knows nothing: python -m tests.bench.warm TREE

Beside them Ruff without a cache, and the check of one staged file beside `python -c pass`. Each
command runs as a whole process, in turn with the others, after one warm-up; the figures are medians.
The tree is copied, and the cache is one of its own. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.compare import RUFF_RULES, compare, misspawn, report

_RECENT = 3  # seconds: what changed just now is known by its content only
_MISTAKE = '\nimport subprocess\n\nsubprocess.run(["make"])\n'


def copied(tree: Path, folder: Path) -> Path:
    """A repository with the tree's files, all committed."""
    made = folder / tree.name
    shutil.copytree(tree, made, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    commit(made)
    return made


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, timeout=60)


def commit(folder: Path) -> None:
    """Commit all that is in a folder."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "all")


def stage(folder: Path, name: str, text: str) -> None:
    """Stage one changed file."""
    with (folder / name).open("a", encoding="utf-8") as stream:
        stream.write(text)
    git(folder, "add", name)


def small(folder: Path) -> Path:
    """A repository of ten files."""
    made = folder / "small"
    made.mkdir()
    for number in range(10):
        (made / f"a{number}.py").write_text("x = 1\n", encoding="utf-8")
    commit(made)
    return made


def main() -> int:
    """Run the comparisons and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("-n", "--runs", type=int, default=9)
    options = parser.parse_args()
    ruff = str(Path(sys.executable).parent / "ruff")
    cold = [ruff, "check", "--no-cache", "--isolated", "--preview", "-q", "--select", RUFF_RULES]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed modules are compiled
        tree, few = copied(options.tree.resolve(), folder), small(folder)
        time.sleep(_RECENT)
        whole = {
            "misspawn, no cache": misspawn(".", "--no-cache"),
            "misspawn, warm": misspawn("."),
            "ruff, no cache": [*cold, "."],
        }
        report(f"all of {tree.name}", compare(whole, tree, options.runs))
        for where, file in ((tree, first_module(tree)), (few, "a0.py")):
            for text, what in (("\ny = 2\n", "clean"), (_MISTAKE, "with findings")):
                stage(where, file, text)
                one = {
                    "python -c pass": [sys.executable, "-c", "pass"],
                    "check --staged, new": misspawn("--staged", "--no-cache"),
                    "check --staged, known": misspawn("--staged"),
                }
                report(
                    f"one staged file of {where.name}, {what}", compare(one, where, options.runs)
                )
    return 0


def first_module(tree: Path) -> str:
    """The first Python file that has no tests."""
    found = (
        path for path in sorted(tree.rglob("*.py")) if "test" not in str(path.relative_to(tree))
    )
    return next(found).relative_to(tree).as_posix()


if __name__ == "__main__":
    raise SystemExit(main())
