"""The images that examples name, made from this machine: no registry is asked for anything.

They are kept under names of our own. The names that examples use are lent to them for the time of
a run, and given back: nobody else's `python:slim` turns into ours.
"""

from __future__ import annotations

import hashlib
import inspect
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from misspawn.engine import rootfs
from misspawn.engine.client import OUR_IMAGE, Client

OURS = "misspawn/"
SEARCH_PATH = "ENV PATH=/usr/local/bin:/usr/bin:/bin"
Fill = Callable[[rootfs.Archive], list[str]]


@contextmanager
def lent(client: Client, python: Path) -> Iterator[None]:
    """`busybox` and `python:slim` are our images, the latter with this interpreter."""
    own = {
        "busybox:latest": _busybox(client),
        "python:slim": _python(client, str(python)),
    }
    before = _known(client)
    made = {image for name, image in before.items() if name.startswith(OURS)}
    for name, image in own.items():
        client.ask("tag", image, name)
    try:
        yield
    finally:
        for name in own:
            _give_back(client, name, before.get(name, ""), made)


def _give_back(client: Client, name: str, image: str, made: set[str]) -> None:
    """A name that we find on an image of ours is one that a killed run could not give back."""
    if image and image not in made:
        client.ask("tag", image, name)
    else:
        client.ask("rmi", name)


def _known(client: Client) -> dict[str, str]:
    """Name to id of all images on the engine."""
    lines = client.lines("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}")
    pairs = (line.rpartition(" ") for line in lines)
    return {name: image for name, _, image in pairs}


def _busybox(client: Client) -> str:
    program = str(shutil.which("busybox"))

    def fill(archive: rootfs.Archive) -> list[str]:
        rootfs.add_busybox(archive, program)
        return []

    return _image(client, "busybox", Path(program).read_bytes(), fill, 'CMD ["sh"]')


def _python(client: Client, python: str) -> str:
    facts = rootfs.described(python)
    busybox = str(shutil.which("busybox"))

    def fill(archive: rootfs.Archive) -> list[str]:
        rootfs.add_busybox(archive, busybox)
        return rootfs.add_python(archive, python)

    key = repr((facts["program"], facts["version"], facts["versions"])).encode()
    return _image(client, "python", key, fill, "ENV LANG=C.UTF-8", 'CMD ["python"]')


def _image(client: Client, name: str, key: bytes, fill: Fill, *changes: str) -> str:
    """The name of the image with this content; it is made when the engine does not have it."""
    recipe = inspect.getsource(rootfs).encode()
    image = f"{OURS}{name}:{hashlib.sha256(recipe + key).hexdigest()[:12]}"
    if image not in _known(client):
        _make(client, image, fill, (SEARCH_PATH, f"LABEL {OUR_IMAGE}={name}", *changes))
    return image


def _make(client: Client, image: str, fill: Fill, changes: tuple[str, ...]) -> None:
    with tempfile.TemporaryFile() as stream:
        with closing(rootfs.Archive(stream)) as archive:
            folders = fill(archive)
        if folders:
            changes += (f"ENV LD_LIBRARY_PATH={':'.join(folders)}",)
        stream.seek(0)
        options = [option for change in changes for option in ("--change", change)]
        client.ask("import", *options, "-", image, stdin=stream)
