"""What the text of a file rules out of the calls in it, and what it must leave to a closer look."""

from __future__ import annotations

import pytest

from misspawn.meanings import Meanings
from misspawn.model import SymbolKind
from misspawn.trees import MemoryTree

LIB = b"""
class Client:
    async def send(self): ...

class Sub(Client): ...
class Other:
    async def fetch(self): ...

client = Client()
async def go(): ...
def plain(): return 1
"""
FIXTURES = b"""
import pytest
from lib import Client, Other

@pytest.fixture
def client(): return Client()

@pytest.fixture
def other(): return Other()
"""
HEAD = "import lib, httpx\nfrom lib import Client, Sub, Other, go, plain, client as made\n"


def is_plausible(code: str, *, path: str = "tests/test_app.py") -> bool:
    """Whether the last call of a file can be of a coroutine function."""
    data = f"{HEAD}{code}\n".encode()
    tree = MemoryTree({"lib.py": LIB, "tests/conftest.py": FIXTURES, path: data})
    place = data.rindex(b"(") + 1
    kinds = frozenset({SymbolKind.COROUTINE_FUNCTION})
    return Meanings(tree).hints(path, data).may_be_called(place, kinds)


@pytest.mark.parametrize(
    "code",
    [
        "go()",
        "lib.go()",
        "made.send()",
        "Client().send()",
        "def f(x: Client):\n    x.send()",
        "def f(x: 'Client | None' = None):\n    x.send()",
        "def f(x: dict[str, Client]):\n    x['a'].send()",
        "def f(x: Sub):\n    x.send()",
        "def f(x: Alias):\n    x.send()",
        "def f(x: Other):\n    x.client.send()",
        "def f():\n    x = Client()\n    x.send()",
        "def f():\n    x = Client(\n        1,\n    )\n    x.send()",
        "def f():\n    x = Other().client\n    x.send()",
        "def f():\n    x = Other(\n        1,\n    ).client\n    x.send()",
        "def f():\n    x = made\n    x.send()",
        "def f():\n    x = None\n    x.send()",
        "def f():\n    def g():\n        x = 1\n    x.send()",
        "def f(x):\n    def g():\n        x.send()",
        "def f(go):\n    go()",
        "def f():\n    for x in made.all():\n        x.send()",
        "def f():\n    with made as x:\n        x.send()",
        "def test_it(client):\n    client.send()",
        "class A:\n    def f(self):\n        self.client.send()",
    ],
)
def test_what_may_be_async_stays(code: str) -> None:
    assert is_plausible(code)


@pytest.mark.parametrize(
    "code",
    [
        "plain()",
        "lib.plain()",
        "lib.missing()",
        "httpx.get()",
        "def f(x):\n    x.send()",
        "def f(x: httpx.Client):\n    x.send()",
        "def f(x: int = 1):\n    x.send()",
        "def f(x: Other):\n    x.send()",
        "def f():\n    x = Other()\n    x.send()",
        "def f():\n    x = Other(\n        1,\n    )\n    x.send()",
        "def f():\n    x = httpx.Client()\n    y = x.get()\n    y.send()",
        "def f():\n    x = []\n    x.send()",
        "def f():\n    x = b'text'\n    x.send()",
        "def f():\n    x = open('a')\n    x.send()",
        "def f():\n    with httpx.Client() as x:\n        x.send()",
        "def f():\n    for x in range(3):\n        x.send()",
        'def f():\n    """\n    x.send(\n    """',
        "def test_it(nothing):\n    nothing.send()",
        "def test_it(other):\n    other.send()",
        "unknown()",
    ],
)
def test_what_cannot_be_async_is_ruled_out(code: str) -> None:
    assert not is_plausible(code)


def test_a_file_that_nobody_can_import_is_looked_at_all_the_same() -> None:
    assert is_plausible("go()", path="a-b/test-app.py")
