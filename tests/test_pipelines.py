"""The rg pipelines of the real records are ones that ripgrep takes."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain

import pytest

from misspawn import catalogue
from misspawn.model import Language, Pattern
from misspawn.pipelines import pipelines

pytestmark = pytest.mark.skipif(not shutil.which("rg"), reason="needs ripgrep")


@pytest.mark.parametrize("pattern", catalogue.load(), ids=lambda pattern: pattern.id)
def test_ripgrep_takes_the_pipeline(pattern: Pattern) -> None:
    lines = [line for line in pipelines(pattern) if not line.startswith("#")]
    searched = [d for d in pattern.detect if d.language is not Language.IMPORTS]
    assert len(lines) == len(searched)
    for step in chain.from_iterable(map(steps, lines)):
        done = subprocess.run(
            step, input="x\n", capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode < 2, done.stderr


def steps(line: str) -> Iterator[list[str]]:
    """The commands between the bars, reading standard input instead of the folder."""
    words = [word for word in shlex.split(line) if word != "."]
    while "|" in words:
        bar = words.index("|")
        yield words[:bar]
        words = words[bar + 1 :]
    yield words
