"""What the index says of names, told from small trees in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from misspawn.index.annotations import parsed, written
from misspawn.index.lookup import Index
from misspawn.index.model import Kind, Missing, Symbol, Unknown
from misspawn.trees import MemoryTree

Files = dict[str, str]


def index(files: Files) -> Index:
    return Index(MemoryTree({path: text.encode() for path, text in files.items()}))


@pytest.mark.parametrize(
    ("files", "path", "names"),
    [
        (["a.py"], "a.py", ("a",)),
        (["pkg/__init__.py", "pkg/m.py"], "pkg/m.py", ("pkg.m",)),
        (["pkg/__init__.py"], "pkg/__init__.py", ("pkg",)),
        (["src/pkg/__init__.py", "src/pkg/m.py"], "src/pkg/m.py", ("pkg.m", "src.pkg.m")),
        (["tests/test_a.py"], "tests/test_a.py", ("test_a", "tests.test_a")),
        (["tests/__init__.py", "tests/unit/a.py"], "tests/unit/a.py", ("tests.unit.a",)),
        (
            ["libs/one/pyproject.toml", "libs/one/ns/part/__init__.py"],
            "libs/one/ns/part/__init__.py",
            ("ns.part", "part", "libs.one.ns.part"),
        ),
        (["a-b/c.py"], "a-b/c.py", ("c",)),
        (["data.json"], "data.json", ()),
        (["site/versioned_docs/version-1.0/a.py"], "site/versioned_docs/version-1.0/a.py", ()),
    ],
)
def test_a_file_has_the_names_under_which_it_can_be_imported(
    files: list[str], path: str, names: tuple[str, ...]
) -> None:
    assert index(dict.fromkeys(files, "")).modules(path) == names


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("async def x(): pass", Kind.COROUTINE_FUNCTION),
        ("async def x():\n    yield 1", Kind.ASYNC_GENERATOR),
        ("async def x():\n    def inner():\n        yield 1", Kind.COROUTINE_FUNCTION),
        (
            "from contextlib import asynccontextmanager as acm\n@acm\nasync def x():\n    yield",
            Kind.ASYNC_CONTEXT_MANAGER,
        ),
        (
            "import contextlib\n@contextlib.contextmanager\ndef x():\n    yield",
            Kind.CONTEXT_MANAGER,
        ),
        ("def x():\n    yield 1", Kind.GENERATOR),
        ("import asyncio\ndef x() -> asyncio.Future[int]: ...", Kind.AWAITABLE_FACTORY),
        ("def x(): return 1", Kind.FUNCTION),
        ("def x() -> int: return y()", Kind.FUNCTION),
        (
            "from typing import Awaitable\ndef x() -> Awaitable[int]: return y()",
            Kind.AWAITABLE_FACTORY,
        ),
        ("async def y(): pass\ndef x(): return y()", Kind.AWAITABLE_FACTORY),
        ("import functools\n@functools.cache\nasync def x(): pass", Kind.AWAITABLE_FACTORY),
        ("class x: pass", Kind.CLASS),
        ("x = 1", Kind.VALUE),
        ("async def y(): pass\nx = y", Kind.COROUTINE_FUNCTION),
        ("if True:\n    async def x(): pass", Kind.COROUTINE_FUNCTION),
        ("def d(*a): return a[-1]\n@d(x := 1)\ndef y(): pass", Kind.VALUE),
        (
            "from typing import AsyncIterator\nasync def y(): pass\nasync def x() -> AsyncIterator[int]: return y()",
            Kind.COROUTINE_FUNCTION,
        ),
        (
            "from typing import overload\n@overload\ndef x(): ...\nasync def x(): pass",
            Kind.COROUTINE_FUNCTION,
        ),
    ],
)
def test_the_kind_of_a_name(code: str, kind: Kind) -> None:
    found = index({"m.py": code}).resolve("m.x")
    assert isinstance(found, Symbol), found
    assert found.kind is kind


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("from deco import task\n@task\nasync def x(): pass", "decorated by `task`"),
        ("def x(): return other()", "what `x` at m.py:1 returns is not known"),
        (
            "try:\n    from fast import x\nexcept ImportError:\n    def x(): pass",
            "`fast.x` is no name",
        ),
        ("if a:\n    def x(): pass\nelse:\n    async def x(): pass", "one of several things"),
        ("def __getattr__(name): ...", "`__getattr__`"),
        ("globals().update(a=1)", "makes names at run time"),
        ("from elsewhere import *", "`elsewhere.x` is no name"),
        ("x = y\ny = x", "by way of itself"),
        (
            "from typing import Any\ndef x(y: str) -> Any: ...",
            "what `x` at m.py:2 returns is not known",
        ),
        (
            "import hypothesis\n@hypothesis.given(1)\nasync def x(y): ...",
            "decorated by `hypothesis.given`",
        ),
        (
            "from jobs import Future\ndef x() -> Future: ...",
            "what `x` at m.py:2 returns is not known",
        ),
        ("install(__name__, '.x')", "makes names at run time"),
        ("def x(): raise NotImplementedError", "what `x` at m.py:1 returns is not known"),
        (
            "def x(loop, coro) -> int: return coro if loop.is_running() else loop.run_until_complete(coro)",
            "returns more than its annotation",
        ),
        (
            "from typing import AsyncIterator\nasync def x() -> AsyncIterator[int]: ...",
            "stands for async generators",
        ),
        ("async def x(): raise NotImplementedError('later')", "stands for async generators"),
    ],
)
def test_what_cannot_be_told_has_a_reason(code: str, reason: str) -> None:
    found = index({"m.py": code}).resolve("m.x")
    assert isinstance(found, Unknown)
    assert not isinstance(found, Missing)
    assert reason in found.reason


def test_an_annotation_does_not_tell_of_what_an_attribute_gives() -> None:
    told = index({"m.py": PARTIAL})
    assert isinstance(told.resolve("m.Cluster.write"), Unknown)
    assert isinstance(found := told.resolve("m.Cluster.read"), Symbol)
    assert found.kind is Kind.FUNCTION


PARTIAL = """
from functools import partialmethod
class Cluster:
    def write(self) -> list:
        return self._write()
    def read(self) -> list:
        return self._read()
    def _read(self):
        return []
    async def _general(self, command): ...
    _write = partialmethod(_general, 1)
"""

CLASSES = """
from lib.base import Base
class Child(Base):
    async def own(self): ...
    @property
    def text(self): ...
    def __init__(self):
        self.client = Client()
class Client:
    async def get(self): ...
class Odd(unknown()): ...
client = Client()
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lib.Child.own", Kind.COROUTINE_FUNCTION),
        ("lib.Child.inherited", Kind.COROUTINE_FUNCTION),
        ("lib.Child.text", Kind.VALUE),
        ("lib.client", Kind.VALUE),
        ("lib.impl", Kind.MODULE),
        ("lib.impl.Child", Kind.CLASS),
        ("lib.Odd.anything", None),
        ("lib.Child.nothing", None),
    ],
)
def test_names_are_followed_through_re_exports_and_bases(name: str, kind: Kind | None) -> None:
    files = {
        "src/lib/__init__.py": "from .impl import *\nfrom .impl import Child as Child",
        "src/lib/impl.py": CLASSES,
        "src/lib/base.py": "class Base:\n    async def inherited(self): ...",
    }
    found = index(files).resolve(name)
    assert (found.kind if isinstance(found, Symbol) else None) is kind


def test_the_class_of_an_instance_is_told() -> None:
    lib = index({"lib.py": CLASSES.replace("from lib.base import Base", "class Base: ...")})
    assert lib.held("lib.client") == "lib.Client"
    assert lib.held("lib.Child.client") == "lib.Client"


@pytest.mark.parametrize("name", ["pkg.m.gone", "pkg.gone"], ids=["of a module", "of a package"])
def test_what_a_known_file_does_not_define_is_missing(name: str) -> None:
    assert isinstance(index({"pkg/__init__.py": "", "pkg/m.py": "x = 1"}).resolve(name), Missing)


def test_the_asking_files_own_root_decides_between_modules_of_one_name() -> None:
    files = {"a/util.py": "x = 1", "b/util.py": "y = 1", "a/main.py": "", "b/main.py": ""}
    assert isinstance(index(files).resolve("util.x", near="a/main.py"), Symbol)
    assert isinstance(index(files).resolve("util.x", near="b/main.py"), Missing)
    assert not index(files).first_party("util", near="main.py")


DECORATORS = {
    "keeps it by its annotation": (
        "def d(f: Callable[P, R]) -> Callable[P, R]: return x(f)",
        "@d",
        True,
    ),
    "keeps it by an alias": (
        "A = Callable[P, R]\nB = Callable[[int], R]\ndef d(f: A[P, R]) -> B[P, R]: return x(f)",
        "@d",
        True,
    ),
    "makes an object, by an alias": (
        "A = Callable[..., Awaitable[R]]\nB = Callable[..., 'C[R]']\ndef d(f: A[R]) -> B[R]: return C(f)",
        "@d",
        False,
    ),
    "waits itself, by an alias": (
        "A = Callable[..., Awaitable[R]]\nB = Callable[..., R]\ndef d(f: A[R]) -> B[R]: return x(f)",
        "@d",
        False,
    ),
    "makes an object": (
        "class B: ...\ndef d(f: Callable[P, R]) -> B[P, R]: return B(f)",
        "@d",
        False,
    ),
    "waits itself": (
        "def d(f: Callable[P, Awaitable[R]]) -> Callable[P, R]: return x(f)",
        "@d",
        False,
    ),
    "gives it back": ("def d(f):\n    note(f)\n    return f", "@d", True),
    "wraps it": ("def d(f):\n    async def w(*a): return await f(*a)\n    return w", "@d", True),
    "wraps it plainly": ("def d(f):\n    def w(*a): return f(*a)\n    return w", "@d", True),
    "runs it": ("def d(f):\n    def w(*a): return run(f(*a))\n    return w", "@d", False),
    "asks what it is": (
        (
            "def d(f):\n    if iscoroutinefunction(f):\n        async def w(): await f()\n    else:\n"
            "        def w(): print(f())\n    return w"
        ),
        "@d",
        True,
    ),
    "is made first": (
        "def d(n):\n    def e(f):\n        async def w(): return await f()\n        return w\n    return e",
        "@d(1)",
        True,
    ),
    "is not made first": (
        "def d(n):\n    def e(f):\n        async def w(): return await f()\n        return w\n    return e",
        "@d",
        False,
    ),
    "may be made first": (
        (
            "def d(f=None, *, n=1):\n    if f is None:\n        return partial(d, n=n)\n"
            "    async def w(): return await f()\n    return w"
        ),
        "@d(n=2)",
        True,
    ),
    "notes a route": (
        "from fastapi import APIRouter\nrouter = APIRouter()",
        "@router.get('/')",
        True,
    ),
    "is unknown": ("from other import d", "@d", False),
}


@pytest.mark.parametrize(
    ("code", "used", "known"),
    DECORATORS.values(),
    ids=[name.replace(" ", "-") for name in DECORATORS],
)
def test_a_decorator(code: str, used: str, known: bool) -> None:
    found = index({"m.py": f"{code}\n{used}\nasync def x(): ..."}).resolve("m.x")
    assert isinstance(found, Symbol) is known, found
    assert not isinstance(found, Symbol) or found.kind is Kind.COROUTINE_FUNCTION


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a.B", "a.B"),
        ("B | None", "B"),
        ("Optional[B]", "B"),
        ("Annotated[B, 1]", ""),
        ("Annotated[B, x]", "B"),
        ("'list[B]'", "list[B]"),
        ("Callable[[A], B]", "Callable[[A],B]"),
        ("A | B", "Union[A,B]"),
        ("tuple[A, ...]", "tuple[A,...]"),
        ("None", "None"),
        ("Literal['x']", ""),
        ("f(x)", ""),
        ("a[", ""),
        ("", ""),
    ],
)
def test_an_annotation(text: str, shown: str) -> None:
    assert str(parsed(written(text.encode()))) == shown


GETATTR = "def __getattr__(name):\n    {}\n    raise AttributeError(f'no {{name!r}}')\n"


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("if name == 'old':\n        return 1", True),
        ("if name in {'old', 'older'}:\n        return 1", True),
        ("if name in TABLE:\n        return TABLE[name]", True),
        ("if (found := TABLE.get(name)):\n        return found", True),
        ("if name in other():\n        return 1", False),
        ("return getattr(other, name)", False),
        ("return load(f'm.{name}')\n    if name == 'x': ...", True),
    ],
)
def test_a_module_getattr_serves_what_its_text_names(body: str, missing: bool) -> None:
    tree = index({"m.py": GETATTR.format(body) + "TABLE = {'gone': 1}\n"})
    assert isinstance(tree.resolve("m.gone"), Missing) is False
    assert isinstance(tree.resolve("m.new"), Missing) is missing


def test_a_folder_in_a_package_may_lack_its_init_file() -> None:
    tree = index({"pkg/__init__.py": "", "pkg/part/m.py": "async def x(): ..."})
    found = tree.resolve("pkg.part.m.x", "pkg/part/m.py")
    assert isinstance(found, Symbol), found


def test_a_library_without_modules_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/data.txt").write_text("")
    tree = Index(MemoryTree({"m.py": b"import lib"}), libraries=(tmp_path,))
    for name in ("lib.x", "lib", ".x", ""):
        assert isinstance(tree.resolve(name), Unknown), name


def test_a_name_that_stands_for_a_part_of_itself_comes_to_an_end() -> None:
    files = {"p/__init__.py": "from .m import x\nx = x.y\n", "p/m.py": "from p import x\nx = x.y\n"}
    assert isinstance(index(files).resolve("p.x"), Unknown)
