"""Two calls that need not wait for each other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from snapshot_provider.errors import NotFoundError
from snapshot_provider.together import at_once, in_turn

if TYPE_CHECKING:
    from snapshot_provider.together import Together


def test_at_once_neither_waits_for_the_other() -> None:
    both = threading.Barrier(2)  # Neither gets past it alone.
    first, second = at_once(lambda: both.wait(10) >= 0, lambda: both.wait(10) >= 0)
    assert first.result()
    assert second.result()


def test_in_turn_keeps_the_order() -> None:
    made: list[str] = []
    in_turn(lambda: made.append("first"), lambda: made.append("second"))
    assert made == ["first", "second"]


@pytest.mark.parametrize("together", [at_once, in_turn])
def test_both_have_ended_whatever_came_of_either(together: Together) -> None:
    made: list[str] = []

    def refuse() -> None:
        made.append("refused")
        raise NotFoundError("There is no such job.")

    for calls in ((refuse, lambda: made.append("made")), (lambda: made.append("made"), refuse)):
        made.clear()
        answers = together(*calls)
        assert sorted(made) == ["made", "refused"]
        failures = [answer.exception() for answer in answers]
        assert sorted(type(failure).__name__ for failure in failures) == ["NoneType", "NotFoundError"]


def test_a_fault_of_our_own_is_not_kept_back() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(lambda: None, lambda: 1 // 0)
