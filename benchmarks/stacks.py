"""Runs of the engine and of scripts against one emulator: seconds, calls, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnercentral_emulator import Emulator

PEERS = Path(__file__).parent / "peers"
SAMPLE = 0.02
"""Seconds between two looks at the memory of processes."""


def _text(peer: str) -> str:
    return (PEERS / f"{peer}.py").read_text(encoding="utf-8")


PROGRAMS = {
    "ours": "import ours\n",
    # Providers that are pickled by value, as those in a program itself are.
    "naive": _text("naive"),
    "floor": f"{_text('floor')}\n\ndeclare()\n",
    # The same one in a module: the least that a dynamic resource can cost.
    "lean floor": "import floor\n\nfloor.declare()\n",
}


@dataclass(frozen=True)
class Run:
    """What one command took.

    Attributes:
        seconds: from its start to its end.
        calls: the calls that reached the service, in order of arrival, as the emulator notes them.
        memory: the most resident memory of the program and of the plugin, in bytes.
    """

    seconds: float
    calls: list[dict[str, Any]]
    memory: dict[str, int] = field(default_factory=dict)

    @property
    def operations(self) -> list[str]:
        """The operations called."""
        return [call["operation"] for call in self.calls]

    @property
    def reads(self) -> int:
        """How many of the calls read."""
        return sum(operation.startswith(("Get", "List")) for operation in self.operations)

    @property
    def writes(self) -> int:
        """How many of the calls write."""
        return len(self.calls) - self.reads

    @property
    def refused(self) -> int:
        """How many of the calls were refused as one too many."""
        return sum(call["error"] == "ThrottlingException" for call in self.calls)


@dataclass
class Stack:
    """A stack of one peer's program, on a file backend of its own."""

    peer: str
    folder: Path
    emulator: Emulator

    def __post_init__(self) -> None:
        """Write the project, and make the stack."""
        (self.folder / "state").mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n", encoding="utf-8")
        (self.folder / "__main__.py").write_text(PROGRAMS[self.peer], encoding="utf-8")
        self._pulumi("stack", "init", "bench")

    def run(self, command: str, jobs: int, **variables: str) -> Run:
        """Run `up`, `preview`, `refresh` or `destroy` without a preview before it, and see what it takes."""
        self.emulator.clear_calls()
        seconds, memory = _measured(self.command(command), self.folder, self.environment(jobs, **variables))
        return Run(seconds, self.emulator.calls(), memory)

    def command(self, command: str) -> list[str]:
        """The words of a command of the engine's."""
        options = [] if command == "preview" else ["--yes", "--skip-preview"]
        return ["pulumi", command, *options, "--non-interactive", "--suppress-outputs"]

    def environment(self, jobs: int, **variables: str) -> dict[str, str]:
        """What the command runs in."""
        return {
            **os.environ,
            **self.emulator.env(),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "bench",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONPATH": str(PEERS),
            "JOBS": str(jobs),
            **variables,
        }

    def records(self) -> list[dict[str, Any]]:
        """The stack's resources as the engine exports them, secrets shown."""
        exported = json.loads(self._pulumi("stack", "export", "--show-secrets"))
        return [item for item in exported["deployment"]["resources"] if item["type"].startswith("pulumi-python:")]

    def _pulumi(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment(0),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def script(emulator: Emulator, threads: int, jobs: int, mode: str = "standard") -> Run:
    """Run the plain script.

    Args:
        emulator: the service.
        threads: how many it has.
        jobs: how many it makes.
        mode: botocore's retry mode.
    """
    emulator.clear_calls()
    command = [sys.executable, str(PEERS / "script.py"), str(threads), mode]
    seconds, memory = _measured(command, PEERS, {**os.environ, **emulator.env(), "JOBS": str(jobs)})
    return Run(seconds, emulator.calls(), memory)


def _measured(command: list[str], folder: Path, env: Mapping[str, str]) -> tuple[float, dict[str, int]]:
    """Run a command to its end: its seconds, and the most memory of the program and the plugin below it.

    Raises:
        RuntimeError: it failed; the text is what it wrote.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        most: dict[str, int] = {}
        watch = threading.Thread(target=_watch, args=(process, most))
        watch.start()
        text, _ = process.communicate()
        seconds = time.perf_counter() - began
        watch.join()
    if process.returncode:
        raise RuntimeError(text)
    return seconds, most


def _watch(process: subprocess.Popen[str], most: dict[str, int]) -> None:
    """Note the most memory that each kind of process has had."""
    with suppress(psutil.Error):
        root = psutil.Process(process.pid)
        while process.poll() is None:
            for child in [root, *root.children(recursive=True)]:
                with suppress(psutil.Error):
                    role = _role(child.cmdline())
                    most[role] = max(most.get(role, 0), child.memory_info().rss)
            time.sleep(SAMPLE)


def _role(command: list[str]) -> str:
    line = " ".join(command)
    if "pulumi.dynamic" in line:
        return "plugin"
    return "program" if "python" in line else "engine"
