"""Where a type checker finds the definition of a name: asks a language server, so that figures do not rest on
the index that they measure. The server is any that speaks LSP over its standard streams.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlparse

COMMAND = ("ty", "server")


class Oracle:
    """A language server on the files below `root`; leave it to end the process."""

    def __init__(self, root: str, command: tuple[str, ...] = COMMAND) -> None:
        self._uri = Path(root).resolve().as_uri()
        self._root = Path(root).resolve()
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._count = 0
        self._opened: set[str] = set()
        folder = {"uri": self._uri, "name": "tree"}
        asked = {"processId": None, "rootUri": self._uri, "workspaceFolders": [folder]}
        capabilities = {"workspace": {"configuration": True}}
        self._ask("initialize", asked | {"capabilities": capabilities})
        self._tell("initialized", {})

    def __enter__(self) -> "Oracle":  # noqa: PYI034, UP037
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.kill()
        self._server.wait(timeout=60)

    def definitions(self, path: str, data: bytes, offset: int) -> list[tuple[str, int]]:
        """The files, as paths below the root or whole ones, and lines in which the name at `offset` is defined."""
        uri = f"{self._uri}/{path}"
        if path not in self._opened:
            document = {"uri": uri, "languageId": "python", "version": 1}
            text = data.decode("utf-8", "replace")
            self._tell("textDocument/didOpen", {"textDocument": document | {"text": text}})
            self._opened.add(path)
        start = data.rfind(b"\n", 0, offset) + 1
        position = {
            "line": data.count(b"\n", 0, offset),
            "character": len(data[start:offset].decode("utf-8", "replace")),
        }
        asked = {"textDocument": {"uri": uri}, "position": position}
        found = self._ask("textDocument/definition", asked) or []
        return [self._place(item) for item in (found if isinstance(found, list) else [found])]

    def _place(self, item: dict[str, Any]) -> tuple[str, int]:
        path = Path(unquote(urlparse(item.get("uri") or item["targetUri"]).path))
        where = item.get("range") or item["targetSelectionRange"]
        inside = path.is_relative_to(self._root)
        shown = path.relative_to(self._root).as_posix() if inside else str(path)
        return shown, where["start"]["line"] + 1

    # -- the protocol --------------------------------------------------------------

    def _ask(self, method: str, asked: dict[str, Any]) -> Any:
        self._count += 1
        self._send({"id": self._count, "method": method, "params": asked})
        while True:
            answer = self._receive()
            if "method" not in answer and answer.get("id") == self._count:
                return answer.get("result")
            if "id" in answer:
                self._send({"id": answer["id"], "result": self._configured(answer)})

    def _configured(self, asked: dict[str, Any]) -> list[dict[str, Any]] | None:
        if asked["method"] != "workspace/configuration":
            return None
        analysis = {"diagnosticMode": "openFilesOnly", "typeCheckingMode": "off"}
        return [{"analysis": analysis} for _ in asked["params"]["items"]]

    def _tell(self, method: str, told: dict[str, Any]) -> None:
        self._send({"method": method, "params": told})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._server.stdin
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise RuntimeError("the language server has ended")
        message: dict[str, Any] = json.loads(self._server.stdout.read(length))
        return message
