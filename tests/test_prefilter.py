"""What every match of a regex contains, and which rules a file lets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from misspawn.catalogue import load
from misspawn.literals import clauses
from misspawn.prefilter import Asked, Prefilter
from misspawn.project import Project
from misspawn.regex import compile, over_comments
from misspawn.scanner import Scanner

PATTERNS = load()
REGEXES = sorted({detector.match for pattern in PATTERNS for detector in pattern.detect})

CLAUSES = {
    r"\basyncio\.run\(": [["asyncio.run("]],
    r"(?m)^[ \t]*(?:a|b)c\b": [["ac", "bc"]],
    r"psycopg2?": [["psycopg", "psycopg2"]],
    r"""["']up["']""": [['"up"', "\"up'", "'up\"", "'up'"]],
    r"\nasync def (\w+)\(": [["\nasync def"], ["("]],
    r"x{2,3}y+z*": [["x"], ["y"]],
    r"foo(?:bar|\w+baz)": [["foo"], ["bar", "baz"]],
    r"foo(?:bar|\w+)?": [["foo"]],
    r"(?i)foo": [],
    r"foo(?i:bar)": [],
    r"\x41bc": [],
    r"\w+": [],
}
IMPORTED = {
    r"\basyncio\.run\(": [["asyncio"], ["run("]],
    r"await asyncio\.run\(": [["await"], ["asyncio"], ["run("]],
    r"(?:unittest\.mock|\w*mocker)\.patch\(": [["mocker", "unittest"], ["patch("]],
    r"\.create_task\(": [["create_task("]],
}


@pytest.mark.parametrize(("pattern", "texts"), CLAUSES.items())
def test_clauses_of_a_regex(pattern: str, texts: list[list[str]]) -> None:
    assert [sorted(clause) for clause in clauses(pattern)] == texts


@pytest.mark.parametrize(("pattern", "texts"), IMPORTED.items())
def test_clauses_where_names_are_imported(pattern: str, texts: list[list[str]]) -> None:
    assert [sorted(clause) for clause in clauses(pattern, imported=True)] == texts


@pytest.mark.parametrize("pattern", REGEXES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_match_has_a_text_of_every_clause(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(pattern, re.ASCII)))
    for match in compile(pattern).finditer(text.encode()):
        found = (match[0] or b"").decode()
        for clause in clauses(pattern):
            assert any(part in found for part in clause), (clause, found)


@pytest.mark.parametrize("pattern", REGEXES)
def test_a_prefix_finds_what_a_search_finds(pattern: str) -> None:
    examples = (example for record in PATTERNS for example in record.examples)
    searched = compile(over_comments(pattern))
    plain = compile(f"(?:{over_comments(pattern)})" if "(?m)" not in pattern else pattern)
    for example in examples:
        text = example.code.encode()
        assert [m.start() for m in searched.finditer(text)] == [
            m.start() for m in plain.finditer(text)
        ]


@pytest.mark.parametrize("failing", [0, 3, 15, 16, 17, 40])
def test_a_prefix_that_often_fails_hides_no_match(failing: int) -> None:
    text = b"call.this(x)\n" + b"call.this(\n" * failing + b"call.this(y) call.this(z)\n"
    found = [match[1] for match in compile(r"\bcall\.this\((\w)\)").finditer(text)]
    assert found == [b"x", b"y", b"z"]


ASKED = [
    Asked([r"\bsubprocess\.run\("], r"\bsubprocess\.run\("),
    Asked([r"\bexcept\s*\*"], r"\bexcept\s*\*"),
    Asked([r"\bself\.go\("], r"\bself\.go\("),
]
FILES = {
    "import subprocess\nsubprocess.run(x)": {0},
    "from subprocess import run\nrun(x)": {0},
    "from subprocess import run as r\nr(x)": {0, 1, 2},
    "from subprocess import (\n    Popen,\n    run as r,\n)\nr(x)": {0, 1, 2},
    "from subprocess import \\\n    run as r\nr(x)": {0, 1, 2},
    "import subprocess as sp\nsp.run(x)": {0, 1, 2},
    "def run():\n    pass": set(),
    "except *Error:": {1},
    "except# why\n*Error:": {1},
    "self.go(1)": {2},
    "": set(),
}


@pytest.mark.parametrize(("text", "numbers"), FILES.items())
def test_the_rules_that_can_hold_in_a_file(text: str, numbers: set[int]) -> None:
    assert Prefilter(ASKED, {b"subprocess"}).likely(text.encode()).numbers == numbers


BOUND = {
    "import subprocess\nsubprocess.run(x)": False,
    "from subprocess import run\nrun(x)": True,
    "from subprocess.run import x\nrun(x)": True,
    "import subprocess as sp": True,
    "import os, \\\n    subprocess as sp": True,
    "import subprocess \\\n    as sp": True,
    "from subprocesses import run": False,
    "import os as operating_system": False,
}


@pytest.mark.parametrize(("text", "bound"), BOUND.items())
def test_whether_a_file_may_import_names_from_modules_of_rules(text: str, bound: bool) -> None:
    assert Prefilter(ASKED, {b"subprocess"}).likely(text.encode()).bound is bound


ALIASED = [
    "import subprocess\nsubprocess.run(['x'])\n",
    "import subprocess as sp\nsp.run(['x'])\n",
    "from subprocess import run\nrun(['x'])\n",
    "from subprocess import run as r\nr(['x'])\n",
    "from subprocess import (\n    PIPE,\n    run as r,\n)\nr(['x'])\n",
    "from subprocess import (  # noqa\n    run as r,\n)\nr(['x'])\n",
    "def f():\n    from subprocess import run as r\n    r(['x'])\n",
]


@pytest.mark.parametrize("text", ALIASED)
def test_a_call_is_found_by_whatever_name(text: str) -> None:
    facts = Project.in_memory({"a.py": text.encode()})
    ways = (Scanner(PATTERNS), Scanner(PATTERNS, whole=True))
    found = [[one.id for one in way.file("a.py", text.encode(), facts)] for way in ways]
    assert found[0] == found[1]
    assert "subprocess-no-timeout" in found[0]
