"""The dynamic provider: translates between Pulumi's property bags and the life cycle. Decides nothing itself.

Pulumi pickles the provider into the state of every resource. The class is importable and has no state when it is
pickled, so the pickle is a short reference; clients are opened on first use, in the plugin's own process.
"""

from __future__ import annotations

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
from snapshot_provider.errors import ConfigurationError, ProviderError
from snapshot_provider.model import IDENTITY, Declared, Identity, Job, TagChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snapshot_provider.config import Settings
    from snapshot_provider.lifecycle import Lifecycle

_DEFAULTS = {"catalog": "AWS", "resource_type": "Opportunity", "desired_status": "Running"}


class JobProvider(ResourceProvider):
    """The provider behind ResourceSnapshotJob."""

    # The pickle is a class's name: nothing in it to hide, and unencrypted it is a third of the size.
    serialize_as_secret_always = False

    _settings: Settings
    _fault: ConfigurationError | None = None
    _lifecycle: Lifecycle | None = None
    _lock: threading.Lock

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's config. A mistake in it is kept, and reported by `check` where it reads well."""
        from snapshot_provider.config import Settings

        _hide_tracebacks()
        self._lock = threading.Lock()
        try:
            self._settings = Settings.from_config(req.config._props)  # noqa: SLF001  # There is no other way to all keys.
        except ConfigurationError as fault:
            self._fault = fault
            self._settings = Settings()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report every mistake in the inputs, and fill in defaults. Calls nothing."""
        from snapshot_provider.schema import check_job

        inputs = {**_DEFAULTS, **{name: value for name, value in news.items() if value is not None}}
        failures = [CheckFailure(found.property, found.reason) for found in check_job(inputs, _is_unknown)]
        if self._fault:
            failures.insert(0, CheckFailure("", str(self._fault)))
        if failures:
            return CheckResult(inputs, failures)
        return CheckResult(self._normalise(_olds, inputs), [])

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
        )
        job = self._cycle().create(declared)
        return CreateResult(job.id, _outputs(props, job))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the job as it is, inputs included, so that drift shows as a change of inputs."""
        job = self._cycle().read(props.get("catalog", _DEFAULTS["catalog"]), id_)
        if job is None:
            return ReadResult("", {})
        inputs = self._observed_inputs(props, job)
        return ReadResult(job.id, _outputs(inputs, job), inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change tags and status in place, and nothing else."""
        old = _job_from(_id, _olds)
        change = TagChange.between(old.tags or {}, _news["tags_all"])
        job = self._cycle().update(old, change, _news["desired_status"])
        return UpdateResult({**_olds, **_outputs(_news, job)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Stop the job where it runs, and delete it."""
        self._cycle().delete(_props["catalog"], _id, _props.get("status", "Running"))

    def _normalise(self, olds: Mapping[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs in the one form in which they are compared and stored."""
        tags = inputs.get("tags", {})
        kept = {name: inputs[name] for name in (*IDENTITY, "desired_status")}
        kept["tags"] = tags
        kept["tags_all"] = tags if _is_unknown(tags) else self._settings.all_tags(tags)
        # The token belongs to the job, not to the program: a job that exists keeps the one it was made with.
        token = olds.get("client_token") or inputs.get("client_token")
        return {**kept, "client_token": token} if token else kept

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
        token = props.get("client_token")
        return {**inputs, "client_token": token} if token else inputs

    def _cycle(self) -> Lifecycle:
        """The life cycle on this process's one client, opened on first use."""
        with self._lock:
            if self._lifecycle is None:
                from snapshot_provider.gateway import Gateway
                from snapshot_provider.lifecycle import Lifecycle
                from snapshot_provider.session import open_client

                self._lifecycle = Lifecycle(Gateway(open_client(self._settings)), _report)
            return self._lifecycle


def _outputs(inputs: Mapping[str, Any], job: Job) -> dict[str, Any]:
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
