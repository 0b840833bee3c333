"""What a git tree imports and does not define: findings that no file shows by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from misspawn import suppressions
from misspawn.detect import Facts
from misspawn.errors import UserError
from misspawn.model import Finding, Language, Pattern
from misspawn.project import Project
from misspawn.regions.document import Document
from misspawn.scan import cores
from misspawn.scanner import Scanner
from misspawn.settings import Policy
from misspawn.source import Source, Unreadable
from misspawn.trees import GitTree, Tree, WorkingTree
from misspawn.workers import share

_BATCH = 100  # files a worker takes at a time


class Against:
    """The imports of one tree, judged by what it defines. `working`: where else a name may be.

    `policy`: which findings count, all of them when it is None.
    """

    def __init__(
        self,
        patterns: Iterable[Pattern],
        tree: Tree,
        working: Tree,
        policy: Policy | None = None,
    ) -> None:
        from misspawn.index.compare import Comparison  # a grammar: only where something changed

        self._scanner = Scanner(pattern for pattern in patterns if pattern.asks_tree)
        self._comparison = Comparison(tree, working)
        self._facts: Facts = Project.of(tree)
        self._tree = tree
        self._policy = policy
        self._searches = self._scanner.searches(Language.IMPORTS)

    def files(self) -> list[str]:
        """The modules of the tree, in order."""
        opaque = self._tree.opaque()
        return sorted(p for p in self._tree.paths() if p.endswith(".py") and p not in opaque)

    def batch(self, paths: Iterable[str]) -> list[Finding | None]:
        """The findings of some files, and None for each file."""
        return [found for path in paths for found in (None, *self.file(path))]

    def file(self, path: str, *, elsewhere: bool = False) -> list[Finding]:
        """The faulty imports of one file. `elsewhere`: only of what the working tree has."""
        try:
            source = Source(path, self._tree.read(path) or b"")
        except Unreadable:
            return []
        document = self._comparison.document(path, source.data, elsewhere=elsewhere)
        if document is None:
            return []
        likely = self._searches.looking(self._searches.every(), self._facts, path)
        found = self._scanner.found(source, [document], {Language.IMPORTS: likely})
        return self._counting(source, found)

    def _counting(self, source: Source, findings: list[Finding]) -> list[Finding]:
        """The findings that count, those among them that a comment in the file keeps quiet."""
        if self._policy is None:
            return findings
        found = [one for given in findings if (one := self._policy.finding(given))]
        if not found or not suppressions.may_hold(source.data):
            return found
        from misspawn.suppressions.applying import applied  # which few files need

        terms = suppressions.Terms(self._policy.known, frozenset())
        ids = {one.id for one in found}
        return [one for one in applied(source, found, lambda: terms) if one.id in ids]


def against(
    policy: Policy, tree: GitTree, root: str, wanted: Collection[str], *, jobs: int = 0
) -> Iterator[Finding | None]:
    """The findings of the wanted files of a tree; None stands for a file looked at.

    `root`: the repository's top folder. `jobs`: worker processes, 0 for one per core.
    """
    view = Against(policy.patterns, tree, WorkingTree(root), policy)
    files = [path for path in view.files() if path in wanted]
    tree.prepare(files)
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    for found in share(view.batch, batches, min(jobs or cores(), len(batches))):
        yield from found


def imports_of(policy: Policy, root: str, path: str) -> list[Finding]:
    """The faulty imports of one file in git's index; none outside of a repository."""
    try:
        return Against(policy.patterns, GitTree(root), WorkingTree(root), policy).file(path)
    except UserError:
        return []


def told(root: str, path: str, data: bytes) -> list[Document]:
    """What git's index makes of every import of a file, were it staged; nothing outside of a repository."""
    from misspawn.index.compare import Comparison

    try:
        comparison = Comparison(GitTree(root), WorkingTree(root))
        document = comparison.document(path, data, whole=True)
    except UserError:
        return []
    return [document] if document else []
