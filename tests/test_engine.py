"""The container engine: what needs none runs everywhere, with a fake `docker` on PATH."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from misspawn import engine
from misspawn.engine import search
from misspawn.engine.client import Client, Refused
from misspawn.engine.remains import Remains
from misspawn.errors import UserError
from misspawn.model import Remnant, Run

if sys.platform == "win32":
    pytest.skip("no engine can be used from Windows", allow_module_level=True)

from misspawn.engine import images, relay

DOCKER = """#!{python}
import json, os, pathlib, sys
here, line = pathlib.Path({here!r}), " ".join(sys.argv[1:])
answers = json.loads((here / "answers").read_text())
with open(here / "calls", "a") as calls:
    print(line, file=calls)
removals = ("rm ", "volume rm ", "network rm ", "rmi ")
if line.startswith(removals):
    for key, text in answers.items():
        kept = [one for one in text.splitlines(True) if one.split("\\t")[0].strip() not in sys.argv]
        answers[key] = "".join(kept)
    (here / "answers").write_text(json.dumps(answers))
elif line == "environment":
    print(json.dumps(dict(os.environ)))
else:
    fitting = [key for key in answers if line.startswith(key)]
    if not fitting:
        sys.exit("docker: no answer to " + line)
    sys.stdout.write(answers[max(fitting, key=len)])
"""
Fake = Callable[[dict[str, str]], Path]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """A function that puts a docker on PATH which gives these answers to commands beginning so."""

    def make(answers: dict[str, str]) -> Path:
        (tmp_path / "answers").write_text(json.dumps(answers))
        program = tmp_path / "docker"
        program.write_text(DOCKER.format(python=sys.executable, here=str(tmp_path)))
        program.chmod(0o755)
        return tmp_path

    (tmp_path / "busybox").write_text("#!/bin/sh\n")
    (tmp_path / "busybox").chmod(0o755)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    search._search.cache_clear()
    return make


@pytest.fixture(autouse=True)
def fresh_search() -> Iterator[None]:
    yield
    search._search.cache_clear()


# -- finding one ------------------------------------------------------------------

USABLE = {"version": "linux\n", "compose version": "2.40.3\n"}


def test_no_docker(fake: Fake) -> None:
    assert engine.find() is None
    assert engine.absence() == "no engine: no `docker` on PATH"


def test_no_busybox(fake: Fake) -> None:
    (fake(USABLE) / "busybox").unlink()
    assert engine.absence() == "no engine: no `busybox` on PATH"


def test_docker_host_names_the_engine(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(USABLE)
    monkeypatch.setenv("DOCKER_HOST", "unix:///somewhere/docker.sock")
    client = engine.find()
    assert client
    assert not engine.absence()
    assert client.host == "unix:///somewhere/docker.sock"


@pytest.mark.parametrize(
    ("answers", "host", "reason"),
    [
        ({}, "unix:///x", "no engine at unix:///x: docker version: docker: no answer"),
        (USABLE | {"version": "windows\n"}, "unix:///x", "containers are of windows"),
        ({"version": "linux\n"}, "unix:///x", "docker has no compose v2 here"),
        (USABLE | {"compose version": "1.29.2\n"}, "unix:///x", "docker has no compose v2 here"),
        (USABLE, "ssh://host", "only unix:// and plain tcp:// addresses"),
    ],
)
def test_unusable(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], host: str, reason: str
) -> None:
    fake(answers)
    monkeypatch.setenv("DOCKER_HOST", host)
    assert reason in engine.absence()
    with pytest.raises(UserError, match="no engine at"), engine.watched(Path(sys.executable)):
        pass


def test_rootless_socket_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "docker.sock"))
        assert f"unix://{tmp_path}/docker.sock" in search.hosts()


def test_nothing_leads_docker_elsewhere(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake({})
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    monkeypatch.setenv("COMPOSE_FILE", "other.yaml")
    seen = json.loads(Client("unix:///x", "/config").ask("environment"))
    assert seen["DOCKER_HOST"] == "unix:///x"
    assert seen["DOCKER_CONFIG"] == "/config"
    assert not {"DOCKER_CONTEXT", "COMPOSE_FILE"} & set(seen)


# -- what is left -----------------------------------------------------------------

OWNED = "--filter label=dev.misspawn.run=me"
SERVICE, VOLUME = (f'{{{{.Label "com.docker.compose.{kind}"}}}}' for kind in ("service", "volume"))
VOLUMES = f"volume ls --format {{{{.Name}}}}\t{VOLUME}\t{{{{.Name}}}}"
NAMELESS = "0123456789abcdef" * 4
LEFT = {
    "images": "",
    f"ps --all --no-trunc {OWNED}": "c1\tdb\tbusybox\nc2\t\tpython:slim\n",
    "volume ls --quiet": "theirs\n",
    VOLUMES: "example_data\tdata\texample_data\ntheirs\t\ttheirs\nnamed\t\tnamed\nother\t\tother\n",
    f"{VOLUMES} {OWNED}": "example_data\tdata\texample_data\n",
    f"{VOLUMES} --filter dangling=true": f"{NAMELESS}\t\t{NAMELESS}\nother\t\tother\n",
    f"network ls --no-trunc {OWNED}": "n1\tdefault\texample_default\n",
}


def test_left_over(fake: Fake) -> None:
    fake(LEFT)
    remains = Remains(Client("unix:///x", "/config"), "me")
    remains.asked_for.update(("example_data", "named", "theirs"))
    assert remains.settled() == (
        Remnant(kind="container", name="db"),
        Remnant(kind="container", name="python:slim"),
        Remnant(kind="network", name="default"),
        Remnant(kind="volume", name="without a name"),
        Remnant(kind="volume", name="data"),
        Remnant(kind="volume", name="named"),
    )


def test_removal_spares_what_is_not_ours(fake: Fake) -> None:
    folder = fake(LEFT)
    remains = Remains(Client("unix:///x", "/config"), "me")
    remains.asked_for.update(("named", "theirs"))
    remains.remove()
    removed = [line for line in (folder / "calls").read_text().splitlines() if "rm " in line]
    assert removed == [
        "rm --force --volumes c1 c2",
        f"volume rm --force {NAMELESS} example_data named",
        "network rm n1",
    ]
    assert not remains.found()


def test_what_cannot_be_removed_is_an_error(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(LEFT)
    monkeypatch.setattr("misspawn.engine.remains.REMOVING", 0.0)
    monkeypatch.setattr(
        "misspawn.engine.remains.REMOVALS", {"container": ("images",), "image": ("images",)}
    )
    with pytest.raises(Refused, match="not removed: container c1, container c2, volume"):
        Remains(Client("unix:///x", "/config"), "me").remove()


def test_a_run_is_told_with_what_it_left() -> None:
    watch = engine.Watch({})
    watch.remnants = (Remnant(kind="container", name="db"),)
    run = Run(code=0, stdout="", stderr="", seconds=1.0, remnants=(Remnant(kind="file", name="x"),))
    assert [one.kind for one in watch.told(run).remnants] == ["file", "container"]


def test_a_name_is_given_back(fake: Fake) -> None:
    folder = fake({"tag": ""})
    client = Client("unix:///x", "/config")
    images._give_back(client, "python:slim", "sha256:theirs", {"sha256:ours"})
    images._give_back(client, "python:slim", "sha256:ours", {"sha256:ours"})
    assert (folder / "calls").read_text() == "tag sha256:theirs python:slim\nrmi python:slim\n"


# -- the relay --------------------------------------------------------------------

LABELS = {"run": "1"}


def request(line: str, body: bytes = b"", *headers: str) -> tuple[bytes, bytes]:
    head = [line, "Host: docker", *headers, f"Content-Length: {len(body)}"]
    return "".join(f"{one}\r\n" for one in head).encode(), body


@pytest.mark.parametrize("kind", ["containers", "volumes", "networks"])
def test_what_is_created_is_labelled(kind: str) -> None:
    body = json.dumps({"Image": "busybox", "Labels": {"own": "2"}}).encode()
    sent = relay.prepared(*request(f"POST /v1.41/{kind}/create?name=x HTTP/1.1", body), LABELS)
    head, _, body = sent.partition(b"\r\n\r\n")
    assert json.loads(body) == {"Image": "busybox", "Labels": {"own": "2", "run": "1"}}
    assert f"Content-Length: {len(body)}".encode() in head.splitlines()
    assert b"Connection: close" in head.splitlines()


def test_a_built_image_is_labelled() -> None:
    line = "POST /v1.41/build?t=a&t=b&labels=%7B%22own%22%3A%222%22%7D HTTP/1.1"
    sent = relay.prepared(*request(line, b"tar"), LABELS).decode()
    assert sent.startswith("POST /v1.41/build?t=a&t=b&labels=")
    assert "%22own%22%3A+%222%22%2C+%22run%22%3A+%221%22" in sent.splitlines()[0]
    assert sent.endswith("\r\n\r\ntar")


@pytest.mark.parametrize("body", [b"", b"no json", b"[]"])
def test_other_bodies_go_through(body: bytes) -> None:
    sent = relay.prepared(*request("POST /containers/create HTTP/1.1", body), LABELS)
    assert sent.partition(b"\r\n\r\n")[2] == body


def test_a_stream_in_both_directions_is_left_alone() -> None:
    line = "POST /v1.41/containers/x/attach?stream=1 HTTP/1.1"
    head, body = request(line, b"", "Connection: Upgrade", "Upgrade: tcp")
    assert relay.prepared(head, body, LABELS) == head + b"\r\n"


def test_volumes_that_a_container_asks_for() -> None:
    host = {
        "Binds": ["data:/data:ro", "/src:/src"],
        "Mounts": [{"Source": "db"}, {"Type": "tmpfs"}],
    }
    body = json.dumps({"HostConfig": host}).encode()
    assert relay.named_volumes(*request("POST /containers/create HTTP/1.1", body)) == {"data", "db"}


@pytest.mark.parametrize("scheme", ["unix", "tcp"])
def test_relay(tmp_path: Path, scheme: str) -> None:
    """The engine sees a labelled request in however many pieces it came; the client the whole answer."""
    got: list[bytes] = []
    front = str(tmp_path / "relay")
    with socket.socket(socket.AF_UNIX if scheme == "unix" else socket.AF_INET) as listening:
        listening.bind(str(tmp_path / "engine") if scheme == "unix" else ("127.0.0.1", 0))
        listening.listen()
        name = listening.getsockname()
        host = f"unix://{name}" if scheme == "unix" else f"tcp://{name[0]}:{name[1]}"
        thread = threading.Thread(target=_answer_one, args=(listening, got), daemon=True)
        thread.start()
        with relay.relaying(front, host, LABELS, set()):
            answer = _in_pieces(
                front, *request("POST /volumes/create HTTP/1.1", b'{"Name": "data"}')
            )
        thread.join(timeout=10)
    assert answer == b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000
    assert json.loads(got[0].partition(b"\r\n\r\n")[2])["Labels"] == LABELS


def _in_pieces(front: str, head: bytes, body: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(front)
        for piece in (head, b"\r\n" + body[:5], body[5:]):
            client.sendall(piece)
            time.sleep(0.05)
        return b"".join(iter(lambda: client.recv(4096), b""))


def _answer_one(listening: socket.socket, got: list[bytes]) -> None:
    stream, _ = listening.accept()
    with stream:
        got.append(stream.recv(65536))
        stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)


# -- a real engine ----------------------------------------------------------------


@pytest.fixture
def real() -> Client:
    client = engine.find()
    return client or pytest.skip(engine.absence())


def docker(*arguments: str, env: dict[str, str] | None = None) -> str:
    command = ["docker", *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


RUN = ("run", "--network", "none")
PYTHON = Path(sys.executable)


def is_there(client: Client, container: str) -> bool:
    """Whether a container exists. Other tests may use the engine as well, so no more is asked."""
    return bool(client.lines("ps", "--all", "--quiet", "--filter", f"id={container.strip()}"))


def test_everything_that_is_left_is_told_and_removed(real: Client, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\nCMD true\n")
    sleep = ("--detach", "--init", "-v", "misspawn-test:/x", "busybox", "sleep", "60")
    with engine.watched(PYTHON) as watch:
        left = docker(*RUN, *sleep, env=watch.environment)
        docker("volume", "create", "misspawn-other", env=watch.environment)
        docker("build", "--quiet", "--tag", "misspawn-test", str(tmp_path), env=watch.environment)
    assert [str(one.kind) for one in watch.remnants] == ["container", "volume", "volume"]
    assert not is_there(real, left)
    assert "misspawn-" not in real.ask("volume", "ls", "--quiet")
    assert "misspawn-test" not in real.ask("images", "--format", "{{.Repository}}")


def test_nothing_is_left_of_a_tidy_run(real: Client) -> None:
    code = "import sys; print(*sys.version_info[:2])"
    with engine.watched(PYTHON) as watch:
        said = docker(*RUN, "--rm", "python:slim", "python", "-c", code, env=watch.environment)
    assert said.split() == list(map(str, sys.version_info[:2]))
    assert not watch.remnants


def test_what_others_have_stays(real: Client) -> None:
    theirs = ""
    try:
        with engine.watched(PYTHON) as watch:
            theirs = real.ask("create", "--network", "none", "busybox", "true").strip()
        assert is_there(real, theirs)
        assert not watch.remnants
    finally:
        if theirs:
            real.ask("rm", "--force", theirs)


def test_a_project_of_others_is_not_touched(real: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PROJECT", "misspawn-theirs")
    label = "com.docker.compose.project=misspawn-theirs"
    with engine.watched(PYTHON):
        theirs = real.ask("create", "--network", "none", "--label", label, "busybox").strip()
    try:
        with pytest.raises(UserError, match="has a compose project"), engine.watched(PYTHON):
            pass
    finally:
        real.ask("rm", "--force", theirs)


def test_an_interrupted_run_leaves_nothing(real: Client) -> None:
    left = ""
    with suppress(KeyboardInterrupt), engine.watched(PYTHON) as watch:
        left = docker(*RUN, "--detach", "busybox", "sleep", "60", env=watch.environment)
        raise KeyboardInterrupt
    assert left
    assert not is_there(real, left)


KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from misspawn import engine
with engine.watched(Path(sys.executable)) as watch:
    command = ["docker", "run", "--detach", "--network", "none", "busybox", "sleep", "60"]
    subprocess.run(command, env={**os.environ, **watch.environment}, check=True, timeout=60)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_next_run_tidies_up_after_one_that_was_killed(real: Client) -> None:
    paths = os.pathsep.join(path for path in sys.path if path)
    with tempfile.TemporaryDirectory() as folder:  # which it cannot remove either
        killed = subprocess.run(
            [sys.executable, "-c", KILLED],
            env={**os.environ, "PYTHONPATH": paths, "TMPDIR": folder},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert killed.returncode < 0, killed.stderr
    assert killed.stdout.strip()
    with engine.watched(PYTHON) as watch:
        assert not is_there(real, killed.stdout)
    assert not watch.remnants
