"""What scans have found, kept by file: a scan then looks only at files that changed, and reads no others.

A result depends on a file's path and bytes, on the engine, the records and the options, on the
project facts that were asked for, and, where there are suppressions, on the day. All of this is
kept with it or names the store, so what no longer holds is never given.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date

import msgspec
from msgspec.structs import replace

import misspawn
from misspawn import places, suppressions
from misspawn.asked import Answers, Asked
from misspawn.model import Finding, Language, Problem
from misspawn.regions.kinds import languages
from misspawn.settings import Policy
from misspawn.states import Contents, Status, contents, digest, stamp
from misspawn.walk import walk

_DAY = 86_400  # seconds
_UNUSED = 30 * _DAY
_MOST = 50  # stores; that of 5,000 files has 300 kB
_LIBRARIES = ("google_re2-", "msgspec-", "pathspec-", "pyyaml-", "tree_sitter")
_CHECKSUM = 4  # bytes in front
_NOTHING = msgspec.Raw(msgspec.msgpack.encode(()))


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What was found in one file, and what that depends on beside the name of the store.

    `status`: what the system says of the file, () when a later change might not show in it.
    `digest`: of the bytes, b"" when they were not read. `day`: the one that counted, 0 for any.
    `others`: what stands for all files that a scan across files may look into, b"" when it does not.
    """

    status: Status
    digest: bytes
    answers: Answers = ()
    day: int = 0
    findings: msgspec.Raw = _NOTHING
    others: bytes = b""

    def found(self, path: str) -> Iterator[Finding]:
        """The findings, in the file as the user calls it."""
        if bytes(self.findings) != bytes(_NOTHING):
            for finding in msgspec.msgpack.decode(self.findings, type=tuple[Finding, ...]):
                yield replace(finding, path=path)


class _Store(msgspec.Struct, frozen=True, array_like=True):
    root: bytes
    key: bytes
    entries: dict[bytes, Entry] = {}
    sources: dict[bytes, bytes] = {}
    known: dict[bytes, dict[str, bytes]] = {}
    contents: Contents = {}


class Results:
    """The entries of one scan root under one policy. Paths are relative to the root, with `/`.

    `facts`: what detectors are to ask for facts of the project.
    """

    def __init__(
        self, policy: Policy, root: str, *, across: bool = False, tree: Iterable[str] = ()
    ) -> None:
        """`across`: of scans across files. `tree`: all files below the root, where this is known."""
        self._root = os.fsencode(os.path.realpath(root))
        self._key = _key(policy, across=across)
        self._name = f"{places.RESULTS}{digest(self._root + self._key).hex()}.msgpack"
        store = self._read()
        self._old = store.entries
        self._new: dict[bytes, Entry] = {}
        self._today = date.today().toordinal()  # noqa: DTZ011 - as for suppressions
        sources = {os.fsdecode(path): given for path, given in store.sources.items()}
        known = {os.fsdecode(folder): given for folder, given in store.known.items()}
        self.facts = Asked(root, policy.facts, sources, known)
        self._top = root
        self._contents = self._now(store.contents, tree) if across else {}
        self._others = stamp(root, self._contents) if across else b""

    def untouched(self, path: str, state: Status) -> Entry | None:
        """The entry of a file that has not been touched since."""
        entry = self._old.get(os.fsencode(path))
        is_same = entry is not None and entry.status == state != ()
        return entry if entry and is_same and self._holds(entry, path) else None

    def entry(
        self, path: str, raw: bytes, state: Status, look: Callable[[], Iterable[Finding]]
    ) -> Entry:
        """The entry for these bytes: an earlier one when all is as it was, else what a look gives."""
        old, content = self._old.get(os.fsencode(path)), digest(raw)
        if old and old.digest == content and self._holds(old, path):
            return replace(old, status=state or old.status)
        self.facts.taken()
        findings = msgspec.msgpack.encode([replace(finding, path="") for finding in look()])
        day = self._today if suppressions.may_hold(raw) else 0
        others = self._others if Language.PYTHON in languages(path, raw) else b""
        return Entry(state, content, self.facts.taken(), day, msgspec.Raw(findings), others)

    def keep(self, path: str, entry: Entry) -> None:
        """Have an entry in place of an older one."""
        self.facts.learn(path, entry.answers)
        self._new[os.fsencode(path)] = entry

    def save(self) -> None:
        """Write what is new beside what others wrote meanwhile; drop what nobody will ask for."""
        if not self._new or self._is_torn():
            return
        entries = {path: one for path, one in self._read().entries.items() if self._is_there(path)}
        sources, known = self.facts.lasting()
        store = _Store(
            self._root,
            self._key,
            entries | self._new,
            {os.fsencode(path): given for path, given in sources.items()},
            {os.fsencode(folder): given for folder, given in known.items()},
            self._contents,
        )
        data = msgspec.msgpack.encode(store)
        places.keep(self._name, zlib.crc32(data).to_bytes(_CHECKSUM, "big") + data)
        _tidy()

    def _holds(self, entry: Entry, path: str) -> bool:
        return (
            entry.day in (0, self._today)
            and entry.others in (b"", self._others)
            and self.facts.holds(entry.answers, path)
        )

    def _is_torn(self) -> bool:
        """Whether other files have changed while they were looked into."""
        if not self._others:
            return False
        return stamp(self._top, self._now(self._contents)) != self._others

    def _now(self, known: Contents, tree: Iterable[str] = ()) -> Contents:
        """What a scan across files may look into."""
        files = tree or (one for one in walk([self._top]) if not isinstance(one, Problem))
        return contents(self._top, files, known)

    def _is_there(self, path: bytes) -> bool:
        return os.path.lexists(os.path.join(self._root, path))

    def _read(self) -> _Store:
        """The store; an empty one when it is missing, damaged or another's."""
        path = places.cached(self._name)
        with suppress(OSError, msgspec.MsgspecError, ValueError):
            with open(path, "rb") as stream:
                data = stream.read()
            if zlib.crc32(data[_CHECKSUM:]) == int.from_bytes(data[:_CHECKSUM], "big"):
                store = msgspec.msgpack.decode(data[_CHECKSUM:], type=_Store)
                if (store.root, store.key) == (self._root, self._key):
                    _keep_young(path)
                    return store
        return _Store(self._root, self._key)


# -- the name of a store -----------------------------------------------------------


def _key(policy: Policy, *, across: bool) -> bytes:
    engine = sys.version, sys.platform, [*_engine()], sorted(_libraries())
    parts = *engine, policy.basis, across
    return digest(msgspec.msgpack.encode(parts))


def _engine() -> Iterator[places.State]:
    """Our modules, which differ between installations of one version."""
    return places.states(places.modules(misspawn.__file__))


def _libraries() -> Iterator[str]:
    """The versions of what we read files with, as their folders are named: importing them takes long."""
    for folder in sys.path[1:]:
        with suppress(OSError):
            for name in os.listdir(folder):
                if name.endswith("-info") and name.lower().startswith(_LIBRARIES):
                    yield name


# -- the folder --------------------------------------------------------------------


def _keep_young(path: str) -> None:
    """Let a store that is used stay."""
    if os.stat(path).st_mtime < time.time() - _DAY:
        os.utime(path)


def _tidy() -> None:
    """Delete the stores that have not been used for long, and the oldest of too many."""
    with suppress(OSError):
        stores = sorted((one.stat().st_mtime, one.path) for one in places.kept(places.RESULTS))
        for index, (used, path) in enumerate(reversed(stores)):
            if index >= _MOST or used < time.time() - _UNUSED:
                os.unlink(path)
