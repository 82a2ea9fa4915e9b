"""The arguments of resources and components, as maps: TypedDicts that editors and type checkers know.

Each is also a class to call: `Timeouts(create="10m")` is `{"create": "10m"}`. May not import the life cycle.
"""

# Annotations are values here, not texts: `__required_keys__` would be wrong otherwise.

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from typing_extensions import NotRequired, TypedDict

from snapshot_provider.model import Catalog, ResourceType, SnapshotTemplate, Status


class AssumeRole(TypedDict):
    """A role to take on before anything is called (STS AssumeRole).

    Example:
        >>> partner: AssumeRole = {"role_arn": "arn:aws:iam::111122223333:role/partner", "duration": "30m"}
        >>> settings = SellingSystemSettings.get("partner", connection={"assume_role": partner})
    """

    role_arn: pulumi.Input[str]
    """The role's ARN. Required."""
    session_name: NotRequired[pulumi.Input[str]]
    """The name of the session in CloudTrail; "snapshot-provider" by default."""
    external_id: NotRequired[pulumi.Input[str]]
    """What the role's trust asks for; nothing by default."""
    duration: NotRequired[pulumi.Input[int | str]]
    """The session's length, 900 to 43200 in seconds or as "15m" to "12h"; an hour by default. Renewed by itself."""


class Connection(TypedDict, total=False):
    """Credentials and endpoint of one resource, where they are not the stack's. It is kept in the state.

    Example:
        >>> other: Connection = {"profile": "partner", "endpoint_url": "http://127.0.0.1:4566"}
        >>> settings = SellingSystemSettings.get("other", catalog="Sandbox", connection=other)
    """

    profile: pulumi.Input[str]
    """A profile of the AWS configuration files; the stack's by default, else boto3's choice."""
    assume_role: pulumi.Input[AssumeRole]
    """The role to take on; the stack's by default, or none where `profile` is given."""
    endpoint_url: pulumi.Input[str]
    """Where the service is, such as "http://127.0.0.1:4566"; the stack's by default, else AWS."""


class Timeouts(TypedDict, total=False):
    """Time limits by operation, in Go's form: "90s", "10m", "1h30m".

    Without one, only waiting for a snapshot has a limit, of 10 minutes.

    Example:
        >>> patient: Timeouts = {"create": "15m", "update": "15m"}
        >>> job = ResourceSnapshotJob(
        ...     "patient",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ...     timeouts=patient,
        ... )
    """

    create: pulumi.Input[str]
    """The limit of a create, the wait for the first snapshot included."""
    update: pulumi.Input[str]
    """The limit of an update, the wait for a snapshot included."""
    delete: pulumi.Input[str]
    """The limit of a delete."""


class ResourceSnapshotJobArgs(TypedDict):
    """The arguments of a ResourceSnapshotJob, as one map.

    Example:
        >>> args: ResourceSnapshotJobArgs = {
        ...     "engagement_identifier": "eng-0123456789abcd",
        ...     "resource_identifier": "O1234567",
        ...     "resource_snapshot_template_identifier": "OpportunitySummaryView",
        ... }
        >>> first = ResourceSnapshotJob("as-one-map", args)
        >>> second = ResourceSnapshotJob("by-keyword", **{**args, "resource_identifier": "O7654321"})
    """

    engagement_identifier: pulumi.Input[str]
    """The engagement to share in, "eng-" and 14 characters. Required."""
    resource_identifier: pulumi.Input[str]
    """The opportunity to share, "O" and up to 19 digits. Required."""
    resource_snapshot_template_identifier: pulumi.Input[SnapshotTemplate | str]
    """What is shared of it: "OpportunitySummaryView", or another template's name. Required."""
    catalog: NotRequired[pulumi.Input[Catalog] | None]
    """The catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS"."""
    resource_type: NotRequired[pulumi.Input[ResourceType]]
    """The type of what is shared: "Opportunity", the default and the only type there is."""
    desired_status: NotRequired[pulumi.Input[Status]]
    """The status to bring it to and keep it in, "Running" (default) or "Stopped"."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]] | None]
    """Tags of the job, 200 at most with the default tags; a default tag of the same key gives way. None by default."""
    client_token: NotRequired[pulumi.Input[str] | None]
    """The idempotency token to create with; derived from the resource's place in the stack by default, so that a
    create that was interrupted is found again. Has no effect on a job that exists."""
    adopt: NotRequired[pulumi.Input[str | bool] | None]
    """Take a job over instead of making one: its Id, or True for the one that shares the same, if there is one. Off by
    default. Has no effect on a job that exists; it can be dropped once the job is adopted."""
    wait_for_snapshot: NotRequired[pulumi.Input[bool] | None]
    """Wait after a start until the job has taken its first snapshot. Off by default."""
    timeouts: NotRequired[pulumi.Input[Timeouts] | None]
    """Time limits by operation, such as {"create": "10m"}. Pulumi's own custom timeouts do not reach a dynamic
    provider. Without one, only waiting has a limit, of 10 minutes."""
    connection: NotRequired[pulumi.Input[Connection] | None]
    """Credentials and endpoint, where they are not the stack's."""


class SellingSystemSettingsArgs(TypedDict):
    """The arguments of SellingSystemSettings, as one map.

    Example:
        >>> args: SellingSystemSettingsArgs = {"resource_snapshot_job_role_identifier": "SnapshotJobs"}
        >>> settings = SellingSystemSettings("live", args)
    """

    resource_snapshot_job_role_identifier: pulumi.Input[str]
    """The role's name or ARN. A job makes snapshots only where
    resource-snapshot-job.partnercentral-selling.amazonaws.com may assume it. Required."""
    catalog: NotRequired[pulumi.Input[Catalog] | None]
    """The catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS"."""
    connection: NotRequired[pulumi.Input[Connection] | None]
    """Credentials and endpoint, where they are not the stack's."""


class ResourceSnapshotArgs(TypedDict):
    """The arguments of a ResourceSnapshot, as one map.

    Example:
        >>> args: ResourceSnapshotArgs = {
        ...     "engagement_identifier": "eng-0123456789abcd",
        ...     "resource_identifier": "O1234567",
        ...     "resource_snapshot_template_identifier": "OpportunitySummaryView",
        ... }
        >>> snapshot = ResourceSnapshot("once", args)
    """

    engagement_identifier: pulumi.Input[str]
    """The engagement to share in, "eng-" and 14 characters. Required."""
    resource_identifier: pulumi.Input[str]
    """The opportunity to share, "O" and up to 19 digits. Required."""
    resource_snapshot_template_identifier: pulumi.Input[SnapshotTemplate | str]
    """What is shared of it: "OpportunitySummaryView", or another template's name. Required."""
    triggers: NotRequired[pulumi.Input[Mapping[str, Any] | Sequence[Any]] | None]
    """Values whose change takes another snapshot: a map or a list. None by default."""
    catalog: NotRequired[pulumi.Input[Catalog] | None]
    """The catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS"."""
    resource_type: NotRequired[pulumi.Input[ResourceType]]
    """The type of what is shared: "Opportunity", the default and the only type there is."""
    connection: NotRequired[pulumi.Input[Connection] | None]
    """Credentials and endpoint, where they are not the stack's."""


class SharedOpportunity(TypedDict):
    """An opportunity of EngagementSnapshots that differs from the others.

    Example:
        >>> on_hold: SharedOpportunity = {"resource_identifier": "O7654321", "desired_status": "Stopped"}
        >>> shared = EngagementSnapshots(
        ...     "shared", engagement_identifier="eng-0123456789abcd", opportunities={"globex": on_hold}
        ... )
    """

    resource_identifier: pulumi.Input[str]
    """The opportunity to share, "O" and up to 19 digits. Required."""
    resource_snapshot_template_identifier: NotRequired[pulumi.Input[SnapshotTemplate | str]]
    """What is shared of it; the component's by default."""
    desired_status: NotRequired[pulumi.Input[Status]]
    """The status to bring it to and keep it in, "Running" or "Stopped"; the component's by default."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Tags of its job, beside the component's; those of the same key win. None by default."""


class EngagementSnapshotsArgs(TypedDict):
    """The arguments of EngagementSnapshots, as one map.

    Example:
        >>> args: EngagementSnapshotsArgs = {
        ...     "engagement_identifier": "eng-0123456789abcd",
        ...     "opportunities": {"acme": "O1234567"},
        ...     "tags": {"team": "alliances"},
        ... }
        >>> shared = EngagementSnapshots("alliances", args)
    """

    engagement_identifier: pulumi.Input[str]
    """The engagement to share in, "eng-" and 14 characters. Required."""
    opportunities: Mapping[str, pulumi.Input[str] | SharedOpportunity]
    """The opportunities by names of your own: identifiers, or SharedOpportunity where one differs. Required."""
    resource_snapshot_template_identifier: NotRequired[pulumi.Input[SnapshotTemplate | str]]
    """What is shared of them; "OpportunitySummaryView" by default."""
    catalog: NotRequired[pulumi.Input[Catalog] | None]
    """The catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS"."""
    desired_status: NotRequired[pulumi.Input[Status]]
    """The status to bring them to and keep them in, "Running" (default) or "Stopped"."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]] | None]
    """Tags of every job. None by default."""
    adopt: NotRequired[pulumi.Input[bool] | None]
    """Take over the jobs that share the same already, where there are such. Off by default."""
    wait_for_snapshot: NotRequired[pulumi.Input[bool] | None]
    """Wait after a start until a job has taken its first snapshot. Off by default."""
    timeouts: NotRequired[pulumi.Input[Timeouts] | None]
    """Time limits of each job, by operation. Without one, only waiting has a limit, of 10 minutes."""
    connection: NotRequired[pulumi.Input[Connection] | None]
    """Credentials and endpoint, where they are not the stack's."""


class SnapshotJobExecutionRoleArgs(TypedDict, total=False):
    """The arguments of a SnapshotJobExecutionRole, as one map. None is required.

    Example:
        >>> args: SnapshotJobExecutionRoleArgs = {"catalogs": ["Sandbox"], "path": "/partner-central/"}
        >>> role = SnapshotJobExecutionRole("partner-central", args)
    """

    catalogs: Sequence[Catalog] | None
    """The catalogs whose settings are to name the role: "AWS", "Sandbox" or both; by default the one of the config
    value partnercentral:catalog, else "AWS"."""
    engagements: pulumi.Input[Sequence[pulumi.Input[str]]] | None
    """The engagements that jobs may share in, by an inline policy of these rights for the catalogs alone; by default
    any, by AWS's managed policy."""
    role_name: pulumi.Input[str] | None
    """The role's name; made from the component's by default."""
    path: pulumi.Input[str] | None
    """The role's path; "/" by default."""
    permissions_boundary: pulumi.Input[str] | None
    """The ARN of a policy that bounds the role; none by default."""
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None
    """Tags of the role. None by default."""
    connection: pulumi.Input[Connection] | None
    """Credentials and endpoint of the settings, where they are not the stack's."""
