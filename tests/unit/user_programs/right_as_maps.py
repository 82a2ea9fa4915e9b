"""Arguments as maps, made, changed and handed on."""

import pulumi

from snapshot_provider import (
    AssumeRole,
    Catalog,
    Connection,
    EngagementSnapshots,
    EngagementSnapshotsArgs,
    ResourceSnapshot,
    ResourceSnapshotArgs,
    ResourceSnapshotJob,
    ResourceSnapshotJobArgs,
    ResourceType,
    SellingSystemSettings,
    SellingSystemSettingsArgs,
    SharedOpportunity,
    SnapshotJobExecutionRole,
    SnapshotJobExecutionRoleArgs,
    SnapshotTemplate,
    Status,
    Timeouts,
)

catalog: Catalog = "Sandbox"
status: Status = "Stopped"
template: SnapshotTemplate = "OpportunitySummaryView"
kind: ResourceType = "Opportunity"


def job_args(opportunity: pulumi.Input[str], connection: Connection | None = None) -> ResourceSnapshotJobArgs:
    return {
        "engagement_identifier": "eng-0123456789abcd",
        "resource_identifier": opportunity,
        "resource_snapshot_template_identifier": template,
        "catalog": catalog,
        "resource_type": kind,
        "connection": connection,
        "timeouts": Timeouts(create="10m"),
    }


partner = Connection(
    assume_role=AssumeRole(role_arn="arn:aws:iam::111122223333:role/partner", session_name="snapshots")
)
args = job_args("O1234567", partner)
args["desired_status"] = status
as_map = ResourceSnapshotJob("as-map", args)
with_options = ResourceSnapshotJob("with-options", args, pulumi.ResourceOptions(protect=True))
by_keyword = ResourceSnapshotJob("by-keyword", **job_args("O7654321"))
written_there = ResourceSnapshotJob(
    "written-there",
    {
        "engagement_identifier": "eng-0123456789abcd",
        "resource_identifier": "O1234567",
        "resource_snapshot_template_identifier": "OpportunitySummaryView",
    },
)

settings = SellingSystemSettings("s", SellingSystemSettingsArgs(resource_snapshot_job_role_identifier="Jobs"))
snapshot = ResourceSnapshot(
    "once",
    ResourceSnapshotArgs(
        engagement_identifier="eng-0123456789abcd",
        resource_identifier="O1234567",
        resource_snapshot_template_identifier="OpportunitySummaryView",
    ),
)
role_args: SnapshotJobExecutionRoleArgs = {"catalogs": ["Sandbox"]}
role = SnapshotJobExecutionRole("jobs", role_args)
on_hold: SharedOpportunity = {"resource_identifier": "O1", "desired_status": "Stopped"}
engagement: EngagementSnapshotsArgs = {"engagement_identifier": "eng-1", "opportunities": {"a": "O2", "b": on_hold}}
shared = EngagementSnapshots("joint", engagement, pulumi.ResourceOptions(depends_on=[role]))
