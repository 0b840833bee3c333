"""Which configuration pytest takes here, and whether the plugins are there that it is for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.version import Version

from misspawn import walk
from misspawn.doctor.installed import versions
from misspawn.doctor.result import NotApplicable, Place, Result, found, ok
from misspawn.project import Project

_SCOPE = "asyncio_default_fixture_loop_scope"
_SHOWN = ("asyncio_mode", _SCOPE, "asyncio_default_test_loop_scope", "timeout", "timeout_method")
_PLUGINS = {
    "pytest-asyncio": (("asyncio_mode", _SCOPE), "pytest-async-test-without-plugin"),
    "pytest-timeout": (("timeout",), "pytest-hang-without-timeout"),
}  # a plugin, the options that only it reads, and the record on its absence
_WARNS_SINCE = Version("0.24")  # of pytest-asyncio; the record's evidence says so


def look(place: Place) -> Iterator[Result]:
    """Options without their plugin, files that are not read, and what is in force."""
    project = Project.on_disk(Path(place.root))
    inside = walk.below(place.root, os.path.join(place.folder, "x"))
    installed = versions(place)
    config = project.fact("pytest.config", inside)
    if not config and "pytest" not in (installed or {}):
        raise NotApplicable("no configuration of pytest, and it is not installed for the project")
    options = {name: project.fact(f"pytest.{name}", inside) for name in _SHOWN}
    yield from _shadowed(project, inside, config)
    if installed is not None:
        yield from _lacking(options, installed, config)
    yield ok(_summary(config, options, installed))


def _shadowed(project: Project, inside: str, config: str) -> Iterator[Result]:
    """Files with settings of pytest beside the one that it reads."""
    for other in project.pytest_files(inside):
        if other != config:
            yield found(
                f"pytest reads {config} and nothing of what {other} says to it",
                record="",
                fix=f"Move the settings to {config}, or remove one of the two.",
                path=other,
            )


def _lacking(
    options: Mapping[str, str], installed: Mapping[str, Version], config: str
) -> Iterator[Result]:
    for plugin, (names, record) in _PLUGINS.items():
        given = ", ".join(name for name in names if options[name])
        if given and plugin not in installed:
            yield found(
                f"{config} sets {given}, and {plugin}, which reads that, is not installed",
                record=record,
                fix=f"Install {plugin} where the tests run, and declare it.",
                path=config,
            )
    asyncio = installed.get("pytest-asyncio")
    if asyncio and asyncio >= _WARNS_SINCE and not options[_SCOPE]:
        yield found(
            f"{_SCOPE} is not set; pytest-asyncio {asyncio} warns that its default will change",
            record="pytest-loop-scope-unset-warning",
            fix=f"Set {_SCOPE} = function if no async fixture is wider, else the scope of the widest.",
            path=config,
        )


def _summary(
    config: str, options: Mapping[str, str], installed: Mapping[str, Version] | None
) -> str:
    told = [f"{name} = {value}" for name, value in options.items() if value]
    if "pytest-asyncio" in (installed or {}) and not options["asyncio_mode"]:
        told.append("asyncio_mode = strict, the default")
    told += [] if options["timeout"] else ["no time limit for a test"]
    if added := os.environ.get("PYTEST_ADDOPTS"):
        told.append(f"PYTEST_ADDOPTS adds {added}")
    return f"in force: {config or 'no file'}: {', '.join(told)}; {_installed(installed)}"


def _installed(installed: Mapping[str, Version] | None) -> str:
    if installed is None:
        return "what is installed is not known, as the project has no Python here"
    names = sorted(name for name in installed if name.startswith("pytest") or name == "anyio")
    return ", ".join(f"{name} {installed[name]}" for name in names) or "pytest is not installed"
