"""The documents in a file. To add a language: a module here with a `Document`, and its line in `_MODULES`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import cast

from misspawn.model import Language
from misspawn.regions.document import Document
from misspawn.regions.kinds import with_shell

_MODULES = {
    Language.PYTHON: "python.PythonDocument",
    Language.SHELL: "shell.ShellDocument",
    Language.DOCKERFILE: "dockerfile.DockerfileDocument",
    Language.COMPOSE: "yaml.ComposeDocument",
    Language.WORKFLOW: "yaml.WorkflowDocument",
    Language.PYTEST_CONFIG: "config.PytestConfigDocument",
    Language.COVERAGE_CONFIG: "config.CoverageConfigDocument",
    Language.IMPORTS: "imports.ImportsDocument",
}


@cache
def document_type(language: Language) -> type[Document]:
    """The document class of a language, imported when it is first needed: each grammar costs time."""
    module, _, name = _MODULES[language].partition(".")
    return cast("type[Document]", getattr(import_module(f"misspawn.regions.{module}"), name))


def documents(
    data: bytes,
    kinds: Iterable[Language],
    words: frozenset[bytes],
    *,
    wanted: Container[Language] = frozenset(Language),
    whole: bool = False,
) -> Iterator[Document]:
    """The documents that a file holds, the ones inside others included.

    `words`: the identifiers that detectors mention; only imports of these are resolved. `wanted`:
    the languages that anybody asks for; others may be left out. `whole`: parse files as a whole,
    not only the blocks around hits.
    """
    for kind in kinds:
        inner = with_shell(kind) and Language.SHELL in wanted
        if kind in wanted or inner:
            document = document_type(kind).open(data, words, whole=whole)
            yield from _nested(document) if inner else (document,)


def _nested(document: Document) -> Iterator[Document]:
    yield document
    for inner in document.embedded():
        yield from _nested(inner)
