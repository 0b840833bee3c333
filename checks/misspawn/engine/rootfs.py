"""What goes into our images: a busybox, and an interpreter of this machine with the libraries it loads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

from misspawn.errors import UserError

LIMIT = 60  # seconds for one question to a program
PACKAGES = (
    *("coverage", "pytest", "pytest-cov", "pluggy", "iniconfig", "packaging", "pygments"),
    *("exceptiongroup", "tomli", "typing-extensions"),
)
"""What examples import inside of containers, and what that imports."""
UNUSED = {
    *("__pycache__", "site-packages", "dist-packages", "test", "tests"),
    *("ensurepip", "idlelib", "lib2to3", "pydoc_data", "tkinter", "turtledemo"),
}
UNUSED_FILES = ("_ctypes_test", "_test", "_tkinter", "_xx", "xx")
_LIBRARY = re.compile(r"(?m)(?:=> |^\s+)(/\S+) \(0x")
_ASK = """
import importlib.metadata, json, os, sys, sysconfig
files, versions = {}, []
for name in sys.argv[1:]:
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        continue
    versions.append(f"{name} {found.version}")
    for file in found.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            files[str(file)] = str(found.locate_file(file))
print(json.dumps({
    "program": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
    "version": "%d.%d.%d" % sys.version_info[:3],
    "library": [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")],
    "packages": sysconfig.get_path("purelib"),
    "files": files,
    "versions": versions,
}))
"""


class Archive:
    """A tar file in the making. Whatever the files here are, links included, copies go in."""

    def __init__(self, stream: Any) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|", dereference=True)  # noqa: SIM115
        self._has: set[str] = set()

    def close(self) -> None:
        """Write the end of the file."""
        self._tar.close()

    def file(self, source: str, at: str = "") -> None:
        """A file; `at` is its path in the image if it is another one than here."""
        if self._is_new(at or source) and os.path.isfile(source):
            self._tar.add(source, at or source, recursive=False)

    def text(self, at: str, content: str) -> None:
        """A small text file."""
        entry = tarfile.TarInfo(at)
        entry.size = len(content.encode())
        self._tar.addfile(entry, BytesIO(content.encode()))

    def link(self, at: str, target: str) -> None:
        """A symbolic link."""
        if self._is_new(at):
            entry = tarfile.TarInfo(at)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            self._tar.addfile(entry)

    def folder(self, at: str, mode: int = 0o755) -> None:
        """An empty folder."""
        entry = tarfile.TarInfo(at)
        entry.type, entry.mode = tarfile.DIRTYPE, mode
        self._tar.addfile(entry)

    def _is_new(self, at: str) -> bool:
        known = at in self._has
        self._has.add(at)
        return not known


def add_busybox(archive: Archive, busybox: str) -> None:
    """A shell, and a link for each tool that busybox has."""
    for folder in ("proc", "sys", "dev", "root", "etc", "usr/local/bin"):
        archive.folder(folder)
    archive.folder("tmp", 0o1777)
    archive.text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    archive.text("etc/group", "root:x:0:\n")
    archive.file(busybox, "/bin/busybox")
    for tool in output([busybox, "--list"]).split():
        archive.link(f"/bin/{tool}", "busybox")
    add_all(archive, libraries([busybox]))


def add_python(archive: Archive, python: str) -> list[str]:
    """An interpreter under its own paths, linked to /usr/local/bin; returns the folders of its libraries."""
    facts = described(python)
    program = facts["program"]
    archive.file(program)
    minor = ".".join(facts["version"].split(".")[:2])
    for name in ("python", "python3", f"python{minor}"):
        if f"/usr/local/bin/{name}" != program:
            archive.link(f"/usr/local/bin/{name}", program)
    packages = described(program)["packages"]
    files = {path: path for folder in facts["library"] for path in _walked(folder)}
    files |= {os.path.join(packages, at): source for at, source in facts["files"].items()}
    for at, source in files.items():
        archive.file(source, at)
    loaded = libraries([program, *(path for path in files.values() if path.endswith(".so"))])
    add_all(archive, loaded)
    return sorted({os.path.dirname(path) for path in loaded})


def add_all(archive: Archive, paths: Iterable[str]) -> None:
    """Files under the paths that they have here."""
    for path in paths:
        archive.file(path)


@lru_cache
def described(python: str) -> dict[str, Any]:
    """Where an interpreter keeps what, and the files of those `PACKAGES` that it has."""
    facts: dict[str, Any] = json.loads(output([python, "-I", "-c", _ASK, *PACKAGES]))
    return facts


def libraries(programs: list[str]) -> list[str]:
    """All shared libraries that the programs load; none of a static one."""
    return sorted(set(_LIBRARY.findall(output(["ldd", *programs], check=False))))


def _walked(folder: str) -> Iterator[str]:
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in UNUSED and "config-" not in name]
        used = (file for file in files if not file.startswith(UNUSED_FILES))
        yield from (os.path.join(path, file) for file in used)


def output(command: list[str], *, check: bool = True) -> str:
    """What a command prints. Raises `UserError` when it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=check,
            timeout=LIMIT,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(f"cannot make an image for examples: {error}") from error
    return done.stdout
