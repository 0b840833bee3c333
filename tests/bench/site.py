"""How long the site takes to build with many records: `python tests/bench/site.py [RECORDS]`.

Writes that many synthetic records, builds strictly, and prints the CPU seconds, the size and the pages.
Ends with 1 when the build fails or a budget is exceeded: 4 CPU s up to 100 records, 20 s and 40 MB for 1,000.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
CATEGORIES = ("subprocess", "mocks", "event-loop", "async-first", "docker", "coverage", "imports")
SECONDS = {100: 4.0, 1000: 20.0}
MEGABYTES = 40
RECORD = """\
# yaml-language-server: $schema=../schema.json
id: {id}
title: Program number {n} is started without a timeout
category: {category}
severity: warning
summary: The child of program {n} that never exits keeps its parent waiting for ever.
remedy: Give the call of program {n} a timeout and decide what it means.
cause: |
  Without `timeout` the call waits for ever, and nothing says which call it was. Nothing else ends the wait.
occurs_when: [the child of program {n} hangs, the child asks a question]
not_a_bug_when: [the call hands the terminal to a person]
symptoms:
  - log: "Program{n}: timed out after [0-9]+ seconds"
    sample: "Program{n}: timed out after 30 seconds"
examples:
  - wrong: no bound
    code: |
      import subprocess

      subprocess.run(["program-{n}"])
    expect: {{hangs: 2s}}
  - right: a bound
    code: |
      import subprocess

      subprocess.run(["program-{n}"], timeout=60)
    expect: {{passes: true}}
detect:
  - region: call
    match: '\\bsubprocess\\.run\\(\\["program-{n}"'
    none: ['\\btimeout\\s*=']
rg_misses: calls that span several lines
fix: Pass `timeout=`.
quick_fix: Add `timeout=60`.
checklist: {{before-spawning-a-subprocess: 'program {n} has a timeout'}}
related: [{other}]
references: [{{title: subprocess, url: 'https://docs.python.org/3/library/subprocess.html'}}]
since: 0.1.0
reviewed: '2026-11-22'
owner: platform
"""


def write(folder: Path, count: int) -> None:
    """The records, and those that hand-written pages link to."""
    linked = (
        path
        for path in (ROOT / "patterns").glob("*/*.yaml")
        if any(
            f"p/{path.stem}.md" in page.read_text("utf-8") for page in (ROOT / "docs").rglob("*.md")
        )
    )
    for path in linked:
        target = folder / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text("utf-8").split("\nrelated:")
        rest = lines[1].split("\nhistory:" if "\nhistory:" in lines[1] else "\nreferences:", 1)
        key = "history:" if "\nhistory:" in lines[1] else "references:"
        target.write_text(f"{lines[0]}\nrelated: []\n{key}{rest[1]}", "utf-8")
    for number in range(count):
        category = CATEGORIES[number % len(CATEGORIES)]
        path = folder / category / f"program-n{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        other = f"program-n{(number + 1) % count}"
        path.write_text(
            RECORD.format(id=path.stem, n=number, category=category, other=other), "utf-8"
        )


def main(count: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        records, out = Path(folder) / "patterns", Path(folder) / "site"
        write(records, count)
        env = {**os.environ, "MISSPAWN_PATTERNS": str(records), "NO_MKDOCS_2_WARNING": "1"}
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(out)]
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"from misspawn import catalogue; catalogue.load({str(records)!r})",
            ],
            check=True,
            timeout=600,
        )  # the cache of records, as every build but the first has it
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            command, cwd=ROOT, env=env, check=False, timeout=900, capture_output=True, text=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 2**20
        pages = len(list(out.rglob("*.html")))
    print(
        f"{count} records: {seconds:.1f} CPU s, {size:.0f} MB, {pages} pages, exit code {done.returncode}"
    )
    if done.returncode:
        print(done.stderr[-2000:])
    limit = next((most for upto, most in SECONDS.items() if count <= upto), SECONDS[1000])
    return int(done.returncode != 0 or seconds > limit or size > MEGABYTES)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if sys.argv[1:] else 1000))
