"""The life cycle without Pulumi, against the emulator: faults, repetition, and every unknown of the service."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from partnercentral_emulator import Emulator
from snapshot_provider.config import Settings
from snapshot_provider.deadline import Deadline
from snapshot_provider.errors import AccessError, ConflictError, NotFoundError, ProviderError, ThrottledError, WaitError
from snapshot_provider.gateway import Gateway
from snapshot_provider.lifecycle import Lifecycle
from snapshot_provider.model import Declared, Identity, TagChange
from snapshot_provider.session import Connection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnercentral_emulator.faults import Kind

IDENTITY = Identity("Sandbox", "eng-0123456789abcd", "Opportunity", "O1234567", "OpportunitySummaryView")
DECLARED = Declared(IDENTITY, "Running", {"team": "a"}, "token")

# What nobody knows of the live service.
SWITCHES = {
    "initial_status": ("Stopped", "Running"),
    "start_running": ("noop", "validation"),
    "stop_stopped": ("noop", "validation"),
    "delete_running": ("conflict", "validation"),
    "duplicate_job": ("allow", "conflict"),
    "token_other_body": ("conflict", "validation"),
    "token_scope": ("account", "catalog"),
    "token_after_delete": ("dead", "new"),
    "other_account": ("denied", "not-found"),
}
UNKNOWNS = [dict(zip(SWITCHES, values, strict=True)) for values in itertools.product(*SWITCHES.values())]


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    running.reset()
    for name, value in running.env().items():
        monkeypatch.setenv(name, value)
    return running


@cache
def connection(_key: str, _url: str) -> Connection:
    """A client takes a while to make: one for each identity."""
    return connect(replace(Settings(), read_timeout=0.4, max_attempts=4, retry_mode="standard"))


class Told:
    """What the user was told, and a life cycle that tells it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        opened = connection(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"])
        self.gateway = opened.gateway()
        self.cycle = Lifecycle(self.gateway, self.lines.append, pause=lambda _: None)


@pytest.mark.parametrize("unknowns", UNKNOWNS, ids=lambda unknowns: "-".join(unknowns.values()))
def test_a_whole_life_whatever_the_service_is_like(emulator: Emulator, unknowns: dict[str, str]) -> None:
    emulator.switch(**unknowns)
    told = Told()
    job = told.cycle.create(DECLARED)
    # A run that was interrupted creates again, with other tags: the same job.
    edited = replace(DECLARED, tags={"team": "b"}, desired_status="Stopped")
    again = told.cycle.create(edited)
    (stored,) = emulator.jobs()
    assert stored["Id"] == job.id == again.id
    assert (stored["Status"], stored["Tags"]) == ("Stopped", {"team": "b"})
    # It vanishes, and is made anew.
    told.cycle.delete("Sandbox", job.id, "Running", job.arn)
    assert emulator.jobs() == []
    anew = told.cycle.create(DECLARED)
    assert [stored["Id"] for stored in emulator.jobs()] == [anew.id]
    assert anew.id != job.id
    assert emulator.jobs()[0]["Status"] == "Running"
    stopped = told.cycle.update(anew, TagChange.between({"team": "a"}, {"more": "c"}), "Stopped")
    assert (stopped.status, stopped.tags) == ("Stopped", {"more": "c"})
    assert told.cycle.read("Sandbox", anew.id) == replace(
        stopped, last_successful_execution_date=emulator.jobs()[0]["LastSuccessfulExecutionDate"]
    )
    # Somebody starts it behind everybody's back.
    emulator.change_job(anew.id, status="Running")
    told.cycle.delete("Sandbox", anew.id, "Stopped", anew.arn)
    assert emulator.jobs() == []
    told.cycle.delete("Sandbox", anew.id, "Stopped", anew.arn)
    assert told.lines[-1] == f"{anew.id} was already gone"
    assert told.cycle.read("Sandbox", anew.id, anew.arn) is None


@pytest.mark.parametrize("cut", ["TagResource", "StartResourceSnapshotJob", "GetResourceSnapshotJob"])
@pytest.mark.parametrize("body", ["conflict", "validation"])
def test_interrupted_again_and_again_with_other_tags_each_time(emulator: Emulator, cut: str, body: str) -> None:
    emulator.switch(token_other_body=body)
    told = Told()
    told.gateway.create_job(IDENTITY, DECLARED.tags, "token")
    (made,) = emulator.jobs()
    for count in range(3):
        # Lost for good after it was carried out: what a kill leaves behind, without what the failed create tidies up.
        emulator.inject(cut, "error", when="after", code="AccessDeniedException", skip=count)
        emulator.inject("DeleteResourceSnapshotJob", "error", code="AccessDeniedException", count=None)
        emulator.inject("StopResourceSnapshotJob", "error", code="AccessDeniedException", count=None)
        with suppress(ProviderError):
            told.cycle.create(replace(DECLARED, tags={"team": f"b{count}", f"k{count}": ""}))
            emulator.change_job(made["Id"], tags={"team": "a"})  # It went through: as it was, for the next round.
        emulator.clear_faults()
    final = told.cycle.create(replace(DECLARED, tags={"team": "c"}))
    (stored,) = emulator.jobs()
    assert (stored["Id"], stored["Tags"], stored["Status"]) == (made["Id"], {"team": "c"}, "Running")
    assert final.id == made["Id"]


OPERATIONS = ("CreateResourceSnapshotJob", "GetResourceSnapshotJob", "StartResourceSnapshotJob")
PASSING = ("throttle", "reset", "lost-response", "hang", "error")


@pytest.mark.parametrize("start_running", ["noop", "validation"])
@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_passing_faults_of_a_create_are_mended(
    emulator: Emulator, operation: str, kind: Kind, start_running: str
) -> None:
    connection.cache_clear()  # botocore's allowance for retries is a client's, and is not to run out over the tests.
    emulator.switch(start_running=start_running)
    emulator.inject(operation, kind, count=2)
    job = Told().cycle.create(DECLARED)
    (stored,) = emulator.jobs()
    assert (stored["Id"], stored["Status"], stored["Tags"]) == (job.id, "Running", {"team": "a"})


@pytest.mark.parametrize("stop_stopped", ["noop", "validation"])
@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("operation", ["StopResourceSnapshotJob", "DeleteResourceSnapshotJob"])
def test_passing_faults_of_a_delete_are_mended(
    emulator: Emulator, operation: str, kind: Kind, stop_stopped: str
) -> None:
    connection.cache_clear()  # As above.
    emulator.switch(stop_stopped=stop_stopped)
    told = Told()
    job = told.cycle.create(DECLARED)
    emulator.inject(operation, kind, count=2)
    told.cycle.delete("Sandbox", job.id, "Running", job.arn)
    assert emulator.jobs() == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException", "ServiceQuotaExceededException"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_retrying_cannot_mend_fails_at_once_and_leaves_nothing(
    emulator: Emulator, operation: str, code: str
) -> None:
    emulator.inject(operation, "error", code=code, count=None)
    told = Told()
    with pytest.raises(ProviderError, match=code):
        told.cycle.create(DECLARED)
    assert emulator.operations().count(operation) == 1
    assert emulator.jobs() == []
    emulator.clear_faults()
    told.cycle.create(DECLARED)
    assert len(emulator.jobs()) == 1


def test_an_answer_that_cannot_be_read(emulator: Emulator) -> None:
    emulator.inject("CreateResourceSnapshotJob", "malformed")
    told = Told()
    with pytest.raises(ProviderError, match="does not speak as Partner Central does"):
        told.cycle.create(DECLARED)
    told.cycle.create(DECLARED)
    assert len(emulator.jobs()) == 1


@pytest.mark.parametrize("after_delete", ["dead", "new"])
def test_reads_that_lag_behind(emulator: Emulator, after_delete: str) -> None:
    emulator.switch(stale_reads=3, token_after_delete=after_delete)
    told = Told()
    job = told.cycle.create(DECLARED)
    assert [stored["Id"] for stored in emulator.jobs()] == [job.id]
    assert emulator.jobs()[0]["Status"] == "Running"


def test_a_second_resource_never_takes_the_first_ones_job(emulator: Emulator) -> None:
    told = Told()
    first = told.cycle.create(DECLARED)
    second = told.cycle.create(replace(DECLARED, client_token="other"))
    assert {stored["Id"] for stored in emulator.jobs()} == {first.id, second.id}
    told.cycle.delete("Sandbox", first.id, "Running", first.arn)
    # The first one's token is spent, the tags were edited, and the second one's job would match.
    third = told.cycle.create(replace(DECLARED, tags={"team": "z"}))
    assert {stored["Id"] for stored in emulator.jobs()} == {second.id, third.id}
    assert third.id != second.id


def test_somebody_elses_job_is_named(emulator: Emulator) -> None:
    emulator.switch(duplicate_job="conflict")
    told = Told()
    theirs = told.cycle.create(DECLARED)
    with pytest.raises(ConflictError, match=f'adopt="{theirs.id}"'):
        told.cycle.create(replace(DECLARED, client_token="other"))
    adopted = told.cycle.create(replace(DECLARED, client_token="other", adopt=theirs.id))
    assert adopted.id == theirs.id


def test_adopting_one_of_several_asks_which(emulator: Emulator) -> None:
    told = Told()
    told.cycle.create(DECLARED)
    told.cycle.create(replace(DECLARED, client_token="other"))
    with pytest.raises(ProviderError, match=r"2 jobs share .* Name one of them in `adopt`"):
        told.cycle.create(replace(DECLARED, adopt=True))
    assert len(emulator.jobs()) == 2


def test_an_adopted_job_is_never_deleted_by_a_create_that_fails(emulator: Emulator) -> None:
    told = Told()
    job = told.cycle.create(replace(DECLARED, desired_status="Stopped"))
    emulator.inject("StartResourceSnapshotJob", "error", code="AccessDeniedException", count=None)
    with pytest.raises(AccessError):
        told.cycle.create(replace(DECLARED, adopt=job.id))
    assert [stored["Id"] for stored in emulator.jobs()] == [job.id]


def test_another_account_is_never_taken_for_gone(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Told().cycle.create(DECLARED)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111122223333")
    other = Told()
    with pytest.raises(AccessError, match="belongs to account 123456789012"):
        other.cycle.read("Sandbox", job.id, job.arn)
    with pytest.raises(AccessError, match="belongs to account 123456789012"):
        other.cycle.delete("Sandbox", job.id, "Running", job.arn)
    assert len(emulator.jobs()) == 1


def test_an_update_of_a_job_that_is_gone(emulator: Emulator) -> None:
    told = Told()
    job = told.cycle.create(DECLARED)
    emulator.change_job(job.id, deleted=True)
    with pytest.raises(NotFoundError, match="pulumi up --refresh"):
        told.cycle.update(job, TagChange(), "Stopped")


def test_many_tags_are_removed_in_as_many_calls_as_the_service_asks_for(emulator: Emulator) -> None:
    told = Told()
    tags = {f"k{number}": "" for number in range(120)}
    job = told.cycle.create(replace(DECLARED, tags=tags))
    told.cycle.update(job, TagChange.between(tags, {}), "Running")
    assert emulator.jobs()[0]["Tags"] == {}
    assert emulator.operations().count("UntagResource") == 3


def test_a_time_limit(emulator: Emulator) -> None:
    told = Told()
    ticks = itertools.count()
    deadline = Deadline(2, clock=lambda: float(next(ticks)))
    with pytest.raises(WaitError, match="the time limit of 2 s is up"):
        Lifecycle(Gateway(told.gateway._client, deadline=deadline), told.lines.append, deadline=deadline).create(
            DECLARED
        )
    assert emulator.jobs() == []
    told.cycle.create(DECLARED)
    assert len(emulator.jobs()) == 1


def test_a_storm_of_throttling_slows_down_and_fails_nothing(emulator: Emulator) -> None:
    emulator.switch(write_rate=10)
    emulator.inject("*", "throttle", count=12)
    opened = connect(Settings())
    cycle = Lifecycle(opened.gateway(), lambda _: None)

    def create(number: int) -> str:
        identity = replace(IDENTITY, resource_identifier=f"O{number}")
        return cycle.create(replace(DECLARED, identity=identity, client_token=f"token-{number}")).id

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(create, range(10)))
    assert sorted(job["Id"] for job in emulator.jobs()) == sorted(made)
    assert {job["Status"] for job in emulator.jobs()} == {"Running"}


def test_a_service_that_throttles_for_ever(emulator: Emulator) -> None:
    emulator.inject("*", "throttle", count=None)
    opened = connect(replace(Settings(), max_attempts=2, throttle_timeout=1))
    with pytest.raises(ThrottledError, match="run the command again later"):
        Lifecycle(opened.gateway(), lambda _: None).create(DECLARED)
    assert len(emulator.operations()) > 2
