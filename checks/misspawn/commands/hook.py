"""`misspawn hook install|uninstall|status|run`: check what a commit or push brings."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator

from misspawn import commands, hooks, walk
from misspawn.commands import selection
from misspawn.errors import UserError
from misspawn.hooks import State
from misspawn.trees import GitTree
from misspawn.unstaged import importers

DONE, REFUSED, NOTHING = 0, 1, 3
EPILOG = """pre-commit checks what the staged changes touch, in the files as they are
staged, then the imports that they may break; pre-push checks the files that
pushed commits change, as they are there, and the same imports.

Another hook in the same place is never overwritten. All worktrees of a
repository share its hooks.

exit codes:
  0  done, or (status) installed
  1  refused, or (status) not installed
  2  an error"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "action",
        choices=("install", "uninstall", "status", "run"),
        help="`run` is what the hook calls",
    )
    parser.add_argument(
        "--hook",
        choices=hooks.NAMES,
        default=hooks.NAMES[0],
        help="which one (default: %(default)s)",
    )
    parser.add_argument("given", nargs="*", default=[], help=SUPPRESS)  # what git gives to the hook


def run(options: Namespace) -> int:
    """Do it in the repository around the current folder."""
    root = walk.root(["."])
    if options.action == "run":
        return _refused(root, options.hook, options.given)
    hook = hooks.find(root, options.hook)
    if options.action != "status":
        getattr(hook, options.action)()
    print(f"{hook.name}: {hook.state.value}: {hook.path}")
    ours = hook.state in (State.OURS, State.EDITED)
    return DONE if ours or options.action == "uninstall" else REFUSED


def _refused(root: str, name: str, given: list[str]) -> int:
    """Check what is coming in; anything but 0 makes git stop."""
    os.chdir(root)
    code = _commit(root) if name == "pre-commit" else _push(root, given)
    if code == REFUSED:
        print(
            f"refused by misspawn; `git {name[4:]} --no-verify` goes past it once", file=sys.stderr
        )
    return code


def _commit(root: str) -> int:
    """What the staged changes touch; when nothing is found there, the imports that they may break."""
    return commands.run(["check", "--staged"]) or _imports(root)


def _push(root: str, given: list[str]) -> int:
    codes = {DONE}
    for commit, base in _pushed(root, given):
        codes |= {_imports(root, commit, base), _exported(GitTree(root, commit), base, root)}
    return REFUSED if REFUSED in codes else max(codes)


def _imports(root: str, revision: str = "", base: str = "") -> int:
    """Check the imports of what has changed, and of all that names a module which has lost lines.

    Nothing is checked where the configuration leaves out the records on imports.
    """
    tree = GitTree(root, revision)
    changed, reduced = (
        [path for path in paths if path.endswith(".py")]
        for paths in (tree.changed(base), tree.reduced(base))
    )
    wanted = sorted({*changed, *importers(root, reduced, revision)})
    options = ["check", "--against", revision or "index", *map(_argument, wanted)]
    chosen = selection.in_force(commands.parser("check").parse_args(options), root)
    policy = selection.policy(chosen, root)
    concerned = any(pattern.asks_tree for pattern in policy.patterns)
    return _told(options) if wanted and concerned else DONE


def _exported(tree: GitTree, base: str, root: str) -> int:
    """Check the files of a tree that differ from the base, among all the others of that tree."""
    paths = tree.changed(base)
    with tempfile.TemporaryDirectory(prefix="misspawn-hook-") as folder:
        tree.export(folder)
        os.mkdir(os.path.join(folder, ".git"))  # the mark of a project's top folder
        os.chdir(folder)
        try:
            return _told(["check", *map(_argument, paths)]) if paths else DONE
        finally:
            os.chdir(root)


def _told(arguments: list[str]) -> int:
    code = commands.run(arguments)
    return DONE if code == NOTHING else code


def _argument(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def _pushed(root: str, given: list[str]) -> Iterator[tuple[str, str]]:
    """Each commit that is pushed, and what the remote has before it; git tells them on stdin."""
    repository = GitTree(root)
    remote = given[0] if given else ""
    for line in sys.stdin.read().splitlines():
        _, commit, _, theirs = line.split()
        if commit.strip("0"):  # else the ref is deleted
            yield commit, _base(repository, commit, theirs, remote)


def _base(repository: GitTree, commit: str, theirs: str, remote: str) -> str:
    """The remote's commit, where it is known here; else the one before the first that the remote lacks."""
    if theirs.strip("0") and _is_known(repository, theirs):
        return theirs
    new = ("rev-list", "--topo-order", "--reverse", commit, "--not", f"--remotes={remote}")
    first = (repository.asked(*new).splitlines() or [""])[0]
    if not first:
        return commit
    before = f"{first}^"
    return (
        before
        if _is_known(repository, before)
        else repository.asked("hash-object", "-t", "tree", "--stdin")
    )


def _is_known(repository: GitTree, revision: str) -> bool:
    try:
        return bool(repository.asked("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"))
    except UserError:
        return False
