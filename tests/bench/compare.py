"""Times misspawn beside other scanners on one tree, in one run: python tests/bench/compare.py TREE

Each command runs as a whole process, in turn with the others, after one warm-up; the figures are
medians and their ratios to misspawn's. Missing tools are named and left out. Nothing here passes
or fails: machines differ, ratios within a run do not lie.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from misspawn.catalogue import load
from misspawn.pipelines import pipelines

RUFF_RULES = "ASYNC,S602,S603,S604,S605,S606,S607,PLW1509,PLW1510,RUF006"
FIVE = (
    ("no-timeout", "subprocess.run($$$A)", "timeout = $T"),
    ("no-check", "subprocess.run($$$A)", "check = $T"),
    ("sleep", "time.sleep($$$A)", ""),
    ("asyncio-run", "asyncio.run($$$A)", ""),
    ("create-task", "asyncio.create_task($$$A)", ""),
)
"""Rules for ast-grep and semgrep: id, call, keyword whose presence clears it."""


class Usage(NamedTuple):
    """What one run took: seconds, CPU seconds of all its processes, peak of its largest process in MB."""

    wall: float
    cpu: float
    peak: float


def measure(command: Sequence[str], cwd: Path) -> Usage:
    """Run a command to its end, its output thrown away."""
    start = perf_counter()
    with subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def compare(commands: dict[str, list[str]], cwd: Path, runs: int) -> dict[str, Usage]:
    """Medians of each command over the runs, the commands taking turns."""
    taken: dict[str, list[Usage]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            usage = measure(command, cwd)
            if turn:
                taken[name].append(usage)
    return {
        name: Usage(*(median(column) for column in zip(*usages, strict=True)))
        for name, usages in taken.items()
    }


def report(title: str, figures: dict[str, Usage]) -> None:
    """Print a table; ratios are to the first row."""
    base = next(iter(figures.values()))
    print(f"\n{title}\n{'':26}{'wall s':>9}{'ratio':>8}{'cpu s':>9}{'ratio':>8}{'peak MB':>9}")
    for name, usage in figures.items():
        ratios = usage.wall / base.wall, usage.cpu / base.cpu
        print(
            f"{name:26}{usage.wall:9.3f}{ratios[0]:8.2f}{usage.cpu:9.3f}{ratios[1]:8.2f}{usage.peak:9.0f}"
        )


def misspawn(*arguments: str) -> list[str]:
    """The scan as users start it, by this interpreter."""
    return [sys.executable, "-m", "misspawn", "check", "--format", "concise", *arguments]


def others(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The tools found on this machine, with equivalent rules."""
    script = folder / "pipelines.sh"
    lines = (line for pattern in load() for line in pipelines(pattern))
    script.write_text(
        "\n".join(line for line in lines if not line.startswith("#")), encoding="utf-8"
    )
    yield "rg pipelines", ["sh", str(script)] if shutil.which("rg") else []
    yield (
        "ruff",
        _tool(
            "ruff",
            "check",
            "--no-cache",
            "--isolated",
            "--preview",
            "-q",
            "--select",
            RUFF_RULES,
            ".",
        ),
    )
    yield (
        "ast-grep (5 rules)",
        _tool("ast-grep", "scan", "--inline-rules", "\n---\n".join(map(_ast_grep, FIVE)), "."),
    )
    rules = folder / "semgrep.yaml"
    rules.write_text("rules:\n" + "".join(map(_semgrep, FIVE)), encoding="utf-8")
    yield (
        "semgrep (5 rules)",
        _tool("semgrep", "scan", "--metrics=off", "--quiet", "--config", str(rules), "."),
    )


def _tool(name: str, *arguments: str) -> list[str]:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return [found, *arguments] if found else []


def _ast_grep(rule: tuple[str, str, str]) -> str:
    name, call, keyword = rule
    cleared = (
        f"\n  not: {{has: {{kind: keyword_argument, pattern: '{keyword}', stopBy: end}}}}"
        if keyword
        else ""
    )
    return f"id: {name}\nlanguage: python\nseverity: warning\nrule:\n  pattern: {call}{cleared}"


def _semgrep(rule: tuple[str, str, str]) -> str:
    name, call, keyword = rule
    call = call.replace("$$$A", "...")
    cleared = (
        f"\n    - pattern-not: {call.replace('...', f'..., {keyword}, ...').replace(' = ', '=')}"
        if keyword
        else ""
    )
    return f"""- id: {name}
  languages: [python]
  severity: WARNING
  message: {name}
  patterns:
    - pattern: {call}{cleared}
"""


def scaled(tree: Path, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The tree once, twice and four times over."""
    for times in (1, 2, 4):
        many = folder / f"x{times}"
        for number in range(times):
            shutil.copytree(
                tree, many / str(number), symlinks=True, ignore=shutil.ignore_patterns(".git")
            )
        yield f"files x{times}", misspawn("--no-cache", str(many))


def multiplied(tree: Path, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The catalogue once, and four times over under other ids."""
    script = (
        "import sys; from misspawn import catalogue, scan, settings, walk; from msgspec.structs import replace;"
        "times = int(sys.argv[1]); patterns = [replace(p, id=f'{p.id}-{n}', detect=tuple("
        "replace(d, match=d.match + '(?:)' * n) for d in p.detect)) for n in range(times) for p in catalogue.load()];"
        "files = [f for f in walk.walk([sys.argv[2]]) if isinstance(f, str)];"
        "policy = settings.Policy(settings.Options(), patterns, root=sys.argv[2], folder='');"
        "print(sum(1 for _ in scan.scan(files, policy, root=sys.argv[2])))"
    )
    for times in (1, 4):
        yield f"patterns x{times}", [sys.executable, "-c", script, str(times), str(tree)]


def start() -> Iterator[tuple[str, list[str]]]:
    """The bare interpreter, and the quickest thing misspawn does."""
    yield "python -c pass", [sys.executable, "-c", "pass"]
    yield "misspawn --version", [sys.executable, "-m", "misspawn", "--version"]


def tools(tree: Path, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """misspawn and the others on the tree."""
    yield "misspawn", misspawn("--no-cache", ".")
    yield from others(folder)


TABLES = ("start", "tools", "files", "patterns")


def commands(table: str, tree: Path, folder: Path) -> dict[str, list[str]]:
    """The commands of a table; those of tools that are not installed are left out."""
    rows = {
        "start": start(),
        "tools": tools(tree, folder),
        "files": scaled(tree, folder),
        "patterns": multiplied(tree, folder),
    }[table]
    return {name: command for name, command in rows if command}


def main() -> int:
    """Run the comparisons and print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("-n", "--runs", type=int, default=5)
    parser.add_argument("--only", choices=TABLES, action="append")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed modules are compiled
    tree = options.tree.resolve()
    with tempfile.TemporaryDirectory() as name:
        for table in options.only or TABLES:
            report(
                f"{table} on {tree.name}",
                compare(commands(table, tree, Path(name)), tree, options.runs),
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
