"""How fast calls may go: learned from the service's refusals, shared by the threads of a process.

The service tells its rates to nobody, and a refused call costs as much of them as one that succeeds. So calls go at
once until one is refused, and are spaced from then on. Each refusal cuts their rate. While nothing is refused it grows,
slowly at first so that a good rate is kept for long, then faster, so that a process that has been cut short gets its
share back. May not import Pulumi or boto3.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CUT = 0.94
"""What a refusal leaves of the rate."""

DEEP_CUT = 0.8
"""What it leaves of a rate that is a guess, or of one at which most calls are refused."""

GROWTH = 1e-4
"""How the rate grows without a refusal: by 1 + GROWTH * t**2 a second, t seconds after the last cut."""

FIRST_GUESS = 4.0
"""Calls a second after the first refusal. The guess is quadrupled each second until the next one."""

SLOWEST = 0.5
"""Calls a second that are tried however often the service refuses."""

FORGET = 60.0
"""Seconds without a refusal after which calls go at once again."""

THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException", "Throttling", "RequestLimitExceeded"})
"""Error codes that ask for fewer calls."""


class Pace:
    """One kind of calls of one account.

    Args:
        clock: the time in seconds; tests drive it.
        pause: waits for some seconds; tests drive it.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._lock = threading.Lock()
        self._let_through: deque[bool] = deque(maxlen=8)
        self._next = 0.0
        self._grown = 0.0
        self._cut = float("-inf")
        self._guessing = True
        self.rate: float | None = None  # Calls a second; None while nothing was refused.

    def wait(self) -> None:
        """Wait for this call's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            if self.rate and now - self._cut > FORGET:
                self.rate, self._guessing = None, True
            if self.rate:
                self.rate = self._grow(self.rate, now)
                self._next = turn + 1 / self.rate
        if turn > now:
            self._pause(turn - now)

    def accepted(self) -> None:
        """A call was let through."""
        with self._lock:
            self._let_through.append(True)

    def refused(self) -> None:
        """A call was refused for being one too many."""
        with self._lock:
            now = self._clock()
            self._let_through.append(False)
            if self.rate is None:
                self.rate = FIRST_GUESS
            elif now - self._cut < 2 / self.rate:
                return  # It was on its way when the rate was cut.
            else:
                far_off = self._guessing or sum(self._let_through) < len(self._let_through) / 2
                self.rate = max(self.rate * (DEEP_CUT if far_off else CUT), SLOWEST)
                self._guessing = False
            self._cut = self._grown = now
            self._next = max(self._next, now + 1 / self.rate)

    def _grow(self, rate: float, now: float) -> float:
        before, self._grown = self._grown - self._cut, now
        if self._guessing:
            return rate * min(4 ** (now - self._cut - before), 1.4)
        return rate * math.exp(GROWTH / 3 * ((now - self._cut) ** 3 - before**3))


class Paces:
    """The paces of reads and of writes, as handlers of a boto3 client's events."""

    def __init__(self) -> None:
        self._writes = Pace()
        self._reads = Pace()

    def attach(self, client: Any) -> None:
        """Pace a client's calls, each attempt of each."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-send.{service}", self._before)
        client.meta.events.register(f"response-received.{service}", self._after)

    def _before(self, event_name: str, **_: Any) -> None:
        self._of(event_name).wait()

    def _after(self, event_name: str, parsed_response: Mapping[str, Any] | None, **_: Any) -> None:
        if parsed_response is None:
            return  # No answer says nothing of the rate.
        code = parsed_response.get("Error", {}).get("Code")
        pace = self._of(event_name)
        if code in THROTTLED:
            pace.refused()
        else:
            pace.accepted()

    def _of(self, event_name: str) -> Pace:
        operation = event_name.rsplit(".", 1)[-1]
        return self._reads if operation.startswith(("Get", "List")) else self._writes
