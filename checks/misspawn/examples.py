"""What an example is made of: its files, under the names that tools look for."""

from __future__ import annotations

from misspawn.model import Example

FILE_NAMES = {
    "python": "example.py",
    "pytest": "test_example.py",
    "shell": "example.sh",
    "dockerfile": "Dockerfile",
    "compose": "compose.yaml",
    "workflow": ".github/workflows/ci.yml",
    "toml": "pyproject.toml",
    "ini": "pytest.ini",
}
"""The name of an example's only file, by its language."""


def files(example: Example) -> dict[str, str]:
    """The example's files: relative path -> text, the one it is about first."""
    return example.files or {FILE_NAMES[example.language]: example.code}
