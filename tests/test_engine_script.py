"""tests/engine.sh, without installing or starting anything: its tools are fakes on PATH."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("engine.sh")
TOOLS = {
    "uname": "echo Linux",
    "id": "echo 0",
    "apt-get": "exit 0",
    "busybox": "exit 0",
    "docker": 'grep -q started "$TMPDIR"/*/log',
    "dockerd": "echo started; exec sleep 60",
}
Call = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there it only runs the command")


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """A function that runs `engine.sh sh -c COMMAND`, with some fakes replaced by others."""

    def run(command: str, host: str = "", **tools: str) -> subprocess.CompletedProcess[str]:
        for name, text in {**TOOLS, **tools}.items():
            program = tmp_path / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
        (tmp_path / "temp").mkdir()
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", str(SCRIPT), "sh", "-c", command],
            env={"PATH": path, "DOCKER_HOST": host, "TMPDIR": str(tmp_path / "temp")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_a_given_engine_is_used(call: Call) -> None:
    done = call("echo $DOCKER_HOST", host="tcp://given:2375")
    assert (done.returncode, done.stdout, done.stderr) == (0, "tcp://given:2375\n", "")


@pytest.mark.parametrize(
    ("tools", "reason"),
    [
        ({"uname": "echo Darwin"}, "this is neither Debian nor Ubuntu"),
        ({"id": "echo 1000"}, "this user is not root"),
    ],
)
def test_elsewhere_it_says_so(call: Call, tools: dict[str, str], reason: str) -> None:
    done = call("echo ran; exit 3", **tools)
    assert (done.returncode, done.stdout) == (3, "ran\n")
    assert reason in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="setsid is Linux's")
def test_the_engine_is_stopped_and_its_folder_removed(call: Call, tmp_path: Path) -> None:
    done = call(f"echo $DOCKER_HOST; cat {tmp_path}/temp/*/log; exit 3")
    assert done.returncode == 3
    assert done.stdout.startswith(f"unix://{tmp_path}/temp/engine.")
    assert done.stdout.endswith("started\n")
    assert not list((tmp_path / "temp").iterdir())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="setsid is Linux's")
def test_an_engine_that_does_not_start_is_no_secret(call: Call, tmp_path: Path) -> None:
    done = call("echo ran $DOCKER_HOST", docker="exit 1", dockerd="echo no cgroups; exit 1")
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert "docker records are not proved here: dockerd does not start:\nno cgroups" in done.stderr
    assert not list((tmp_path / "temp").iterdir())
