"""Whether the imports of what is to be committed hold without what is only on this disk."""

from __future__ import annotations

from collections.abc import Iterator

from misspawn import settings
from misspawn.against import against
from misspawn.doctor.result import NotApplicable, Place, Result, found, ok
from misspawn.errors import UserError
from misspawn.settings import Given, Policy
from misspawn.trees import GitTree


def look(place: Place) -> Iterator[Result]:
    """A finding for each import that git's index cannot satisfy."""
    tree = GitTree(place.root)
    try:
        modules = [path for path in tree.paths() if path.endswith(".py")]
    except UserError as error:
        raise NotApplicable(str(error)) from error
    if not modules:
        raise NotApplicable("git's index holds no Python file")
    found_by = against(_policy(place.root), tree, place.root, frozenset(modules))
    faults = [fault for fault in found_by if fault and not fault.suppression]
    for fault in faults:
        yield found(
            fault.message,
            record=fault.id,
            fix=fault.remedy,
            path=fault.path,
            line=fault.span.line,
        )
    if not faults:
        yield ok(f"no import in git's index is known to fail ({len(modules)} files)")


def _policy(root: str) -> Policy:
    in_force = settings.load(root, Given())
    return Policy(in_force.options, in_force.records(), root=root, folder=in_force.folder)
