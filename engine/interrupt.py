"""Interruption, however it comes: Ctrl-C, a signal to this process, or the end of the `make` that runs it."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

# A terminal and `make` may tell of one and the same interruption; a person's second Ctrl-C takes longer.
_ONE_AND_THE_SAME = 0.5


class _State:
    holding = False
    came = False
    accepted = 0.0


def watch() -> None:
    """Raise KeyboardInterrupt in the main thread on SIGINT, SIGTERM, SIGHUP, and when the parent is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A process under nohup wants to outlive its terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def hold() -> None:
    """Put interruption off until `release`, such as while a child is started that nobody could stop yet."""
    _State.holding = True


def release() -> None:
    """Let interruption through again, and raise it where it came meanwhile."""
    _State.holding = False
    if _State.came:
        _State.came = False
        raise KeyboardInterrupt


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    now = time.monotonic()
    if _State.accepted and now - _State.accepted < _ONE_AND_THE_SAME:
        return
    _State.accepted = now
    if _State.holding:
        _State.came = True
    else:
        raise KeyboardInterrupt


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    if not _State.accepted:
        os.kill(os.getpid(), signal.SIGINT)
