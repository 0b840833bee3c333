"""Runs the body of a coroutine and prints how many turns another task of the loop had meanwhile.

The body comes on standard input as a JSON line. Whatever it waits for comes after about 0.3 s.
"""

from __future__ import annotations

import asyncio
import http.server
import importlib
import io
import json
import os
import queue
import socketserver
import sqlite3
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

DELAY = 0.3
MODULES = (
    "aiohttp",
    "httpx",
    "pathlib",
    "redis",
    "redis.asyncio",
    "requests",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
    "urllib.request",
)


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        time.sleep(DELAY)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


class Redis(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Answer commands, `GET` late and with a value."""
        while head := self.rfile.readline():
            words = []
            for _ in range(int(head[1:])):
                self.rfile.readline()
                words.append(self.rfile.readline().strip().upper())
            if words[0] == b"GET":
                time.sleep(DELAY)
                self.wfile.write(b"$2\r\nok\r\n")
            else:
                self.wfile.write(b"+OK\r\n")


class Slow(io.StringIO):
    def readline(self, *_: Any) -> str:  # type: ignore[override]
        time.sleep(DELAY)
        return "yes\n"


def serve(server: socketserver.BaseServer) -> int:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])  # type: ignore[index]


def names(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"asyncio": asyncio}
    for name in MODULES:
        try:
            found[name.split(".")[0]] = (
                importlib.import_module(name) and sys.modules[name.split(".")[0]]
            )
        except ImportError:
            continue
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    store = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Redis)
    found["port"], found["redis_port"] = serve(web), serve(store)
    found["child"] = [sys.executable, "-S", "-c", f"import time; time.sleep({DELAY})"]
    found["executor"] = ThreadPoolExecutor(2)
    found["fifo"] = str(folder / "fifo")
    if not os.path.exists(found["fifo"]):
        os.mkfifo(found["fifo"])
    found["lock"], found["items"] = threading.Lock(), queue.Queue()
    found["lock"].acquire()
    found["locked_write"] = locked_write(folder / "data.sqlite")
    return found


def locked_write(path: Path) -> Any:
    holder = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    holder.execute("create table if not exists t (x)")
    holder.execute("begin exclusive")
    threading.Timer(DELAY + 0.3, holder.rollback).start()

    def write() -> None:
        with sqlite3.connect(path, timeout=10) as connection:
            connection.execute("insert into t values (1)")

    return write


def feed(given: dict[str, Any], code: str) -> None:
    """Serve late what the code waits for."""
    time.sleep(DELAY)
    given["lock"].release()
    given["items"].put("item")
    if "fifo" in code:
        Path(given["fifo"]).write_text("late", encoding="utf-8")


async def measure(body: Any, feeder: threading.Thread) -> int:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    ticking = asyncio.create_task(other())
    await asyncio.sleep(0.05)
    feeder.start()
    before = turns
    await body()
    counted = turns - before
    ticking.cancel()
    return counted


def main() -> None:
    code = json.loads(sys.stdin.readline())
    sys.stdin = Slow()
    given = names(Path(sys.argv[1]))
    exec(f"async def body():\n{textwrap.indent(code, '    ')}", given)
    feeder = threading.Thread(target=feed, args=(given, code), daemon=True)
    print(asyncio.run(measure(given["body"], feeder)), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
