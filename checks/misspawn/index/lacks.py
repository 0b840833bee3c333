"""What one tree lacks of a name that one of its files imports."""

from __future__ import annotations

import sys
from enum import Enum
from typing import NamedTuple

from misspawn.index.imports import Imported
from misspawn.index.layout import Module, upwards
from misspawn.index.lookup import GENERATED, GIVEN, Index


class Verdict(str, Enum):
    """What comes of an import: the tree satisfies it, nothing is said, or what it lacks."""

    FINE = "fine"
    UNKNOWN = "unknown"
    NO_NAME = "no-name"
    NO_MODULE = "no-module"
    OTHER_CASE = "other-case"


class Lack(NamedTuple):
    """A verdict with its reason.

    `paths`: files that would be the missing module; `holder`: the one that is there and lacks the name;
    `foreign`: the name's first part is no module of the tree.
    """

    verdict: Verdict
    reason: str
    paths: tuple[str, ...] = ()
    holder: str = ""
    foreign: bool = False


def lack(index: Index, item: Imported, near: str) -> Lack:
    """What the tree lacks of a name that the file `near` imports."""
    if not item.module:
        return Lack(Verdict.UNKNOWN, "the relative import leaves the tree")
    parts = item.module.split(".")
    if parts[0] in sys.stdlib_module_names or _is_near(index, parts[0], near):
        return Lack(Verdict.UNKNOWN, f"{parts[0]} is most likely a module from elsewhere")
    if "__init__" in parts:
        return Lack(Verdict.UNKNOWN, f"{item.module} is a package by way of its file")
    for count in range(1, len(parts) + 1):
        found = _module(index, parts[:count], near)
        if isinstance(found, Lack):
            return found
    if item.name in ("", "*"):
        return Lack(Verdict.FINE, f"{item.module} is a module of the tree")
    return _name(index, found, item, near)


def _is_near(index: Index, name: str, near: str) -> bool:
    """Whether a top-level name may stand for the importing file, as in `redis.py`, or one near it.

    A script imports what lies beside it, and a program what lies where it was started.
    """
    found, known = index.candidates(name, near), index.layout.folded
    above = [f"{folder}/{name}".lstrip("/") for folder in upwards(near.rpartition("/")[0])]
    return any(
        known.get(stem.casefold()) == stem != index.layout.stem(module.path)
        for module in found
        for stem in (above[:1] if module.package else above[:-1])
    ) or any(module.path == near and not module.package for module in found)


def _module(index: Index, parts: list[str], near: str) -> list[Module] | Lack:
    """The modules of this name; of a namespace none. What is above it is there."""
    name = ".".join(parts)
    found = index.candidates(name, near)
    if sources := {module.path for module in found if module.path.endswith(".py")}:
        if len(sources) > 1:
            return Lack(Verdict.UNKNOWN, f"several files are called {name}")
        return [module for module in found if module.path in sources]
    if found or index.has_namespace(name, near):
        return found
    if len(parts) == 1:
        return Lack(Verdict.UNKNOWN, f"{name} is no module of the tree", foreign=True)
    return _no_module(index, parts, near)


def _no_module(index: Index, parts: list[str], near: str) -> Lack:
    holder = ".".join(parts[:-1])
    above = index.candidates(holder, near)
    if not above:
        return Lack(Verdict.UNKNOWN, f"{holder} is a namespace that others may add to")
    if above[0].path == near and not above[0].package:
        return Lack(Verdict.UNKNOWN, f"{parts[0]} is most likely a module from elsewhere")
    if dynamic := index.outline(above[0]).dynamic:
        return Lack(Verdict.UNKNOWN, f"{holder} may have more names: {dynamic}")
    if not above[0].package and _may_be_another(index, above[0], near):
        return Lack(Verdict.UNKNOWN, f"{above[0].path} need not be {holder}")
    if not above[0].package:
        reason = f"{holder} is the file {above[0].path}, not a package"
        return Lack(Verdict.NO_MODULE, reason, _files(above[0], parts[-1]))
    return _absent(index, above[0], parts[-1]) or Lack(
        Verdict.NO_MODULE,
        f"{index.tree.name} has no module {'.'.join(parts)}",
        _files(above[0], parts[-1]),
    )


def _may_be_another(index: Index, module: Module, near: str) -> bool:
    """Whether a name may mean a folder, or what is built or installed, and not the file called so."""
    path = module.name.replace(".", "/")
    folders = (f"{root}/{path}".lstrip("/") for root in index.layout.roots)
    is_stub = module.path.endswith(".pyi")
    return (
        is_stub
        or module.project not in upwards(near.rpartition("/")[0])
        or any(folder in index.layout.folders for folder in folders)
    )


def _absent(index: Index, package: Module, name: str) -> Lack | None:
    """Why a module that is not in its package may be there all the same, or goes by another case."""
    folder = package.path.rpartition("/")[0]
    path = f"{folder}/{name}" if folder else name
    if path in index.tree.opaque():
        return Lack(Verdict.UNKNOWN, f"{path} is a submodule or a link")
    if GENERATED.fullmatch(name):
        return Lack(Verdict.UNKNOWN, f"{name} is generated, as its name tells")
    if source := index.layout.sources.get(path):
        return Lack(Verdict.UNKNOWN, f"{path} is built from {source}")
    if build := index.builds.extension(f"{package.name}.{name}", folder):
        return Lack(Verdict.UNKNOWN, f"{build} names {package.name}.{name}, so a build may make it")
    if other := index.layout.folded.get(path.casefold()):
        return Lack(
            Verdict.OTHER_CASE, f"{index.tree.name} has {other}, which differs in case from {path}"
        )
    return None


def _name(index: Index, found: list[Module] | Lack, item: Imported, near: str) -> Lack:
    """Whether a module has the name: bound by itself, or as a submodule."""
    assert not isinstance(found, Lack)
    full = f"{item.module}.{item.name}"
    if index.candidates(full, near) or index.has_namespace(full, near):
        return Lack(Verdict.FINE, f"{full} is a module of the tree")
    if not found:
        return Lack(Verdict.UNKNOWN, f"{item.module} is a namespace that others may add to")
    is_file = "." not in item.module and not found[0].package
    if is_file and _may_be_another(index, found[0], near):
        return Lack(Verdict.UNKNOWN, f"{found[0].path} need not be {item.module}")
    lacks = [bound(index, module, item.name) for module in found]
    told = next((one for one in lacks if one.verdict is not Verdict.NO_NAME), None)
    if told is None and found[0].package:
        absent = _absent(index, found[0], item.name)
        told = absent if absent and absent.verdict is Verdict.UNKNOWN else None
    return told or lacks[0]._replace(paths=_files(found[0], item.name), holder=found[0].path)


def bound(index: Index, module: Module, name: str, seen: frozenset[str] = frozenset()) -> Lack:
    """Whether a module binds a name, itself or by a star import."""
    outline = index.outline(module)
    if items := outline.names.get(name, ()):
        if all(item.typing for item in items):
            return Lack(Verdict.UNKNOWN, f"{module.path} has {name} for type checkers only")
        return Lack(Verdict.FINE, f"{module.path}:{items[0].line}")
    if dynamic := index.dynamic(module, name):
        return Lack(Verdict.UNKNOWN, f"{module.name} may have more names: {dynamic}")
    if name in GIVEN or GENERATED.fullmatch(name):
        return Lack(Verdict.UNKNOWN, f"{name} is not written by hand")
    for star in outline.stars:
        told = _starred(index, star, name, module, seen | {module.path})
        if told.verdict is not Verdict.NO_NAME:
            return told
    return Lack(Verdict.NO_NAME, f"{module.path} does not define {name}")


def _starred(index: Index, star: str, name: str, near: Module, seen: frozenset[str]) -> Lack:
    """Whether `from STAR import *` in a module brings a name."""
    sources = index.candidates(star, near.path)
    if not sources:
        return Lack(Verdict.UNKNOWN, f"{near.path} takes everything from {star}")
    if sources[0].path in seen:
        return Lack(Verdict.NO_NAME, "")
    return bound(index, sources[0], name, seen)


def _files(module: Module, name: str) -> tuple[str, ...]:
    """The files in which a submodule could lie."""
    folder = module.path.rpartition("/")[0]
    prefix = f"{folder}/{name}" if folder else name
    return (f"{prefix}.py", f"{prefix}/__init__.py") if module.package else ()
