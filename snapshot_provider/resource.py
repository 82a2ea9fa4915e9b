"""What users declare: typed resources. Runs in the program; calls no service and loads neither boto3 nor botocore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource
from typing_extensions import Unpack, overload

from snapshot_provider import place as places
from snapshot_provider.constructors import in_either_form
from snapshot_provider.declared import Declared
from snapshot_provider.model import IDENTITY, Catalog, ResourceType, Status
from snapshot_provider.place import NAMESPACE
from snapshot_provider.provider import JobProvider, SettingsProvider, SnapshotProvider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snapshot_provider.args import (
        Connection,
        ResourceSnapshotArgs,
        ResourceSnapshotJobArgs,
        SellingSystemSettingsArgs,
        Timeouts,
    )
    from snapshot_provider.model import SnapshotTemplate

_COMPUTED = (
    "arn",
    "status",
    "created_at",
    "resource_arn",
    "last_successful_execution_date",
    "last_failure",
    "tags_all",
)


class ResourceSnapshotJob(Declared, module=NAMESPACE, name="ResourceSnapshotJob"):
    """A resource snapshot job: keeps what an engagement sees of an opportunity up to date.

    Creating calls CreateResourceSnapshotJob and brings the job to its desired status. A change of catalog, engagement,
    resource type, resource or template replaces the job; tags and desired status are changed in place. The output
    ``id`` is the job's Id, "job-" and 13 characters.

    Example:
        >>> job = ResourceSnapshotJob(
        ...     "acme-opportunity",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ... )
        >>> pulumi.export("job_arn", job.arn)
    """

    arn: pulumi.Output[str]
    """The job's ARN; it carries the account."""
    status: pulumi.Output[Status]
    """"Running" or "Stopped", as last seen."""
    created_at: pulumi.Output[str]
    """When the service made the job, ISO 8601 in UTC."""
    resource_arn: pulumi.Output[str]
    """The ARN of the opportunity."""
    last_successful_execution_date: pulumi.Output[str | None]
    """When it last took a snapshot, ISO 8601 in UTC; None before the first. Brought up to date by a refresh."""
    last_failure: pulumi.Output[str | None]
    """The latest failure's message; None if there was none. Brought up to date by a refresh."""
    catalog: pulumi.Output[Catalog]
    """The catalog, "AWS" or "Sandbox", as applied."""
    engagement_identifier: pulumi.Output[str]
    """The engagement, as applied."""
    resource_type: pulumi.Output[ResourceType]
    """The resource type, as applied."""
    resource_identifier: pulumi.Output[str]
    """The opportunity, as applied."""
    resource_snapshot_template_identifier: pulumi.Output[str]
    """The template, as applied."""
    desired_status: pulumi.Output[Status]
    """The declared status, "Running" or "Stopped", as applied."""
    tags: pulumi.Output[dict[str, str]]
    """The declared tags, as applied."""
    tags_all: pulumi.Output[dict[str, str]]
    """The job's tags, default tags included."""
    client_token: pulumi.Output[str]
    """The idempotency token that the job was created with."""

    @overload
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        engagement_identifier: pulumi.Input[str],
        resource_identifier: pulumi.Input[str],
        resource_snapshot_template_identifier: pulumi.Input[SnapshotTemplate | str],
        catalog: pulumi.Input[Catalog] | None = None,
        resource_type: pulumi.Input[ResourceType] = "Opportunity",
        desired_status: pulumi.Input[Status] = "Running",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        client_token: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str | bool] | None = None,
        wait_for_snapshot: pulumi.Input[bool] | None = None,
        timeouts: pulumi.Input[Timeouts] | None = None,
        connection: pulumi.Input[Connection] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, resource_name: str, args: ResourceSnapshotJobArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...

    @in_either_form
    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **args: Unpack[ResourceSnapshotJobArgs]
    ) -> None:
        """Declare a job, by keyword or with ResourceSnapshotJobArgs (CreateResourceSnapshotJob).

        Args:
            resource_name: the resource's name in the stack.
            args: the arguments as one map, instead of by keyword.
            opts: Pulumi's resource options; delete_before_replace is on unless it is set here. None by default.
            engagement_identifier: the engagement to share in, "eng-" and 14 characters. Required.
            resource_identifier: the opportunity to share, "O" and up to 19 digits. Required.
            resource_snapshot_template_identifier: what is shared of it: "OpportunitySummaryView", or another template's
                name. Required.
            catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            resource_type: the type of what is shared: "Opportunity", the default and the only type there is.
            desired_status: the status to bring it to and keep it in, "Running" (default) or "Stopped".
            tags: tags of the job, 200 at most with the default tags; a default tag of the same key gives way. None by
                default.
            client_token: the idempotency token to create with; derived from the resource's place in the stack by
                default, so that a create that was interrupted is found again. Has no effect on a job that exists.
            adopt: take a job over instead of making one: its Id, or True for the one that shares the same, if there
                is one. Off by default. Has no effect on a job that exists; it can be dropped once the job is adopted.
            wait_for_snapshot: wait after a start until the job has taken its first snapshot. Off by default.
            timeouts: time limits by operation, such as {"create": "10m"}. Pulumi's own custom timeouts do not reach
                a dynamic provider. Without one, only waiting has a limit, of 10 minutes.
            connection: credentials and endpoint, where they are not the stack's.

        Raises:
            TypeError: an argument is unknown, missing, or given in both forms. Wrong values are reported by the
                preview.

        Example:
            >>> job = ResourceSnapshotJob(
            ...     "acme-on-hold",
            ...     {
            ...         "engagement_identifier": "eng-0123456789abcd",
            ...         "resource_identifier": "O1234567",
            ...         "resource_snapshot_template_identifier": "OpportunitySummaryView",
            ...         "desired_status": "Stopped",
            ...     },
            ...     pulumi.ResourceOptions(protect=True),
            ... )
        """
        props: dict[str, Any] = {
            **args,
            "catalog": catalog_or_default(args.get("catalog")),
            # The provider adds the default tags. What is secret of the tags is known only here, and goes with them.
            "tags_all": args.get("tags"),
        }
        client_token = props.pop("client_token")
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=True), opts)
        asked = places.Asked(self._resource_type_name, resource_name, opts.parent, props)
        place = places.of_job(asked, client_token)
        given = {name: value for name, value in props.items() if value is not None or name == "tags"}
        given["client_token"] = places.as_input(place)
        super().__init__(JobProvider(), resource_name, dict.fromkeys(_COMPUTED) | given, opts)
        self._leave_to_registration()

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
        """Read a job that somebody else manages (GetResourceSnapshotJob), in previews too; never change or delete it.

        Args:
            resource_name: the resource's name in the stack.
            id: the job's Id, "job-" and 13 characters.
            catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            connection: credentials and endpoint, where they are not the stack's.
            opts: Pulumi's resource options. None by default.

        Raises:
            TypeError: an argument is unknown or missing. The preview reports a job that is not there.

        Example:
            >>> theirs = ResourceSnapshotJob.get("theirs", "job-0123456789abc", catalog="Sandbox")
            >>> pulumi.export("their_status", theirs.status)
        """
        job = cls.__new__(cls)
        props = dict.fromkeys((*IDENTITY, *_COMPUTED, "desired_status", "tags", "client_token"))
        props |= {"catalog": catalog_or_default(catalog), "connection": connection}
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        Resource.__init__(job, JobProvider(), resource_name, props, opts)
        return job


class SellingSystemSettings(Declared, module=NAMESPACE, name="SellingSystemSettings"):
    """The role that the jobs of a catalog run as (PutSellingSystemSettings): one for each account and catalog.

    Settings that are there already are taken over, and what they named is shown. A delete clears them as far as the
    service lets one; it leaves them alone where somebody has named another role since. A change of the catalog
    replaces the resource, a change of the role is made in place. The output ``id`` is the catalog.

    Example:
        >>> settings = SellingSystemSettings(
        ...     "sandbox", catalog="Sandbox", resource_snapshot_job_role_identifier="SnapshotJobs"
        ... )
        >>> pulumi.export("role_arn", settings.resource_snapshot_job_role_arn)
    """

    resource_snapshot_job_role_arn: pulumi.Output[str]
    """The role's ARN."""
    resource_snapshot_job_role_identifier: pulumi.Output[str]
    """The role, as declared."""
    catalog: pulumi.Output[Catalog]
    """The catalog, "AWS" or "Sandbox", as applied."""

    @overload
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        resource_snapshot_job_role_identifier: pulumi.Input[str],
        catalog: pulumi.Input[Catalog] | None = None,
        connection: pulumi.Input[Connection] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, resource_name: str, args: SellingSystemSettingsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...

    @in_either_form
    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **args: Unpack[SellingSystemSettingsArgs]
    ) -> None:
        """Declare the settings of a catalog, by keyword or with SellingSystemSettingsArgs (PutSellingSystemSettings).

        Args:
            resource_name: the resource's name in the stack.
            args: the arguments as one map, instead of by keyword.
            opts: Pulumi's resource options. None by default.
            resource_snapshot_job_role_identifier: the role's name or ARN. A job makes snapshots only where
                resource-snapshot-job.partnercentral-selling.amazonaws.com may assume it. Required.
            catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            connection: credentials and endpoint, where they are not the stack's.

        Raises:
            pulumi.RunError: the program declares the settings of this catalog and connection already.
            TypeError: an argument is unknown, missing, or given in both forms. Wrong values are reported by the
                preview.

        Example:
            >>> settings = SellingSystemSettings(
            ...     "partner",
            ...     {
            ...         "resource_snapshot_job_role_identifier": "arn:aws:iam::111122223333:role/SnapshotJobs",
            ...         "connection": {"profile": "partner"},
            ...     },
            ... )
        """
        props: dict[str, Any] = {
            **args,
            "catalog": places.first_of(resource_name, catalog_or_default(args.get("catalog")), args.get("connection")),
        }
        super().__init__(SettingsProvider(), resource_name, {"resource_snapshot_job_role_arn": None, **props}, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        *,
        catalog: pulumi.Input[Catalog] | None = None,
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> SellingSystemSettings:
        """Read settings that somebody else manages (GetSellingSystemSettings), in previews too. Never changes them.

        Args:
            resource_name: the resource's name in the stack.
            catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            connection: credentials and endpoint, where they are not the stack's.
            opts: Pulumi's resource options. None by default.

        Raises:
            TypeError: an argument is unknown or missing. The preview reports settings that name no role.

        Example:
            >>> theirs = SellingSystemSettings.get("theirs", catalog="Sandbox")
            >>> pulumi.export("their_role", theirs.resource_snapshot_job_role_arn)
        """
        settings = cls.__new__(cls)
        outputs = ("catalog", "resource_snapshot_job_role_arn", "resource_snapshot_job_role_identifier")
        props = {**dict.fromkeys(outputs), "connection": connection}
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=catalog_or_default(catalog)))
        Resource.__init__(settings, SettingsProvider(), resource_name, props, opts)
        return settings


class ResourceSnapshot(Declared, module=NAMESPACE, name="ResourceSnapshot"):
    """A snapshot that is taken once (CreateResourceSnapshot), and again when a trigger changes.

    A change of any input but the connection takes another snapshot. The service keeps snapshots for good, so a delete
    only forgets one, and says so. The output ``id`` is the ARN and the revision.

    Example:
        >>> snapshot = ResourceSnapshot(
        ...     "acme-committed",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ...     triggers={"stage": "Committed"},
        ... )
        >>> pulumi.export("revision", snapshot.revision)
    """

    arn: pulumi.Output[str]
    """The snapshot's ARN; its revisions have it in common."""
    revision: pulumi.Output[int]
    """The number of this revision, from 1."""
    catalog: pulumi.Output[Catalog]
    """The catalog, "AWS" or "Sandbox", as applied."""
    engagement_identifier: pulumi.Output[str]
    """The engagement, as applied."""
    resource_type: pulumi.Output[ResourceType]
    """The resource type, as applied."""
    resource_identifier: pulumi.Output[str]
    """The opportunity, as applied."""
    resource_snapshot_template_identifier: pulumi.Output[str]
    """The template, as applied."""
    triggers: pulumi.Output[Any]
    """The triggers, as applied; None where there are none."""
    client_token: pulumi.Output[str]
    """The idempotency token that it was taken with."""

    @overload
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        engagement_identifier: pulumi.Input[str],
        resource_identifier: pulumi.Input[str],
        resource_snapshot_template_identifier: pulumi.Input[SnapshotTemplate | str],
        triggers: pulumi.Input[Mapping[str, Any] | Sequence[Any]] | None = None,
        catalog: pulumi.Input[Catalog] | None = None,
        resource_type: pulumi.Input[ResourceType] = "Opportunity",
        connection: pulumi.Input[Connection] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, resource_name: str, args: ResourceSnapshotArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...

    @in_either_form
    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **args: Unpack[ResourceSnapshotArgs]
    ) -> None:
        """Declare a snapshot, by keyword or with ResourceSnapshotArgs (CreateResourceSnapshot).

        Args:
            resource_name: the resource's name in the stack.
            args: the arguments as one map, instead of by keyword.
            opts: Pulumi's resource options. None by default.
            engagement_identifier: the engagement to share in, "eng-" and 14 characters. Required.
            resource_identifier: the opportunity to share, "O" and up to 19 digits. Required.
            resource_snapshot_template_identifier: what is shared of it: "OpportunitySummaryView", or another template's
                name. Required.
            triggers: values whose change takes another snapshot: a map or a list. None by default.
            catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            resource_type: the type of what is shared: "Opportunity", the default and the only type there is.
            connection: credentials and endpoint, where they are not the stack's.

        Raises:
            TypeError: an argument is unknown, missing, or given in both forms. Wrong values are reported by the
                preview.

        Example:
            >>> snapshot = ResourceSnapshot(
            ...     "acme-launched",
            ...     {
            ...         "engagement_identifier": "eng-0123456789abcd",
            ...         "resource_identifier": "O1234567",
            ...         "resource_snapshot_template_identifier": "AwsOpportunitySummaryFullView",
            ...         "triggers": ["launched"],
            ...     },
            ... )
        """
        props: dict[str, Any] = {**args, "catalog": catalog_or_default(args.get("catalog"))}
        asked = places.Asked(self._resource_type_name, resource_name, opts.parent if opts else None, props)
        place = places.of_snapshot(asked, args.get("triggers"))
        props["client_token"] = places.as_input(place)
        super().__init__(SnapshotProvider(), resource_name, {"arn": None, "revision": None, **props}, opts)
        self._leave_to_registration()
        # The engine's numbers are all floating-point.
        self.revision = self.revision.apply(int)


def catalog_or_default(given: pulumi.Input[Catalog] | None) -> pulumi.Input[str]:
    """A catalog; the config value partnercentral:catalog, else "AWS", where none is given."""
    return pulumi.Config(NAMESPACE).get("catalog") or "AWS" if given is None else given
