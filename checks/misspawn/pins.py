"""Which versions of which libraries an example runs with."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml
from packaging.requirements import Requirement

from misspawn.errors import UserError
from misspawn.model import Example

FILE = Path(__file__).with_name("pins.yaml")
NEWEST = "newest"


class PinSet(NamedTuple):
    """Packages of one environment, as `name==version`, and what the set is called."""

    name: str
    packages: tuple[str, ...]

    @property
    def versions(self) -> dict[str, str]:
        """Name to version; the version of an unpinned package is empty."""
        pairs = (package.partition("==") for package in self.packages)
        return {name: version for name, _, version in pairs}

    def newest(self) -> PinSet:
        """The same packages in whatever version is the newest."""
        return PinSet(NEWEST, tuple(self.versions))


@lru_cache(maxsize=1)
def sets() -> tuple[PinSet, ...]:
    """All pin sets; the first is the rule."""
    content: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(PinSet(name, tuple(packages)) for name, packages in content.items())


def fitting(example: Example, *, newest: bool = False) -> tuple[PinSet, ...]:
    """The sets to run the example with: the first that fits, or all when it requires versions.

    With `newest`, the newest versions take the place of all. Raises `UserError` when none fits.
    """
    requirements = [Requirement(text) for text in example.requires]
    fit = tuple(pins for pins in sets() if all(_has(pins, wanted) for wanted in requirements))
    if not fit:
        raise UserError(f"no set in {FILE.name} has {', '.join(example.requires)}; add one")
    if newest:
        return (fit[0].newest(),) if fit[0] is sets()[0] else ()
    return fit if any(wanted.specifier for wanted in requirements) else fit[:1]


def _has(pins: PinSet, wanted: Requirement) -> bool:
    version = pins.versions.get(wanted.name)
    return version is not None and wanted.specifier.contains(version)
