"""What a path is for, told from its folders and its name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from misspawn.model import Place

_TESTS = re.compile(
    r"(?:.*/)?(?:tests?|testing)/.*|(?:.*/)?(?:test_[^/]*|[^/]*_test|conftest)\.py", re.DOTALL
)  # pytest's names, and the usual folders
_SCRIPTS = re.compile(r"(?:.*/)?(?:scripts?|tools?|hack|hacking)/.*", re.DOTALL)


def places(path: str) -> Iterator[Place]:
    """What the path, with `/` and relative to the project, is for: none of these for the product itself."""
    if _TESTS.fullmatch(path):
        yield Place.TESTS
    if _SCRIPTS.fullmatch(path):
        yield Place.SCRIPTS
