"""Look-ups for programs: plain forms answer at once, `_output` forms take Outputs and give one.

They call the service from the program itself, in previews too, as every provider's functions do; boto3 is loaded by
the first call.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pulumi

from snapshot_provider.errors import ProviderError
from snapshot_provider.model import CatalogSettings, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from snapshot_provider.args import Connection
    from snapshot_provider.gateway import Gateway
    from snapshot_provider.model import Catalog, Job, JobSummary, ResourceType, Snapshot, SnapshotTemplate, Status

T = TypeVar("T")
P = ParamSpec("P")


def _told(function: Callable[P, T]) -> Callable[P, T]:
    """Show a foreseeable fault as a message: the program's traceback would say nothing more."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except ProviderError as fault:
            raise pulumi.RunError(str(fault)) from fault

    return told


@_told
def get_resource_snapshot_job(
    job_id: str, *, catalog: Catalog | None = None, connection: Connection | None = None
) -> Job:
    """One job with its tags (GetResourceSnapshotJob, ListTagsForResource).

    Args:
        job_id: the job's Id, "job-" and 13 characters. Required.
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: there is no such job, or the service refused or could not be reached.

    Example:
        >>> job = get_resource_snapshot_job("job-0123456789abc", catalog="Sandbox")
        >>> pulumi.export("status_of_the_job", job.status)
    """
    gateway = _gateway(connection)
    job = gateway.get_job(_catalog(catalog), job_id)
    return job.with_tags(gateway.list_tags(job.arn))


@_told
def get_resource_snapshot_jobs(
    *,
    catalog: Catalog | None = None,
    engagement_identifier: str | None = None,
    status: Status | None = None,
    connection: Connection | None = None,
) -> list[JobSummary]:
    """The jobs of an engagement or of a whole catalog, to the last page (ListResourceSnapshotJobs).

    Args:
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        engagement_identifier: the engagement, "eng-" and 14 characters; all by default.
        status: the jobs' status, "Running" or "Stopped"; both by default.
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: the service refused or could not be reached.

    Example:
        >>> jobs = get_resource_snapshot_jobs(catalog="Sandbox", engagement_identifier="eng-0123456789abcd")
        >>> pulumi.export("ids_in_the_engagement", [job.id for job in jobs])
    """
    return list(_gateway(connection).list_summaries(_catalog(catalog), engagement_identifier, status))


@_told
def get_resource_snapshot(  # noqa: PLR0913  # One argument a member of the operation.
    *,
    engagement_identifier: str,
    resource_identifier: str,
    resource_snapshot_template_identifier: SnapshotTemplate | str,
    revision: int | None = None,
    resource_type: ResourceType = "Opportunity",
    catalog: Catalog | None = None,
    connection: Connection | None = None,
) -> Snapshot:
    """What is shared of an opportunity, with its payload (GetResourceSnapshot).

    Args:
        engagement_identifier: the engagement that it is shared in, "eng-" and 14 characters. Required.
        resource_identifier: the opportunity, "O" and up to 19 digits. Required.
        resource_snapshot_template_identifier: what is shared of it: "OpportunitySummaryView", or another template's
            name. Required.
        revision: the number of the revision, from 1; the latest by default.
        resource_type: the type of what is shared: "Opportunity", the default and the only type there is.
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: there is no such snapshot, or the service refused or could not be reached.

    Example:
        >>> latest = get_resource_snapshot(
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ...     catalog="Sandbox",
        ... )
        >>> pulumi.export("latest_revision", latest.revision)
    """
    identity = Identity(
        catalog=_catalog(catalog),
        engagement_identifier=engagement_identifier,
        resource_type=resource_type,
        resource_identifier=resource_identifier,
        resource_snapshot_template_identifier=resource_snapshot_template_identifier,
    )
    return _gateway(connection).get_snapshot(identity, revision)


@_told
def get_selling_system_settings(
    *, catalog: Catalog | None = None, connection: Connection | None = None
) -> CatalogSettings:
    """The role that jobs run as (GetSellingSystemSettings).

    Args:
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: the service refused or could not be reached.

    Example:
        >>> settings = get_selling_system_settings(catalog="Sandbox")
        >>> pulumi.export("role_of_the_jobs", settings.resource_snapshot_job_role_arn)
    """
    name = _catalog(catalog)
    return CatalogSettings(name, _gateway(connection).get_role(name))


def get_resource_snapshot_job_output(
    job_id: pulumi.Input[str],
    *,
    catalog: pulumi.Input[Catalog] | None = None,
    connection: pulumi.Input[Connection] | None = None,
) -> pulumi.Output[Job]:
    """``get_resource_snapshot_job`` for Outputs (GetResourceSnapshotJob, ListTagsForResource).

    Args:
        job_id: the job's Id, "job-" and 13 characters. Required.
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: there is no such job, or the service refused or could not be reached.

    Example:
        >>> looked_up = get_resource_snapshot_job_output("job-0123456789abc", catalog="Sandbox")
        >>> pulumi.export("created", looked_up.created_at)
    """
    return _lifted(get_resource_snapshot_job, job_id=job_id, catalog=catalog, connection=connection)


def get_resource_snapshot_jobs_output(
    *,
    catalog: pulumi.Input[Catalog] | None = None,
    engagement_identifier: pulumi.Input[str] | None = None,
    status: pulumi.Input[Status] | None = None,
    connection: pulumi.Input[Connection] | None = None,
) -> pulumi.Output[list[JobSummary]]:
    """``get_resource_snapshot_jobs`` for Outputs (ListResourceSnapshotJobs).

    Args:
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        engagement_identifier: the engagement, "eng-" and 14 characters; all by default.
        status: the jobs' status, "Running" or "Stopped"; both by default.
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: the service refused or could not be reached.

    Example:
        >>> jobs = get_resource_snapshot_jobs_output(catalog="Sandbox", engagement_identifier="eng-0123456789abcd")
        >>> pulumi.export("how_many", jobs.apply(len))
    """
    return _lifted(
        get_resource_snapshot_jobs,
        catalog=catalog,
        engagement_identifier=engagement_identifier,
        status=status,
        connection=connection,
    )


def get_resource_snapshot_output(  # noqa: PLR0913  # One argument a member of the operation.
    *,
    engagement_identifier: pulumi.Input[str],
    resource_identifier: pulumi.Input[str],
    resource_snapshot_template_identifier: pulumi.Input[SnapshotTemplate | str],
    revision: pulumi.Input[int] | None = None,
    resource_type: pulumi.Input[ResourceType] = "Opportunity",
    catalog: pulumi.Input[Catalog] | None = None,
    connection: pulumi.Input[Connection] | None = None,
) -> pulumi.Output[Snapshot]:
    """``get_resource_snapshot`` for Outputs (GetResourceSnapshot).

    Args:
        engagement_identifier: the engagement that it is shared in, "eng-" and 14 characters. Required.
        resource_identifier: the opportunity, "O" and up to 19 digits. Required.
        resource_snapshot_template_identifier: what is shared of it: "OpportunitySummaryView", or another template's
            name. Required.
        revision: the number of the revision, from 1; the latest by default.
        resource_type: the type of what is shared: "Opportunity", the default and the only type there is.
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: there is no such snapshot, or the service refused or could not be reached.

    Example:
        >>> latest = get_resource_snapshot_output(
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ...     catalog="Sandbox",
        ... )
        >>> pulumi.export("taken_at", latest.created_at)
    """
    return _lifted(
        get_resource_snapshot,
        engagement_identifier=engagement_identifier,
        resource_identifier=resource_identifier,
        resource_snapshot_template_identifier=resource_snapshot_template_identifier,
        revision=revision,
        resource_type=resource_type,
        catalog=catalog,
        connection=connection,
    )


def get_selling_system_settings_output(
    *, catalog: pulumi.Input[Catalog] | None = None, connection: pulumi.Input[Connection] | None = None
) -> pulumi.Output[CatalogSettings]:
    """``get_selling_system_settings`` for Outputs (GetSellingSystemSettings).

    Args:
        catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
        connection: credentials and endpoint, where they are not the stack's.

    Raises:
        pulumi.RunError: the service refused or could not be reached.

    Example:
        >>> settings = get_selling_system_settings_output(catalog="Sandbox")
        >>> pulumi.export("arn_of_the_role", settings.resource_snapshot_job_role_arn)
    """
    return _lifted(get_selling_system_settings, catalog=catalog, connection=connection)


def _lifted(function: Callable[..., T], **arguments: Any) -> pulumi.Output[T]:
    return pulumi.Output.all(**arguments).apply(lambda known: function(**known))


def _catalog(given: str | None) -> str:
    return given or pulumi.Config("partnercentral").get("catalog") or "AWS"


def _gateway(connection: Mapping[str, Any] | None) -> Gateway:
    """The service, with the stack's configuration."""
    from snapshot_provider.config import Settings, known_keys
    from snapshot_provider.session import shared

    config = {key: value for key in known_keys() if (value := _config_value(key)) is not None}
    return shared(Settings.from_config(config).connected(connection or {})).gateway()


def _config_value(key: str) -> str | None:
    namespace, name = key.split(":")
    return pulumi.Config(namespace).get(name)
