"""Time limits, which the dynamic provider host does not pass on. May not import Pulumi or boto3."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from snapshot_provider.errors import WaitError

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """A point in time after which nothing more is begun.

    Args:
        seconds: how long from now; None for no limit.
        clock: the time in seconds; tests drive it.
    """

    def __init__(self, seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self.seconds = seconds

    def elapsed(self) -> float:
        """Seconds since it was set."""
        return self._clock() - self._start

    def passed(self) -> bool:
        """Whether the time is up."""
        return self.seconds is not None and self.elapsed() >= self.seconds

    def extend(self, seconds: float) -> None:
        """Give at least so many seconds from now."""
        if self.seconds is not None:
            self.seconds = max(self.seconds, self.elapsed() + seconds)

    def check(self, what: str) -> None:
        """Let something begin.

        Raises:
            WaitError: the time is up.
        """
        if self.passed():
            raise WaitError(
                f"{what} was not begun: the time limit of {self.seconds:g} s is up. Give more in `timeouts`."
            )
