"""Faults on demand: which calls go wrong, how, and whether before or after the service has done its work."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from partnercentral_emulator.errors import ServiceRefusalError
from partnercentral_emulator.validation import service

Kind = Literal["error", "throttle", "reset", "lost-response", "hang", "malformed", "latency"]
"""What may happen to a call."""

READS = ("Get", "List")


@dataclass
class Fault:
    """One rule.

    Attributes:
        operation: an operation's name, "*", "reads" or "writes".
        kind: what happens: "error" (an answer of `code`, `message` and `status`), "throttle" (ThrottlingException),
            "reset" (the connection breaks), "lost-response" (a reset after the work), "hang" (no answer for
            `seconds`, then a reset; until the caller goes away where it is 0), "malformed" (`body` in place of the
            answer), "latency" (an answer `seconds` later).
        count: how many calls it hits; None for all.
        skip: how many calls are let through first.
        when: "before" or "after" the service has done its work; by default before, but for malformed answers.
        code: the error's code.
        message: the error's text.
        status: the error's HTTP status; 0 for the usual one.
        reason: the error's Reason.
        error_list: the error's ErrorList.
        seconds: how long it hangs, or how much later it answers.
        body: the text of a malformed answer.
    """

    operation: str
    kind: Kind
    count: int | None = 1
    skip: int = 0
    when: Literal["before", "after"] | None = None
    code: str = "InternalServerException"
    message: str = "A fault was injected."
    status: int = 0
    reason: str | None = None
    error_list: list[dict[str, str]] | None = None
    seconds: float = 0.0
    body: str = "<html>not the service</html>"

    def __post_init__(self) -> None:
        """Refuse what makes no rule.

        Raises:
            ValueError: a member is not what it can be; the text names both.
        """
        operations = {"*", "reads", "writes", *service().operation_names}
        for valid, complaint in (
            (self.operation in operations, f"{self.operation!r} is no operation: give its name, *, reads or writes"),
            (
                self.kind in get_args(Kind),
                f"{self.kind!r} is not a kind of fault; known are {', '.join(get_args(Kind))}",
            ),
            (self.when in {None, "before", "after"}, f"when is before or after, not {self.when!r}"),
            (self.count is None or _whole(self.count, 1), f"count is 1 or more, or null, not {self.count!r}"),
            (_whole(self.skip, 0), f"skip is 0 or more, not {self.skip!r}"),
            (self.status == 0 or _whole(self.status, 200, 599), f"status is an HTTP status, not {self.status!r}"),
            (_seconds(self.seconds), f"seconds are a number, 0 or more, not {self.seconds!r}"),
            (_texts(self.code, self.message, self.body, self.reason or ""), "code, message, reason and body are text"),
        ):
            if not valid:
                raise ValueError(complaint)

    @property
    def after_the_work(self) -> bool:
        """Whether the service carries the call out before this happens."""
        usual = "after" if self.kind == "malformed" else "before"
        return self.kind == "lost-response" or (self.when or usual) == "after"

    def refusal(self) -> ServiceRefusalError:
        """The answer of an error."""
        if self.kind == "throttle":
            return ServiceRefusalError("ThrottlingException", "Rate exceeded")
        usual_reason = "BUSINESS_VALIDATION_FAILED" if self.code == "ValidationException" else None
        members = {"Reason": self.reason or usual_reason, "ErrorList": self.error_list}
        return ServiceRefusalError(
            self.code,
            self.message,
            self.status or (500 if self.code == "InternalServerException" else 400),
            {name: value for name, value in members.items() if value is not None},
        )

    def covers(self, operation: str) -> bool:
        """Whether the rule is about this operation."""
        reads = operation.startswith(READS)
        return self.operation in {"*", operation, "reads" if reads else "writes"}


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, rule: dict[str, Any]) -> None:
        """Put a rule in force, after the ones that are.

        Raises:
            ValueError: it is no rule; the text says why.
        """
        unknown = set(rule) - {item.name for item in fields(Fault)}
        if unknown or not {"operation", "kind"} <= set(rule):
            raise ValueError(f"a fault has operation, kind and optional members; unknown: {sorted(unknown)}")
        self._rules.append(Fault(**rule))

    def clear(self) -> None:
        """Put every rule out of force."""
        self._rules.clear()

    def all(self) -> list[dict[str, Any]]:
        """The rules in force."""
        return [asdict(rule) for rule in self._rules]

    def next(self, operation: str) -> Fault | None:
        """The fault that hits this call, if one does; it counts as used."""
        for rule in self._rules:
            if not rule.covers(operation):
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            if rule.count is not None:
                rule.count -= 1
                if rule.count == 0:
                    self._rules.remove(rule)
            return rule
        return None


class Rate:
    """At most so many calls a second, with no saving up."""

    def __init__(self) -> None:
        self._tokens = 1.0
        self._time = time.monotonic()

    def allows(self, rate: float) -> bool:
        """Whether one more call is within the rate now; it counts then."""
        if not rate:
            return True
        now = time.monotonic()
        self._tokens = min(max(1.0, rate / 10), self._tokens + (now - self._time) * rate)
        self._time = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def _whole(value: Any, low: int, high: float = math.inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _seconds(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


def _texts(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
