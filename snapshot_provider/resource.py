"""What users declare: typed resources. Runs in the program; calls no service and loads neither boto3 nor botocore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import pulumi
from pulumi.dynamic import Resource

from snapshot_provider import place as places
from snapshot_provider.declared import Declared
from snapshot_provider.model import IDENTITY
from snapshot_provider.place import NAMESPACE
from snapshot_provider.provider import JobProvider, SettingsProvider, SnapshotProvider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snapshot_provider.model import Catalog, ResourceType, Status

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


class ResourceSnapshotJob(Declared, module=NAMESPACE, name="ResourceSnapshotJob"):
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
            "catalog": catalog_or_default(catalog),
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
        props |= {"catalog": catalog_or_default(catalog), "connection": connection}
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        Resource.__init__(job, JobProvider(), resource_name, props, opts)
        return job


class SellingSystemSettings(Declared, module=NAMESPACE, name="SellingSystemSettings"):
    """The role that the jobs of a catalog run as (PutSellingSystemSettings): one for each account and catalog.

    Settings that are there already are taken over, and what they named is shown. A delete clears them as far as the
    service lets one; it leaves them alone where somebody has named another role since. A change of the catalog
    replaces the resource, a change of the role is made in place.

    Example:
        >>> SellingSystemSettings("sandbox", catalog="Sandbox", resource_snapshot_job_role_identifier=role.arn)

    Attributes:
        id: the catalog.
        resource_snapshot_job_role_arn: the role's ARN.
        resource_snapshot_job_role_identifier: the role, as declared.
        catalog: the catalog, as applied.
    """

    resource_snapshot_job_role_arn: pulumi.Output[str]
    resource_snapshot_job_role_identifier: pulumi.Output[str]
    catalog: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        resource_snapshot_job_role_identifier: pulumi.Input[str],
        catalog: pulumi.Input[Catalog] | None = None,
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the settings of a catalog.

        Args:
            resource_name: the resource's name in the stack.
            resource_snapshot_job_role_identifier: the role's name or ARN. A job makes snapshots only where
                resource-snapshot-job.partnercentral-selling.amazonaws.com may assume it.
            catalog: "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            connection: credentials and endpoint of this resource, where they are not the stack's.
            opts: Pulumi's resource options.

        Raises:
            pulumi.RunError: the program declares the settings of this catalog and connection already.
            TypeError: an argument is unknown or missing. Wrong values are reported by the preview.
        """
        props: dict[str, Any] = {
            "catalog": places.first_of(resource_name, catalog_or_default(catalog), connection),
            "resource_snapshot_job_role_identifier": resource_snapshot_job_role_identifier,
            "connection": connection,
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
            catalog: "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            connection: credentials and endpoint of this resource, where they are not the stack's.
            opts: Pulumi's resource options.
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
    only forgets one, and says so.

    Example:
        >>> snapshot = ResourceSnapshot(
        ...     "acme-committed",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ...     triggers={"stage": "Committed"},
        ... )
        >>> pulumi.export("revision", snapshot.revision)

    Attributes:
        id: the ARN and the revision.
        arn: the snapshot's ARN; its revisions have it in common.
        revision: the number of this revision, from 1.
        catalog: the catalog, as applied.
        engagement_identifier: the engagement, as applied.
        resource_type: the resource type, as applied.
        resource_identifier: the opportunity, as applied.
        resource_snapshot_template_identifier: the template, as applied.
        triggers: the triggers, as applied; None where there are none.
        client_token: the idempotency token that it was taken with.
    """

    arn: pulumi.Output[str]
    revision: pulumi.Output[int]
    catalog: pulumi.Output[str]
    engagement_identifier: pulumi.Output[str]
    resource_type: pulumi.Output[str]
    resource_identifier: pulumi.Output[str]
    resource_snapshot_template_identifier: pulumi.Output[str]
    triggers: pulumi.Output[Any]
    client_token: pulumi.Output[str]

    def __init__(  # noqa: PLR0913  # One argument an input, all by keyword, as every Pulumi resource has them.
        self,
        resource_name: str,
        *,
        engagement_identifier: pulumi.Input[str],
        resource_identifier: pulumi.Input[str],
        resource_snapshot_template_identifier: pulumi.Input[str],
        triggers: pulumi.Input[Mapping[str, Any] | Sequence[Any]] | None = None,
        catalog: pulumi.Input[Catalog] | None = None,
        resource_type: pulumi.Input[ResourceType] = "Opportunity",
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a snapshot.

        Args:
            resource_name: the resource's name in the stack.
            engagement_identifier: the engagement to share in, "eng-" and 14 characters.
            resource_identifier: the opportunity to share, "O" and up to 19 digits.
            resource_snapshot_template_identifier: what is shared of it, such as "OpportunitySummaryView".
            triggers: values whose change takes another snapshot: a map or a list. None by default.
            catalog: "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            resource_type: "Opportunity", the only type there is.
            connection: credentials and endpoint of this resource, where they are not the stack's.
            opts: Pulumi's resource options.

        Raises:
            TypeError: an argument is unknown or missing. Wrong values are reported by the preview.
        """
        props: dict[str, Any] = {
            "catalog": catalog_or_default(catalog),
            "engagement_identifier": engagement_identifier,
            "resource_type": resource_type,
            "resource_identifier": resource_identifier,
            "resource_snapshot_template_identifier": resource_snapshot_template_identifier,
            "triggers": triggers,
            "connection": connection,
        }
        asked = places.Asked(self._resource_type_name, resource_name, opts.parent if opts else None, props)
        place = places.of_snapshot(asked, triggers)
        props["client_token"] = places.as_input(place)
        super().__init__(SnapshotProvider(), resource_name, {"arn": None, "revision": None, **props}, opts)
        self._leave_to_registration()
        # The engine's numbers are all floating-point.
        self.revision = self.revision.apply(int)


def catalog_or_default(given: pulumi.Input[Catalog] | None) -> pulumi.Input[str]:
    """A catalog; the config value partnercentral:catalog, else "AWS", where none is given."""
    return pulumi.Config(NAMESPACE).get("catalog") or "AWS" if given is None else given
