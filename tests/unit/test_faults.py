"""Each operation of each step of a job's life, by each fault: what the user is told, and what the service holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from snapshot_provider.errors import ProviderError
from snapshot_provider.model import TagChange
from tests.unit.test_lifecycle import DECLARED, IDENTITY, Told, connection, emulator, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnercentral_emulator import Emulator
    from partnercentral_emulator.faults import Kind
    from snapshot_provider.lifecycle import Lifecycle
    from snapshot_provider.model import Job

__all__ = ["emulator", "running"]  # Fixtures.

Held = tuple[str, dict[str, str]]
CHANGE = TagChange.between(DECLARED.tags, {"team": "b"})
OLD: Held = ("Running", {"team": "a", "stage": "1"})


@dataclass(frozen=True)
class Step:
    """One step of the life of a job, which is there before for all but a create.

    Attributes:
        run: does it.
        calls: the operations that it takes, in order.
        end: what the service holds when it is done: status and tags of each job.
        cut: what it holds where an operation is refused for good; what there was before, where it is not said.
    """

    run: Callable[[Lifecycle, Job], object]
    calls: tuple[str, ...]
    end: list[Held]
    cut: dict[str, list[Held]]


CREATE, GET, START, STOP, DELETE = (
    f"{verb}ResourceSnapshotJob" for verb in ("Create", "Get", "Start", "Stop", "Delete")
)
TAGGED = ("Running", {"team": "b", "stage": "1"})
UNTAGGED = ("Running", {"team": "a"})
STOPPED = ("Stopped", OLD[1])

STEPS = {
    "create": Step(lambda cycle, _: cycle.create(DECLARED), (CREATE, GET, START), [("Running", {"team": "a"})], {}),
    "read": Step(lambda cycle, job: cycle.read("Sandbox", job.id, job.arn), (GET, "ListTagsForResource"), [OLD], {}),
    "update": Step(
        lambda cycle, job: cycle.update(job, TagChange.between(OLD[1], {"team": "b"}), "Stopped"),
        ("UntagResource", "TagResource", STOP),
        [("Stopped", {"team": "b"})],
        {"TagResource": [UNTAGGED], STOP: [("Running", {"team": "b"})]},
    ),
    "start": Step(
        lambda cycle, job: cycle.update(job.with_status("Stopped"), TagChange(), "Running"),
        (START,),
        [OLD],
        {START: [STOPPED]},
    ),
    "delete": Step(
        lambda cycle, job: cycle.delete("Sandbox", job.id, "Running", job.arn), (STOP, DELETE), [], {DELETE: [STOPPED]}
    ),
}
CALLS = [(name, call) for name, step in STEPS.items() for call in step.calls]

# What goes wrong twice and then no more.
PASSING: dict[str, tuple[Kind, dict[str, Any]]] = {
    "throttled": ("throttle", {}),
    "reset": ("reset", {}),
    "answer-lost": ("lost-response", {}),
    "hangs": ("hang", {}),
    "fails": ("error", {"code": "InternalServerException"}),
    "late-failure": ("error", {"code": "InternalServerException", "when": "after"}),
    "bad-gateway": ("error", {"code": "BadGateway", "status": 502}),
}

# What goes wrong each time, and what the user is told of it.
LASTING: dict[str, tuple[Kind, dict[str, Any], str]] = {
    "no-access": ("error", {"code": "AccessDeniedException"}, r"Grant the caller partnercentral:"),
    "invalid": ("error", {"code": "ValidationException"}, r"ValidationException"),
    "quota": ("error", {"code": "ServiceQuotaExceededException"}, r"ServiceQuotaExceededException"),
    "not-the-service": ("malformed", {"when": "before"}, r"does not speak as Partner Central does"),
    "unreachable": ("reset", {}, r"failed: Connection was closed"),
    "down": ("error", {"code": "InternalServerException"}, r"InternalServerException"),
}


def held(emulator: Emulator) -> list[Held]:
    return [(job["Status"], job["Tags"]) for job in emulator.jobs()]


def before(emulator: Emulator, step: str) -> tuple[Told, Job]:
    """A job to start from, and a fresh client: botocore's allowance for retries is a client's."""
    connection.cache_clear()
    told = Told()
    job = told.cycle.create(replace(DECLARED, tags=dict(OLD[1])))
    if step == "create":
        told.cycle.delete("Sandbox", job.id, "Running")
    if step == "start":
        emulator.change_job(job.id, status="Stopped")
    emulator.clear_calls()
    return told, job


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize(("step", "call"), CALLS)
def test_what_passes_is_mended(emulator: Emulator, step: str, call: str, fault: str) -> None:
    told, job = before(emulator, step)
    kind, members = PASSING[fault]
    emulator.inject(call, kind, count=2, **members)
    STEPS[step].run(told.cycle, job)
    assert held(emulator) == STEPS[step].end
    assert emulator.faults() == []


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize(("step", "call"), CALLS)
def test_what_lasts_is_told_and_can_be_repeated(emulator: Emulator, step: str, call: str, fault: str) -> None:
    told, job = before(emulator, step)
    kind, members, words = LASTING[fault]
    emulator.inject(call, kind, count=None, **members)
    with pytest.raises(ProviderError, match=words) as failed:
        STEPS[step].run(told.cycle, job)
    shown = str(failed.value)
    assert call in shown
    assert (IDENTITY.resource_identifier if call == CREATE else "job-") in shown
    assert "Request id" in shown or fault in {"not-the-service", "unreachable"}
    assert held(emulator) == ([] if step == "create" else STEPS[step].cut.get(call, [OLD]))
    if fault in {"no-access", "quota"}:
        assert emulator.operations().count(call) == 1
    emulator.clear_faults()
    STEPS[step].run(told.cycle, job)
    assert held(emulator) == STEPS[step].end
