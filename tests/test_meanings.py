"""What an expression of a file is, followed through the files of small trees in memory."""

from __future__ import annotations

import pytest

from misspawn.index.model import Symbol, Unknown
from misspawn.meanings import Meanings
from misspawn.regions.python import PythonDocument
from misspawn.trees import MemoryTree

LIB = """
from __future__ import annotations
import contextlib, functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Generic, Optional, Self, TypeVar

T = TypeVar("T")

class Client:
    other: Client | None = None
    def __init__(self, peer: Optional["Client"] = None, plain=None):
        self.peer = peer
        self.made = Client()
        self.plain = plain
    async def send(self): ...
    def copy(self) -> Self: ...
    async def __aenter__(self): return self
    def __await__(self) -> Generator[None, None, Client]: ...
    @property
    def me(self) -> Client: ...

class Sub(Client):
    async def __aenter__(self: U) -> U: ...
    @classmethod
    def make(cls: Type["U"]) -> "U": ...
    def either(self, other: U) -> U: ...
class Box(Generic[T]):
    async def put(self): ...

Alias = Box[int]
client = Client()

def get() -> Client: ...
def guess(): return Client()
async def fetch() -> "Client": ...
def pair() -> tuple[Client, Box[int]]: ...
def several() -> list[Client]: ...
def either() -> Client | Box: ...
def told(kind: type[Client]) -> Annotated[Client, 1]: ...

@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Client]:
    yield Client()

@contextlib.asynccontextmanager
async def untold():
    async with opened() as one:
        yield one
"""
FIXTURES = """
import pytest
from lib import Client, opened

@pytest.fixture
def plain(): return Client()

@pytest.fixture
async def entered():
    async with opened() as one:
        yield one
"""


def symbol(code: str, callee: str, **files: str) -> Symbol | Unknown:
    """What the last `callee` in a test file is, beside the library and the fixtures."""
    path = "tests/test_app.py"
    texts = {"lib.py": LIB, "tests/conftest.py": FIXTURES, path: f"from lib import *\n{code}\n"}
    tree = MemoryTree({p: text.encode() for p, text in (texts | files).items()})
    data = tree.read(path) or b""
    start = data.rindex(f"{callee}(".encode())
    lookup = Meanings(tree).of(path, PythonDocument(data, frozenset()))
    return lookup(start, start + len(callee))


@pytest.mark.parametrize(
    "code",
    [
        "import lib\nlib.client.send()",
        "from lib import Client\nClient().send()",
        "from lib import get\ndef f():\n    x = get()\n    x.send()",
        "from lib import guess\nguess().send()",
        "from lib import fetch\nasync def f():\n    x = await fetch()\n    x.send()",
        "from lib import pair\ndef f():\n    x, _ = pair()\n    x.send()",
        "from lib import several\ndef f():\n    for x in several():\n        x.send()",
        "from lib import several\nseveral()[0].send()",
        "from lib import opened\nasync def f():\n    async with opened() as x:\n        x.send()",
        "from lib import untold\nasync def f():\n    async with untold() as x:\n        x.send()",
        "from lib import Client\nasync def f():\n    async with Client() as x:\n        x.send()",
        "from lib import Client\nasync def f():\n    x = await Client()\n    x.send()",
        "from lib import Client\nClient().peer.send()",
        "from lib import Client\nClient().made.send()",
        "from lib import Client\nClient().other.send()",
        "from lib import Client\nClient().me.send()",
        "from lib import Client\nClient().copy().send()",
        "from lib import Sub\nSub().copy().send()",
        "from lib import Sub\nSub.make().send()",
        "from lib import Sub\nasync def f():\n    async with Sub() as x:\n        x.send()",
        "from lib import Client\ndef f(x: 'Client | None' = None):\n    x.send()",
        "from lib import Client\ndef f(x: type[Client]):\n    x().send()",
        "from typing import Callable\nfrom lib import Client\ndef f(x: Callable[[], Client]):\n    x().send()",
        "from lib import Client\ndef f(a):\n    x = None\n    if a:\n        x = Client()\n    x.send()",
        "from lib import Client\nx = None\ndef f():\n    global x\n    x = Client()\ndef g():\n    x.send()",
        "def test_a(plain):\n    plain.send()",
        "async def test_a(entered):\n    entered.send()",
        "from lib import Client\ndef test_a():\n    x = Client()\n    x.send = 1\ndef test_b():\n    x = Client()\n    x.send()",
    ],
)
def test_a_method_is_found_through(code: str) -> None:
    found = symbol(code, code.rpartition("\n")[2].strip().removesuffix("()"))
    assert isinstance(found, Symbol), found
    assert found.name == "lib.Client.send"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def f(x):\n    x.send()", "the parameter `x` has no annotation"),
        ("from lib import either\neither().send()", "`Union` is no name of this project"),
        (
            "from lib import Client\nClient().plain.send()",
            "the class of `lib.Client.plain` is not known",
        ),
        (
            "from lib import Client, Box\ndef f(a):\n    x = Client()\n    if a:\n        x = Box()\n    x.send()",
            "`x` is one of several things",
        ),
        ("def f():\n    x = x.y()\n    x.send()", "`x` is made from itself"),
        (
            "from lib import Sub, Box\nSub().either(Box()).send()",
            "`U` is no name of this project",
        ),
        ("def test_a(nothing):\n    nothing.send()", "the parameter `nothing` has no annotation"),
        (
            "import pytest\n@pytest.mark.parametrize('plain', [1])\ndef test_a(plain):\n    plain.send()",
            "the parameter `plain` has no annotation",
        ),
        (
            "from lib import Client\ndef test_a():\n    x = Client()\n    x.send = 1\n    x.send()",
            "this file puts something else in the place of `send`",
        ),
        (
            "from lib import client\ndef test_a(mocker):\n    mocker.patch('lib.Client.send')\n    client.send()",
            "this file puts something else in the place of `send`",
        ),
    ],
)
def test_silence_has_its_reason(code: str, reason: str) -> None:
    found = symbol(code, code.rpartition("\n")[2].strip().removesuffix("()"))
    assert isinstance(found, Unknown), found
    assert found.reason == reason
