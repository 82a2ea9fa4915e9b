"""What resources and look-ups give, with its types."""

import pulumi
from typing_extensions import assert_type

from snapshot_provider import (
    Catalog,
    CatalogSettings,
    EngagementSnapshots,
    Identity,
    Job,
    JobSummary,
    ResourceSnapshot,
    ResourceSnapshotJob,
    SellingSystemSettings,
    Snapshot,
    Status,
    get_resource_snapshot,
    get_resource_snapshot_job,
    get_resource_snapshot_job_output,
    get_resource_snapshot_jobs,
    get_resource_snapshot_jobs_output,
    get_resource_snapshot_output,
    get_selling_system_settings,
    get_selling_system_settings_output,
)

job = ResourceSnapshotJob.get("theirs", "job-0123456789abc")
assert_type(job.id, pulumi.Output[str])
assert_type(job.arn, pulumi.Output[str])
assert_type(job.status, pulumi.Output[Status])
assert_type(job.catalog, pulumi.Output[Catalog])
assert_type(job.last_failure, pulumi.Output[str | None])
assert_type(job.tags_all, pulumi.Output[dict[str, str]])
assert_type(job.status.apply(lambda status: status == "Running"), pulumi.Output[bool])

settings = SellingSystemSettings.get("settings", catalog="Sandbox")
assert_type(settings.resource_snapshot_job_role_arn, pulumi.Output[str])


def revision_of(snapshot: ResourceSnapshot) -> pulumi.Output[int]:
    return snapshot.revision


def arn_of_acme(shared: EngagementSnapshots) -> pulumi.Output[str]:
    return shared.arns["acme"] if "acme" in shared.jobs else shared.jobs["other"].arn


assert_type(get_resource_snapshot_job("job-0123456789abc"), Job)
assert_type(get_resource_snapshot_job("job-0123456789abc").identity, Identity)
assert_type(get_resource_snapshot_jobs(status="Running"), list[JobSummary])
assert_type(get_selling_system_settings(catalog="AWS"), CatalogSettings)
assert_type(
    get_resource_snapshot(
        engagement_identifier="eng-0123456789abcd",
        resource_identifier="O1234567",
        resource_snapshot_template_identifier="OpportunitySummaryView",
        revision=1,
    ),
    Snapshot,
)

looked_up = get_resource_snapshot_job_output(job.id, catalog=job.catalog)
assert_type(looked_up, pulumi.Output[Job])
assert_type(
    get_resource_snapshot_jobs_output(engagement_identifier=job.engagement_identifier), pulumi.Output[list[JobSummary]]
)
assert_type(get_selling_system_settings_output(), pulumi.Output[CatalogSettings])
assert_type(
    get_resource_snapshot_output(
        engagement_identifier=job.engagement_identifier,
        resource_identifier=job.resource_identifier,
        resource_snapshot_template_identifier=job.resource_snapshot_template_identifier,
    ),
    pulumi.Output[Snapshot],
)
pulumi.export("created", looked_up.apply(lambda found: found.created_at or "unknown"))
