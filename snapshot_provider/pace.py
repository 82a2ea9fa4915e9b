"""How fast calls may go: learned from the service's refusals, shared by the threads of a process.

The service tells its rates to nobody. So calls go at once until one is refused, and are spaced from then on. A refusal
cuts their rate a little and is followed soon by the next call: a call that is refused at a good rate came just too
early. While nothing is refused the rate grows, slowly at first so that a good one is kept for long, then faster, so
that a process that has been cut short gets its share back. May not import Pulumi or boto3.
"""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CUT = 0.94
"""What a refusal leaves of the rate."""

DEEP_CUT = 0.8
"""What it leaves of a rate that is a guess, or of one at which calls are refused in a row."""

IN_A_ROW = 3
"""Refusals in a row after which a rate is taken for far too high."""

GROWTH = 0.01
"""How much the rate grows in a second, as a part of itself."""

CALM = 8.0
"""Seconds after the last cut from which it grows faster: by the cube of how often they have passed."""

FIRST_GUESS = 4.0
"""Calls a second after the first refusal. The guess is quadrupled each second until the next one."""

SLOWEST = 0.5
"""Calls a second that are tried however often the service refuses."""

SOON = 0.1
"""The part of a call's distance after which the next one follows a refusal; doubled for each refusal in a row."""

HUNGRY = 0.1
"""Seconds that a process waits at most after a refusal: another process may be taking what the service allows."""

STORM = 10
"""Refusals in a row after which that grows: it is then rather the service that is in trouble."""

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
        self._jitter = random.Random()  # noqa: S311  # It keeps processes apart, and guards nothing.
        self._next = 0.0
        self._grown = 0.0
        self._cut = float("-inf")
        self._in_a_row = 0
        self._guessing = True
        self.rate: float | None = None  # Calls a second; None while nothing was refused.

    def wait(self) -> None:
        """Wait for this call's turn."""
        while (left := self.turn()) > 0:
            # A refusal may bring the next turn forward.
            self._pause(min(left, 0.05))

    def turn(self) -> float:
        """Take a turn: the seconds until there may be one, 0 where it is taken."""
        with self._lock:
            now = self._clock()
            if self.rate and now - self._cut > FORGET:
                self.rate, self._guessing = None, True
            if self.rate is None:
                return 0.0
            if now < self._next:
                return self._next - now
            self.rate = self._grow(self.rate, now)
            # A thread that comes late by a little costs the others nothing.
            self._next = max(self._next, now - 0.2 / self.rate) + 1 / self.rate
            return 0.0

    def accepted(self) -> None:
        """A call was let through."""
        with self._lock:
            if self.rate and self.rate <= SLOWEST and self._in_a_row > IN_A_ROW:
                self._guessing = True  # There is room again.
            self._in_a_row = 0

    def refused(self) -> None:
        """A call was refused for being one too many."""
        with self._lock:
            now = self._clock()
            self._in_a_row += 1
            if self.rate is None:
                self.rate = FIRST_GUESS
                self._cut = self._grown = now
                self._next = now + 1 / self.rate
                return
            if now - self._cut >= 1 / self.rate:  # Else it was on its way when the rate was cut.
                far_off = self._guessing or self._in_a_row > IN_A_ROW
                self.rate = max(self.rate * (DEEP_CUT if far_off else CUT), SLOWEST)
                self._cut, self._guessing = now, False
            self._next = now + self._gap(self.rate)

    def _gap(self, rate: float) -> float:
        soon = SOON * 2.0 ** min(self._in_a_row - 1, 10) / rate
        most = min(HUNGRY * max(1.0, self._in_a_row / STORM), 1 / rate)
        return min(soon, most) * self._jitter.uniform(0.5, 1.5)

    def _grow(self, rate: float, now: float) -> float:
        passed, self._grown = min(now - self._grown, 1.0), now
        if self._guessing:
            return rate * 4**passed
        return rate * (1 + GROWTH * passed * max(1.0, ((now - self._cut) / CALM) ** 3))


class Paces:
    """The paces of reads and of writes, as handlers of a boto3 client's events.

    Args:
        alone: whether nobody else repeats calls that are refused as one too many. botocore would wait for longer each
            time, and while the threads of one process sleep another takes all that there is.
    """

    def __init__(self, *, alone: bool = True) -> None:
        self._writes = Pace()
        self._reads = Pace()
        self._alone = alone

    def attach(self, client: Any) -> None:
        """Pace a client's calls, each attempt of each."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-send.{service}", self._before)
        client.meta.events.register(f"response-received.{service}", self._after)
        if self._alone:
            client.meta.events.register_first(f"needs-retry.{service}", _is_retried)

    def _before(self, event_name: str, **_: Any) -> None:
        self._of(event_name).wait()

    def _after(self, event_name: str, parsed_response: Mapping[str, Any] | None, **_: Any) -> None:
        if parsed_response is None:
            return  # No answer says nothing of the rate.
        pace = self._of(event_name)
        if _is_throttled(parsed_response):
            pace.refused()
        else:
            pace.accepted()

    def _of(self, event_name: str) -> Pace:
        operation = event_name.rsplit(".", 1)[-1]
        return self._reads if operation.startswith(("Get", "List")) else self._writes


def _is_retried(response: tuple[Any, Mapping[str, Any]] | None = None, **_: Any) -> bool | None:
    """Leave a call that was refused as one too many to the gateway, which repeats it at its turn (see `Paces`)."""
    return False if response and _is_throttled(response[1]) else None


def _is_throttled(answer: Mapping[str, Any]) -> bool:
    return answer.get("Error", {}).get("Code") in THROTTLED
