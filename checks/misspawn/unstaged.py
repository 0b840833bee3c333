"""Which files of a git tree import modules that have changed; what the working tree alone has of their imports."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence

from misspawn import walk
from misspawn.model import Finding
from misspawn.settings import Policy
from misspawn.trees import GitTree, WorkingTree

_TIMEOUT = 60.0  # seconds; git lists a million files in less


def unstaged(policy: Policy, root: str) -> Iterator[Finding]:
    """What the index imports and only the working tree has. Without changes of modules git is asked once."""
    changed = _listed(root, "ls-files", "-m", "-o", "-z", "--exclude-standard", "--", "*.py")
    mentioning = importers(root, changed)
    if not mentioning:
        return
    from misspawn.against import Against  # an index: only where something changed

    tree = GitTree(root)
    view = Against(policy.patterns, tree, WorkingTree(root), policy)
    tree.prepare(mentioning)
    for path in sorted(mentioning):
        yield from view.file(path, elsewhere=True)


def importers(root: str, modules: Sequence[str], revision: str = "") -> list[str]:
    """The Python files of the index, or of a revision, with the words by which imports name these modules."""
    names = _stems(modules)
    if not names:
        return []
    searches = [word for name in names for word in ("-e", name)]
    where = revision or "--cached"
    found = _listed(root, "grep", "-l", "-z", "-w", "-F", *searches, where, "--", "*.py")
    return [path.removeprefix(f"{revision}:") for path in found]


def _stems(paths: Sequence[str]) -> list[str]:
    """The words by which imports name these modules; of a package also what relative imports begin with."""
    names: set[str] = set()
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name == "__init__.py":
            names |= {folder.rpartition("/")[2], "from ."}
        else:
            names.add(name.removesuffix(".py"))
    return sorted(names - {""})


def _listed(root: str, *arguments: str) -> list[str]:
    """The paths that a git command lists; none where there is no repository or git."""
    environment = {key: value for key, value in os.environ.items() if key not in walk.REDIRECTS}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return sorted({os.fsdecode(path) for path in done.stdout.split(b"\0") if path})
