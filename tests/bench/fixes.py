"""Fixes tried on real code: each tree is copied, fixed, compiled, and fixed again.

`python tests/bench/fixes.py TREE... [--diffs FOLDER] [--across] [--safe]` prints a line for each record and
ends with 1 when a file no longer parses, a second run changes anything, or a fixed finding is still there.
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
LIMIT = 1200  # seconds for one run of misspawn


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--diffs", type=Path, help="where to write the diff of each record")
    parser.add_argument("--across", action="store_true")
    parser.add_argument("--safe", action="store_true", help="without --unsafe-fixes")
    options = parser.parse_args()
    flags = [
        *(["--across"] if options.across else []),
        *([] if options.safe else ["--unsafe-fixes"]),
    ]
    fixed, offered, wrong = Counter[str](), Counter[str](), list[str]()
    for tree in options.trees:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, tree.name)
            shutil.copytree(tree, copy, symlinks=True)
            before = findings(copy, options.across)
            offered.update(f["id"] for f in before if "fix" in f)
            if options.diffs:
                write_diffs(copy, before, flags, options.diffs)
            wrong += [
                f"{tree.name}: {line}"
                for line in judged(copy, before, flags, options.across, fixed)
            ]
    for id, number in sorted(offered.items()):
        print(f"{id:45} {number:5} with a fix, {fixed[id]:5} fixed")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


def judged(
    copy: Path,
    before: list[Json],
    flags: Sequence[str],
    across: bool,
    fixed: Counter[str],
) -> Iterator[str]:
    """Fix a tree, and yield what is wrong afterwards."""
    broken = set(unreadable(copy))
    yield from run(copy, "--fix", *flags)[1]
    yield from (f"{path} no longer parses" for path in sorted(set(unreadable(copy)) - broken))
    after = findings(copy, across)
    fixed.update(Counter(f["id"] for f in before) - Counter(f["id"] for f in after))
    gone = {f["fingerprint"] for f in before} - {f["fingerprint"] for f in after}
    wanted = {str(f["fingerprint"]): f for f in before if is_fixed(f, flags)}
    yield from (
        f"{f['path']}:{f['line']} {f['id']} is still there"
        for key, f in wanted.items()
        if key not in gone
    )
    new = Counter(f["id"] for f in after) - Counter(f["id"] for f in before)
    yield from (f"{number} more of {id} than before" for id, number in new.items())
    yield from (f"a second run would change: {line}" for line in run(copy, "--diff", *flags)[0][:5])


def is_fixed(finding: Json, flags: Sequence[str]) -> bool:
    fix = finding.get("fix")
    return isinstance(fix, dict) and (fix["safety"] == "safe" or "--unsafe-fixes" in flags)


def findings(folder: Path, across: bool) -> list[Json]:
    lines = run(folder, "--format", "jsonl", *(["--across"] if across else []))[0]
    return [json.loads(line) for line in lines]


def run(folder: Path, *arguments: str) -> tuple[list[str], list[str]]:
    """The lines on stdout of a check, and those on stderr that speak of a problem with a fix."""
    command = [sys.executable, "-m", "misspawn", "check", "--isolated", *arguments, "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=LIMIT, check=False)
    told = done.stderr.decode("utf-8", "replace").splitlines()
    problems = [
        line for line in told if "left as it is" in line or "Traceback" in line or "error" in line
    ]
    return done.stdout.decode("utf-8", "replace").splitlines(), problems


def unreadable(folder: Path) -> Iterator[str]:
    """The files that Python or YAML cannot read."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.suffix not in (".py", ".yml", ".yaml"):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if path.suffix == ".py":
                    compile(
                        path.read_bytes(),
                        str(path),
                        "exec",
                        ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
                    )
                    compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
                else:
                    for _ in yaml.parse(path.read_bytes(), Loader=yaml.CSafeLoader):
                        pass
        except (SyntaxError, ValueError, RecursionError, yaml.YAMLError):
            yield str(path.relative_to(folder))


def write_diffs(copy: Path, before: list[Json], flags: Sequence[str], folder: Path) -> None:
    """What fixing each record alone would change, for reading."""
    for id in sorted({str(f["id"]) for f in before if is_fixed(f, flags)}):
        lines = run(copy, "--select", id, "--diff", *flags)[0]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{id}.diff").open("a", encoding="utf-8") as stream:
            stream.write("\n".join((f"# {copy.name}", *lines)) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
