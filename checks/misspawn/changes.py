"""What a change touches: the lines that differ from a commit, or that are staged, as git tells."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from misspawn import walk
from misspawn.errors import UserError
from misspawn.git import Git
from misspawn.model import Finding
from misspawn.trees import GitTree

ABSENCE = {"file", "script", "module", "mapping", "section"}  # what these lack may be on any line
_DIFF = (  # whatever the user's configuration says
    *("-c", "core.quotePath=true", "diff", "-U0", "--inter-hunk-context=0", "-M", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

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
        names = walk.Shown(given, self.root)
        for path in sorted(self.touched):
            shown = names.path(path)
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
    git = _git(root)
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
    touched = _touched(_git(root).run(*_DIFF, "--cached"))
    tree = GitTree(root)
    tree.prepare(touched)
    texts = ((path, tree.read(path)) for path in touched)
    contents = {path: text for path, text in texts if text is not None}
    return Changes(root, touched, contents, staged=True)


def _git(root: str) -> Git:
    if not walk.is_repository(root):  # of a path in one, the root is its top
        raise UserError(f"{root} is no git repository")
    return Git(root, f"tell what changed in {root}")


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
