"""Whether the named modules can be imported from what git would commit, and from nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

from misspawn import walk
from misspawn.doctor.asking import ask
from misspawn.doctor.installed import python
from misspawn.doctor.result import NotApplicable, Place, Result, found, ok
from misspawn.errors import UserError
from misspawn.trees import GitTree

_IMPORT = "import importlib, sys; m = importlib.import_module(sys.argv[1]); print(m.__file__ or '')"
_PATHS = ("src", "")  # where packages are, below the export


def look(place: Place) -> Iterator[Result]:
    """A result for each module. This executes them, so it looks at none that was not named."""
    if not place.modules:
        raise NotApplicable("no module is named; --import MODULE executes it from an export")
    interpreter = python(place)
    with tempfile.TemporaryDirectory(prefix="misspawn-export-") as folder:
        try:
            GitTree(place.root).export(folder)
        except UserError as error:
            raise NotApplicable(str(error)) from error
        for module in place.modules:
            yield _tried(interpreter, os.path.realpath(folder), module, place)


def _tried(interpreter: str, folder: str, module: str, place: Place) -> Result:
    """Import it in a process of its own, which knows of git and the user's paths nothing."""
    paths = [os.path.join(folder, name) for name in _PATHS]
    env = {key: value for key, value in os.environ.items() if key not in walk.REDIRECTS}
    env |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [interpreter, "-c", _IMPORT, module]
    answer = ask(command, cwd=folder, env=env, limit=place.limit)
    if answer.code:
        return found(
            f"{module} cannot be imported from git's index: {answer.last}",
            record=_record(answer.last, module),
            fix="Add what is missing to the commit; `git status --short --ignored` shows candidates.",
        )
    file = os.path.realpath(answer.out.splitlines()[-1])
    if answer.out.strip() and not file.startswith(folder + os.sep):
        return found(
            f"{module} comes from {file}, not from git's index",
            record="editable-install-tests-the-commit",
            fix="Look for an installed copy, or an editable installation, that comes first.",
        )
    return ok(f"{module} can be imported from git's index")


def _record(said: str, module: str) -> str:
    """The record that explains a failed import; '' where the cause is not what was committed."""
    if "ImportError: cannot import name" in said:
        return "import-name-not-committed"
    own = f"No module named '{module.partition('.')[0]}"
    return "import-module-untracked" if own in said else ""
