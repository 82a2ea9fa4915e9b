"""What users declare: typed resources. Runs in the program; calls no service and loads neither boto3 nor botocore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict
from weakref import WeakKeyDictionary

import pulumi
from pulumi.dynamic import Resource
from pulumi.runtime import get_root_resource, invoke_async

from snapshot_provider import client_token as tokens
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
        props["client_token"] = pulumi.Output.from_input(
            self._choose_token(resource_name, props, client_token, opts.parent)
        )
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
    async def _choose_token(
        cls,
        resource_name: str,
        props: Mapping[str, Any],
        given: pulumi.Input[str] | None,
        parent: pulumi.Resource | None,
    ) -> str | None:
        """The token of the job that this resource would create now; None while it hangs on unknown values."""
        urn = await pulumi.create_urn(resource_name, f"pulumi-python:{cls._resource_type_name}", parent).future()
        identity = await pulumi.Output.all(*(props[name] for name in IDENTITY)).future()
        base = await pulumi.Output.from_input(given).future()
        if urn is None or identity is None or base == "":
            return base
        scope = pulumi.Config(NAMESPACE).get("idempotencyScope") or ""
        if base is None:
            base = tokens.derive(pulumi.get_organization(), scope, urn, *map(str, identity))
        jobs = await _jobs_in_state()
        predecessor = jobs.get(urn)
        taken = {token for other, (_, token) in jobs.items() if other != urn}
        return tokens.choose(base, predecessor[0] if predecessor else None, taken)


def _catalog(given: pulumi.Input[Catalog] | None) -> pulumi.Input[str]:
    return pulumi.Config(NAMESPACE).get("catalog") or "AWS" if given is None else given


_state: WeakKeyDictionary[pulumi.Resource, pulumi.Output[dict[str, tuple[str, str]]]] = WeakKeyDictionary()


async def _jobs_in_state() -> dict[str, tuple[str, str]]:
    """The jobs that the stack has now: Id and token by URN, asked of the engine once a program."""
    stack = get_root_resource()
    if stack is None:
        return {}
    if stack not in _state:
        _state[stack] = pulumi.Output.from_input(_read_state())
    return await _state[stack].future() or {}


async def _read_state() -> dict[str, tuple[str, str]]:
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    answer = await invoke_async("pulumi:pulumi:readStackResourceOutputs", {"stackName": name})
    resources = (answer or {}).get("outputs") or {}
    return {
        urn: (outputs["arn"].rsplit("/", 1)[-1], outputs.get("client_token", ""))
        for urn, outputs in ((urn, resource.get("outputs") or {}) for urn, resource in resources.items())
        if f"{NAMESPACE}:ResourceSnapshotJob" in urn and "arn" in outputs
    }
