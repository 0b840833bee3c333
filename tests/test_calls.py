"""Every row of the table of calls is so: the left one stops the loop, the right one does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
from misspawn.site.pages.calls import Call, read  # noqa: E402

if sys.platform == "win32":
    pytest.skip("the set-up has a named pipe", allow_module_level=True)

HARNESS = Path(__file__).with_name("calls_harness.py")
CALLS = read()


@pytest.mark.parametrize("call", CALLS, ids=[call.topic for call in CALLS])
def test_the_left_call_blocks_and_the_right_one_does_not(call: Call, tmp_path: Path) -> None:
    if call.requires:
        for name in {call.requires, "httpx" if "httpx" in call.use_code else call.requires}:
            pytest.importorskip(name)
    blocked, used = (_ticks(code, tmp_path) for code in (call.blocks_code, call.use_code))
    assert (blocked <= 3, used >= 6) == (True, True), f"turns of the loop: {blocked} and {used}"


def test_every_row_that_names_a_record_has_one() -> None:
    from misspawn import catalogue

    known = {pattern.id for pattern in catalogue.load()}
    assert {call.pattern for call in CALLS if call.pattern} <= known


def _ticks(code: str, folder: Path) -> int:
    """How often another task of the loop had its turn while the code ran."""
    done = subprocess.run(
        [sys.executable, str(HARNESS), str(folder)],
        input=json.dumps(code) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])
