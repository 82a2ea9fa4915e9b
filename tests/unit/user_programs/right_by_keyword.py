"""Every resource and component by keyword, with every argument."""

import pulumi

from snapshot_provider import (
    EngagementSnapshots,
    ResourceSnapshot,
    ResourceSnapshotJob,
    SellingSystemSettings,
    SnapshotJobExecutionRole,
)

config = pulumi.Config()

job = ResourceSnapshotJob(
    "acme",
    engagement_identifier=config.require("engagement"),
    resource_identifier=pulumi.Output.from_input("O1234567"),
    resource_snapshot_template_identifier="OpportunitySummaryView",
    catalog="Sandbox",
    resource_type="Opportunity",
    desired_status="Stopped",
    tags={"team": "alliances", "owner": config.require_secret("owner")},
    client_token="first",
    adopt=True,
    wait_for_snapshot=True,
    timeouts={"create": "15m", "update": "10m", "delete": "5m"},
    connection={"assume_role": {"role_arn": "arn:aws:iam::111122223333:role/partner", "duration": 900}},
    opts=pulumi.ResourceOptions(protect=True),
)
short = ResourceSnapshotJob(
    "short",
    pulumi.ResourceOptions(depends_on=[job]),
    engagement_identifier=job.engagement_identifier,
    resource_identifier=job.resource_identifier,
    # A template that is not among the known ones.
    resource_snapshot_template_identifier="PartnersOwnView",
    catalog=job.catalog,
    desired_status=job.desired_status,
    tags=job.tags,
    adopt="job-0123456789abc",
)
theirs = ResourceSnapshotJob.get("theirs", "job-0123456789abc", catalog="AWS", connection={"profile": "partner"})

settings = SellingSystemSettings(
    "sandbox",
    resource_snapshot_job_role_identifier="SnapshotJobs",
    catalog="Sandbox",
    connection={"profile": "partner"},
)

snapshot = ResourceSnapshot(
    "once",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="AwsOpportunitySummaryFullView",
    triggers={"stage": "Committed", "revision": job.arn},
    resource_type="Opportunity",
)
again = ResourceSnapshot(
    "again",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    triggers=[snapshot.revision],
)

role = SnapshotJobExecutionRole(
    "jobs", catalogs=["AWS", "Sandbox"], engagements=[job.engagement_identifier], path="/x/"
)
shared = EngagementSnapshots(
    "joint",
    engagement_identifier="eng-0123456789abcd",
    opportunities={
        "acme": "O1234567",
        "globex": {"resource_identifier": "O7654321", "desired_status": "Stopped", "tags": {"why": "on hold"}},
        "later": pulumi.Output.from_input("O1"),
    },
    resource_snapshot_template_identifier="OpportunitySummaryView",
    timeouts={"create": "15m"},
    opts=pulumi.ResourceOptions(depends_on=[role]),
)
