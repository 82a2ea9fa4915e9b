"""The dynamic providers: they translate between Pulumi's property bags and the operations, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from snapshot_provider import diff
from snapshot_provider.dynamic import ConfiguredProvider, checked, given, is_unknown, report
from snapshot_provider.model import IDENTITY, Declared, Identity, Job, TagChange, seconds_of
from snapshot_provider.selling_settings import SellingSettings, is_same_role
from snapshot_provider.snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snapshot_provider.lifecycle import Lifecycle

_DEFAULTS = {"catalog": "AWS", "resource_type": "Opportunity", "desired_status": "Running"}
_HOW = ("adopt", "connection", "siblings", "timeouts", "wait_for_snapshot")
"""Inputs that say how a job is reached and made rather than what it is. A change of one calls nothing."""

_ROLE_ARN = "resource_snapshot_job_role_arn"

_WAIT_LIMIT = 600.0
"""Seconds to wait for a first snapshot where no time limit is given."""


class JobProvider(ConfiguredProvider):
    """The provider behind ResourceSnapshotJob."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report every mistake in the inputs, and fill in defaults. Calls nothing, but for a job that is in doubt."""
        from snapshot_provider.schema import check_job, check_tag_count

        inputs = {**_DEFAULTS, **given(news)}
        failures = check_job(inputs, is_unknown) + self.faults(inputs)
        if not failures:
            inputs = self._normalise(_olds, inputs)
            failures += check_tag_count(0 if is_unknown(inputs["tags_all"]) else len(inputs["tags_all"]))
        return checked(inputs, failures)

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
        kept["tags_all"] = tags if is_unknown(tags) else self.settings.all_tags(tags)
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
        report(f"{job_id} {found}: deleting it was begun by a run that did not finish. It is made anew")
        return True

    def _observed_inputs(self, props: Mapping[str, Any], job: Job) -> dict[str, Any]:
        """The inputs that would declare the job as it is."""
        observed = self.settings.ignored_tags.strip(job.tags or {})
        defaults = props.get("tags_all", self.settings.default_tags)
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
        from snapshot_provider.together import at_once

        limit = seconds_of(props.get("timeouts", {}).get(operation, ""))
        waits = props.get("wait_for_snapshot") and operation in {"create", "update"}
        deadline = Deadline(limit or (_WAIT_LIMIT if waits else None))
        return Lifecycle(self.gateway(props, deadline), report, deadline=deadline, together=at_once)


class SettingsProvider(ConfiguredProvider):
    """The provider behind SellingSystemSettings."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report every mistake in the inputs, and fill in defaults. Calls nothing."""
        from snapshot_provider.schema import check_settings

        inputs = {"catalog": _DEFAULTS["catalog"], **{name: value for name, value in news.items() if value is not None}}
        failures = check_settings(inputs, is_unknown) + self.faults(inputs)
        kept = ("catalog", "resource_snapshot_job_role_identifier", "connection")
        return checked({name: inputs[name] for name in kept if name in inputs}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another catalog has settings of its own; a role's name and its ARN are the same."""
        named = _news["resource_snapshot_job_role_identifier"]
        others = {name: _olds.get(name) == _news.get(name) for name in ("catalog", "connection")}
        if all(others.values()) and not is_unknown(named) and is_same_role(named, _olds[_ROLE_ARN]):
            return DiffResult(changes=False)
        return DiffResult(changes=None, replaces=[] if others["catalog"] else ["catalog"])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Name the role."""
        arn = self._settings_of(props).create(props["catalog"], props["resource_snapshot_job_role_identifier"])
        return CreateResult(props["catalog"], {**props, _ROLE_ARN: arn})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the role that is named now, as an input too, so that drift shows as a change."""
        arn = self._settings_of(props).read(id_, props.get(_ROLE_ARN))
        if arn is None:
            return ReadResult("", {})
        declared = props.get("resource_snapshot_job_role_identifier")
        identifier = declared if declared and is_same_role(declared, arn) else arn
        inputs = {"catalog": id_, "resource_snapshot_job_role_identifier": identifier}
        inputs |= {"connection": props["connection"]} if props.get("connection") else {}
        return ReadResult(id_, {**inputs, _ROLE_ARN: arn}, inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Name another role."""
        arn = self._settings_of(_news).update(_id, _news["resource_snapshot_job_role_identifier"])
        return UpdateResult({**_news, _ROLE_ARN: arn})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Name none any more, as far as the service lets one."""
        self._settings_of(_props).delete(_id, _props[_ROLE_ARN])

    def _settings_of(self, props: Mapping[str, Any]) -> SellingSettings:
        return SellingSettings(self.gateway(props), report)


class SnapshotProvider(ConfiguredProvider):
    """The provider behind ResourceSnapshot."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report every mistake in the inputs, and fill in defaults. Calls nothing."""
        from snapshot_provider.schema import check_snapshot

        inputs = {**_DEFAULTS, **given(news)}
        failures = check_snapshot(inputs, is_unknown) + self.faults(inputs)
        # How a snapshot came to be belongs to it, not to the program.
        made_with = _olds or inputs
        kept = {name: inputs[name] for name in (*IDENTITY, "triggers", "connection") if inputs.get(name)}
        kept |= {name: made_with[name] for name in ("client_token", "resume") if made_with.get(name)}
        return checked(kept, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another subject or trigger is another snapshot."""
        return DiffResult(
            changes=None, replaces=[name for name in (*IDENTITY, "triggers") if _olds.get(name) != _news.get(name)]
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Take the snapshot."""
        identity = Identity.from_props(props)
        arn, revision = self._snapshots(props).create(
            identity, props["client_token"], resume=props.get("resume", False)
        )
        return CreateResult(f"{arn}#{revision}", {**props, "arn": arn, "revision": revision})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Make sure that the service has it. A snapshot never changes."""
        if not self._snapshots(props).exists(Identity.from_props(props), int(props["revision"])):
            return ReadResult("", {})
        inputs = {name: value for name, value in props.items() if name not in {"arn", "revision"}}
        return ReadResult(id_, {**props, "revision": int(props["revision"])}, inputs)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Take note of another connection: there is nothing to change."""
        return UpdateResult({**_news, "arn": _olds["arn"], "revision": int(_olds["revision"])})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Forget it, and say so."""
        self._snapshots(_props).delete(Identity.from_props(_props), int(_props["revision"]))

    def _snapshots(self, props: Mapping[str, Any]) -> Snapshots:
        return Snapshots(self.gateway(props), report)


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
