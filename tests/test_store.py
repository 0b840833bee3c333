"""What the index keeps between runs: only speed, whatever becomes of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from misspawn.index.lookup import Index
from misspawn.index.store import Store, key
from misspawn.meanings.definitions import Definitions
from misspawn.trees import MemoryTree

CODE = b"class C(Base):\n    async def run(self) -> C: ...\ndef plain(): return C()\n"


def told(store: Store | None) -> tuple[object, ...]:
    tree = MemoryTree({"m.py": CODE})
    names = ("m.C", "m.C.run", "m.plain", "m.nothing")
    return (*map(Index(tree, store=store).resolve, names), Definitions(tree, store).found)


def test_a_second_run_says_the_same(tmp_path: Path) -> None:
    first = told(Store(str(tmp_path)))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert first == told(Store(str(tmp_path))) == told(None)


@pytest.mark.parametrize("data", [b"", b"short", b"\0" * 100])
def test_what_is_broken_is_made_again(tmp_path: Path, data: bytes) -> None:
    told(Store(str(tmp_path)))
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(data)
    assert told(Store(str(tmp_path))) == told(None)


def test_sound_data_of_another_kind_is_made_again(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put(key("outline", "m", "False", CODE), b"\x01")
    store.put(key("summary", CODE), b"\x01")
    assert told(store) == told(None)


def test_an_unwritable_folder_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert told(Store(str(blocked))) == told(None)


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    for number in range(450):
        store.put(f"ab{number}", b"data")
    assert len(list((tmp_path / "ab").iterdir())) <= 201


def test_a_key_tells_texts_apart() -> None:
    assert key("a", "bc") != key("ab", "c")
    assert key("a") == key(b"a")
