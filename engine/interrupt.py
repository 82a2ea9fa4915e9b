"""Interruption, however it comes: Ctrl-C, a signal to this process, or the end of the `make` that runs it."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def watch() -> None:
    """Raise KeyboardInterrupt in the main thread on SIGINT, on SIGTERM, and when the parent is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: what cleans up after it is not to be interrupted in turn.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGINT)
