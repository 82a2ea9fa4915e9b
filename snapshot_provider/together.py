"""Two calls that need not wait for each other. May not import Pulumi or boto3."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from snapshot_provider.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

A = TypeVar("A")
B = TypeVar("B")

THREADS = 16
"""More than the plugin's host has of its own, so that none of those waits for one of these."""


class Together(Protocol):
    """Makes two calls, whatever comes of either, and answers with what came of both."""

    def __call__(self, first: Callable[[], A], second: Callable[[], B]) -> tuple[Future[A], Future[B]]:
        """Make them; both have ended when this returns."""


def in_turn(first: Callable[[], A], second: Callable[[], B]) -> tuple[Future[A], Future[B]]:
    """One after the other: in an order that can be relied on."""
    return _made(first), _made(second)


def at_once(first: Callable[[], A], second: Callable[[], B]) -> tuple[Future[A], Future[B]]:
    """At the same time: what takes longer is all that they take."""
    beside = _threads().submit(_made, second)
    return _made(first), beside.result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "snapshot-provider")


def _made(call: Callable[[], A]) -> Future[A]:
    answer: Future[A] = Future()
    try:
        answer.set_result(call())
    except ProviderError as error:
        answer.set_exception(error)
    return answer
