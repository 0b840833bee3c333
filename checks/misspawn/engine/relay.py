"""A socket in front of an engine that labels everything made through it.

Examples say `docker run` as readers do, without labels; yet what is theirs must be told from what
belongs to others on the same engine, and be removed whatever happens. So they talk to the engine
through this: requests that create something get our label, all else goes through as it is.
"""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode

CHUNK = 65536
LONGEST_HEAD = 1 << 20
_CREATES = re.compile(rb"POST (?:/v[\d.]+)?/(?:containers|volumes|networks)/create[? ]")
_BUILDS = re.compile(rb"POST (?:/v[\d.]+)?/build[? ]")
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)\r?$")
_UPGRADES = re.compile(rb"(?im)^upgrade:")
_CONNECTION = re.compile(rb"(?im)^connection:[^\n]*\n")
Labels = dict[str, str]


@contextmanager
def relaying(path: str, host: str, labels: Labels, volumes: set[str]) -> Iterator[None]:
    """Relay what comes in on the socket at `path` to the engine, and label what it creates.

    `volumes` collects the names of those that containers ask for: the engine makes them without a label.
    """
    with _Server(path, host, labels, volumes) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(timeout=5)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, host: str, labels: Labels, volumes: set[str]) -> None:
        self.host = host
        self.labels = labels
        self.volumes = volumes
        super().__init__(path, _Exchange)

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is the example's business, and docker tells of it."""


class _Exchange(socketserver.BaseRequestHandler):
    """One connection: one request and its answer, or a stream in both directions."""

    server: _Server

    def handle(self) -> None:
        """Send the request on, then copy both ways until the engine has said all."""
        request = _read(self.request)
        if not request:
            return
        self.server.volumes.update(named_volumes(*request))
        with connect(self.server.host) as engine:
            engine.sendall(prepared(*request, self.server.labels))
            sending = threading.Thread(target=_copy, args=(self.request, engine), daemon=True)
            sending.start()
            _copy(engine, self.request)
            with suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
            sending.join(timeout=5)


def connect(host: str) -> socket.socket:
    """A connection to an engine at a unix:// or tcp:// address."""
    scheme, _, address = host.partition("://")
    if scheme == "tcp":
        name, _, port = address.rpartition(":")
        return socket.create_connection((name, int(port)), timeout=None)
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(address)
    return stream


def _read(stream: socket.socket) -> tuple[bytes, bytes] | None:
    """The head of a request, and its body as far as it has come or, where it matters, all of it."""
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = stream.recv(CHUNK)
        if not chunk or len(got) > LONGEST_HEAD:
            return None
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if length and _CREATES.match(head):
        while len(body) < int(length[1]) and (chunk := stream.recv(CHUNK)):
            body += chunk
    return head + b"\r\n", body


def prepared(head: bytes, body: bytes, labels: Labels) -> bytes:
    """The request as it is sent on. The connection serves no other, so that each is looked at."""
    if _CREATES.match(head) and _LENGTH.search(head):
        body = _labelled(body, labels)
        head = _LENGTH.sub(b"Content-Length: %d\r" % len(body), head)
    elif _BUILDS.match(head):
        head = _labelled_build(head, labels)
    if not _UPGRADES.search(head):
        head = _CONNECTION.sub(b"", head) + b"Connection: close\r\n"
    return head + b"\r\n" + body


def named_volumes(head: bytes, body: bytes) -> set[str]:
    """Volumes that a request to create a container names, as `-v name:/path` does."""
    host = (_decoded(body) if _CREATES.match(head) else {}).get("HostConfig") or {}
    binds = {bind.partition(":")[0] for bind in host.get("Binds") or ()}
    mounts = {mount.get("Source", "") for mount in host.get("Mounts") or ()}
    return {name for name in binds | mounts if name and "/" not in name}


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}  # the engine will say what is wrong with it
    return content if isinstance(content, dict) else {}


def _labelled(body: bytes, labels: Labels) -> bytes:
    content = _decoded(body)
    if not content:
        return body
    content["Labels"] = {**(content.get("Labels") or {}), **labels}
    return json.dumps(content).encode()


def _labelled_build(head: bytes, labels: Labels) -> bytes:
    """An image gets its labels from the address that a build is sent to."""
    method, target, rest = head.split(b" ", 2)
    path, _, query = target.decode("latin-1").partition("?")
    fields = parse_qsl(query, keep_blank_values=True)
    given = json.loads(dict(fields).get("labels") or "{}")
    fields = [field for field in fields if field[0] != "labels"]
    fields.append(("labels", json.dumps({**given, **labels})))
    return b" ".join((method, f"{path}?{urlencode(fields)}".encode("latin-1"), rest))


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
