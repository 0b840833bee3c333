"""Paths to files: git's own list inside a repository, .gitignore's rules outside one.

A path is given back as the user gave it, with the path below it appended by `/`. Symbolic links are
not followed, except when the user names one. What cannot be listed is a `Problem`; nothing raises.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from misspawn.model import Problem
from misspawn.places import BASELINE

LIMIT = 10_000_000  # bytes; no hand-written source file comes near it
_HEAD = 256  # bytes; a shebang is shorter
_TIMEOUT = 60.0  # seconds; git lists a million files in less
REDIRECTS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
)  # set by git for its hooks
SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})
MARKERS = frozenset({"pyvenv.cfg", "CACHEDIR.TAG"})  # virtual environments and caches

Found = str | Problem
Ignored = Callable[[str, bool], bool]  # path, whether it is a folder


class Unlisted(Exception):
    """git has no list of a folder: no git, no repository, or it failed."""


def walk(paths: Iterable[str]) -> Iterator[Found]:
    """Each file below the paths once, in a stable order: of the paths as given, then by name.

    A file that is named is always given, whatever the ignore rules say.
    """
    given = list(paths)
    if len(given) == 1:
        yield from _one(given[0])
        return
    seen: set[str] = set()
    for path in given:
        for found in _one(path):
            if isinstance(found, Problem):
                yield found
            elif (real := os.path.abspath(found)) not in seen:
                seen.add(real)
                yield found


def read(path: str) -> bytes:
    """A file's bytes. Raises `OSError`, also for one that is too large or not a regular file."""
    size = _size(path)
    if size > LIMIT:
        reason = f"{size // 1_000_000} MB is more than the limit of {LIMIT // 1_000_000} MB"
        raise OSError(0, reason, path)
    with open(path, "rb", buffering=0) as stream:
        return stream.read()


def head(path: str) -> bytes:
    """The first bytes of a file of any size. Raises `OSError`, also for one that is not regular."""
    _size(path)
    with open(path, "rb", buffering=0) as stream:
        return stream.read(_HEAD)


def _size(path: str) -> int:
    status = os.stat(path)  # before opening: opening a named pipe waits for its writer
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is not a regular file", path)
    return status.st_size


def root(paths: Iterable[str]) -> str:
    """The folder in which project configuration is looked for: what the paths' repositories share."""
    tops = [_top(path) for path in paths]
    try:
        return os.path.commonpath(tops)
    except ValueError:  # on different drives
        return tops[0]


def below(root: str, path: str) -> str:
    """The path as seen from the root, with `/`: the same wherever the user stands."""
    return os.path.relpath(path, root).replace(os.sep, "/")


class Shown:
    """Paths below a root as the user would write them, who gave some paths."""

    def __init__(self, given: Iterable[str], root: str) -> None:
        self._prefixes = [(path, below(root, path)) for path in given]

    def path(self, path: str) -> str | None:
        """The path from where the user stands, None when it is below none of those given."""
        for given, prefix in self._prefixes:
            rest = path if prefix == "." else path.removeprefix(f"{prefix}/")
            if path == prefix:
                return given
            if prefix == "." or rest != path:
                return rest if given == "." else f"{given.rstrip('/')}/{rest}"
        return None


def _top(path: str) -> str:
    """The top folder of the git repository around a path; else where a baseline is, else the folder itself."""
    start = os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path) or ".")
    around = list(upwards(start))
    with_baseline = (f for f in around if os.path.isfile(os.path.join(f, BASELINE)))
    return next(chain(filter(is_repository, around), with_baseline), start)


def upwards(folder: str) -> Iterator[str]:
    """A folder and all above it."""
    yield folder
    while (parent := os.path.dirname(folder)) != folder:
        yield (folder := parent)


def is_repository(folder: str) -> bool:
    """Whether a folder is the top of a git repository."""
    return os.path.exists(os.path.join(folder, ".git"))


def _one(path: str) -> Iterator[Found]:
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        yield Problem(path, 0, 0, f"cannot be read: {reason}")
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _folder(path)
    else:
        yield path


def _folder(path: str) -> Iterator[Found]:
    try:
        yield from _listed(path)
    except Unlisted:
        yield from _scanned(path, [])


# -- inside a repository ----------------------------------------------------------


def _listed(folder: str) -> Iterator[Found]:
    """Tracked files, and untracked ones that are not ignored; repositories inside are entered."""
    names, warnings = _git(folder)
    for warning in warnings:
        yield Problem(folder, 0, 0, f"git ls-files: {warning}")
    for name in names:
        path = _join(folder, name.rstrip("/"))
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            continue  # tracked, but deleted in the work tree
        if stat.S_ISREG(mode):
            yield path
        elif stat.S_ISDIR(mode) and is_repository(path):
            yield from _folder(path)


def _git(folder: str) -> tuple[list[str], list[str]]:
    """The names below a folder, sorted, and what git complains of."""
    environment = {key: value for key, value in os.environ.items() if key not in REDIRECTS}
    try:
        done = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unlisted from error
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return sorted(names), os.fsdecode(done.stderr).splitlines()


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder.rstrip('/')}/{name}"


# -- outside one ------------------------------------------------------------------


class _Rules(NamedTuple):
    """The .gitignore of one folder."""

    folder: str
    decide: Callable[[str], bool | None]


def _scanned(folder: str, rules: list[_Rules]) -> Iterator[Found]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Problem(folder, 0, 0, f"cannot be listed: {error.strerror}")
        return
    names = {entry.name for entry in entries}
    if not names.isdisjoint(MARKERS):
        return
    rules = [*rules, *_gitignore(folder, names)]
    for entry in entries:
        path, is_folder = _join(folder, entry.name), entry.is_dir(follow_symlinks=False)
        if entry.name in SKIPPED or _ignored(path, is_folder, rules):
            continue
        if is_folder:
            yield from _folder(path) if is_repository(path) else _scanned(path, rules)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _gitignore(folder: str, names: set[str]) -> Iterator[_Rules]:
    if ".gitignore" not in names:
        return
    from pathspec import GitIgnoreSpec  # 40 ms that only this needs

    try:
        text = read(os.path.join(folder, ".gitignore")).decode("utf-8", "surrogateescape")
        spec = GitIgnoreSpec.from_lines(text.splitlines())
    except (OSError, ValueError):
        return  # an unreadable .gitignore ignores nothing
    yield _Rules(folder, lambda path: spec.check_file(path).include)


def _ignored(path: str, is_folder: bool, rules: list[_Rules]) -> bool:
    """The innermost .gitignore that says anything about the path decides."""
    for folder, decide in reversed(rules):
        below = path if folder == "." else path[len(folder.rstrip("/")) + 1 :]
        decision = decide(below + "/" * is_folder)
        if decision is not None:
            return decision
    return False
