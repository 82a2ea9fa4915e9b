"""What users declare: typed resources. Runs in the program; calls no service and loads neither boto3 nor botocore."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypedDict
from weakref import WeakKeyDictionary

import pulumi
from pulumi.dynamic import Resource
from pulumi.runtime import get_root_resource, invoke_async
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from snapshot_provider import client_token as tokens
from snapshot_provider import unfinished
from snapshot_provider.model import IDENTITY
from snapshot_provider.provider import JobProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snapshot_provider.model import Catalog, ResourceType, Status

NAMESPACE = "partnercentral"
"""The configuration namespace."""

_COMPUTED = (
    "arn",
    "status",
    "created_at",
    "resource_arn",
    "last_successful_execution_date",
    "last_failure",
    "tags_all",
)


class AssumeRole(TypedDict, total=False):
    """A role to take on before anything is called (STS AssumeRole).

    Attributes:
        role_arn: the role. Required.
        session_name: the name of the session in CloudTrail; "snapshot-provider" by default.
        external_id: what the role's trust asks for, if anything.
        duration: the session's length in seconds or as "1h"; an hour by default. It is renewed by itself.
    """

    role_arn: pulumi.Input[str]
    session_name: pulumi.Input[str]
    external_id: pulumi.Input[str]
    duration: pulumi.Input[int | str]


class Connection(TypedDict, total=False):
    """Credentials and endpoint of one resource, where they are not the stack's.

    Attributes:
        profile: a profile of the AWS configuration files.
        assume_role: the role to take on.
        endpoint_url: where the service is.
    """

    profile: pulumi.Input[str]
    assume_role: pulumi.Input[AssumeRole]
    endpoint_url: pulumi.Input[str]


class Timeouts(TypedDict, total=False):
    """Time limits by operation, in Go's form: "90s", "10m", "1h30m".

    Attributes:
        create: for a create, the wait for the first snapshot included.
        update: for an update, likewise.
        delete: for a delete.
    """

    create: pulumi.Input[str]
    update: pulumi.Input[str]
    delete: pulumi.Input[str]


class ResourceSnapshotJob(Resource, module=NAMESPACE, name="ResourceSnapshotJob"):
    """A resource snapshot job: keeps what an engagement sees of an opportunity up to date.

    Creating calls CreateResourceSnapshotJob and brings the job to its desired status. A change of catalog, engagement,
    resource type, resource or template replaces the job; tags and desired status are changed in place.

    Example:
        >>> job = ResourceSnapshotJob(
        ...     "acme-opportunity",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ... )
        >>> pulumi.export("job_arn", job.arn)

    Attributes:
        id: the job's Id, "job-" and 13 characters.
        arn: the job's ARN.
        status: "Running" or "Stopped", as last seen.
        created_at: when the service made the job, ISO 8601 in UTC.
        resource_arn: the ARN of the opportunity.
        last_successful_execution_date: ISO 8601 in UTC; None before the first success. Updated by a refresh.
        last_failure: the latest failure's message; None if there was none. Updated by a refresh.
        catalog: the catalog, as applied.
        engagement_identifier: the engagement, as applied.
        resource_type: the resource type, as applied.
        resource_identifier: the opportunity, as applied.
        resource_snapshot_template_identifier: the template, as applied.
        desired_status: the declared status, as applied.
        tags: the declared tags, as applied.
        tags_all: the job's tags, default tags included.
        client_token: the idempotency token that the job was created with.
    """

    arn: pulumi.Output[str]
    status: pulumi.Output[str]
    created_at: pulumi.Output[str]
    resource_arn: pulumi.Output[str]
    last_successful_execution_date: pulumi.Output[str | None]
    last_failure: pulumi.Output[str | None]
    catalog: pulumi.Output[str]
    engagement_identifier: pulumi.Output[str]
    resource_type: pulumi.Output[str]
    resource_identifier: pulumi.Output[str]
    resource_snapshot_template_identifier: pulumi.Output[str]
    desired_status: pulumi.Output[str]
    tags: pulumi.Output[dict[str, str]]
    tags_all: pulumi.Output[dict[str, str]]
    client_token: pulumi.Output[str]

    def __init__(  # noqa: PLR0913  # One argument an input, all by keyword, as every Pulumi resource has them.
        self,
        resource_name: str,
        *,
        engagement_identifier: pulumi.Input[str],
        resource_identifier: pulumi.Input[str],
        resource_snapshot_template_identifier: pulumi.Input[str],
        catalog: pulumi.Input[Catalog] | None = None,
        resource_type: pulumi.Input[ResourceType] = "Opportunity",
        desired_status: pulumi.Input[Status] = "Running",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        client_token: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str | bool] | None = None,
        wait_for_snapshot: pulumi.Input[bool] | None = None,
        timeouts: pulumi.Input[Timeouts] | None = None,
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a job.

        Args:
            resource_name: the resource's name in the stack.
            engagement_identifier: the engagement to share in, "eng-" and 14 characters.
            resource_identifier: the opportunity to share, "O" and up to 19 digits.
            resource_snapshot_template_identifier: what is shared of it, such as "OpportunitySummaryView".
            catalog: "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            resource_type: "Opportunity", the only type there is.
            desired_status: "Running" (default) or "Stopped".
            tags: tags of the job; a default tag of the same key gives way. None by default.
            client_token: the idempotency token to create with; derived from the resource's place in the stack by
                default, so that a create that was interrupted is found again. Has no effect on a job that exists.
            adopt: take a job over instead of making one: its Id, or True for the one that shares the same, if there
                is one. Has no effect on a job that exists; it can be dropped once the job is adopted.
            wait_for_snapshot: wait after a start until the job has taken its first snapshot. Off by default.
            timeouts: time limits by operation, such as {"create": "10m"}. Pulumi's own custom timeouts do not reach
                a dynamic provider. Without one, only waiting has a limit, of 10 minutes.
            connection: credentials and endpoint of this resource, where they are not the stack's.
            opts: Pulumi's resource options. delete_before_replace is on unless it is set here.

        Raises:
            TypeError: an argument is unknown or missing. Wrong values are reported by the preview.
        """
        props: dict[str, Any] = {
            "catalog": _catalog(catalog),
            "engagement_identifier": engagement_identifier,
            "resource_type": resource_type,
            "resource_identifier": resource_identifier,
            "resource_snapshot_template_identifier": resource_snapshot_template_identifier,
            "desired_status": desired_status,
            "tags": tags,
            # The provider adds the default tags. What is secret of the tags is known only here, and goes with them.
            "tags_all": tags,
            "adopt": adopt,
            "wait_for_snapshot": wait_for_snapshot,
            "timeouts": timeouts,
            "connection": connection,
        }
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=True), opts)
        found: Any = self._place(resource_name, props, client_token, opts.parent)
        place: pulumi.Output[_Place] = pulumi.Output.from_input(found)
        props["client_token"] = place.apply(lambda known: known.client_token)
        props["siblings"] = place.apply(lambda known: known.siblings or None)
        props["in_doubt"] = place.apply(lambda known: known.in_doubt)
        super().__init__(JobProvider(), resource_name, dict.fromkeys(_COMPUTED) | props, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002  # Pulumi's name for it.
        *,
        catalog: pulumi.Input[Catalog] | None = None,
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> ResourceSnapshotJob:
        """Read a job that somebody else manages (GetResourceSnapshotJob), in previews too. Never changes or deletes it.

        Args:
            resource_name: the resource's name in the stack.
            id: the job's Id, "job-" and 13 characters.
            catalog: "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            connection: credentials and endpoint of this resource, where they are not the stack's.
            opts: Pulumi's resource options.
        """
        job = cls.__new__(cls)
        props = dict.fromkeys((*IDENTITY, *_COMPUTED, "desired_status", "tags", "client_token"))
        props |= {"catalog": _catalog(catalog), "connection": connection}
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        Resource.__init__(job, JobProvider(), resource_name, props, opts)
        return job

    @classmethod
    async def _place(
        cls,
        resource_name: str,
        props: Mapping[str, Any],
        given: pulumi.Input[str] | None,
        parent: pulumi.Resource | None,
    ) -> _Place:
        """Where the resource stands in its stack; without a token while it hangs on values not yet known."""
        urn = await pulumi.create_urn(resource_name, f"pulumi-python:{cls._resource_type_name}", parent).future()
        known = await pulumi.Output.all(*(props[name] for name in IDENTITY)).future()
        base = await pulumi.Output.from_input(given).future()
        if urn is None or known is None or base == "":
            return _Place(base)
        identity = tuple(map(str, known))
        scope = pulumi.Config(NAMESPACE).get("idempotencyScope") or ""
        if base is None:
            # Pulumi's mocks name no organization.
            base = tokens.derive(pulumi.get_organization() or "organization", scope, urn, *identity)
        return (await _stack_jobs()).place(urn, identity, base)


@dataclass(frozen=True)
class _Place:
    """What a resource's place in its stack says of the job that it would create now.

    Attributes:
        client_token: the token to create it with.
        siblings: the jobs of other resources of the stack that share the same: never to be taken for this one's.
        in_doubt: the ARN of its job, where a run that did not finish may have deleted it.
    """

    client_token: str | None
    siblings: list[str] = field(default_factory=list)
    in_doubt: str | None = None


@dataclass(frozen=True)
class _StackJobs:
    """The jobs that the stack has now, as the engine knows them: ARNs by URN, URNs by token, Ids by identity."""

    by_urn: dict[str, str] = field(default_factory=dict)
    by_token: dict[str, set[str]] = field(default_factory=dict)
    by_identity: dict[tuple[str, ...], list[tuple[str, str]]] = field(default_factory=dict)
    in_doubt: frozenset[str] = frozenset()

    @classmethod
    def of(cls, resources: Mapping[str, Mapping[str, Any]]) -> _StackJobs:
        """The jobs among a stack's resources: what the engine answers, by URN."""
        jobs = cls()
        for urn, resource in resources.items():
            outputs = resource.get("outputs") or {}
            if f"{NAMESPACE}:ResourceSnapshotJob" in urn and "arn" in outputs:
                jobs.by_urn[urn] = outputs["arn"]
                jobs.by_token.setdefault(outputs.get("client_token", ""), set()).add(urn)
                identity = tuple(str(outputs.get(name)) for name in IDENTITY)
                jobs.by_identity.setdefault(identity, []).append((urn, _id_in(outputs["arn"])))
        return jobs

    def place(self, urn: str, identity: tuple[str, ...], base: str) -> _Place:
        """Where a resource stands among them."""
        taken = {token for token, urns in self.by_token.items() if urns != {urn}}
        siblings = [job_id for other, job_id in self.by_identity.get(identity, []) if other != urn]
        arn = self.by_urn.get(urn)
        token = tokens.choose(base, _id_in(arn) if arn else None, taken)
        return _Place(token, siblings, arn if arn in self.in_doubt else None)


_state: WeakKeyDictionary[pulumi.Resource, pulumi.Output[_StackJobs]] = WeakKeyDictionary()


async def _stack_jobs() -> _StackJobs:
    """The stack's jobs, asked of the engine once a program; none in a unit test."""
    stack = get_root_resource()
    if stack is None or isinstance(get_monitor(), MockMonitor):
        return _StackJobs()
    if stack not in _state:
        _state[stack] = pulumi.Output.from_input(_read_state())
    return await _state[stack].future() or _StackJobs()


async def _read_state() -> _StackJobs:
    """Ask the engine, again where it could not read: the file backend rewrites a state's attributes in place."""
    import tenacity

    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    again = tenacity.AsyncRetrying(wait=tenacity.wait_exponential_jitter(0.05, max=2), reraise=True)
    ask_engine = again.copy(stop=tenacity.stop_after_attempt(8))
    try:
        answer: Any = await ask_engine(invoke_async, "pulumi:pulumi:readStackResourceOutputs", {"stackName": name})
    except Exception as error:
        raise pulumi.RunError(
            f"The engine could not read the state of stack {name}, which tells the jobs that it has apart: {error}. "
            "Nothing was created. Check the backend, then run the command again."
        ) from error
    jobs = _StackJobs.of((answer or {}).get("outputs") or {})
    # As the engine itself does, a preview leaves out what interrupted runs began: finding out may take calls.
    if not jobs.by_urn or pulumi.runtime.is_dry_run():
        return jobs
    ask_cli = again.copy(stop=tenacity.stop_after_attempt(3))
    root = pulumi.get_root_directory() or "."
    try:
        return replace(jobs, in_doubt=await ask_cli(unfinished.deletes, name, root, jobs.by_urn.values()))
    except (OSError, ValueError) as error:
        pulumi.log.warn(
            f"The CLI could not be asked whether the last run of stack {name} finished: {error}. If a destroy was "
            "interrupted, run `pulumi up --refresh`."
        )
        return jobs


def _id_in(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _catalog(given: pulumi.Input[Catalog] | None) -> pulumi.Input[str]:
    return pulumi.Config(NAMESPACE).get("catalog") or "AWS" if given is None else given
