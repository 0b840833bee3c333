"""The bundled sample shows what the scan is for."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from misspawn.cli import main
from misspawn.commands import demo


def test_the_sample_has_many_different_mistakes_in_four_languages() -> None:
    found = list(demo.findings())
    assert len({finding.id for finding in found}) >= 8
    names = {PurePosixPath(finding.path).name for finding in found}
    assert names >= {"worker.py", "compose.yaml", "integration.sh", "ci.yml"}


def test_the_demo_ends_by_saying_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    assert capsys.readouterr().out.endswith("Scan your own project: misspawn check PATH\n")
