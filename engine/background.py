"""Programs that run on between the commands of the local stack: what plays the APIs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.children import StepError, begun
from engine.install import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Variables = dict[str, str]


@dataclass(frozen=True)
class Background:
    """A program that prints where it serves, and serves until it is stopped.

    Attributes:
        name: what it is called when it is spoken of.
        module: the module that is run.
        folder: where its record, its log and its last port are kept.
        options: its command line, given the port that it had before, or "0".
        lines: how many lines it prints when it serves.
        variables: makes these lines into the environment that points there; the first variable is its URL.
    """

    name: str
    module: str
    folder: Path
    options: Callable[[str], list[str]]
    lines: int
    variables: Callable[[list[str]], Variables]

    @contextmanager
    def serving(self) -> Iterator[tuple[Variables, bool]]:
        """The environment that points at it, and whether it was started for this.

        What was started here is stopped again where what follows is interrupted.
        """
        found = self._answering()
        if found:
            yield found, False
            return
        self.stop()
        with self._launched() as variables:
            yield variables, True

    def stop(self) -> bool:
        """Stop it; whether it ran."""
        pid = self._recorded_pid()
        if pid:
            _stop(pid)
        self._record.unlink(missing_ok=True)
        return pid is not None

    @property
    def _record(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def _port(self) -> Path:
        return self.folder / f"{self.name}.port"

    @contextmanager
    def _launched(self) -> Iterator[Variables]:
        log_file = self.folder / f"{self.name}.log"
        for port in dict.fromkeys((self._last_port(), "0")):
            command = [sys.executable, "-m", self.module, *self.options(port)]
            # Ctrl-C must not reach it: the engine still needs it then.
            with (
                log_file.open("w") as log,
                begun(command, self._drop, cwd=PROJECT, stdout=subprocess.PIPE, stderr=log) as process,
            ):
                printed = [process.stdout.readline().strip() for _ in range(self.lines)] if process.stdout else []
                if printed and all(printed):
                    variables = self.variables(printed)
                    self._record.write_text(json.dumps({"pid": process.pid, "variables": variables}))
                    self._port.write_text(_url(variables).rsplit(":", 1)[1])
                    print(f"{self.name}: {_url(variables)}", flush=True)
                    yield variables
                    return
                process.wait()
        raise StepError(f"{self.name} did not start:\n{log_file.read_text()}")

    def _drop(self, process: subprocess.Popen[str]) -> None:
        _stop(process.pid)
        self._record.unlink(missing_ok=True)

    def _last_port(self) -> str:
        """The port it had before, so that its URL stays the same."""
        with suppress(OSError):
            return self._port.read_text()
        return "0"

    def _answering(self) -> Variables | None:
        """The recorded environment, if something answers there."""
        with suppress(OSError, ValueError, KeyError):
            variables: Variables = json.loads(self._record.read_text())["variables"]
            with suppress(urllib.error.HTTPError):  # An answer, too.
                urllib.request.urlopen(_url(variables), timeout=2).close()  # noqa: S310  # Its own URL.
            return variables if self._recorded_pid() else None
        return None

    def _recorded_pid(self) -> int | None:
        """The recorded process, unless its number has gone to another program since."""
        with suppress(OSError, ValueError, KeyError):
            pid = int(json.loads(self._record.read_text())["pid"])
            shown = subprocess.run(
                ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
            )
            return pid if self.module in shown.stdout else None
        return None


def _url(variables: Variables) -> str:
    return next(iter(variables.values()))


def _stop(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
