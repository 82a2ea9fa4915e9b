"""How calls are paced: simulated processes of four threads each, and a service that allows so many calls a second."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import pytest

from snapshot_provider.pace import FORGET, SLOWEST, Pace

THREADS = 4


@dataclass
class Process:
    """One plugin's writes."""

    pace: Pace
    left: int
    sent: int = 0
    refused: int = 0
    finished: float = 0.0


@dataclass
class World:
    """Virtual time, in which threads take turns; the service is a bucket of a tenth of a second's calls."""

    rate: float
    latency: float = 0.05
    now: float = 0.0
    tokens: float = 1.0
    refilled: float = 0.0

    def process(self, calls: int) -> Process:
        pace = Pace(lambda: self.now)
        pace._jitter.seed(1)
        return Process(pace, calls)

    def allows(self) -> bool:
        self.tokens = min(max(1.0, self.rate / 10), self.tokens + (self.now - self.refilled) * self.rate)
        self.refilled = self.now
        allowed = self.tokens >= 1
        self.tokens -= allowed
        return allowed

    def run(self, *processes: Process, apart: float = 0.0) -> None:
        order = itertools.count()
        # When, what a thread does next, whose it is, and whether its call was refused before.
        events = [
            (number * apart, next(order), "begin", process, False)
            for number, process in enumerate(processes)
            for _ in range(THREADS)
        ]
        heapq.heapify(events)
        while events:
            self.now, _, what, process, again = heapq.heappop(events)
            if what == "begin":
                if not again and not process.left:
                    continue
                process.left -= not again
                what = "wait"
            if what == "wait":
                left = process.pace.turn()
                then = (min(left, 0.05), "wait") if left else (self.latency, "answer")
                heapq.heappush(events, (self.now + then[0], next(order), then[1], process, again))
                continue
            process.sent += 1
            allowed = self.allows()
            if allowed:
                process.pace.accepted()
                process.finished = self.now
            else:
                process.refused += 1
                process.pace.refused()
            heapq.heappush(events, (self.now, next(order), "begin", process, not allowed))


@pytest.mark.parametrize("rate", [1, 2, 5, 10, 20, 50])
def test_calls_go_nearly_as_fast_as_the_service_allows(rate: float) -> None:
    world = World(rate)
    process = world.process(int(rate * 60))
    world.run(process)
    assert world.now < 1.1 * 60
    assert process.refused < (0.5 if rate <= 2 else 0.1) * process.sent


def test_nothing_waits_where_nothing_is_refused() -> None:
    world = World(rate=1e9)
    process = world.process(1000)
    world.run(process)
    assert process.refused == 0
    assert world.now == pytest.approx(1000 / THREADS * world.latency)


@pytest.mark.parametrize("apart", [0.0, 5.0])
@pytest.mark.parametrize("rate", [2, 20])
def test_a_second_process_does_not_starve(rate: float, apart: float) -> None:
    world = World(rate)
    first, second = world.process(int(rate * 30)), world.process(int(rate * 30))
    world.run(first, second, apart=apart)
    assert world.now < 2 * 60 + apart
    assert min(first.finished, second.finished) > 0.4 * 60


def test_a_long_quiet_time_is_a_new_beginning() -> None:
    world = World(rate=1)
    pace = world.process(0).pace
    pace.refused()
    assert pace.turn() > 0
    world.now = FORGET + 1
    assert pace.turn() == 0
    assert pace.turn() == 0
    world.now = 1e9
    assert pace.turn() == 0


def test_a_storm_is_not_fed() -> None:
    """Where every call is refused, few are made, and a turn is never further off than at the slowest rate."""
    world = World(rate=1e-9, tokens=0.0)
    pace = world.process(0).pace
    calls = 0
    while world.now < 300:
        left = pace.turn()
        assert left <= 1.5 / SLOWEST
        if left:
            world.now += left
        else:
            calls += 1
            pace.refused()
    assert calls < 300
