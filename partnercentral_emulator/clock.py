"""Time as the emulator sees it: the machine's, or one that only tests move."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class Clock:
    """Seconds since the epoch, moved forward on request.

    Args:
        manual: stand still at `start` until moved; otherwise run with the machine.
        start: where a manual clock stands.
        offset: by how many seconds it was moved before.
    """

    def __init__(self, *, manual: bool = False, start: float = 1_800_000_000.0, offset: float = 0.0) -> None:
        self._manual = manual
        self._start = start
        self.offset = offset

    def now(self) -> float:
        """The emulator's time."""
        return (self._start if self._manual else time.time()) + self.offset


def iso(seconds: float) -> str:
    """A time as the wire has it, with milliseconds."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
