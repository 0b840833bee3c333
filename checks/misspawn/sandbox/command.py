"""The command line and the environment of a run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from misspawn.probe.start import REPORT
from misspawn.sandbox.place import PROBE, Place

PYTHONS = ("python", "python3")
KEPT = ("PATH", "SYSTEMROOT", "PATHEXT", "COMSPEC")
STRICT = ("-W", "error")
LOOP_SCOPE = 'The configuration option "asyncio_default_fixture_loop_scope" is unset'
STRICT_PYTEST = (*STRICT, "-W", f"ignore:{LOOP_SCOPE}")
"""Some versions of pytest-asyncio warn of their own default, which is no mistake of the example."""


class Request(NamedTuple):
    """What the caller of a run wants to be executed."""

    argv: Sequence[str]
    env: Mapping[str, str]
    python: str
    probe: bool
    strict: bool


class Command(NamedTuple):
    """What is executed. `probed`: by an interpreter that loads the probe."""

    argv: tuple[str, ...]
    env: dict[str, str]
    probed: bool


def build(request: Request, here: Place) -> Command:
    """The command as the example states it, with the interpreter, the probe and the strictness put in."""
    by_python = request.argv[0] in PYTHONS
    probed = request.probe and by_python
    strict = request.strict and by_python
    line = _python_line(request, probed, strict) if by_python else tuple(request.argv)
    env = _clean(request.python, here)
    if strict:
        env["PYTHONASYNCIODEBUG"] = "1"
    env.update(request.env)
    if probed:
        env.update(_for_probe(env, here))
    return Command(line, env, probed)


def _python_line(request: Request, probed: bool, strict: bool) -> tuple[str, ...]:
    python, argv = request.python, request.argv
    if tuple(argv[1:3]) == ("-m", "pytest"):
        plugin = ("-p", f"{PROBE}.plugin") if probed else ()
        return (python, "-m", "pytest", *plugin, *(STRICT_PYTEST if strict else ()), *argv[3:])
    return (python, *(STRICT if strict else ()), *argv[1:])


def _clean(python: str, here: Place) -> dict[str, str]:
    """An environment in which all that programs keep for themselves goes into the run's folder."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env["PATH"] = os.pathsep.join([os.path.dirname(python), *_program_folders()])
    env |= dict.fromkeys(("HOME", "USERPROFILE"), here.path("home"))
    env |= dict.fromkeys(("TMPDIR", "TMP", "TEMP"), here.path("temp"))
    env |= dict.fromkeys(("XDG_CACHE_HOME", "PYTEST_DEBUG_TEMPROOT"), here.path("cache"))
    return env | {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def _program_folders() -> list[str]:
    """Those of the system: what a user has installed at home keeps its state there, and finds none."""
    home = os.path.join(os.path.expanduser("~"), "")
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [folder for folder in folders if folder and not folder.startswith(home)]


def _for_probe(env: Mapping[str, str], here: Place) -> dict[str, str]:
    paths = filter(None, (here.path("probe"), env.get("PYTHONPATH")))
    return {REPORT: here.path("report"), "PYTHONPATH": os.pathsep.join(paths)}
