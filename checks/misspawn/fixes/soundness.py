"""Whether a text still parses as it did once it is fixed. What it says is judged by no machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from misspawn.model import Language
from misspawn.regions.kinds import languages

if TYPE_CHECKING:
    from tree_sitter import Node


def complaint(path: str, before: bytes, after: bytes) -> str:
    """What is wrong with the new text that was not with the old; '' when nothing is."""
    for language in languages(path, before):
        errors = _ERRORS.get(language)
        if errors and errors(path, after) > errors(path, before):
            return f"it would not parse any more as {language.value}"
    if languages(path, before) != languages(path, after):
        return "it would be taken for another kind of file"
    return ""


def _python(path: str, data: bytes) -> int:
    from misspawn.regions.python import PythonDocument

    return _errors(PythonDocument.open(data, frozenset(), whole=True).syntax())


def _shell(path: str, data: bytes) -> int:
    from misspawn.regions.shell import ShellDocument

    return _errors(ShellDocument.open(data, frozenset(), whole=True).syntax())


def _errors(root: Node) -> int:
    """How many nodes are errors, or stand for something missing."""
    found, pending = 0, [root]
    while pending:
        node = pending.pop()
        found += node.is_error or node.is_missing
        if node.has_error:
            pending += node.children
    return found


def _yaml(path: str, data: bytes) -> int:
    import yaml

    try:
        for _ in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.YAMLError:
        return 1
    return 0


def _config(path: str, data: bytes) -> int:
    if not path.endswith(".toml"):
        return 0
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        tomllib.loads(data.decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return 1
    return 0


_ERRORS: dict[Language, Callable[[str, bytes], int]] = {
    Language.PYTHON: _python,
    Language.SHELL: _shell,
    Language.COMPOSE: _yaml,
    Language.WORKFLOW: _yaml,
    Language.PYTEST_CONFIG: _config,
}
