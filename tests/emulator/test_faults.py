"""Faults on demand, limits and delays: what a caller sees, and what the service did."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.emulator.conftest import JOB, client_of
from tests.emulator.test_operations import at, refused

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from partnercentral_emulator.faults import Kind

MODELLED = [
    "AccessDeniedException",
    "ConflictException",
    "InternalServerException",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "ThrottlingException",
    "ValidationException",
]


@pytest.mark.parametrize("code", MODELLED)
def test_each_error_of_the_model(client: Any, emulator: Emulator, code: str) -> None:
    emulator.inject("CreateResourceSnapshotJob", "error", code=code, message="why")
    with pytest.raises(getattr(client.exceptions, code)) as caught:
        client.create_resource_snapshot_job(**JOB)
    assert caught.value.response["Error"] == {"Code": code, "Message": "why"}
    assert (emulator.jobs(), emulator.faults()) == ([], [])
    assert [(call["fault"], call["error"]) for call in emulator.calls()] == [("error", code)]


def test_an_errors_details(client: Any, emulator: Emulator) -> None:
    details = [{"FieldName": "Catalog", "Message": "no", "Code": "ACTION_NOT_PERMITTED"}]
    emulator.inject(
        "writes",
        "error",
        code="ValidationException",
        reason="REQUEST_VALIDATION_FAILED",
        error_list=details,
        status=422,
    )
    answer = refused(client.create_resource_snapshot_job, **JOB)
    assert (answer["Reason"], answer["ErrorList"]) == ("REQUEST_VALIDATION_FAILED", details)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 422


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["error", "throttle", "reset", "hang", "malformed"])
def test_before_and_after_the_work(emulator: Emulator, kind: Kind, when: str, made: int) -> None:
    client = client_of(emulator, read_timeout=0.4)
    emulator.inject("CreateResourceSnapshotJob", kind, when=when)
    if kind == "malformed":
        assert "Id" not in client.create_resource_snapshot_job(**JOB)
    elif kind in {"error", "throttle"}:
        refused(client.create_resource_snapshot_job, **JOB)
    else:
        with pytest.raises(ReadTimeoutError if kind == "hang" else ConnectionClosedError):
            client.create_resource_snapshot_job(**JOB)
    assert len(emulator.jobs()) == made
    assert emulator.calls()[0]["fault"] == kind
    client.create_resource_snapshot_job(**JOB)


def test_a_hanging_call_ends_in_a_broken_connection(client: Any, emulator: Emulator) -> None:
    emulator.inject("reads", "hang", seconds=0.1)
    with pytest.raises(ConnectionClosedError):
        client.list_resource_snapshot_jobs(Catalog="AWS")


def test_bodies_of_malformed_answers(client: Any, emulator: Emulator) -> None:
    emulator.inject("GetResourceSnapshotJob", "malformed", body="{}")
    made = client.create_resource_snapshot_job(**JOB)
    assert set(client.get_resource_snapshot_job(**at(made))) == {"ResponseMetadata"}
    emulator.inject("GetResourceSnapshotJob", "malformed", body='{"CreatedAt": "once upon a time"}')
    with pytest.raises((ResponseParserError, ValueError)):
        client.get_resource_snapshot_job(**at(made))


def test_which_calls_a_rule_hits(client: Any, emulator: Emulator) -> None:
    emulator.inject("reads", "throttle", skip=1, count=2)
    client.create_resource_snapshot_job(**JOB)
    client.list_resource_snapshot_jobs(Catalog="AWS")
    for _ in range(2):
        refused(client.list_resource_snapshot_jobs, Catalog="AWS")
    client.list_resource_snapshot_jobs(Catalog="AWS")
    assert [call["fault"] for call in emulator.calls()] == [None, None, "throttle", "throttle", None]
    emulator.inject("*", "throttle", count=None)
    for _ in range(3):
        refused(client.list_resource_snapshot_jobs, Catalog="AWS")
    emulator.clear_faults()
    client.list_resource_snapshot_jobs(Catalog="AWS")


def test_rules_that_are_none(emulator: Emulator) -> None:
    for rule, complaint in (
        ({"operation": "CreateJob"}, "'CreateJob' is no operation"),
        ({"count": 0}, "count is 1 or more, or null, not 0"),
        ({"skip": -1}, "skip is 0 or more"),
        ({"seconds": "long"}, "seconds are a number"),
        ({"status": 99}, "status is an HTTP status"),
        ({"when": "during"}, "when is before or after"),
        ({"body": {}}, "body are text"),
        ({"colour": "red"}, r"unknown: \['colour'\]"),
    ):
        with pytest.raises(ValueError, match=complaint):
            emulator.inject(**{"operation": "*", "kind": "error", **rule})  # type: ignore[arg-type]
    assert emulator.faults() == []


@pytest.mark.parametrize(("when", "done"), [("before", 0), ("after", 1)])
def test_an_answer_that_is_late_before_or_after_the_work(client: Any, emulator: Emulator, when: str, done: int) -> None:
    emulator.inject("CreateResourceSnapshotJob", "latency", seconds=1, when=when)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.create_resource_snapshot_job, **JOB)
        while not (emulator.jobs() if done else [call for call in emulator.calls() if call["fault"]]):
            assert not answer.done()
        assert (len(emulator.jobs()), answer.done()) == (done, False)
        assert answer.result()["Id"] == emulator.jobs()[0]["Id"]


@pytest.mark.parametrize("cause", ["switch", "fault"])
def test_latency(client: Any, emulator: Emulator, cause: str) -> None:
    if cause == "switch":
        emulator.switch(latency=0.2)
    else:
        emulator.inject("*", "latency", seconds=0.2)
    start = time.monotonic()
    client.create_resource_snapshot_job(**JOB)
    assert time.monotonic() - start >= 0.2
    assert len(emulator.jobs()) == 1


def test_calls_do_not_wait_for_each_other(emulator: Emulator) -> None:
    emulator.switch(latency=0.05)
    client = client_of(emulator, max_pool_connections=50)
    start = time.monotonic()
    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(lambda _: client.create_resource_snapshot_job(**JOB)["Id"], range(300)))
    assert time.monotonic() - start < 5  # One after the other they take 15 seconds.
    assert len(set(made)) == len(emulator.jobs()) == 300


@pytest.mark.parametrize(("limited", "free"), [("read", "write"), ("write", "read")])
def test_rates_are_of_an_account(emulator: Emulator, limited: str, free: str) -> None:
    calls = {
        "read": lambda client: client.list_resource_snapshot_jobs(Catalog="Sandbox"),
        "write": lambda client: client.create_resource_snapshot_job(**JOB),
    }
    mine, theirs = client_of(emulator), client_of(emulator, key="111122223333")
    emulator.switch(**{f"{limited}_rate": 2})
    calls[limited](mine)
    assert refused(calls[limited], client=mine)["Code"] == "ThrottlingException"
    calls[free](mine)
    calls[limited](theirs)
    time.sleep(0.55)
    calls[limited](mine)
