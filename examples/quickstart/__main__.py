"""One opportunity, shared in one engagement."""

import pulumi

from snapshot_provider import ResourceSnapshotJob

job = ResourceSnapshotJob(
    "acme-opportunity",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    tags={"team": "alliances"},
)

pulumi.export("job_id", job.id)
pulumi.export("job_arn", job.arn)
