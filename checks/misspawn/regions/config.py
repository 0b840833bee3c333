"""The configuration files of pytest and coverage, TOML or INI, split into sections and settings.

TOML is split by a tokenizer of its own: tomllib (3.11+) does not tell where a value stands.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from misspawn.model import Language
from misspawn.regions.document import Region
from misspawn.regions.flat import FlatDocument
from misspawn.regions.view import blank

_TOML_TOKEN = re.compile(
    rb'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}\n]',
    re.DOTALL,
)
_TOML_HEADER = re.compile(rb"\s*\[\[?\s*([^\n]+?)\s*\]\]?\s*")
_TOML_KEY = re.compile(rb"\s*((?:\"[^\"\n]*\"|'[^'\n]*'|[\w.\- \t])+)=")
_TOML_STRING = re.compile(
    rb'"""(?:\\\n)?((?:\\.|[^\\])*?)"""|\'\'\'(.*?)\'\'\'|"((?:\\.|[^"\\\n])*)"|\'([^\'\n]*)\'',
    re.DOTALL,
)
_TOML_ONLY = re.compile(rb"^\[\[?(?:tool\.|project\b|build-system\b)", re.MULTILINE)
_INI_COMMENT = re.compile(rb"^[ \t]*[#;][^\n]*", re.MULTILINE)
_INI_HEADER = re.compile(rb"^\[([^\]\n]+)\]", re.MULTILINE)
_INI_PAIR = re.compile(
    rb"^([^\s\[=:][^=:\n]*?)[ \t]*[=:]([^\n]*(?:\n(?:[ \t][^\n]*|(?=\n)))*)", re.MULTILINE
)


class Section(NamedTuple):
    """A section with its header: `tool.coverage.run`, `tool:pytest`, `pytest`."""

    name: str
    start: int
    end: int


class Setting(NamedTuple):
    """A setting under its full name, such as `pytest.addopts`. The items of a list stand apart by spaces."""

    name: str
    value: str
    start: int


class Config:
    """A configuration file; `toml=None` tells TOML from INI by its contents."""

    def __init__(self, data: bytes, *, toml: bool | None = None) -> None:
        self.toml = _TOML_ONLY.search(data) is not None if toml is None else toml
        self._statements: list[tuple[int, int]] = []
        if self.toml:
            self.comments, self._statements = _toml(data)
        else:
            self.comments = [comment.span() for comment in _INI_COMMENT.finditer(data)]
        self.text = blank(data, self.comments)

    def sections(self) -> Iterator[Section]:
        """The sections in the order of the file."""
        headers = list(self._headers())
        ends = [*(start for _, start in headers[1:]), len(self.text)][: len(headers)]
        yield from (
            Section(name, start, end) for (name, start), end in zip(headers, ends, strict=True)
        )

    @cached_property
    def settings(self) -> list[Setting]:
        """The settings in the order of the file, under the full names of sections and keys."""
        return list(self._toml_settings() if self.toml else self._ini_settings())

    def _headers(self) -> Iterator[tuple[str, int]]:
        if not self.toml:
            for header in _INI_HEADER.finditer(self.text):
                yield header[1].strip().decode("utf-8", "replace"), header.start()
        for start, end in self._statements:
            if found := _TOML_HEADER.fullmatch(self.text, start, end):
                yield _key(found[1]), start

    def _ini_settings(self) -> Iterator[Setting]:
        for section in self.sections():
            for pair in _INI_PAIR.finditer(self.text, section.start, section.end):
                value = " ".join(pair[2].decode("utf-8", "replace").split())
                name = f"{section.name}.{pair[1].decode('utf-8', 'replace')}"
                yield Setting(name, value, pair.start(1))

    def _toml_settings(self) -> Iterator[Setting]:
        prefix = ""
        for start, end in self._statements:
            if header := _TOML_HEADER.fullmatch(self.text, start, end):
                prefix = _key(header[1]) + "."
            elif key := _TOML_KEY.match(self.text, start, end):
                value = _value(self.text[key.end() : end].strip())
                yield Setting(prefix + _key(key[1]), value, key.start(1))


@lru_cache(maxsize=1)
def _config(data: bytes) -> Config:
    """A file may be read for several tools, one after the other."""
    return Config(data)


class ConfigDocument(FlatDocument):
    """A configuration file read for one tool."""

    kinds = ("section",)

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._config = _config(data)
        self._sections = list(self._config.sections())
        self.text = self._config.text

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        section = self._around(start, end)
        if section is None or not self._wanted(section.name, at):
            return None
        text = self.text[section.start : section.end].rstrip()
        return Region(kind, section.start, section.start + len(text), text, text)

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "class":
            return b""
        section = self._around(start, end) if name != "file" else None
        return self.text[section.start : section.end] if section else self.text

    def comments(self, word: bytes) -> Iterator[tuple[int, int]]:
        for start, end in self._config.comments:
            if word in self._data[start:end]:
                yield start, end

    def _around(self, start: int, end: int) -> Section | None:
        return next((s for s in self._sections if s.start <= start and end <= s.end), None)

    @abstractmethod
    def _wanted(self, name: str, at: str) -> bool:
        """Whether the tool reads the section, `at` naming the part of its configuration."""


class PytestConfigDocument(ConfigDocument):
    """pyproject.toml, pytest.toml, pytest.ini, tox.ini or setup.cfg, read as pytest does."""

    language = Language.PYTEST_CONFIG

    def _wanted(self, name: str, at: str) -> bool:
        if self._config.toml and name != "pytest":
            return name in ("tool.pytest.ini_options", "tool.pytest")
        return name in ("pytest", "tool:pytest")


class CoverageConfigDocument(ConfigDocument):
    """pyproject.toml, .coveragerc, tox.ini or setup.cfg, read as coverage does."""

    language = Language.COVERAGE_CONFIG

    def _wanted(self, name: str, at: str) -> bool:
        prefix, part = _coverage_part(name)
        prefixed = any(_coverage_part(section.name)[0] for section in self._sections)
        return bool(prefix) == prefixed and (not at or part == at)


def _coverage_part(name: str) -> tuple[str, str]:
    for prefix in ("tool.coverage.", "coverage:"):
        if name.startswith(prefix):
            return prefix, name[len(prefix) :]
    return "", name


def _toml(data: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The comments of a TOML file, and its statements: headers and `key = value` pairs."""
    comments: list[tuple[int, int]] = []
    statements: list[tuple[int, int]] = []
    start = depth = 0
    for token in _TOML_TOKEN.finditer(data):
        first = token[0][:1]
        if first == b"#":
            comments.append(token.span())
        elif first in (b"[", b"{"):
            depth += 1
        elif first in (b"]", b"}"):
            depth -= 1
        elif first == b"\n" and depth <= 0:
            statements.append((start, token.start()))
            start, depth = token.end(), 0
    return comments, [*statements, (start, len(data))]


def _key(text: bytes) -> str:
    parts = text.decode("utf-8", "replace").split(".")
    return ".".join(part.strip(" \t\"'") for part in parts)


def _value(text: bytes) -> str:
    if not text.startswith((b"[", b'"', b"'")):
        return text.decode("utf-8", "replace")
    strings = (
        next((s for s in found.groups() if s is not None), b"")
        for found in _TOML_STRING.finditer(text)
    )
    return " ".join(b" ".join(strings).decode("utf-8", "replace").split())
