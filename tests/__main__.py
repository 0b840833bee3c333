"""All checks of the repository, as `python -m tests`. Ends with 0 when every one passes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMIT = 1500  # seconds for one step; the proof takes 600 on two busy cores
LAYERS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
STEPS = {
    "format": ("-m", "ruff", "format", "--check", "--quiet"),
    "lint": ("-m", "ruff", "check", "--quiet"),
    "types": ("-m", "mypy"),
    "layers": ("-c", LAYERS),
    "records": ("-m", "misspawn", "validate"),
    "schema": ("-m", "misspawn", "validate", "--schema", "check"),
    "tests": ("-m", "pytest", "-q", "-n", "auto", "--ignore", "tests/site"),
    "site": ("-m", "pytest", "-q", "-n", "auto", "tests/site"),
    "proof": ("-m", "misspawn", "prove"),
    "ourselves": ("-m", "misspawn", "check", "."),
}  # Python's arguments


def passes(name: str) -> bool:
    """Run one step and say how it went."""
    start = time.monotonic()
    command = [sys.executable, *STEPS[name]]
    try:
        done = subprocess.run(command, cwd=ROOT, check=False, timeout=LIMIT)
        verdict = "ok" if done.returncode == 0 else f"FAILED with exit code {done.returncode}"
    except subprocess.TimeoutExpired:
        verdict = f"FAILED: it took longer than {LIMIT} s"
    print(f"{name:10} {verdict} ({time.monotonic() - start:.1f} s)", flush=True)
    return verdict == "ok"


def main() -> int:
    """Run every step, also after a failure."""
    failed = [name for name in STEPS if not passes(name)]
    print(f"failed: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
