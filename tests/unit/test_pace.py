"""How calls are paced: simulated processes of four threads each, and a service that allows so many calls a second."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field

import pytest

from snapshot_provider.pace import FORGET, Pace

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
    paused: float = 0.0
    tokens: float = 1.0
    refilled: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def process(self, calls: int) -> Process:
        return Process(Pace(lambda: self.now, self.pause), calls)

    def pause(self, seconds: float) -> None:
        self.paused = seconds

    def allows(self) -> bool:
        self.tokens = min(max(1.0, self.rate / 10), self.tokens + (self.now - self.refilled) * self.rate)
        self.refilled = self.now
        allowed = self.tokens >= 1
        self.tokens -= allowed
        return allowed

    def run(self, *processes: Process, apart: float = 0.0) -> None:
        order = itertools.count()
        # When, what a thread does next, whose it is, and how often its call was refused in a row.
        events = [
            (number * apart, next(order), "wait", process, 0)
            for number, process in enumerate(processes)
            for _ in range(THREADS)
        ]
        heapq.heapify(events)
        while events:
            self.now, _, what, process, refusals = heapq.heappop(events)
            if what == "wait":
                if not refusals and not process.left:
                    continue
                process.left -= not refusals
                self.paused = 0.0
                process.pace.wait()
                after = (self.now + self.paused + self.latency, next(order), "send", process, refusals)
            else:
                process.sent += 1
                if self.allows():
                    process.pace.accepted()
                    process.finished = self.now
                    after = (self.now, next(order), "wait", process, 0)
                else:
                    process.refused += 1
                    process.pace.refused()
                    # botocore's own back-off.
                    delay = self.chance.random() * min(2**refusals, 20)
                    after = (self.now + delay, next(order), "wait", process, refusals + 1)
            heapq.heappush(events, after)


@pytest.mark.parametrize("rate", [1, 5, 20, 50])
def test_calls_go_nearly_as_fast_as_the_service_allows(rate: float) -> None:
    world = World(rate)
    process = world.process(int(rate * 60))
    world.run(process)
    assert world.now < 1.3 * 60
    assert process.refused < (0.4 if rate == 1 else 0.15) * process.sent


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
    pace.wait()
    pace.wait()
    assert world.paused > 0
    world.now, world.paused = FORGET + 1, 0.0
    pace.wait()
    assert world.paused == 0
    world.now = 1e9
    pace.wait()
