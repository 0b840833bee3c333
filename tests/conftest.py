"""What several tests need: a small valid record, and a folder of records apart from the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from misspawn import catalogue
from misspawn.catalogue.records import FIRST_LINE

pytest_plugins = ["pytester"]

RECORD = r"""
id: sleepy-child
title: subprocess.run() of sleep without a timeout
category: subprocess
severity: warning
summary: A child that never exits keeps its parent waiting.
remedy: Give the call a timeout.
cause: |
  Without `timeout` the call waits for ever:

  ```python
  subprocess.run(["sleep", "inf"])
  ```

  - on every system
  - in every thread
occurs_when: [a child hangs]
symptoms:
  - log: 'timed out after [0-9]+ seconds'
    sample: "subprocess.TimeoutExpired: Command 'x' timed out after 1 seconds"
examples:
  - wrong: no bound
    code: |
      import subprocess

      subprocess.run(["sleep", "60"])
    expect: {hangs: 2s}
  - right: a bound
    code: |
      import subprocess

      subprocess.run(["true"], timeout=60)
    expect: {passes: true}
detect:
  - region: call
    match: '\bsubprocess\.run\('
    none: ['\btimeout\s*=']
rg_misses: calls that span several lines
fix: Pass `timeout=`.
references:
  - title: subprocess
    url: https://docs.python.org/3/library/subprocess.html
since: 0.1.0
reviewed: '2026-11-22'
owner: platform
"""

WriteRecord = Callable[..., Path]


@pytest.fixture
def write_record(tmp_path: Path) -> WriteRecord:
    """A function that writes the small record, with `old` replaced by `new`, and gives its path."""

    def write(*changes: tuple[str, str], name: str = "subprocess/sleepy-child.yaml") -> Path:
        text = FIRST_LINE + RECORD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "patterns" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def own_records(write_record: WriteRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue that holds the small record alone, and a cache of its own."""
    write_record()
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "cache"))
    monkeypatch.setattr(catalogue, "folder", lambda: str(tmp_path / "patterns"))
    return tmp_path / "patterns"
