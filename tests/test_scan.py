"""The whole scan: order, positions, workers, and input that no editor would write."""

from __future__ import annotations

import ast
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from misspawn import examples
from misspawn.catalogue import load
from misspawn.meanings import Meanings
from misspawn.model import Clause, Detector, Finding, Names, Problem, Span
from misspawn.project import Project
from misspawn.regions.syntax import Syntax
from misspawn.scan import scan
from misspawn.scanner import Scanner
from misspawn.settings import Options, Policy
from misspawn.source import Source, Unreadable
from misspawn.trees import MemoryTree
from misspawn.why import Known, why

PATTERNS = load()
SCANNER = Scanner(PATTERNS)
WHOLE = Scanner(PATTERNS, whole=True)
NO_FACTS = Project.in_memory({})
NOTHING = Known(NO_FACTS, Meanings(MemoryTree({})))
MISTAKE = (
    "import subprocess\nsubprocess.run(['docker', 'ps'], check=True, stdin=subprocess.DEVNULL)\n"
)
ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    "a.py",
    "test_a.py",
    "a.sh",
    "Dockerfile",
    "compose.yaml",
    ".github/workflows/a.yml",
    "pyproject.toml",
    "tox.ini",
)


def ids(text: str | bytes, path: str = "a.py", scanner: Scanner = SCANNER) -> list[str]:
    raw = text.encode() if isinstance(text, str) else text
    return [finding.id for finding in scanner.file(path, raw, NO_FACTS)]


@pytest.mark.parametrize(
    "raw",
    [
        MISTAKE.encode(),
        b"\xef\xbb\xbf" + MISTAKE.encode(),
        MISTAKE.encode("utf-16"),
        MISTAKE.replace("\n", "\r\n").encode(),
        b"# -*- coding: latin-1 -*-\n# \xe9\n" + MISTAKE.encode(),
        b"# \xff\xfe not UTF-8\n" + MISTAKE.encode(),
        MISTAKE.rstrip().encode(),
        (MISTAKE + "x = '''unfinished").encode(),
        (MISTAKE + "(" * 1000).encode(),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "crlf",
        "latin-1",
        "bad bytes",
        "no newline",
        "open string",
        "open brackets",
    ],
)
def test_a_mistake_is_found_in_any_encoding(raw: bytes) -> None:
    assert "subprocess-no-timeout" in ids(raw)


def test_positions_count_characters_from_one() -> None:
    text = "import subprocess\nx = 'é', subprocess.check_output(\n    ['a'])\n"
    finding = next(
        f for f in SCANNER.file("a.py", text.encode(), NO_FACTS) if f.id == "subprocess-no-timeout"
    )
    assert finding.span == Span(line=2, column=10, end_line=3, end_column=11)
    assert finding.excerpt == "x = 'é', subprocess.check_output(\n    ['a'])"


def test_fingerprints_survive_moved_lines_and_tell_twins_apart() -> None:
    once = [f.fingerprint for f in SCANNER.file("a.py", MISTAKE.encode(), NO_FACTS)]
    moved = [
        f.fingerprint for f in SCANNER.file("a.py", ("# new\n\n" + MISTAKE).encode(), NO_FACTS)
    ]
    twice = [f.fingerprint for f in SCANNER.file("a.py", (MISTAKE * 2).encode(), NO_FACTS)]
    assert once == moved
    assert len(twice) == len(set(twice)) == 2 * len(once)


def test_binary_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="NUL"):
        SCANNER.file("a.py", b"subprocess.run(\0) subprocess", NO_FACTS)


def results(paths: list[str], root: Path, jobs: int) -> list[Finding | Problem]:
    policy = Policy(Options(), PATTERNS, root=str(root), folder="")
    return list(scan(paths, policy, root=str(root), jobs=jobs))


def test_workers_change_nothing(tmp_path: Path) -> None:
    paths = []
    for number in range(400):
        file = tmp_path / f"m{number}.py"
        file.write_text(MISTAKE * (number % 3), encoding="utf-8")
        paths.append(str(file))
    paths.append(str(tmp_path / "vanished.py"))
    alone = results(paths, tmp_path, 1)
    assert alone == results(paths, tmp_path, 2)
    assert isinstance(alone[-1], Problem)
    assert "No such file" in alone[-1].message


def test_why_tells_the_step_that_decided() -> None:
    ids = ["subprocess-no-timeout"]
    source = Source("a.py", b"import subprocess\nsubprocess.run(x, timeout=1)\n")
    traces = list(why(source, 2, PATTERNS, NOTHING, ids=ids))
    assert [trace.reported for trace in traces] == [False, False]  # outside of tests, and in them
    assert traces[0].steps[-1].name == "own level none"
    assert "timeout" in traces[0].steps[-1].detail
    absent = list(why(Source("a.py", b"x = 1\n"), 1, PATTERNS, NOTHING, ids=ids))
    assert absent[0].steps[-1].name == "prefilter"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("slow()\n", True),
        ("slow()\nalone()\n", False),
        ("slow()\nalone()\ntogether()\n", True),
        ("slow()\nalone()\nx = 'together()'  # together()\n", False),
        ("from mine import job\nslow(job)\n", True),
        ("from mine import slow\nslow(job)\n", False),
        ("job = 1\nslow(job)\n", False),
    ],
)
def test_clauses_may_be_excused_and_names_come_from_anywhere(text: str, reported: bool) -> None:
    detector = Detector(
        region="call",
        match=r"\bslow\((?P<job>\w*)",
        file=Clause(none=(r"\balone\(",), unless=(r"\btogether\(",)),
        where={"job": Names(none=r"(\w+) = ")},
    )
    scanner = Scanner([structs.replace(PATTERNS[0], detect=(detector,))])
    assert ids(text, scanner=scanner) == [PATTERNS[0].id] * reported


@pytest.mark.parametrize("name", NAMES)
def test_deep_nesting_and_long_lines_end_quietly(name: str) -> None:
    for text in (
        "[" * 100_000,
        "a: " * 10_000,
        "$(" * 20_000,
        "subprocess.run(" * 5_000,
        "x" * 1_000_000,
        "'" * 99_999,
    ):
        assert isinstance(ids(MISTAKE + text, name), list)


@given(raw=st.binary(max_size=400), name=st.sampled_from(NAMES))
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_never_raise_but_unreadable(raw: bytes, name: str) -> None:
    try:
        found = ids(raw, name)
    except Unreadable:
        assert b"\0" in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"coding" in raw
    else:
        assert set(found) <= {pattern.id for pattern in PATTERNS}


PYTHON = [
    text.encode()
    for pattern in PATTERNS
    for example in pattern.examples
    for path, text in examples.files(example).items()
    if path.endswith(".py")
]


def mutated(raw: bytes, random_: random.Random) -> bytes:
    """A source with lines or stretches removed, doubled, swapped or replaced by what upsets parsers."""
    lines = raw.splitlines(keepends=True)
    for _ in range(random_.randrange(4)):
        at = random_.randrange(len(lines))
        line = lines[at]
        lines[at] = random_.choice(
            [
                b"",
                line * 2,
                b"# " + line,
                b"\n" + line,
                line.replace(b"\n", b"\r\n"),
                b"@" + line.lstrip(),
            ]
        )
    data = bytearray(b"".join(lines))
    for _ in range(random_.randrange(3)):
        at = random_.randrange(len(data) + 1)
        end = min(len(data), at + random_.randrange(12))
        data[at:end] = random_.choice(
            [
                b"",
                b'"""',
                b"'",
                b"(",
                b")",
                b"\\\n",
                b"#",
                b"\n    ",
                b"async ",
                bytes(data[at:end]) * 2,
            ]
        )
    return bytes(data)


def _is_python(text: bytes) -> bool:
    """Whether Python takes the text; tree-sitter also takes a body that is not indented."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@given(seed=st.integers(0, 10**9))
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_blocks_and_whole_files_agree_on_mutated_source(seed: int) -> None:
    """As long as the source parses; in a broken file, blocks see more than the parser's repair of all of it."""
    random_ = random.Random(seed)
    filler = b"\n\nclass Between:\n    def method(self):\n        return 1\n\n\n"
    text = mutated(filler.join(random_.sample(PYTHON, 3)), random_)
    assume(_is_python(text) and not Syntax(text, whole=True).whole().root_node.has_error)
    assert SCANNER.file("test_a.py", text, NO_FACTS) == WHOLE.file("test_a.py", text, NO_FACTS)


@pytest.mark.skipif(not (ROOT / "checks").is_dir(), reason="needs the source tree")
def test_blocks_and_whole_files_agree_on_our_own_tree() -> None:
    for file in sorted((ROOT / "checks").rglob("*.py")) + sorted((ROOT / "tests").rglob("*.py")):
        raw = file.read_bytes()
        assert SCANNER.file(os.fspath(file), raw, NO_FACTS) == WHOLE.file(
            os.fspath(file), raw, NO_FACTS
        )
