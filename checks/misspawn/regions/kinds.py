"""Which languages a file holds, told from its name and, where that leaves it open, its bytes."""

from __future__ import annotations

import re
from functools import lru_cache

from misspawn.model import Language

_NAMES: tuple[tuple[str, tuple[Language, ...]], ...] = (
    (r".*\.pyi?", (Language.PYTHON,)),
    (r".*\.(?:sh|bash|ksh)", (Language.SHELL,)),
    (
        r"(?:dockerfile|containerfile)(?:[._-].*)?|.*\.(?:dockerfile|containerfile)",
        (Language.DOCKERFILE,),
    ),
    (r"(?:docker-)?compose(?:[._-].*)?\.ya?ml", (Language.COMPOSE,)),
    (r"action\.ya?ml", (Language.WORKFLOW,)),
    (r"\.?pytest\.(?:ini|toml)", (Language.PYTEST_CONFIG,)),
    (r"pyproject\.toml|tox\.ini|setup\.cfg", (Language.PYTEST_CONFIG, Language.COVERAGE_CONFIG)),
    (r"\.coveragerc(?:\.toml)?", (Language.COVERAGE_CONFIG,)),
)
_BY_NAME = re.compile("|".join(f"({pattern})" for pattern, _ in _NAMES), re.IGNORECASE | re.DOTALL)
_SUFFIXES = frozenset(
    [
        "py",
        "pyi",
        "sh",
        "bash",
        "ksh",
        "dockerfile",
        "containerfile",
        "yml",
        "yaml",
        "ini",
        "toml",
        "cfg",
        "coveragerc",
    ]
)
_PREFIXES = ("dockerfile", "containerfile")
_WORKFLOW = re.compile(r"(?:.*/)?\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml", re.DOTALL)
_NOT_DOCKERFILE = (
    ".dockerignore",
    ".md",
    ".rst",
    ".txt",
    ".py",
    ".sh",
    ".yml",
    ".yaml",
    ".json",
    ".j2",
)
_SHEBANG = re.compile(
    rb"#![ \t]*\S*?(?:/env[ \t]+(?:-S[ \t]+)?|/)?(?:(python)[\d.]*|(?:ba|da|k)?sh)\b"
)
_SERVICES = re.compile(
    rb"^services:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ \t]+[\w\"'.-]+:", re.MULTILINE
)
_CONTAINER = re.compile(rb"^[ \t]+(?:image|build):", re.MULTILINE)


def languages(path: str, data: bytes) -> tuple[Language, ...]:
    """The languages that the file at `path` (with `/`) is to be read as; none if it does not concern us."""
    if path.endswith((".yml", ".yaml")) and _WORKFLOW.fullmatch(path):
        return (Language.WORKFLOW,)
    name = path.rpartition("/")[2]
    named = by_name(name)
    if named:
        return named
    if name.endswith((".yml", ".yaml")):
        is_compose = _SERVICES.search(data) is not None and _CONTAINER.search(data) is not None
        return (Language.COMPOSE,) if is_compose else ()
    return _by_shebang(data) if "." not in name.lstrip(".") else ()


def may_hold_any(path: str) -> bool:
    """Whether a file is worth reading, told from its name."""
    name = path.rpartition("/")[2]
    return (
        "." not in name.lstrip(".")
        or name.endswith((".py", ".yml", ".yaml"))
        or bool(by_name(name))
    )


def needs_shebang(path: str) -> bool:
    """Whether only the first line tells if the file concerns us."""
    name = path.rpartition("/")[2]
    return "." not in name.lstrip(".") and not by_name(name)


_WITH_SHELL = frozenset({Language.WORKFLOW, Language.COMPOSE, Language.DOCKERFILE})


def with_shell(kind: Language) -> bool:
    """Whether there may be shell inside a file of this kind; also in shell itself, as in `sh -c "…"`."""
    return kind is Language.SHELL or kind in _WITH_SHELL


@lru_cache(maxsize=64)
def spoken(kinds: tuple[Language, ...]) -> tuple[Language, ...]:
    """The languages that occur in a file of these kinds: its own, and those inside them."""
    return (*kinds, Language.SHELL) if _WITH_SHELL.intersection(kinds) else kinds


@lru_cache(maxsize=4096)
def by_name(name: str) -> tuple[Language, ...]:
    """The languages that a file name alone stands for."""
    lower = name.lower()
    if lower.rpartition(".")[2] not in _SUFFIXES and not lower.startswith(_PREFIXES):
        return ()  # most files of a tree: a look-up costs less than the regex
    found = _BY_NAME.fullmatch(name)
    if found is None or found.lastindex is None:
        return ()
    kinds = _NAMES[found.lastindex - 1][1]
    is_other = kinds == (Language.DOCKERFILE,) and lower.endswith(_NOT_DOCKERFILE)
    return () if is_other else kinds


def _by_shebang(data: bytes) -> tuple[Language, ...]:
    if not data.startswith(b"#!"):
        return ()
    found = _SHEBANG.match(data)
    if found is None:
        return ()
    return (Language.PYTHON,) if found[1] else (Language.SHELL,)
