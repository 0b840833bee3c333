"""The canonical view of Python: what names read as, which hits count, where regions end."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from misspawn import regex
from misspawn.regions.bindings import scope_text
from misspawn.regions.document import Region
from misspawn.regions.names import own_level
from misspawn.regions.python import PythonDocument
from misspawn.regions.syntax import Syntax

WORDS = frozenset({b"subprocess", b"asyncio", b"time", b"unittest", b"os"})
CALL = r"\b(?:subprocess\.run|time\.sleep|asyncio\.sleep|os\.system)\("


def open_python(text: str, *, whole: bool = False) -> PythonDocument:
    return PythonDocument(dedent(text).encode(), WORDS, whole=whole)


def hits(text: str, pattern: str = CALL, *, whole: bool = False) -> list[str]:
    """The source lines on which a pattern hits, as far as the hits count."""
    document = open_python(text, whole=whole)
    lines = dedent(text).splitlines()
    found = []
    for match in regex.compile(pattern).finditer(document.text):
        if not document.dismissal(match.start(), match.end()):
            start, _ = document.locate(match.start(), match.end())
            found.append(lines[dedent(text).encode()[:start].count(b"\n")].strip())
    return found


def region(text: str, kind: str, pattern: str = CALL) -> Region | None:
    document = open_python(text)
    match = regex.compile(pattern).search(document.text)
    assert match is not None
    return document.region(kind, "", match.start(), match.end())


COUNTED = {
    "plain": "import subprocess\nsubprocess.run(x)  # yes",
    "module alias": "import subprocess as sp\nsp.run(x)  # yes",
    "imported name": "from subprocess import run\nrun(x)  # yes",
    "imported name with alias": "from subprocess import run as r\nr(x)  # yes",
    "parenthesised import": "from subprocess import (\n    PIPE,  # a comment\n    run as r,\n)\nr(x)  # yes",
    "continued import": "from subprocess import PIPE, \\\n    run as r\nr(x)  # yes",
    "import in a function": "def f():\n    from subprocess import run as r\n    r(x)  # yes",
    "import guarded by try": "try:\n    from subprocess import run\nexcept ImportError:\n    run = None\nrun(x)  # yes",
    "import on one line with try": "try: import subprocess as sp\nexcept ImportError: pass\nsp.run(x)  # yes",
    "nested in another call": "import subprocess\nprint(subprocess.run(x))  # yes",
    "in a f-string's braces": "import subprocess\ny = f'{subprocess.run(x)}'  # yes",
    "as a default argument": "import subprocess\ndef f(x=subprocess.run(y)): pass  # yes",
    "in a decorator": "import subprocess\n@subprocess.run(x)  # yes\ndef f(): pass",
    "shadowed elsewhere only": "import time\ndef g(time): pass\ndef f():\n    time.sleep(1)  # yes",
    "shadowed in an inner function only": "import time\ndef f():\n    def g(time): pass\n    time.sleep(1)  # yes",
    "a keyword of the same name": "from time import sleep\nf(sleep=1)\nsleep(2)  # yes",
    "without any import": "time.sleep(1)  # yes",
    "under a global statement": "import time\ndef f():\n    global time\n    time.sleep(1)  # yes",
    "an annotation of that name": "import time\ndef f(x: time, y: dict[str, time] = None):\n    time.sleep(1)  # yes",
    "in a branch that runs": "import time\nif False:\n    pass\nelif not False:\n    time.sleep(1)  # yes",
    "under a constant that is changed": "import time\n_SLOW = False\ndef f():\n    global _SLOW\n    _SLOW = True\nif _SLOW:\n    time.sleep(1)  # yes",
    "under a constant or more": "import time\n_SLOW = False\nif _SLOW or x:\n    time.sleep(1)  # yes",
    "under a condition of many parts": f"import time\nif False{' and x' * 5000}:\n    time.sleep(1)  # yes\nif {'not ' * 5000}True:\n    time.sleep(1)  # yes",
    "under a setting": "import time\nSLOW = False\nif SLOW:\n    time.sleep(1)  # yes",
    "in the other branch of a constant": "import time\n_SLOW = False\nif _SLOW:\n    pass\nelse:\n    time.sleep(1)  # yes",
    "imported again in a function": "from time import sleep\ndef f():\n    from time import sleep\n    sleep(1)  # yes",
    "CRLF line ends": "import time\r\ntime.sleep(1)  # yes\r\n",
}

DISMISSED = {
    "in a comment": "# subprocess.run(x)",
    "in a string": "import subprocess\ny = 'subprocess.run(x)'",
    "in a docstring": 'def f():\n    """Use\n    subprocess.run(x)\n    """',
    "as an attribute": "import subprocess\nself.subprocess.run(x)",
    "parameter shadows": "import time\ndef f(time):\n    time.sleep(1)",
    "annotated parameter shadows": "import time\ndef f(a, *, time: Clock = None):\n    time.sleep(1)",
    "lambda parameter shadows": "import time\nf = lambda time: time.sleep(1)",
    "assignment shadows": "import time\ndef f():\n    time = Clock()\n    time.sleep(1)",
    "tuple assignment shadows": "import time\ndef f():\n    a, time = g()\n    time.sleep(1)",
    "loop variable shadows": "import time\ndef f():\n    for time in g():\n        time.sleep(1)",
    "with target shadows": "import time\ndef f():\n    with g() as time:\n        time.sleep(1)",
    "enclosing function's variable": "import time\ndef f():\n    time = 1\n    def g():\n        time.sleep(1)",
    "local def cancels an alias": "from subprocess import run\ndef run(x): pass\nrun(1)",
    "class of that name": "from subprocess import run\nclass run: pass\nrun(1)",
    "import in another function": "def f():\n    from subprocess import run as r\ndef g():\n    r(x)",
    "another import in the function": "from time import sleep\ndef f():\n    from anyio import sleep\n    sleep(1)",
    "a relative import in the function": "from time import sleep\ndef f():\n    from .clock import sleep\n    sleep(1)",
    "a relative import": "from .subprocess import run\nrun(x)",
    "another module's name": "from mine import run\nrun(x)",
    "a built-in name from elsewhere": "from mine import time\ntime.sleep(1)",
    "in a branch that never runs": "import time\nif False:\n    def f():\n        time.sleep(1)",
    "behind what always holds": "import time\nif x:\n    pass\nelif (True):\n    pass\nelse:\n    time.sleep(1)",
    "under a private constant": "import time\n_SLOW = False\ndef f():\n    if _SLOW:\n        time.sleep(1)",
    "under a constant and more": "import time\n_SLOW = False\nif x and (_SLOW and y):\n    time.sleep(1)",
    "under its contrary": "import time\n_FAST = True\nif not _FAST:\n    time.sleep(1)",
    "in a class's dead branch": "import time\nclass A:\n    x = 1\n    if False:\n        def f(self):\n            time.sleep(1)",
    "the import statement": "from subprocess import run",
}


@pytest.mark.parametrize("text", COUNTED.values(), ids=COUNTED.keys())
@pytest.mark.parametrize("whole", [False, True], ids=["blocks", "whole"])
def test_a_use_of_the_imported_name_counts(text: str, whole: bool) -> None:
    expected = [line.strip() for line in text.splitlines() if "# yes" in line]
    assert hits(text, whole=whole) == expected


@pytest.mark.parametrize("text", DISMISSED.values(), ids=DISMISSED.keys())
@pytest.mark.parametrize("whole", [False, True], ids=["blocks", "whole"])
def test_what_only_looks_like_it_does_not_count(text: str, whole: bool) -> None:
    assert hits(text, whole=whole) == []


BEHIND_A_CLASS = """\
class Store:
    def get(self):
        return 1

try:
    subprocess.run(x)
except OSError:
    def fallback(self):
        return 2
"""
BEFORE_A_METHOD = """\
class Store:
    def get(self):
        return 1

if subprocess.run(x):
    @fixture
    def fallback(self):
        yield time.sleep(1)
"""
REGIONS = [
    ("call", "x = print(time.sleep(f(1)), 2)", "time.sleep(f   )"),
    ("call", "retry(\n    time.sleep(1),\n)", "time.sleep(1)"),
    ("statement", "x = print(time.sleep(1), [2])", "x = print(time.sleep   ,    )"),
    ("statement", "if time.sleep(1):\n    pass", "if time.sleep(1):"),
    ("assignment", "x = time.sleep(1)", "x = time.sleep(1)"),
    ("await", "async def f():\n    await asyncio.sleep(1)", "await asyncio.sleep(1)"),
    ("with", "with a, time.sleep(1) as b:\n    pass", "with a, time.sleep(1) as b:"),
    ("function", "@d(1)\ndef f(a=(1, 2)):\n    time.sleep(1)", "@d(1)\ndef f(a=      ):"),
    (
        "class",
        "class A:\n    x = 1\n    def f(self):\n        time.sleep(1)\n",
        "class A:\n    x = 1\n    def f(self):",
    ),
    ("loop", "while True:\n    time.sleep(1)", "while True:"),
    ("try", "try:\n    time.sleep(1)\nexcept X:\n    pass", "try:"),
]


@pytest.mark.parametrize(("kind", "text", "own"), REGIONS, ids=[kind for kind, *_ in REGIONS])
def test_own_level_of_a_region(kind: str, text: str, own: str) -> None:
    found = region("import time, asyncio\n" + text, kind)
    assert found is not None
    assert found.own.decode().strip() == own


@pytest.mark.parametrize("whole", [False, True], ids=["blocks", "whole"])
def test_what_stands_behind_a_class_is_no_member_of_it(whole: bool) -> None:
    at = BEHIND_A_CLASS.index("subprocess")
    document = PythonDocument(BEHIND_A_CLASS.encode(), frozenset(), whole=whole)
    region = document.region("try", "", at, at + 1)
    assert region is not None
    assert BEHIND_A_CLASS[region.start : region.end] + "\n" == BEHIND_A_CLASS[at - 9 :]


@pytest.mark.parametrize("whole", [False, True], ids=["blocks", "whole"])
def test_a_function_behind_what_follows_a_class_is_no_member_of_it(whole: bool) -> None:
    at = BEFORE_A_METHOD.index("fixture")
    document = PythonDocument(BEFORE_A_METHOD.encode(), frozenset(), whole=whole)
    assert document.within("if", regex.compile("subprocess"), at, at + 1)


def test_region_text_reads_canonical_and_its_offsets_are_original() -> None:
    text = "from subprocess import run as r\nx = r(['a'], timeout=1)\n"
    found = region(text, "call")
    assert found is not None
    assert found.deep == b"subprocess.run(['a'], timeout=1)"
    assert text[found.start : found.end] == "r(['a'], timeout=1)"


WITHIN = [
    ("async-function", ".", "async def f():\n    time.sleep(1)", True),
    ("async-function", ".", "async def f():\n    def g():\n        time.sleep(1)", False),
    ("async-function", ".", "async def f():\n    g(lambda: time.sleep(1))", False),
    ("async-function", ".", "async def f(x=time.sleep(1)):\n    pass", False),
    ("async-function", "fixture", "@fixture\nasync def f():\n    time.sleep(1)", True),
    ("sync-function", ".", "async def f():\n    def g():\n        time.sleep(1)", True),
    ("function", "def test_", "def test_a():\n    time.sleep(1)", True),
    ("module", "", "if x:\n    time.sleep(1)", True),
    ("module", "", "def f():\n    time.sleep(1)", False),
    ("class", "TestCase", "class A(TestCase):\n    def f(self):\n        time.sleep(1)", True),
    (
        "class",
        "class Inner:",
        "class A:\n    def f(self):\n        class Inner:\n            x = 1\n\n    def g(self):\n        time.sleep(1)",
        False,
    ),
    ("with", r"suppress\(", "with suppress(X):\n    time.sleep(1)", True),
    ("with", r"suppress\(", "with suppress(X):\n    def f():\n        time.sleep(1)", False),
    ("try", "TimeoutError", "try:\n    time.sleep(1)\nexcept TimeoutError:\n    pass", True),
    ("try", ".", "try:\n    pass\nexcept X:\n    time.sleep(1)", False),
    ("except", "X", "try:\n    pass\nexcept X:\n    time.sleep(1)", True),
    ("finally", ".", "try:\n    pass\nfinally:\n    time.sleep(1)", True),
    ("loop", "while", "while True:\n    time.sleep(1)", True),
    ("call", r"^g$", "g(time.sleep(1))", True),
    ("call", r"^g$", "h(time.sleep(1))", False),
    ("assignment", "^x$", "x = time.sleep(1)", True),
    ("return", ".", "def f():\n    return time.sleep(1)", True),
    ("main-guard", ".", "if __name__ == '__main__':\n    time.sleep(1)", True),
    ("if", "x", "if x:\n    time.sleep(1)", True),
]


@pytest.mark.parametrize(("context", "header", "text", "expected"), WITHIN)
def test_contexts(context: str, header: str, text: str, expected: bool) -> None:
    document = open_python("import time\n" + text)
    match = regex.compile(CALL).search(document.text)
    assert match is not None
    assert document.within(context, regex.compile(header), match.start(), match.end()) is expected


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("f(a, [b], {**c}, d=1)", "f(a,    ,      , d=1)"),
        ("f(key=lambda a, b: (a, g(b)), d=1)", "f(key=                      , d=1)"),
        ("f(')', d=(1))", "f(')', d=   )"),
        ("f(\"(\", d=[']'])", 'f("(", d=     )'),
    ],
)
def test_own_level_keeps_one_pair_of_brackets(text: str, own: str) -> None:
    assert own_level(text.encode()).decode() == own
    assert re.sub(r"\s", "", own) != ""


def test_what_is_left_of_a_scope_has_no_long_line() -> None:
    """A search from the start of a line may take the square of its length."""
    data = b"def outer():\n    def inner():\n" + 100 * b"        x = 1\n" + b"    y = 2\n"
    outer = Syntax(data, whole=True).whole().root_node.children[0]
    left = scope_text(data, outer)
    assert b"y = 2" in left
    assert b"x = 1" not in left
    assert max(map(len, left.splitlines())) < 40
