"""What a change touches: the lines that differ from a commit, or that are staged, as git tells."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from misspawn import walk
from misspawn.errors import UserError
from misspawn.model import Finding

ABSENCE = {"file", "script", "module", "mapping", "section"}  # what these lack may be on any line
_TIMEOUT = 60.0  # seconds; git compares large trees in less
_DIFF = (  # whatever the user's configuration says
    *("-c", "core.quotePath=true", "diff", "-U0", "--inter-hunk-context=0", "-M", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_REGULAR = (b"100644", b"100755")  # git's modes of files; not of links and submodules

Lines = tuple[int, int]


class Changes(NamedTuple):
    """Touched lines (first and last) by path below the root; None: the whole file is new.

    Where lines were only taken away, the lines before and after are touched. `contents`: the bytes
    that count in place of what the disk has.
    """

    root: str
    touched: Mapping[str, tuple[Lines, ...] | None]
    contents: Mapping[str, bytes]
    staged: bool = False

    def files(self, given: Iterable[str]) -> Iterator[str]:
        """The changed files below the given paths, as the user would write them."""
        prefixes = [(path, walk.below(self.root, path)) for path in given]
        for path in sorted(self.touched):
            shown = next(filter(None, (_shown(path, *prefix) for prefix in prefixes)), "")
            if shown and (path in self.contents if self.staged else _is_file(self.root, path)):
                yield shown

    def bytes(self, shown: Iterable[str]) -> dict[str, bytes]:
        """The contents under the paths that `files` gave."""
        known = ((path, walk.below(self.root, path)) for path in shown)
        return {path: self.contents[name] for path, name in known if name in self.contents}

    def concern(self, finding: Finding) -> bool:
        """Whether the finding's region was touched, or what it lacks might have been in what was."""
        lines = self.touched.get(walk.below(self.root, finding.path), ())
        if lines is None or (lines and finding.region in ABSENCE):
            return True
        first, last = finding.lines
        return any(first <= end and start <= last for start, end in lines)


def since(root: str, revision: str) -> Changes:
    """What differs on disk from where the revision and HEAD part; untracked files are new.

    Raises `UserError` when git does not know the revision.
    """
    git = _Git(root)
    commit = git.word(
        f"git knows no commit `{revision}`; fetch it, or mend its name",
        *("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"),
    )
    base = git.word(
        f"{revision} and HEAD have no commit in common here; a shallow clone needs more history",
        *("merge-base", commit, "HEAD"),
    )
    touched = _touched(git.run(*_DIFF, base))
    for name in git.run("ls-files", "-o", "--exclude-standard", "-z").split(b"\0"):
        if name:
            touched[os.fsdecode(name)] = None
    return Changes(root, touched, {})


def staged(root: str) -> Changes:
    """What the next commit changes, with the content that it will have.

    Raises `UserError` outside of a repository.
    """
    git = _Git(root)
    touched = _touched(git.run(*_DIFF, "--cached"))
    blobs = {path: blob for path, blob in _index(git) if path in touched}
    wanted = b"".join(blob + b"\n" for blob in blobs.values())
    texts = _blobs(git.run("cat-file", "--batch", stdin=wanted))
    return Changes(root, touched, dict(zip(blobs, texts, strict=True)), staged=True)


def _shown(path: str, given: str, prefix: str) -> str:
    if path == prefix:
        return given
    rest = path if prefix == "." else path.removeprefix(f"{prefix}/")
    if prefix != "." and rest == path:
        return ""
    return rest if given == "." else f"{given.rstrip('/')}/{rest}"


def _is_file(root: str, path: str) -> bool:
    full = os.path.join(root, path)
    return os.path.isfile(full) and not os.path.islink(full)


# -- git's answers ----------------------------------------------------------------


def _touched(patch: bytes) -> dict[str, tuple[Lines, ...] | None]:
    """The new lines of each file in a patch without context. A renamed file that is the same has none."""
    found: dict[str, tuple[Lines, ...] | None] = {}
    path, lines = "", iter(patch.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            path = _name(line[4:])
        elif hunk := _HUNK.match(line):
            removed, start, added = (int(number or 1) for number in hunk.groups())
            left = removed + added
            while left:  # a line of the file may look like a header
                left -= not next(lines).startswith(b"\\")  # `\ No newline at end of file`
            end = start + added - 1 if added else start + 1
            found[path] = (*(found.get(path) or ()), (start, end))
    found.pop("", None)  # what is deleted
    return found


def _name(text: bytes) -> str:
    """The path of a header, which git quotes like C when it holds anything odd; '' for none."""
    text = text.rstrip(b"\t")  # follows a name with blanks
    if text.startswith(b'"'):
        from ast import literal_eval  # costs 3 ms that hardly any name needs

        text = literal_eval(f"b{text.decode('ascii')}")
    return os.fsdecode(text.removeprefix(b"b/")) if text != b"/dev/null" else ""


def _index(git: _Git) -> Iterator[tuple[str, bytes]]:
    """Files and their blobs; of a conflict, no side."""
    for line in git.run("ls-files", "-s", "-z").split(b"\0"):
        about, _, path = line.partition(b"\t")
        if path and (fields := about.split())[0] in _REGULAR and fields[2] == b"0":
            yield os.fsdecode(path), fields[1]


def _blobs(answer: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        yield answer[end + 1 : end + 1 + size]
        at = end + size + 2


class _Git:
    """git in one repository, whatever hook we run in; of its environment only the commit's own index is kept."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._environment = {
            key: value for key, value in os.environ.items() if key not in walk.REDIRECTS
        }
        own = self.word(f"{root} is no git repository", "rev-parse", "--absolute-git-dir")
        if index := os.environ.get("GIT_INDEX_FILE"):
            own = os.path.realpath(own)
            index = os.path.realpath(os.path.join(root, index))
            if os.path.dirname(index) == own:
                self._environment["GIT_INDEX_FILE"] = index

    def word(self, otherwise: str, *arguments: str) -> str:
        """The one line that git prints. Raises `UserError` with the text given when it fails."""
        try:
            return os.fsdecode(self.run(*arguments)).rstrip("\n")
        except UserError as error:
            if isinstance(error.__cause__, subprocess.CalledProcessError):
                raise UserError(otherwise) from error
            raise

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What git prints. Raises `UserError` with what it complains of."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self._root,
                env=self._environment,
                input=stdin,
                capture_output=True,
                check=True,
                timeout=_TIMEOUT,
            )
        except subprocess.CalledProcessError as error:
            reason = os.fsdecode(error.stderr).strip() or f"exit code {error.returncode}"
            raise UserError(f"git cannot tell what changed in {self._root}: {reason}") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise UserError(f"git cannot be run in {self._root}: {error}") from error
        return done.stdout
