"""What is installed for the project, read from metadata: no interpreter is started, nothing imported."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from glob import glob
from importlib.metadata import distributions

from packaging.version import InvalidVersion, Version

from misspawn.doctor.result import NotApplicable, Place

_OWN = (".venv", "venv")
_PYTHONS = ("bin/python", "Scripts/python.exe")
_PACKAGES = ("lib/python3*/site-packages", "Lib/site-packages")


def python(place: Place) -> str:
    """The project's interpreter: the given one, that of its virtual environment, or of the active one.

    Raises `NotApplicable` when there is none.
    """
    homes = [os.path.join(place.root, name) for name in _OWN]
    homes += filter(None, [os.environ.get("VIRTUAL_ENV")])
    candidates = [os.path.join(home, name) for home in homes for name in _PYTHONS]
    for candidate in [place.python] if place.python else candidates:
        if os.path.isfile(candidate):
            return candidate
    missing = place.python or " or ".join(f"`{name}`" for name in _OWN)
    raise NotApplicable(f"no Python of the project ({missing}); name one with --python")


def versions(place: Place) -> Mapping[str, Version] | None:
    """The versions of what is installed, by normalised name; None when the project has no interpreter."""
    try:
        home = os.path.dirname(os.path.dirname(python(place)))
    except NotApplicable:
        return None
    folders = [found for pattern in _PACKAGES for found in glob(os.path.join(home, pattern))]
    found: dict[str, Version] = {}
    for distribution in distributions(path=folders):
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or "").lower()
        try:
            found.setdefault(name, Version(distribution.version))
        except InvalidVersion:
            continue
    return found
