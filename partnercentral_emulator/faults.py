"""Faults on demand: which calls go wrong, how, and whether before or after the service has done its work."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

Kind = Literal["error", "throttle", "reset", "lost-response", "hang", "malformed", "latency"]

READS = ("Get", "List")


@dataclass
class Fault:
    """One rule.

    Attributes:
        operation: an operation's name, "*", "reads" or "writes".
        kind: what happens: "error" (an answer of `code`, `message` and `status`), "throttle" (ThrottlingException),
            "reset" (the connection breaks), "lost-response" (a reset after the work), "hang" (no answer for
            `seconds`, then a reset; for ever where it is 0), "malformed" (`body` in place of the answer),
            "latency" (an answer `seconds` later).
        count: how many calls it hits; None for all.
        skip: how many calls are let through first.
        when: "before" or "after" the service has done its work.
        code: the error's code.
        message: the error's text.
        status: the error's HTTP status.
        seconds: how long it hangs, or how much later it answers.
        body: the text of a malformed answer.
    """

    operation: str
    kind: Kind
    count: int | None = 1
    skip: int = 0
    when: Literal["before", "after"] = "before"
    code: str = "InternalServerException"
    message: str = "A fault was injected."
    status: int = 0
    seconds: float = 0.0
    body: str = "<html>not the service</html>"

    def __post_init__(self) -> None:
        """Refuse what makes no rule.

        Raises:
            ValueError: the kind or the moment is unknown.
        """
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.kind!r} is not a kind of fault; known are {', '.join(get_args(Kind))}")
        if self.when not in {"before", "after"}:
            raise ValueError(f"when is before or after, not {self.when!r}")
        if self.kind in {"lost-response", "malformed"}:
            self.when = "after"
        if self.kind == "throttle":
            self.kind, self.code, self.message = "error", "ThrottlingException", "Rate exceeded"
        self.status = self.status or (500 if self.code == "InternalServerException" else 400)

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
