"""Python interpreters of this machine, and one cached virtual environment per interpreter and pin set."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

from misspawn.errors import UserError
from misspawn.pins import PinSet
from misspawn.places import cache_folder

OLDEST = (3, 10)
_ASK = (
    "import sys; print(sys.implementation.name, '%d.%d.%d' % sys.version_info[:3], sys.executable)"
)
_ANSWER_LIMIT, _BUILD_LIMIT = 20, 1200  # seconds
_BUILT = "misspawn-built"  # written last: an environment without it is half of one
_SCRIPTS, _EXE = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")


class Interpreter(NamedTuple):
    """A CPython and its full version."""

    path: str
    version: str

    @property
    def minor(self) -> str:
        """The version as people name it: `3.12`."""
        return ".".join(self.version.split(".")[:2])

    @property
    def key(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(map(int, self.version.split(".")))


def running() -> Interpreter:
    """The interpreter under this process, outside of any virtual environment."""
    path = getattr(sys, "_base_executable", "") or sys.executable
    return Interpreter(path, ".".join(map(str, sys.version_info[:3])))


def find(wanted: Iterable[str]) -> list[Interpreter]:
    """One interpreter for each wanted version (`3.12`). Raises `UserError` naming all that are missing."""
    known, wanted = {found.minor: found for found in find_all()}, list(wanted)
    if missing := [version for version in wanted if version not in known]:
        raise UserError(
            *(f"no Python {version} here; found: {', '.join(known)}" for version in missing)
        )
    return [known[version] for version in wanted]


@lru_cache(maxsize=1)
def find_all() -> tuple[Interpreter, ...]:
    """The newest of each supported minor version, oldest first; the running one stands for its own."""
    answers = [answer for answer in map(_asked, _places()) if answer]
    by_minor = {answer.minor: answer for answer in sorted(answers, key=lambda answer: answer.key)}
    by_minor[running().minor] = running()
    found = sorted(by_minor.values(), key=lambda found: found.key)
    return tuple(item for item in found if item.key >= OLDEST)


def _places() -> list[str]:
    """Paths that may be interpreters, each once."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], 30)]
    on_path = (shutil.which(name) for name in names)
    paths = [path for path in (*on_path, *_managed(), *_launched()) if path]
    return list(dict.fromkeys(os.path.realpath(path) for path in paths if "shims" not in path))


def _managed() -> Iterator[str]:
    """What pyenv and uv have installed."""
    home = os.path.expanduser("~")
    pyenv = os.environ.get("PYENV_ROOT", os.path.join(home, ".pyenv"))
    data = os.environ.get("XDG_DATA_HOME", os.path.join(home, ".local", "share"))
    uv = os.environ.get("UV_PYTHON_INSTALL_DIR", os.path.join(data, "uv", "python"))
    for pattern in (os.path.join(pyenv, "versions", "3.*"), os.path.join(uv, "cpython-3.*")):
        for folder in sorted(glob.glob(pattern)):
            yield from glob.glob(os.path.join(folder, "bin", "python3"))
            yield from glob.glob(os.path.join(folder, "python.exe"))


def _launched() -> Iterator[str]:
    """What the Windows launcher knows."""
    if launcher := shutil.which("py"):
        lines = _output([launcher, "-0p"]).splitlines()
        yield from (line.split(maxsplit=1)[-1].lstrip("* ") for line in lines if ".exe" in line)


def _asked(path: str) -> Interpreter | None:
    name, _, rest = _output([path, "-I", "-c", _ASK]).strip().partition(" ")
    version, _, executable = rest.partition(" ")
    return Interpreter(executable, version) if name == "cpython" and executable else None


def _output(command: list[str]) -> str:
    """What the command prints; nothing when it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_ANSWER_LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


# -- virtual environments ---------------------------------------------------------


def prepare(interpreter: Interpreter, pins: PinSet) -> Path:
    """The Python of an environment that has exactly these packages; built when there is none yet.

    Its folder is named after all that it depends on, so a changed pin makes another one.
    """
    home = os.path.join(cache_folder(), "environments", _name(interpreter, pins))
    python = Path(home, _SCRIPTS, _EXE)
    if not os.path.exists(os.path.join(home, _BUILT)):
        with _locked(home + ".lock"):
            if not os.path.exists(os.path.join(home, _BUILT)):
                _build(home, python, interpreter, pins)
    return python


def is_prepared(interpreter: Interpreter, pins: PinSet) -> bool:
    """Whether `prepare` has nothing to build."""
    home = os.path.join(cache_folder(), "environments", _name(interpreter, pins))
    return os.path.exists(os.path.join(home, _BUILT))


def _name(interpreter: Interpreter, pins: PinSet) -> str:
    parts = [interpreter.path, interpreter.version, *pins.packages]
    if not all(pins.versions.values()):
        parts.append(date.today().isoformat())  # noqa: DTZ011 - what is newest changes by the day
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
    return f"{interpreter.minor}-{pins.name}-{digest}"


def _build(home: str, python: Path, interpreter: Interpreter, pins: PinSet) -> None:
    shutil.rmtree(home, ignore_errors=True)
    _do([interpreter.path, "-m", "venv", home])
    flags = ("--quiet", "--disable-pip-version-check", "--no-input")
    _do([str(python), "-m", "pip", "install", *flags, *pins.packages])
    Path(home, _BUILT).write_text("\n".join(pins.packages) + "\n", encoding="utf-8")


def _do(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_BUILD_LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"cannot prepare an environment: {error}") from error
    if done.returncode:
        raise UserError(f"cannot prepare an environment: {' '.join(command)}\n{done.stderr}")


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Let one process at a time in; the system frees the lock of a process that dies."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a", encoding="utf-8") as stream:
        _lock(stream)
        yield


def _lock(stream: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX)
