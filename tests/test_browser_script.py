"""tests/browser.sh, without installing anything: all that it could call are fakes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("browser.sh")
BASH = shutil.which("bash") or "bash"
TOOLS = {
    "uname": "echo Linux",
    "id": "echo 0",
    "timeout": 'shift 3; exec "$@"',
    "apt-get": 'echo "apt-get $*" >&2',
}
Call = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there it only runs the command")


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """A function that runs `browser.sh sh -c 'echo ran; exit 3'`, with fakes alone on PATH."""

    def run(**tools: str) -> subprocess.CompletedProcess[str]:
        for name, text in {**TOOLS, "sh": f'exec {BASH} "$@"', **tools}.items():
            program = tmp_path / name.replace("_", "-")
            program.write_text(f"#!{BASH}\n{text}\n")
            program.chmod(0o755)
        return subprocess.run(
            [BASH, str(SCRIPT), "sh", "-c", "echo ran; exit 3"],
            env={"PATH": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_a_browser_that_is_there_is_enough(call: Call) -> None:
    done = call(google_chrome="exit 1")
    assert (done.returncode, done.stdout, done.stderr) == (3, "ran\n", "")


def test_a_missing_browser_is_installed(call: Call) -> None:
    done = call()
    assert (done.returncode, done.stdout) == (3, "ran\n")
    assert "apt-get -qq install --yes --no-install-recommends chromium" in done.stderr


@pytest.mark.parametrize(
    ("tools", "reason"),
    [
        ({"uname": "echo Darwin"}, "this is not Debian"),
        ({"id": "echo 1000"}, "this user is not root"),
        ({"apt_get": "exit 100"}, "chromium cannot be installed"),
    ],
)
def test_elsewhere_it_says_so_and_runs_the_command(
    call: Call, tools: dict[str, str], reason: str
) -> None:
    done = call(**tools)
    assert (done.returncode, done.stdout) == (3, "ran\n")
    assert reason in done.stderr
