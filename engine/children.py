"""Child processes that say how far they are, and that leave nothing behind when they are interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from engine import interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_LAST_WORDS = 20


class StepError(Exception):
    """A step of the set-up failed; the text says what to do about it."""


def say(text: str) -> None:
    """Tell the user, away from standard output, which may be evaluated."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """How far a step is: in place on a terminal, else a line for every tenth."""

    def __init__(self, what: str, total: int) -> None:
        """Begin a step.

        Args:
            what: what is counted, such as "engine: compiled {} of 9 packages".
            total: what the count comes to, roughly.
        """
        self._what = what
        self._total = max(total, 1)
        self._count = 0
        self._in_place = sys.stderr.isatty()

    def advance(self) -> None:
        """One more."""
        self._count += 1
        if self._in_place:
            print(f"\r\033[K{self._what.format(self._count)}", end="", file=sys.stderr, flush=True)
        elif self._count * 10 // self._total > (self._count - 1) * 10 // self._total:
            say(self._what.format(self._count))

    def end(self) -> None:
        """Leave the line that was written in place."""
        if self._in_place and self._count:
            print(file=sys.stderr, flush=True)


@contextmanager
def begun(
    command: Sequence[str | Path], stop: Callable[[subprocess.Popen[str]], None], **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """A child in a session of its own, which is stopped where what follows is cut short, and else lives on.

    A terminal's Ctrl-C does not reach it: whether and how it is told is decided here.
    """
    interrupt.hold()
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, start_new_session=True, **options)
    except BaseException:
        interrupt.release()
        raise
    try:
        interrupt.release()
        yield process
    except BaseException:
        stop(process)
        raise


@contextmanager
def group(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A child that is waited for, and killed with all of its own where what follows is cut short."""
    with begun(command, _kill_group, **options) as process:
        yield process
    with process:
        pass  # Waits, and closes its pipes.


def _kill_group(process: subprocess.Popen[str]) -> None:
    with process, suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def follow(command: Sequence[str | Path], progress: Progress, mark: str = "", **options: Any) -> tuple[int, str]:
    """Run a command and show how far it is.

    Args:
        command: what to run.
        progress: advances with every line of the command's output and error that begins with the mark.
        mark: what such a line begins with.
        options: go to `subprocess.Popen`.

    Returns:
        The exit code, and the last lines it wrote.
    """
    last: deque[str] = deque(maxlen=_LAST_WORDS)
    pipes: Mapping[str, int] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with group(command, **{**pipes, **options}) as process:
        try:
            for line in process.stdout or process.stderr or ():
                last.append(line)
                if line.startswith(mark):
                    progress.advance()
        finally:
            progress.end()
        return process.wait(), "".join(last).strip()
