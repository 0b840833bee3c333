"""What earlier runs of this project's Compose files have left on the container engine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from misspawn import walk
from misspawn.doctor.asking import ask
from misspawn.doctor.result import NotApplicable, Place, Result, found, ok
from misspawn.model import Language, Problem
from misspawn.regions.kinds import by_name
from misspawn.regions.nodes import parse

_COMPOSE = "com.docker.compose"
_EXIT = re.compile(r"Exited \((\d+)\)")
_CONTAINER = ("project", "service", "oneoff", "project.working_dir", "project.config_files")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]")  # compose's own rule for names of projects


class _Container(NamedTuple):
    """A container that compose made; where it is from, by compose's labels."""

    name: str
    state: str
    status: str
    project: str
    service: str
    oneoff: str
    folder: str
    files: str


class _Volume(NamedTuple):
    name: str
    project: str
    volume: str


def look(place: Place) -> Iterator[Result]:
    """Containers that nobody runs any more, and volumes that nothing uses."""
    containers = [_Container(*row) for row in _listed(place, "ps", "--all", "--no-trunc")]
    ours = [one for one in containers if _is_below(one.folder, place.root)]
    theirs = {one.project for one in containers if one not in ours}
    projects = {one.project for one in ours} | (_projects(place.root) - theirs)
    running = {one.project for one in ours if one.state == "running"}
    results = [result for one in ours for result in _container(one, one.project in running)]
    unused = (_Volume(*row) for row in _listed(place, "volume", "ls", "--filter", "dangling=true"))
    busy = {one.project for one in ours}
    results += [_left(one) for one in unused if one.project in projects - busy]
    yield from results
    if not results:
        names = ", ".join(sorted(projects)) or "this project"
        yield ok(f"nothing is left of {names}; {len(ours)} containers in use")


def _container(one: _Container, has_company: bool) -> Iterator[Result]:
    """What is wrong with one container. `has_company`: others of its project are running."""
    remove = f"docker compose -p {one.project} down --remove-orphans"
    services = _services(one.files.split(","))
    if one.state != "running" and (one.oneoff == "True" or not has_company or not _is_done(one)):
        yield found(
            f"container {one.name} does not run: {one.status or one.state}",
            record="compose-up-without-cleanup",
            fix=f"`docker logs {one.name}` says why it ended; `{remove}` removes it.",
        )
    elif services is not None and one.service not in services:
        yield found(
            f"container {one.name} is an orphan: no Compose file has its service {one.service}",
            record="compose-orphan-containers",
            fix=f"`docker rm --force {one.name}`, or --remove-orphans with `up` and `down`.",
        )


def _is_done(one: _Container) -> bool:
    """Whether it ended well, as a job beside running services does."""
    ended = _EXIT.match(one.status)
    return one.state == "created" or bool(ended and ended[1] == "0")


def _left(one: _Volume) -> Result:
    return found(
        f"volume {one.name} is kept from an earlier run; the next one starts with its data",
        record="compose-down-without-volumes",
        fix=f"`docker volume rm {one.name}`, unless you want to keep the data.",
    )


def _services(files: Sequence[str]) -> set[str] | None:
    """The services of some Compose files; None when they may have others, by `include` or by merging."""
    names: set[str] = set()
    for file in files:
        try:
            roots = parse(walk.read(file)).roots
        except OSError:
            continue  # removed or renamed since
        top = {entry.key: entry.node for root in roots for entry in root.entries}
        services = top.get(b"services")
        if services is None or b"include" in top or services.kind != "mapping":
            return None
        names |= {os.fsdecode(entry.key) for entry in services.entries}
    return None if "<<" in names else names


def _projects(root: str) -> set[str]:
    """The names that compose gives to what it starts from the project's own files."""
    if given := os.environ.get("COMPOSE_PROJECT_NAME"):
        return {given}
    paths = (path for path in walk.walk([root]) if not isinstance(path, Problem))
    files = [path for path in paths if Language.COMPOSE in by_name(os.path.basename(path))]
    return {name for file in files if (name := _project(file))}


def _project(file: str) -> str:
    """By `name:` in the file, else by its folder."""
    try:
        roots = parse(walk.read(file)).roots
    except OSError:
        return ""
    named = next((node for root in roots if (node := root.find(b"name"))), None)
    if named:
        return os.fsdecode(named.text)
    folder = os.path.basename(os.path.dirname(os.path.abspath(file))).lower()
    return _NOT_IN_NAMES.sub("", folder).lstrip("_-")


def _is_below(folder: str, root: str) -> bool:
    real, top = os.path.realpath(folder), os.path.realpath(root)
    return bool(folder) and (real == top or real.startswith(top + os.sep))


def _listed(place: Place, *what: str) -> Iterator[list[str]]:
    """The fields of what compose has made, a list each."""
    labels = _CONTAINER if what[0] == "ps" else ("project", "volume")
    own = ("{{.Names}}", "{{.State}}", "{{.Status}}") if what[0] == "ps" else ("{{.Name}}",)
    shown = "\t".join((*own, *(f'{{{{.Label "{_COMPOSE}.{label}"}}}}' for label in labels)))
    options = ("--filter", f"label={_COMPOSE}.project", "--format", shown)
    answer = ask(["docker", *what, *options], limit=place.limit)
    if answer.code:
        raise NotApplicable(f"the container engine does not answer: {answer.last}")
    for line in answer.out.splitlines():
        yield line.split("\t")
