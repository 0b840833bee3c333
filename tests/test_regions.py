"""Regions, scopes, contexts and embedded scripts of everything that is not Python."""

from __future__ import annotations

import re

import pytest

from misspawn import regex
from misspawn.model import Language
from misspawn.regions.document import Document
from misspawn.regions.kinds import languages
from misspawn.regions.opening import document_type, documents

COMPOSE = """\
x-base: &base
  image: base:1  # pinned
  restart: always
x-env: &env {A: "1"}
services:
  web:
    <<: *base
    restart: "no"
    command: sh -c "a | b"
    environment: *env
    healthcheck:
      test: [CMD-SHELL, curl $$HOST]
  db: {image: postgres}
"""
WORKFLOW = """\
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          # note
          if ${{ matrix.ok }}; then
            pytest | tee log
          fi
      - run: >-
          pip install
          x
      - {run: Get-Item, shell: pwsh}
  win:
    runs-on: windows-latest
    steps: [{run: dir}]
"""
DOCKERFILE = """\
# RUN nothing
FROM python AS a
RUN apt-get update && \\
    # inner
    apt-get install -y curl
CMD ["sh", "-c", "a \\"b\\""]
FROM a
RUN <<EOF
pip install x
EOF
HEALTHCHECK --interval=5s CMD curl x || exit 1
"""
PYPROJECT = """\
[project]
dependencies = [
  "x",
["y"]
]
[tool.pytest.ini_options]
addopts = "-x"  # quick
[tool.coverage.run]
branch = true
"""
SETUP_CFG = """\
[tool:pytest]
# addopts = -n4
addopts = -x
[coverage:run]
branch = true
[run]
x = 1
"""


def _open(language: str, text: str) -> Document:
    return document_type(Language(language)).open(text.encode(), frozenset(), whole=False)


def _hit(document: Document, text: str) -> tuple[int, int]:
    start = document.text.index(text.encode())
    return start, start + len(text.encode())


@pytest.mark.parametrize(
    ("language", "text", "kind", "hit", "own"),
    [
        ("shell", "set -e && foo $(bar x) | tee y &\n", "command", "foo", "foo         "),
        ("shell", "set -e && foo $(bar x) | tee y &\n", "command", "bar", "bar x"),
        (
            "shell",
            "set -e && foo $(bar x) | tee y &\n",
            "pipeline",
            "tee",
            "foo          | tee y &",
        ),
        ("shell", "set -e && foo $(bar x) | tee y &\n", "pipeline", "set", None),
        ("shell", "a && b > log 2>&1 | c", "pipeline", "b >", "b > log 2>&1 | c"),
        ("shell", "a && b > log 2>&1 | c", "command", "2>&1", "b > log 2>&1"),
        ("shell", "a && b || (c; d) # e\nf", "list", "b", "a && b ||       "),
        ("shell", "a && b || (c; d) # e\nf", "list", "f", None),
        ("shell", "a && b || (c; d) # e\nf", "script", "f", "a && b ||           \nf"),
        ("shell", "a \\\n  -b; c", "command", "-b", "a     -b"),
        ("dockerfile", DOCKERFILE, "instruction", "curl\n", None),
        ("dockerfile", DOCKERFILE, "instruction", "pip", "RUN <<EOF\npip install x\nEOF"),
        (
            "pytest-config",
            PYPROJECT,
            "section",
            "addopts",
            '[tool.pytest.ini_options]\naddopts = "-x"',
        ),
        ("pytest-config", PYPROJECT, "section", "branch", None),
        ("pytest-config", "[pytest]\nx = 1\n", "section", "x", "[pytest]\nx = 1"),
    ],
)
def test_own_level(language: str, text: str, kind: str, hit: str, own: str | None) -> None:
    document = _open(language, text)
    region = document.region(kind, "", *_hit(document, hit))
    assert (region and region.own.decode()) == own


@pytest.mark.parametrize(
    ("document", "at", "hit", "own", "deep"),
    [
        (
            _open("compose", COMPOSE),
            "services.*",
            "command",
            ["image: base:1", 'restart: "no"'],
            ["curl", '"1"'],
        ),
        (_open("compose", COMPOSE), "services.db", "postgres", ["image: postgres"], []),
        (_open("compose", COMPOSE), "services.*.healthcheck", "test:", ["test:"], ["curl"]),
        (
            _open("workflow", WORKFLOW),
            "jobs.*",
            "uses",
            ["runs-on: ubuntu-latest"],
            ["pytest", "uses"],
        ),
        (_open("workflow", WORKFLOW), "jobs.*.steps.*", "tee", ["run: |", "pytest | tee"], []),
        (_open("workflow", WORKFLOW), "jobs.*.steps.*", "Get-Item", ["shell: pwsh"], []),
    ],
)
def test_mappings(document: Document, at: str, hit: str, own: list[str], deep: list[str]) -> None:
    region = document.region("mapping", at, *_hit(document, hit))
    assert region is not None
    assert [part for part in own if part not in region.own.decode()] == []
    assert [part for part in deep if part in region.own.decode()] == []
    assert [part for part in deep if part not in region.deep.decode()] == []


def test_merged_keys_do_not_override() -> None:
    document = _open("compose", COMPOSE)
    region = document.region("mapping", "services.*", *_hit(document, "command"))
    assert region is not None
    assert b"always" not in region.own + region.deep


@pytest.mark.parametrize(
    ("text", "at", "hit", "found"),
    [
        (PYPROJECT, "run", "branch", True),
        (PYPROJECT, "report", "branch", False),
        (SETUP_CFG, "run", "branch", True),
        (SETUP_CFG, "run", "x = 1", False),
        ("[run]\nbranch = true\n", "run", "branch", True),
    ],
)
def test_coverage_sections(text: str, at: str, hit: str, *, found: bool) -> None:
    document = _open("coverage-config", text)
    assert (document.region("section", at, *_hit(document, hit)) is not None) is found


@pytest.mark.parametrize(
    ("language", "text", "scripts"),
    [
        ("shell", "timeout 9 bash -o pipefail -ec 'a | b'", ["a | b"]),
        ("shell", 'sh -c "a \\"b\\" \\$c"', ['a "b" $c']),
        ("shell", "trap 'kill $!' EXIT; python -c 'x'", ["kill $!"]),
        ("compose", COMPOSE, ['sh -c "a | b"', "a | b", "curl $HOST"]),
        (
            "workflow",
            WORKFLOW,
            ["      \nif ${_____________}; then\n  pytest | tee log\nfi", "pip install x"],
        ),
        (
            "dockerfile",
            DOCKERFILE,
            [
                "apt-get update &&                   apt-get install -y curl",
                'a "b"',
                "pip install x",
                "curl x || exit 1",
            ],
        ),
    ],
)
def test_embedded_scripts(language: str, text: str, scripts: list[str]) -> None:
    found = list(documents(text.encode(), [Language(language)], frozenset()))[1:]
    assert [document.text.decode() for document in found] == scripts
    for document in found:
        for word in re.finditer(rb"[a-z]+", document.text):
            start, end = document.locate(*word.span())
            assert text.encode()[start:end] == word[0]


@pytest.mark.parametrize(
    ("text", "hit", "counts"),
    [
        ("echo 'a b'", "b'", False),
        ("echo 'a b'", "'a b", True),
        ('echo "x $(a)"', "a)", True),
        ('echo "x $(a)"', "x ", False),
        ("cat <<E\nbody $(z)\nE", "body", False),
        ("cat <<E\nbody $(z)\nE", "z)", True),
        ("a # b", "  ", False),
    ],
)
def test_hits_in_strings_and_comments_do_not_count(text: str, hit: str, *, counts: bool) -> None:
    document = _open("shell", text)
    span = _hit(document, hit)
    assert (not document.dismissal(*span)) is counts
    assert document.is_code(document.text, span[0]) is counts


@pytest.mark.parametrize(
    ("hit", "contexts"),
    [
        ("wait", {"function": "f", "loop": "for i in a;"}),
        ("sleep", {"function": "f", "loop": "for i in a;", "subshell": "("}),
        ("make", {"if": "if make;"}),
        ("clean", {"trap": "trap clean EXIT"}),
    ],
)
def test_shell_contexts(hit: str, contexts: dict[str, str]) -> None:
    text = "f() { for i in a; do wait; (sleep 1) & done; }\nif make; then b; fi\ntrap clean EXIT"
    document = _open("shell", text)
    for context in document.contexts:
        header = "^" + re.escape(contexts.get(context, "")) + "$" if context in contexts else ""
        inside = document.within(context, regex.compile(header), *_hit(document, hit))
        assert inside is (context in contexts)


def test_trapped_script_knows_its_trap() -> None:
    inner = next(iter(_open("shell", "trap 'kill $!' EXIT").embedded()))
    assert inner.within("trap", regex.compile("EXIT"), 0, 4)


def test_scopes() -> None:
    shell = _open("shell", "a && b\nf() { c; }")
    assert shell.scope("statement", *_hit(shell, "b")) == b"a && b"
    assert shell.scope("function", *_hit(shell, "c")) == b"f() { c; }"
    assert shell.scope("function", *_hit(shell, "b")) == shell.text
    docker = _open("dockerfile", DOCKERFILE)
    assert docker.scope("function", *_hit(docker, "pip")).startswith(b"FROM a\nRUN <<EOF")
    compose = _open("compose", COMPOSE)
    assert b"image: base:1" in compose.scope("function", *_hit(compose, "curl"))


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("a/x.py", b"", ["python"]),
        ("bin/run", b"#!/usr/bin/env bash\n", ["shell"]),
        ("bin/run", b"#!/usr/bin/env python3\n", ["python"]),
        ("bin/run", b"\x7fELF", []),
        ("docker/Dockerfile.test", b"", ["dockerfile"]),
        ("Dockerfile.dockerignore", b"", []),
        ("compose.override.yaml", b"", ["compose"]),
        ("stack.yml", b"services:\n  a:\n    image: x\n", ["compose"]),
        (".gitlab-ci.yml", b"services:\n  - docker\n", []),
        (".github/workflows/ci.yml", b"", ["workflow"]),
        ("x/action.yml", b"", ["workflow"]),
        ("pyproject.toml", b"", ["pytest-config", "coverage-config"]),
        (".coveragerc", b"", ["coverage-config"]),
        ("README.md", b"", []),
    ],
)
def test_languages(path: str, data: bytes, expected: list[str]) -> None:
    assert [language.value for language in languages(path, data)] == expected


@pytest.mark.parametrize("language", [kind for kind in Language if kind is not Language.PYTHON])
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"(",
        b"\xff",
        b'a: "',
        b"RUN \\",
        b"RUN <<A\nb",
        b"[a",
        b"x = '''",
        b"&a *b",
        b"- " * 50_000,
    ]
    + [bracket * 50_000 for bracket in (b"(", b"[", b"{", b"$(", b"a && ", b"if a; then ")],
)
def test_malformed_and_deep_input_is_survived(language: Language, text: bytes) -> None:
    for document in documents(text, [language], frozenset()):
        middle = len(document.text) // 2
        for kind in document.kinds:
            document.region(kind, "services.*", middle, middle + 1)
        document.scope("function", middle, middle + 1)
        document.dismissal(middle, middle + 1)
