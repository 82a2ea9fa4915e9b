"""What may be set of the emulator: everything that nobody knows of the live service, and what helps in tests."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints


def _switch(default: object, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Switches:
    """One value a switch; each is a command-line option and may be changed while the emulator runs.

    The emulator's README lists them with their values, units and meanings, as ``Switches.documented()`` does.

    Example:
        >>> emulator.switch(initial_status="Running", write_rate=1.0)["initial_status"]
        'Running'
    """

    initial_status: Literal["Stopped", "Running"] = _switch("Stopped", "a new job's status")
    start_running: Literal["noop", "validation"] = _switch(
        "noop", "starting a running job does nothing, or is refused with ValidationException"
    )
    stop_stopped: Literal["noop", "validation"] = _switch(
        "noop", "stopping a stopped job does nothing, or is refused with ValidationException"
    )
    delete_running: Literal["conflict", "validation"] = _switch(
        "conflict", "how deleting a running job is refused: ConflictException or ValidationException"
    )
    duplicate_job: Literal["allow", "conflict"] = _switch(
        "allow", "a second job for the same engagement, resource and template: allowed, or ConflictException"
    )
    token_other_body: Literal["conflict", "validation"] = _switch(
        "conflict", "how a client token with another body is refused: ConflictException or ValidationException"
    )
    token_scope: Literal["account", "catalog"] = _switch(
        "account", "whether a client token used in one catalog is another body in the other, or a token of its own"
    )
    token_after_delete: Literal["dead", "new"] = _switch(
        "dead", "a deleted job's client token is answered with its old Id, or makes a new job"
    )
    token_window: float = _switch(86400.0, "seconds for which a client token is remembered")
    other_account: Literal["denied", "not-found"] = _switch(
        "denied", "tagging another account's ARN: AccessDeniedException or ResourceNotFoundException"
    )
    existence: Literal["any", "seeded"] = _switch(
        "any", "which engagements and opportunities exist: all, or only those seeded"
    )
    put_without_role: Literal["clear", "keep", "validation"] = _switch(
        "clear", "settings put without a role: it is cleared, is kept, or they are refused with ValidationException"
    )
    role_required: bool = _switch(default=False, doc="executions fail where the settings name no role")
    snapshot_delay: float = _switch(0.0, "seconds from a reason for a snapshot to the snapshot")
    stale_reads: int = _switch(0, "how many reads after a write to a job still see it as it was before")
    write_rate: float = _switch(0.0, "writes a second of an account before ThrottlingException; 0 for no limit")
    read_rate: float = _switch(0.0, "reads a second of an account before ThrottlingException; 0 for no limit")
    latency: float = _switch(0.0, "seconds that each call takes at least")

    def changed(self, changes: dict[str, Any]) -> Switches:
        """These switches with some set otherwise.

        Args:
            changes: values by the switches' names.

        Raises:
            ValueError: a name is unknown, or a value is not one of its switch; the text names both.

        Example:
            >>> Switches().changed({"stale_reads": 2}).stale_reads
            2
        """
        kinds = get_type_hints(Switches)
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"{name!r} is not a switch; known are {', '.join(sorted(kinds))}")
            if not _fits(kinds[name], value):
                raise ValueError(f"{name} cannot be {value!r}: give {describe(kinds[name])}")
        return replace(self, **changes)

    @staticmethod
    def documented() -> list[tuple[str, Any, Any, str]]:
        """Name, type, default and meaning of each switch.

        Example:
            >>> [name for name, kind, default, meaning in Switches.documented() if "seconds" in meaning]
            ['token_window', 'snapshot_delay', 'latency']
        """
        kinds = get_type_hints(Switches)
        return [(item.name, kinds[item.name], item.default, item.metadata["doc"]) for item in fields(Switches)]


def describe(kind: Any) -> str:
    """A switch's type in words."""
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    return {bool: "true or false", int: "a whole number, 0 or more", float: "a number, 0 or more"}[kind]


def _fits(kind: Any, value: Any) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    numbers = (int,) if kind is int else (int, float)
    return isinstance(value, numbers) and math.isfinite(value) and value >= 0
