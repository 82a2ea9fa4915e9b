"""A role to run as, and all that is shared in one engagement, by two components; and one snapshot for the record."""

import pulumi

from snapshot_provider import EngagementSnapshots, ResourceSnapshot, SnapshotJobExecutionRole

ENGAGEMENT = "eng-0123456789abcd"

role = SnapshotJobExecutionRole("snapshot-jobs", engagements=[ENGAGEMENT])

shared = EngagementSnapshots(
    "joint",
    engagement_identifier=ENGAGEMENT,
    opportunities={
        "acme": "O1234567",
        "globex": "O7654321",
        "initech": {"resource_identifier": "O5555555", "desired_status": "Stopped", "tags": {"why": "on hold"}},
    },
    tags={"team": "alliances"},
    opts=pulumi.ResourceOptions(depends_on=[role]),
)

# Taken once, and again whenever the stage changes.
committed = ResourceSnapshot(
    "acme-at-its-stage",
    engagement_identifier=ENGAGEMENT,
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    triggers={"stage": pulumi.Config().get("stage") or "Qualified"},
)

pulumi.export("role_arn", role.role_arn)
pulumi.export("ids", shared.ids)
pulumi.export("arns", shared.arns)
pulumi.export("revision", committed.revision)
