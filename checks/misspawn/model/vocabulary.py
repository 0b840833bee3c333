"""What records are written with: their base, the kinds of text, and the words of each closed list."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta


class Record(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Base of all that is decoded from YAML: frozen, keyword-only, unknown keys are errors."""


Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, Meta(min_length=10, max_length=160)]


class Kind(str, Enum):
    """What a record is: an error pattern, or a widespread belief that running it refutes."""

    PATTERN = "pattern"
    MYTH = "myth"


class Severity(str, Enum):
    """How sure and how bad: `error` fails when run, `warning` fails on some runs, `hint` is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Place(str, Enum):
    """What a path is for, told from its folders and name: a record can be milder there."""

    TESTS = "tests"
    SCRIPTS = "scripts"


class Category(str, Enum):
    """The folder a record lives in."""

    IMPORTS = "imports"
    MOCKS = "mocks"
    EVENT_LOOP = "event-loop"
    ASYNC_FIRST = "async-first"
    SUBPROCESS = "subprocess"
    DOCKER = "docker"
    COVERAGE = "coverage"
    PYTEST = "pytest"
    MULTIPROCESSING = "multiprocessing"
    SHELL = "shell"


class Language(str, Enum):
    """What a detector reads. One file can be read as several (pyproject.toml is both configs).

    `imports` is what a git tree makes of its own imports: one line of text for each imported name.
    """

    PYTHON = "python"
    SHELL = "shell"
    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    WORKFLOW = "workflow"
    PYTEST_CONFIG = "pytest-config"
    COVERAGE_CONFIG = "coverage-config"
    IMPORTS = "imports"


class SymbolKind(str, Enum):
    """What a name is, told where it is defined.

    A `function` is a plain one: what it returns cannot be awaited. An `awaitable-factory` is a `def`
    that returns an awaitable.
    """

    COROUTINE_FUNCTION = "coroutine-function"
    ASYNC_GENERATOR = "async-generator"
    ASYNC_CONTEXT_MANAGER = "async-context-manager"
    AWAITABLE_FACTORY = "awaitable-factory"
    GENERATOR = "generator"
    CONTEXT_MANAGER = "context-manager"
    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"
    VALUE = "value"


class Moment(str, Enum):
    """When a checklist item is due."""

    COMMITTING = "before-committing"
    ASYNC_TASKS = "before-spawning-async-tasks"
    SUBPROCESS = "before-spawning-a-subprocess"
    INTEGRATION_TESTS = "before-integration-tests"


class Branch(str, Enum):
    """The four branches of the emergency guide."""

    EXCEPTION = "an-exception"
    HANGS = "it-hangs"
    CI_ONLY = "green-locally-red-in-ci"
    COVERAGE = "coverage-is-missing"
