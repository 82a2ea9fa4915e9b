"""One shell, in which the commands of a page are run one after the other, as a reader would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

LIMIT = 120.0
"""Seconds after which a command is taken for one that does not end."""

_END = "end-of-command"
_CHANGING = (
    (r"\x1b\[[0-9;]*m", ""),
    (r"job-[0-9a-z]{13}", "job-ID"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\d+(\.\d+)?( ?m?s)\b", "TIME"),
    (r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)?", "DATE"),
    (r"[ \t]+", " "),
)
"""What differs from run to run, and what stands for it when output is compared."""


class Session:
    """A shell that remembers where it is and what was exported. Use it in a `with` statement."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._served: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, with all that it left running."""
        for process in self._served:
            process.terminate()
            process.communicate()
        # Plugins have process groups of their own, and one of a run that was killed lives on.
        for left in [process for process in psutil.process_iter() if _session_of(process) == self._shell.pid]:
            with suppress(psutil.NoSuchProcess):
                left.kill()
        self._shell.wait()
        for pipe in (self._shell.stdin, self._shell.stdout):
            if pipe:
                pipe.close()

    def run(self, command: str) -> tuple[int, str]:
        """Run a command; its exit code, and its standard output and error together."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        watch = threading.Timer(LIMIT, os.killpg, (self._shell.pid, signal.SIGKILL))
        watch.start()
        self._shell.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n{_END} %s\\n' $?\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            ended = re.fullmatch(rf"{_END} (\d+)\n", line)
            if ended:
                watch.cancel()
                return int(ended[1]), "".join(lines)
            lines.append(line)
        raise AssertionError(f"the shell ended with: {command}\n{''.join(lines)}")

    def serve(self, command: str, lines: int) -> str:
        """Run a command that serves until it is stopped, in the shell's folder and environment; its first lines."""
        _, known = self.run("pwd; env -0 | base64 -w0")
        folder, encoded = known.split("\n", 1)
        env = _decoded(encoded)
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        process = subprocess.Popen(f"exec {command}", shell=True, cwd=folder, env=env, **pipes)
        self._served.append(process)
        assert process.stdout is not None
        return "".join(process.stdout.readline() for _ in range(lines))


def _session_of(process: psutil.Process) -> int | None:
    with suppress(ProcessLookupError):
        return os.getsid(process.pid)
    return None


def _decoded(encoded: str) -> dict[str, str]:
    import base64

    pairs = base64.b64decode(encoded.strip()).decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def shows(shown: str, output: str) -> bool:
    """Whether a page shows what came: every line in its place.

    A line that is … alone stands for any number of lines, an … within a line for any text. Empty lines do not count.
    """
    pattern = "".join(
        "(?:.*\n)*?" if line == "…" else f"{'.*'.join(re.escape(part) for part in line.split('…'))}\n"
        for line in _alike(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _alike(output))) is not None


def _alike(text: str) -> list[str]:
    """The lines of a text, without what differs from run to run."""
    for pattern, stand_in in _CHANGING:
        text = re.sub(pattern, stand_in, text)
    return [line.strip() for line in text.splitlines() if line.strip()]
