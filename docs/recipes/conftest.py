"""One environment for the whole test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from environment import ComposeEnvironment


@pytest.fixture(scope="session")
def services() -> Iterator[ComposeEnvironment]:
    """The services of compose.yaml, healthy."""
    with ComposeEnvironment("compose.yaml") as environment:
        yield environment
