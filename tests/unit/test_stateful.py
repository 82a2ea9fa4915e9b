"""Any sequence of edits, runs, kills, faults and drift: one job for each resource in the end, and none besides.

The engine's part is played here, so that hundreds of sequences take seconds: what it calls, and what it has recorded
when it is killed. The rest is real: the life cycle, boto3, and the emulator over HTTP.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from partnercentral_emulator import Emulator
from snapshot_provider import client_token as tokens
from snapshot_provider.config import Settings
from snapshot_provider.errors import ProviderError
from snapshot_provider.lifecycle import MARK, Lifecycle
from snapshot_provider.model import IDENTITY, Declared, Identity, TagChange
from snapshot_provider.pace import Paces
from snapshot_provider.place import StackState
from snapshot_provider.session import Connection, connect
from tests.unit.test_lifecycle import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnercentral_emulator.faults import Kind
    from snapshot_provider.gateway import Gateway
    from snapshot_provider.model import Job

NAMES = ("a", "b", "c")
OPERATIONS = (
    "CreateResourceSnapshotJob",
    "GetResourceSnapshotJob",
    "StartResourceSnapshotJob",
    "StopResourceSnapshotJob",
    "DeleteResourceSnapshotJob",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "ListResourceSnapshotJobs",
)
TAGS = st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from(["1", "2"]))


class KilledError(BaseException):
    """The process is gone: nothing is tidied up any more."""


class Mortal:
    """A gateway whose process is killed at one of its calls, before or after the service carried it out."""

    def __init__(self, gateway: Gateway, calls: int, *, carried_out: bool) -> None:
        self._gateway = gateway
        self._left = calls
        self._carried_out = carried_out

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gateway, name)

        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._carried_out:
                raise KilledError
            answer = method(*arguments)
            answer = list(answer) if name == "list_jobs" else answer
            if self._left == 0:
                raise KilledError
            return answer

        return call


@dataclass
class Record:
    """What the engine knows of a resource."""

    job: Job
    client_token: str


class Engine:
    """The engine's part: the order of calls, and what is on record after each."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.condemned: list[Record] = []
        # Deleted to be replaced: the engine keeps them in its state until their successors are.
        self.replaced: dict[str, Record] = {}

    def up(self, cycle: Lifecycle, program: dict[str, Declared], *, moved: dict[str, str], forced: str | None) -> None:
        known = {**self.replaced, **self.records}
        stack = StackState.of({_urn(name): {"outputs": _outputs(record)} for name, record in known.items()})
        for new, old in moved.items():
            if old in self.records and new not in self.records:
                self.records[new] = self.records.pop(old)
        self._delete_condemned(cycle)
        for name, declared in program.items():
            identity = tuple(getattr(declared.identity, part) for part in IDENTITY)
            place = stack.job_place(_urn(name), identity, tokens.derive(name, *identity))
            assert place.client_token
            self._step(
                cycle,
                name,
                replace(declared, client_token=place.client_token, siblings=frozenset(place.siblings)),
                forced=name == forced,
            )
        self.destroy(cycle, *(name for name in self.records if name not in program))

    def refresh(self, cycle: Lifecycle) -> None:
        for name, record in list(self.records.items()):
            job = cycle.read(record.job.identity.catalog, record.job.id, record.job.arn)
            if job is None:
                del self.records[name]
            else:
                record.job = job

    def destroy(self, cycle: Lifecycle, *names: str) -> None:
        self._delete_condemned(cycle)
        for name in names:
            self._delete(cycle, self.records[name])
            del self.records[name]

    def _step(self, cycle: Lifecycle, name: str, declared: Declared, *, forced: bool) -> None:
        old = self.records.get(name)
        if old is None:
            declared = replace(declared, wait=False)
            self.records[name] = Record(cycle.create(declared), declared.client_token)
            self.replaced.pop(name, None)
        elif old.job.identity == declared.identity and not forced:
            change = TagChange.between(old.job.tags or {}, declared.tags)
            old.job = cycle.update(old.job, change, declared.desired_status)
        elif declared.wait:  # Stands for delete_before_replace here: nothing is waited for.
            self._delete(cycle, old)
            self.replaced[name] = self.records.pop(name)
            self.records[name] = Record(cycle.create(replace(declared, wait=False)), declared.client_token)
            del self.replaced[name]
        else:
            self.records[name] = Record(cycle.create(declared), declared.client_token)
            self.condemned.append(old)
            self._delete_condemned(cycle)

    def _delete_condemned(self, cycle: Lifecycle) -> None:
        while self.condemned:
            self._delete(cycle, self.condemned[0])
            del self.condemned[0]

    def _delete(self, cycle: Lifecycle, record: Record) -> None:
        cycle.delete(record.job.identity.catalog, record.job.id, record.job.status, record.job.arn)


def _urn(name: str) -> str:
    return f"urn:pulumi:test::shares::pulumi-python:dynamic/partnercentral:ResourceSnapshotJob::{name}"


def _outputs(record: Record) -> dict[str, Any]:
    identity = {name: getattr(record.job.identity, name) for name in IDENTITY}
    return {"arn": record.job.arn, "client_token": record.client_token, **identity}


class Life(RuleBasedStateMachine):
    """A stack of some jobs, its user, the service, and bad luck."""

    emulator: Emulator
    connection: Connection

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.program: dict[str, Declared] = {}
        self.moved: dict[str, str] = {}
        self.foreign: set[str] = set()
        self.duplicates = "allow"
        # Whether the last run was killed, and what it was forced to replace: the next one is the same again.
        self.cut = False
        self.forced: str | None = None
        # Whether the engine's records may be behind the service.
        self.drifted = False
        self.emulator.reset()

    @initialize(switches=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in SWITCHES.items()}))
    def service(self, switches: dict[str, str]) -> None:
        self.emulator.switch(**switches)
        self.duplicates = switches["duplicate_job"]

    # The user ------------------------------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(NAMES),
        resource=st.integers(1, 2),
        tags=TAGS,
        status=st.sampled_from(["Running", "Stopped"]),
        before=st.booleans(),
    )
    def declare(self, name: str, resource: int, tags: dict[str, str], status: str, *, before: bool) -> None:
        # Where the service refuses a second job for the same, resources do not share the same.
        which = f"O{resource}" if self.duplicates == "allow" else f"O{NAMES.index(name)}{resource}"
        identity = Identity("Sandbox", "eng-0123456789abcd", "Opportunity", which, "OpportunitySummaryView")
        if self.cut and name in self.program:
            # What was interrupted is gone on with; another identity would be another job.
            identity = self.program[name].identity
            tags = dict(self.program[name].tags) if self._unproven(name) else tags
        self.program[name] = Declared(identity, status, tags, "", wait=before or self.duplicates == "conflict")

    @rule(name=st.sampled_from(NAMES))
    def withdraw(self, name: str) -> None:
        if not self.cut:
            self.program.pop(name, None)

    @rule(old=st.sampled_from(NAMES), new=st.sampled_from(NAMES))
    def rename(self, old: str, new: str) -> None:
        if (
            not self.cut
            and old in self.engine.records
            and old in self.program
            and new not in {*self.program, *self.engine.records}
        ):
            if self.duplicates == "conflict":
                return
            self.program[new] = self.program.pop(old)
            self.moved = {new: old}

    # The commands --------------------------------------------------------------------------------------------------

    @rule(
        refresh=st.booleans(),
        forced=st.none() | st.sampled_from(NAMES),
        kill=st.none() | st.tuples(st.integers(1, 12), st.booleans()),
    )
    def up(self, *, refresh: bool, forced: str | None, kill: tuple[int, bool] | None) -> None:
        forced = self.forced or forced
        faults = self.emulator.faults()
        gateway: Any = self.connection.gateway()
        if kill:
            gateway = Mortal(gateway, kill[0], carried_out=kill[1])
        cycle = Lifecycle(gateway, lambda _: None, pause=lambda _: None)
        try:
            if refresh:
                self.engine.refresh(cycle)
            self.engine.up(cycle, self.program, moved=self.moved, forced=forced)
        except KilledError:
            event("killed")
            self.cut, self.forced = True, forced
        except ProviderError:
            event("failed")
            self.cut, self.forced = True, forced
            assert self.drifted or faults or self.foreign or forced, "nothing to fail for"
        else:
            self.drifted = self.drifted and not refresh
            self.cut, self.forced = False, None
            self.emulator.clear_faults()
            self.check()
        self.moved = {new: old for new, old in self.moved.items() if old in self.engine.records}
        self.emulator.clear_faults()

    @rule()
    def refresh(self) -> None:
        with suppress(ProviderError):
            self.engine.refresh(Lifecycle(self.connection.gateway(), lambda _: None, pause=lambda _: None))
            self.drifted = False
        self.emulator.clear_faults()

    # Bad luck ------------------------------------------------------------------------------------------------------

    @rule(
        operation=st.sampled_from(OPERATIONS),
        kind=st.sampled_from(["throttle", "reset", "lost-response", "error", "refused"]),
        skip=st.integers(0, 2),
    )
    def fault(self, operation: str, kind: Kind | Literal["refused"], skip: int) -> None:
        if kind == "refused":
            self.emulator.inject(operation, "error", code="AccessDeniedException", skip=skip)
        else:
            self.emulator.inject(operation, kind, skip=skip)

    @precondition(lambda self: self.engine.records)
    @rule(
        number=st.integers(0, 2),
        change=st.sampled_from([{"status": "Running"}, {"status": "Stopped"}, {"deleted": True}, {"tags": {"x": "y"}}]),
    )
    def drift(self, number: int, change: dict[str, Any]) -> None:
        records = list(self.engine.records.values())
        job_id = records[number % len(records)].job.id
        if job_id in {job["Id"] for job in self.emulator.jobs()}:
            self.emulator.change_job(job_id, **change)
            self.drifted = True

    @precondition(lambda self: self.duplicates == "allow")
    @rule(resource=st.integers(1, 2), tags=TAGS)
    def somebody_else(self, resource: int, tags: dict[str, str]) -> None:
        identity = Identity("Sandbox", "eng-0123456789abcd", "Opportunity", f"O{resource}", "OpportunitySummaryView")
        self.emulator.clear_faults()
        job_id, _ = self.connection.gateway().create_job(identity, tags, tokens.derive("other", str(len(self.foreign))))
        self.foreign.add(job_id)

    # What must hold ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        live = {job["Id"]: job for job in self.emulator.jobs() if job["Id"] not in self.foreign}
        recorded = {name: record.job.id for name, record in self.engine.records.items()}
        assert recorded.keys() == self.program.keys()
        assert len(set(recorded.values())) == len(recorded), "two resources share a job"
        if self.drifted:
            assert live.keys() <= set(recorded.values())
            return
        assert live.keys() == set(recorded.values())
        for name, declared in self.program.items():
            job = live[recorded[name]]
            assert (job["Status"], job["Tags"]) == (declared.desired_status, dict(declared.tags))
            assert job["ResourceId"] == declared.identity.resource_identifier

    def teardown(self) -> None:
        self.emulator.clear_faults()
        self.up(refresh=True, forced=None, kill=None)
        cycle = Lifecycle(self.connection.gateway(), lambda _: None, pause=lambda _: None)
        self.engine.destroy(cycle, *self.engine.records)
        assert {job["Id"] for job in self.emulator.jobs()} <= self.foreign

    def _unproven(self, name: str) -> bool:
        """Whether a recovery with edited tags was killed between its very last call and the engine's record of it."""
        if name in self.engine.records:
            return False
        known = {record.job.id for record in (*self.engine.records.values(), *self.engine.condemned)} | self.foreign
        made_with = {entry["Answer"]["Id"]: entry["Request"].get("Tags", []) for entry in self._tokens()}
        return any(
            job["Id"] not in known
            and MARK not in job["Tags"]
            and {tag["Key"]: tag["Value"] for tag in made_with.get(job["Id"], [])} != job["Tags"]
            for job in self.emulator.jobs()
        )

    def _tokens(self) -> list[dict[str, Any]]:
        held = self.emulator.state()["tokens"]
        return list(held.values()) if isinstance(held, dict) else held


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Life]]:
    monkeypatch.setattr(Paces, "attach", lambda *_: None)
    with Emulator.start() as emulator:
        for name, value in emulator.env().items():
            monkeypatch.setenv(name, value)
        Life.emulator = emulator
        Life.connection = connect(replace(Settings(), max_attempts=4))
        pause = time.sleep
        # Nothing is waited for here; another test's threads go on as they did, or they would spin.
        here = threading.current_thread()
        monkeypatch.setattr("time.sleep", lambda wait: None if threading.current_thread() is here else pause(wait))
        yield Life


def test_any_life(life: type[Life]) -> None:
    many = int(os.environ.get("LIVES", "0"))
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=many or 200,
            stateful_step_count=20,
            # The same sequences in each run of the suite; others with each `make crash`.
            derandomize=not many,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
