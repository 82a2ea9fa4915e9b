"""The dynamic provider: translates between Pulumi's property bags and the life cycle. Decides nothing itself.

Pulumi pickles the provider into the state of every resource. The class is importable and has no state when it is
pickled, so the pickle is a short reference; clients are opened on first use, in the plugin's own process.
"""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown

from snapshot_provider import diff
from snapshot_provider.errors import ConfigurationError, ProviderError, show
from snapshot_provider.model import IDENTITY, Declared, Failure, Identity, Job, TagChange, seconds_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snapshot_provider.config import Settings
    from snapshot_provider.lifecycle import Lifecycle
    from snapshot_provider.session import Connection

_DEFAULTS = {"catalog": "AWS", "resource_type": "Opportunity", "desired_status": "Running"}
_HOW = ("adopt", "connection", "siblings", "timeouts", "wait_for_snapshot")
"""Inputs that say how a job is reached and made rather than what it is. A change of one calls nothing."""

_WAIT_LIMIT = 600.0
"""Seconds to wait for a first snapshot where no time limit is given."""


class JobProvider(ResourceProvider):
    """The provider behind ResourceSnapshotJob."""

    # The pickle is a class's name: nothing in it to hide, and unencrypted it is a third of the size.
    serialize_as_secret_always = False

    _settings: Settings
    _fault: ConfigurationError | None = None
    _connections: dict[str, Connection]
    _lock: threading.Lock

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's config. A mistake in it is kept, and reported by `check` where it reads well."""
        from snapshot_provider.config import Settings

        _hide_tracebacks()
        self._lock = threading.Lock()
        self._connections = {}
        try:
            self._settings = Settings.from_config(req.config._props)  # noqa: SLF001  # There is no other way to all keys.
        except ConfigurationError as fault:
            self._fault = fault
            self._settings = Settings()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report every mistake in the inputs, and fill in defaults. Calls nothing, but for a job that is in doubt."""
        from snapshot_provider.schema import check_job, check_tag_count

        inputs = {**_DEFAULTS, **{name: value for name, value in news.items() if value is not None}}
        failures = check_job(inputs, _is_unknown) + self._check_connection(inputs.get("connection"))
        failures += [Failure("", str(self._fault))] if self._fault else []
        if not failures:
            inputs = self._normalise(_olds, inputs)
            failures += check_tag_count(0 if _is_unknown(inputs["tags_all"]) else len(inputs["tags_all"]))
        return CheckResult(inputs, [CheckFailure(found.property, found.reason) for found in failures])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say what replaces; the engine itself compares the inputs, nested, and shows what changes."""
        return DiffResult(changes=None, replaces=diff.replaces(_olds, _news))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the job, or take up the one that an interrupted run created."""
        declared = Declared(
            identity=Identity.from_props(props),
            desired_status=props["desired_status"],
            tags=props["tags_all"],
            client_token=props["client_token"],
            adopt=props.get("adopt", False),
            wait=props.get("wait_for_snapshot", False),
            siblings=frozenset(props.get("siblings", ())),
        )
        job = self._cycle(props, "create").create(declared)
        return CreateResult(job.id, outputs_of(props, job))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the job as it is, inputs included, so that drift shows as a change of inputs."""
        job = self._cycle(props).read(props.get("catalog", _DEFAULTS["catalog"]), id_, props.get("arn"))
        if job is None:
            return ReadResult("", {})
        inputs = self._observed_inputs(props, job)
        return ReadResult(job.id, outputs_of(inputs, job), inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change tags and status in place, and nothing else."""
        old = _job_from(_id, _olds)
        change = TagChange.between(old.tags or {}, _news["tags_all"])
        cycle = self._cycle(_news, "update")
        job = cycle.update(old, change, _news["desired_status"], wait=_news.get("wait_for_snapshot", False))
        return UpdateResult(outputs_of(_news, job))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Stop the job where it runs, and delete it."""
        cycle = self._cycle(_props, "delete")
        cycle.delete(_props["catalog"], _id, _props.get("status", "Running"), _props.get("arn"))

    def _normalise(self, olds: Mapping[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs in the one form in which they are compared and stored."""
        tags = inputs.get("tags", {})
        kept = {name: inputs[name] for name in (*IDENTITY, "desired_status")}
        kept["tags"] = tags
        kept["tags_all"] = tags if _is_unknown(tags) else self._settings.all_tags(tags)
        kept |= {name: inputs[name] for name in ("connection", "timeouts", "wait_for_snapshot") if inputs.get(name)}
        # How a job came to be belongs to the job, not to the program: one that exists keeps what it was made with.
        made_with = inputs if not olds or self._was_deleted(inputs.get("in_doubt"), olds) else olds
        return kept | {name: made_with[name] for name in ("client_token", "adopt", "siblings") if made_with.get(name)}

    def _was_deleted(self, arn: str | None, olds: Mapping[str, Any]) -> bool:
        """Whether a delete that was cut off has stopped a job or taken it away; its place is then its successor's."""
        if arn is None:
            return False
        job_id = arn.rsplit("/", 1)[-1]
        status = self._cycle(olds).status(olds["catalog"], job_id, arn)
        if status == olds["desired_status"]:
            return False
        found = f"is {status}" if status else "is gone"
        _report(f"{job_id} {found}: deleting it was begun by a run that did not finish. It is made anew")
        return True

    def _check_connection(self, connection: Any) -> list[Failure]:
        if connection is None or _is_unknown(connection):
            return []
        if not isinstance(connection, dict):
            return [
                Failure("connection", f'{show(connection)} is not a map: give one such as {{"profile": "partner"}}.')
            ]
        try:
            self._settings.connected({name: value for name, value in connection.items() if not _has_unknown(value)})
        except ConfigurationError as fault:
            return [Failure("connection", str(fault).removeprefix("connection: "))]
        return []

    def _observed_inputs(self, props: Mapping[str, Any], job: Job) -> dict[str, Any]:
        """The inputs that would declare the job as it is."""
        observed = self._settings.ignored_tags.strip(job.tags or {})
        defaults = props.get("tags_all", self._settings.default_tags)
        declared = props.get("tags", {})
        own = {
            key: value
            for key, value in observed.items()
            if key in declared or key not in defaults or ("tags_all" not in props and defaults[key] != value)
        }
        inputs = {name: getattr(job.identity, name) for name in IDENTITY}
        inputs |= {"desired_status": job.status, "tags": own, "tags_all": observed}
        return inputs | {name: props[name] for name in ("client_token", *_HOW) if name in props}

    def _cycle(self, props: Mapping[str, Any], operation: str = "") -> Lifecycle:
        """The life cycle for one operation, on this process's one client for the resource's connection."""
        from snapshot_provider.deadline import Deadline
        from snapshot_provider.lifecycle import Lifecycle

        given = seconds_of(props.get("timeouts", {}).get(operation, ""))
        waits = props.get("wait_for_snapshot") and operation in {"create", "update"}
        deadline = Deadline(given or (_WAIT_LIMIT if waits else None))
        gateway = self._connection(props.get("connection", {})).gateway(deadline)
        return Lifecycle(gateway, _report, deadline=deadline)

    def _connection(self, connection: Mapping[str, Any]) -> Connection:
        if self._fault:
            raise self._fault
        key = json.dumps(connection, sort_keys=True)
        with self._lock:
            if key not in self._connections:
                from snapshot_provider.session import connect

                self._connections[key] = connect(self._settings.connected(connection))
            return self._connections[key]


def outputs_of(inputs: Mapping[str, Any], job: Job) -> dict[str, Any]:
    """The resource's state: its inputs as applied, and what the service says."""
    computed = {
        "arn": job.arn,
        "status": job.status,
        "created_at": job.created_at,
        "resource_arn": job.resource_arn,
        "last_successful_execution_date": job.last_successful_execution_date,
        "last_failure": job.last_failure,
    }
    return {**inputs, **{name: value for name, value in computed.items() if value is not None}}


def _job_from(job_id: str, state: Mapping[str, Any]) -> Job:
    return Job(
        id=job_id,
        arn=state["arn"],
        identity=Identity.from_props(state),
        status=state["status"],
        created_at=state.get("created_at"),
        resource_arn=state.get("resource_arn"),
        last_successful_execution_date=state.get("last_successful_execution_date"),
        last_failure=state.get("last_failure"),
        tags=state.get("tags_all", {}),
    )


def _is_unknown(value: Any) -> bool:
    return isinstance(value, Unknown)


def _has_unknown(value: Any) -> bool:
    """Whether a part of a value will only be known later, so that the whole cannot be judged yet."""
    if isinstance(value, (list, dict)):
        return any(map(_has_unknown, value.values() if isinstance(value, dict) else value))
    return _is_unknown(value)


def _report(line: str) -> None:
    """Show a line on the stack: the engine takes the plugin's standard output for that."""
    print(line, flush=True)  # noqa: T201  # See above.


def _hide_tracebacks() -> None:
    """Keep gRPC from logging a traceback for a fault that is told in words already."""
    logger = logging.getLogger("grpc._server")
    if _tells_words not in logger.filters:
        logger.addFilter(_tells_words)


def _tells_words(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ProviderError))
