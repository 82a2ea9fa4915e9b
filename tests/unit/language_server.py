"""A language server as an editor speaks to it: Content-Length framed JSON-RPC over standard input and output."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

CURSOR = "|"


class LanguageServer:
    """A running language server with one folder open. Use it in a `with` statement, so that it ends.

    Args:
        command: what starts it.
        folder: the folder of the user's programs.
        settings: the editor's settings, by section.
        env: the environment.
    """

    def __init__(self, command: list[str], folder: Path, settings: Mapping[str, Any], env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._folder = folder
        self._settings = settings
        self._asked = 0
        self._opened = 0
        root = {"uri": folder.as_uri(), "name": folder.name}
        hover = {"contentFormat": ["markdown"]}
        completion = {"completionItem": {"documentationFormat": ["markdown"]}}
        capabilities = {
            "textDocument": {"hover": hover, "completion": completion},
            "workspace": {"configuration": True, "workspaceFolders": True},
        }
        self.ask("initialize", {"processId": None, "capabilities": capabilities, "workspaceFolders": [root]})
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ask("shutdown", None)
        self._send({"method": "exit"})
        # It says goodbye by closing its output; nothing is left in the pipes.
        self._process.communicate(timeout=20)

    def at_cursor(self, method: str, program: str) -> Any:
        """What the server answers where the cursor (`|`) stands in a program."""
        before, after = program.split(CURSOR)
        self._opened += 1
        uri = (self._folder / f"program_{self._opened}.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        position = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[-1])}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": position})

    def ask(self, method: str, params: Any) -> Any:
        """Ask, and answer what the server asks meanwhile, until it answers."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message:
                if "id" in message:
                    self._send({"id": message["id"], "result": self._answer(message)})
            elif message["id"] == self._asked:
                assert "error" not in message, message
                return message["result"]

    def _answer(self, request: Mapping[str, Any]) -> Any:
        if request["method"] != "workspace/configuration":
            return None
        return [self._settings.get(item.get("section"), {}) for item in request["params"]["items"]]

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> Any:
        assert self._process.stdout
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            assert line, "the language server has ended"
            name, value = line.split(b":", 1)
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(self._process.stdout.read(length))
