"""Statements told from their indentation, and names of modules that are read one by one."""

from __future__ import annotations

import pytest

from misspawn.index.outline import Outline
from misspawn.regions.lexical import Quotes
from misspawn.regions.statements import statements


def told(text: str) -> tuple[dict[str, list[str]], list[str]]:
    data = text.encode()
    found = statements(data, Quotes(data), (0, len(data)))
    defined = {
        name.decode(): [text[start:end].strip() for start, end in spans]
        for name, spans in found.definitions.items()
    }
    return defined, [text[start:end].strip() for start, end in found.rest]


@pytest.mark.parametrize(
    ("text", "defined", "rest"),
    [
        ("x = 1\ny = 2\n", {}, ["x = 1", "y = 2"]),
        ("import a\n\ndef f():\n    pass\nx = f()\n", {"f": ["def f():\n    pass"]}, ["import a", "x = f()"]),
        ("@a\n@b(\n    1\n)\nasync def f(): ...\n", {"f": ["@a\n@b(\n    1\n)\nasync def f(): ..."]}, []),
        ("class A:\n    x = 1\n\nclass A: ...\n", {"A": ["class A:\n    x = 1", "class A: ..."]}, []),
        ("if a:\n    x = 1\nelse:\n    x = 2\n", {}, ["if a:\n    x = 1\nelse:\n    x = 2"]),
        ("try:\n    import a\nexcept ImportError:\n    a = 1\nfinally:\n    pass\n", {},
         ["try:\n    import a\nexcept ImportError:\n    a = 1\nfinally:\n    pass"]),
        ("x = (\n    1,\n)\n", {}, ["x = (\n    1,\n)"]),
        ('"""\ndef f(): ...\n"""\nx = 1\n', {}, ['"""\ndef f(): ...\n"""', "x = 1"]),
        ("def f():\n    return '\"\"\"'\n\ndef g(): ...\n",
         {"f": ["def f():\n    return '\"\"\"'"], "g": ["def g(): ..."]}, []),
    ],
)  # fmt: skip
def test_statements_begin_where_lines_do(
    text: str, defined: dict[str, list[str]], rest: list[str]
) -> None:
    found, others = told(text)
    assert found == defined
    assert [other for other in others if other] == rest


@pytest.mark.parametrize(
    ("text", "name", "lines"),
    [
        ("x = 1\ndef x(): ...\nx = 2\n", "x", [1, 2, 3]),
        ("if a:\n    x = 1\nelse:\n    def x(): ...\n", "x", [2, 4]),
        ("from a import (\n    b,\n    x as y,\n)\n", "y", [3]),
        ("def f():\n    global x\n    x = 1\n", "x", [2]),
        ("def f():\n    x = 1\n", "x", []),
        ("# x\ny = 'x'\n", "x", []),
        ("class A:\n    def x(self): ...\n", "x", []),
        ("if a: x = 1\nelif b: x = 2\n", "x", [1, 2]),
        ("(x := 1)\n", "x", [1]),
        ("for x in y: ...\nwith z as x: ...\n", "x", [1, 2]),
        ("x = 1\ny = (\n", "x", [1]),
    ],
)
def test_the_bindings_of_a_name_are_read(text: str, name: str, lines: list[int]) -> None:
    found = Outline(text.encode(), "m", package=False).names.get(name, ())
    assert sorted({item.line for item in found}) == lines


@pytest.mark.parametrize(
    ("body", "name", "lines"),
    [
        ("    x = 1\n    def y(self): ...\n", "x", [2]),
        ("    x = 1\n    def y(self): ...\n", "y", [3]),
        ("    def y(self):\n        self.x = 1\n        self.x: int = 2\n", "x", [3, 4]),
        ("    x = None\n    def y(self):\n        self.x = A()\n", "x", [2, 4]),
        ("    x = 1\n    def y(self):\n        self.x = A()\n", "x", [2]),
        ("    class B:\n        x = 1\n", "x", []),
        ("    class B:\n        x = 1\n", "B", [2]),
        ("    if a:\n        def x(self): ...\n", "x", [3]),
        (
            "    @property\n    def x(self): ...\n    @x.setter\n    def x(self, y): ...\n",
            "x",
            [3, 5],
        ),
    ],
)
def test_the_members_of_a_class_are_read(body: str, name: str, lines: list[int]) -> None:
    for head in ("class A:\n", "@dataclass\nclass A:\n", "class A(\n    B):\n"):
        (found,) = Outline(f"{head}{body}".encode(), "m", package=False).names.get("A", ())
        more = head.count("\n") - 1
        assert [item.line for item in found.members.get(name, ())] == [n + more for n in lines]
