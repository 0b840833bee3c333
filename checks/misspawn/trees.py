"""Where a project's files come from: the disk, git's index, a commit, or memory."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from glob import escape, glob
from typing import TYPE_CHECKING, NamedTuple, Protocol

from misspawn import walk
from misspawn.errors import UserError
from misspawn.git import Git
from misspawn.model import Problem

if TYPE_CHECKING:
    from pathlib import Path

_LINK, _SUBMODULE = b"120000", b"160000"  # git's modes of what it stores no text of
_ENVIRONMENTS = (".venv", "venv")
_BATCH = 1_000  # blobs asked for at a time: some 20 MB of source


class Tree(Protocol):
    """Files by their paths below a root, with `/`."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def paths(self) -> Collection[str]:
        """All files."""

    def opaque(self) -> Collection[str]:
        """Paths whose content the tree does not hold: submodules and symbolic links."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None when there is no such file."""

    def ignored(self, path: str) -> str:
        """The pattern by which git ignores a file, whether it is there or not; '' when none does."""


class MemoryTree:
    """Files that are nowhere on disk."""

    def __init__(self, files: Mapping[str, bytes], name: str = "memory") -> None:
        self._files = files
        self.name = name

    def ignored(self, path: str) -> str:
        from pathspec import GitIgnoreSpec  # 40 ms that only this needs

        text = self._files.get(".gitignore", b"").decode("utf-8", "replace")
        spec = GitIgnoreSpec.from_lines(text.splitlines())
        found = spec.check_file(path)
        return text.splitlines()[found.index] if found.include and found.index is not None else ""

    def paths(self) -> Collection[str]:
        return self._files.keys()

    def opaque(self) -> Collection[str]:
        return ()

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


class _DiskTree:
    """Files below a folder of the disk; a subclass finds them."""

    def __init__(self, root: str, name: str) -> None:
        self.name = name
        self._root = root

    def _found(self) -> Iterable[str]:
        """The paths of the files, with the folder's own in front."""
        raise NotImplementedError

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(walk.below(self._root, path) for path in self._found())

    def paths(self) -> Collection[str]:
        return self._paths

    def opaque(self) -> Collection[str]:
        return ()

    def ignored(self, path: str) -> str:
        return ""

    def read(self, path: str) -> bytes | None:
        with suppress(OSError, ValueError):
            return walk.read(os.path.join(self._root, path))
        return None


class WorkingTree(_DiskTree):
    """The files below a folder that a scan would see. `read` also gives ignored ones."""

    def __init__(self, root: str) -> None:
        super().__init__(root, "the working tree")

    def _found(self) -> Iterable[str]:
        return (item for item in walk.walk([self._root]) if not isinstance(item, Problem))


class FolderTree(_DiskTree):
    """One installed package: of a folder on sys.path only what bears its name."""

    def __init__(self, folder: Path, package: str) -> None:
        super().__init__(str(folder), str(folder))
        self._package = package

    def _found(self) -> Iterable[str]:
        yield from glob(os.path.join(escape(self._root), f"{self._package}.py*"))
        for folder, _, names in os.walk(os.path.join(self._root, self._package)):
            yield from (os.path.join(folder, name) for name in names)


def libraries(root: str) -> list[str]:
    """The folders with the packages that are installed in a project's own virtual environments."""
    folders = (os.path.join(escape(root), name) for name in _ENVIRONMENTS)
    return [
        found
        for folder in folders
        for found in sorted(glob(os.path.join(folder, "lib", "python3*", "site-packages")))
    ]


class _Entry(NamedTuple):
    mode: bytes
    blob: bytes


class GitTree:
    """A tree that git holds, read from its object store and never checked out.

    `revision`: what `git rev-parse` takes, or '' for the index. Raises `UserError` when git has no such tree.
    """

    def __init__(self, root: str, revision: str = "") -> None:
        self._revision = revision
        self.name = revision or "the index"
        self._git = Git(root, f"list {self.name} of {root}")
        self._contents: dict[bytes, bytes] = {}

    @cached_property
    def _entries(self) -> dict[str, _Entry]:
        """Files by path. Where a merge is under way, one side of the conflict."""
        if self._revision:
            commit = f"{self._revision}^{{tree}}"
            listing = self._git.run(
                "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit
            )
        else:
            listing = self._git.run("ls-files", "-s", "-z")
        return dict(_parsed(listing, blob=2 if self._revision else 1))

    @cached_property
    def _opaque(self) -> frozenset[str]:
        modes = (_LINK, _SUBMODULE)
        return frozenset(path for path, entry in self._entries.items() if entry.mode in modes)

    def paths(self) -> Collection[str]:
        return self._entries.keys()

    def opaque(self) -> Collection[str]:
        return self._opaque

    def read(self, path: str) -> bytes | None:
        entry = self._entries.get(path)
        if entry is None or path in self._opaque:
            return None
        if entry.blob not in self._contents:
            self.prepare([path])
        return self._contents.get(entry.blob)

    def ignored(self, path: str) -> str:
        with suppress(
            UserError
        ):  # git ends with 1 when none matches, and knows no work tree in a bare one
            asked = os.fsencode(path) + b"\0"
            told = self._git.run("check-ignore", "--no-index", "--stdin", "-v", "-z", stdin=asked)
            return os.fsdecode(told.split(b"\0")[2])
        return ""

    def prepare(self, paths: Iterable[str]) -> None:
        """Read these files now, by one git process a thousand, so that `read` starts none."""
        wanted = {self._entries[path].blob for path in paths if path in self._entries}
        blobs = sorted(wanted - self._contents.keys())
        for start in range(0, len(blobs), _BATCH):
            request = b"".join(blob + b"\n" for blob in blobs[start : start + _BATCH])
            self._contents.update(_blobs(self._git.run("cat-file", "--batch", stdin=request)))

    def export(self, folder: str) -> None:
        """Write all files into a folder, as a checkout would."""
        write = ("checkout-index", "--all", f"--prefix={folder}/")
        if not self._revision:
            self._git.run(*write)
            return
        import tempfile  # 10 ms that only this needs

        with tempfile.TemporaryDirectory(prefix="misspawn-index-") as beside:
            index = {"GIT_INDEX_FILE": os.path.join(beside, "index")}
            self._git.run("read-tree", self._revision, env=index)
            self._git.run(*write, env=index)

    def changed(self, base: str = "") -> list[str]:
        """The files that differ from a revision, or are new since; the index is compared with HEAD."""
        return self._diff(base, "--name-only", "--diff-filter=d")

    def reduced(self, base: str = "") -> list[str]:
        """The files that have lost lines since a revision, or are gone."""
        counts = (line.split("\t", 2) for line in self._diff(base, "--numstat"))
        return [path for _, lost, path in counts if lost != "0"]

    def _diff(self, base: str, *options: str) -> list[str]:
        between = (base, self._revision) if self._revision else ("--cached",)
        fixed = ("-z", "--no-renames", "--no-ext-diff")
        listing = self._git.run("diff", *fixed, *options, *between, "--")
        return [os.fsdecode(line) for line in listing.split(b"\0") if line]

    def asked(self, *arguments: str) -> str:
        """What a git command prints about the repository, without the newline at its end."""
        return os.fsdecode(self._git.run(*arguments)).removesuffix("\n")


def _parsed(listing: bytes, blob: int) -> Iterator[tuple[str, _Entry]]:
    for line in listing.split(b"\0"):
        about, tab, path = line.partition(b"\t")
        if tab:
            fields = about.split()
            yield os.fsdecode(path), _Entry(fields[0], fields[blob])


def _blobs(answer: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Blob id and content, as `git cat-file --batch` writes them; what git lacks is left out."""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        fields = answer[at:end].split()
        at = end + 1
        if len(fields) == 3:
            size = int(fields[2])
            yield fields[0], answer[at : at + size]
            at += size + 1
