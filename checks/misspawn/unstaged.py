"""Which files of a git tree import modules that have changed; what the working tree alone has of their imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from misspawn.git import Git
from misspawn.model import Finding
from misspawn.settings import Policy
from misspawn.trees import GitTree, WorkingTree

_PURPOSE = "list what has changed"


def unstaged(policy: Policy, root: str) -> Iterator[Finding]:
    """What the index imports and only the working tree has. Without changes of modules git is asked once."""
    changed = Git(root, _PURPOSE).listed(
        "ls-files", "-m", "-o", "-z", "--exclude-standard", "--", "*.py"
    )
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
    found = Git(root, _PURPOSE).listed(
        "grep", "-l", "-z", "-w", "-F", *searches, where, "--", "*.py"
    )
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
