"""How long `misspawn diagnose` takes for a log of 100 MB: `python tests/bench/diagnose.py`.

Three logs: one as CI writes it, one with colours too, and one that is a single line. Prints the seconds of
the whole command and its memory at the peak. Ends with 1 when a log takes 2 s or 200 MB or more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

SIZE = 100_000_000  # bytes
MOST = (2.0, 200)  # seconds, MB
END = b"\nRuntimeError: Event loop is closed\n"
LINES = {
    "stamps": b"2026-11-22T09:14:03.1197713Z tests/test_shop.py::test_one PASSED RuntimeError\n",
    "colours": b"2026-11-22T09:14:03.1197713Z \x1b[32mtests/test_shop.py::test_one PASSED\x1b[0m\n",
    "one line": b"tests/test_shop.py::test_one PASSED RuntimeError ",
}


def write(path: str, line: bytes) -> None:
    """A log of the size, that ends in a message."""
    with open(path, "wb") as stream:
        stream.writelines(line * 1000 for _ in range(SIZE // (len(line) * 1000)))
        stream.write(END)


def measured(path: str) -> tuple[float, int]:
    """Seconds and MB of one run."""
    command = [sys.executable, "-m", "misspawn", "diagnose", "--format", "json", path]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def main() -> int:
    """Print the figures of each log."""
    worst = (0.0, 0)
    with tempfile.TemporaryDirectory() as folder:
        for name, line in LINES.items():
            path = os.path.join(folder, "log")
            write(path, line)
            seconds, memory = min(measured(path) for _ in range(3))
            print(f"{name:9} {seconds:5.2f} s {memory:4} MB")
            worst = max(worst[0], seconds), max(worst[1], memory)
    return int(worst[0] >= MOST[0] or worst[1] >= MOST[1])


if __name__ == "__main__":
    raise SystemExit(main())
