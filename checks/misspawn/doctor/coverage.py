"""Which configuration coverage takes here, and whether it measures children and containers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.version import Version

from misspawn import walk
from misspawn.doctor.installed import versions
from misspawn.doctor.result import NotApplicable, Place, Result, found, ok
from misspawn.model import Language, Problem
from misspawn.regions.config import Config
from misspawn.regions.kinds import languages

_FILES = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")
"""In coverage's order, as are the prefixes of its sections; only its own files need none."""
_SHOWN = ("parallel", "concurrency", "patch", "sigterm", "relative_files", "data_file")
_TRUE = ("1", "yes", "true", "on")
_PATCH_SINCE = Version("7.10")  # of coverage; its change log
_UNASKED_BEFORE = Version("7")  # of pytest-cov, which measured children unasked; its change log
_STARTS_PYTHON = re.compile(rb"[\[(]\s*sys\.executable\s*,")
_IS_TEST = re.compile(r"(?:^|/)(?:tests?/|test_[^/]*\.py$|[^/]*_test\.py$|conftest\.py$)")


class _Use(NamedTuple):
    """The first file of each kind that matters here, '' for none."""

    child: str = ""
    line: int = 0
    container: str = ""


def look(place: Place) -> Iterator[Result]:
    """What is missing for what the project starts, and what is in force."""
    file, settings = _configuration(place.root)
    installed = versions(place) or {}
    if not file and not {"coverage", "pytest-cov"} & set(installed):
        raise NotApplicable("no configuration of coverage, and it is not installed for the project")
    use = _used(place.root)
    if use.child:
        yield from _child(use, file, settings, installed)
    if use.container:
        yield from _container(use.container, file, settings)
    yield ok(_summary(file, settings, installed, use))


def _child(
    use: _Use, file: str, settings: Mapping[str, str], installed: Mapping[str, Version]
) -> Iterator[Result]:
    record = "coverage-subprocess-not-measured"
    version, plugin = installed.get("coverage"), installed.get("pytest-cov")
    patched = "subprocess" in settings.get("run.patch", "").replace(",", " ").split()
    if patched and version and version < _PATCH_SINCE:
        message = f"{file} sets `patch`, which coverage {version} does not know"
        fix = f"Install coverage {_PATCH_SINCE} or newer."
        yield found(message, record=record, fix=fix, path=file)
    elif not patched and not (plugin and plugin < _UNASKED_BEFORE):
        message = "a test starts Python, and nothing measures that process"
        fix = f"Set `patch = subprocess` in the run settings (coverage {_PATCH_SINCE} or newer)."
        yield found(message, record=record, fix=fix, path=use.child, line=use.line)


def _container(container: str, file: str, settings: Mapping[str, str]) -> Iterator[Result]:
    mapped = any(name.startswith("paths.") for name in settings)
    if not mapped and not _is_on(settings, "relative_files"):
        yield found(
            f"{container} sets COVERAGE_FILE: its data names files by the container's paths",
            record="coverage-container-path-mismatch",
            fix="Set `relative_files = true` in the run settings, or map both roots in [paths].",
            path=file or container,
        )


def _summary(
    file: str, settings: Mapping[str, str], installed: Mapping[str, Version], use: _Use
) -> str:
    told = [f"{name} = {settings[f'run.{name}']}" for name in _SHOWN if f"run.{name}" in settings]
    told += ["[paths]"] if any(name.startswith("paths.") for name in settings) else []
    told += [
        f"{name} {installed[name]}" for name in ("coverage", "pytest-cov") if name in installed
    ]
    if use.container and not _is_on(settings, "sigterm"):
        told.append("no `sigterm`, so a program that ends at SIGTERM saves nothing")
    return (
        f"in force: {file or 'no file'}: {', '.join(told) or 'nothing on children or containers'}"
    )


def _is_on(settings: Mapping[str, str], name: str) -> bool:
    return settings.get(f"run.{name}", "").lower() in _TRUE


def _configuration(root: str) -> tuple[str, dict[str, str]]:
    """The file that coverage reads when it is started in the root, and its settings without prefix."""
    given = os.environ.get("COVERAGE_RCFILE", "")
    for name in (given or _FILES[0], *_FILES[1:]):
        own = name in (given, *_FILES[:2])
        try:
            config = Config(walk.read(os.path.join(root, name)), toml=name.endswith(".toml"))
        except OSError:
            continue
        settings = _without_prefix(config, own=own)
        if settings or own:
            return name, settings
    return "", {}


def _without_prefix(config: Config, *, own: bool) -> dict[str, str]:
    prefix = "tool.coverage." if config.toml else "coverage:"
    prefixes = (prefix, "") if own else (prefix,)
    found: dict[str, str] = {}
    for setting in config.settings:
        start = next((start for start in prefixes if setting.name.startswith(start)), None)
        if start is not None:
            found.setdefault(setting.name.removeprefix(start), setting.value)
    return found


def _used(root: str) -> _Use:
    """Which tests start Python by `sys.executable`, and which container files set COVERAGE_FILE."""
    use = _Use()
    for path in walk.walk([root]):
        name = "" if isinstance(path, Problem) else walk.below(root, path)
        if not use.child and name.endswith(".py") and _IS_TEST.search(name):
            data = _read(root, name)
            if hit := _STARTS_PYTHON.search(data):
                use = use._replace(child=name, line=data.count(b"\n", 0, hit.start()) + 1)
        elif not use.container and _may_be_container(name):
            use = use._replace(container=name if _sets_file(name, _read(root, name)) else "")
    return use


def _may_be_container(name: str) -> bool:
    return name.endswith((".yml", ".yaml")) or "file" in name.rpartition("/")[2].lower()


def _sets_file(name: str, data: bytes) -> bool:
    kinds = {Language.COMPOSE, Language.DOCKERFILE}
    return b"COVERAGE_FILE" in data and not kinds.isdisjoint(languages(name, data))


def _read(root: str, name: str) -> bytes:
    try:
        return walk.read(os.path.join(root, name))
    except OSError:
        return b""
