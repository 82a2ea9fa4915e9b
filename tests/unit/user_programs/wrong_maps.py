"""Mistakes in arguments as maps. Each statement that begins at a mark is one."""

from snapshot_provider import (
    AssumeRole,
    Connection,
    EngagementSnapshots,
    EngagementSnapshotsArgs,
    ResourceSnapshotJob,
    ResourceSnapshotJobArgs,
    SharedOpportunity,
    SnapshotJobExecutionRole,
    Timeouts,
)

args: ResourceSnapshotJobArgs = {
    "engagement_identifier": "eng-0123456789abcd",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
}
args["desired_status"] = "Paused"  # error
args["desired_statu"] = "Stopped"  # error
incomplete: ResourceSnapshotJobArgs = {"engagement_identifier": "eng-0123456789abcd"}  # error
both_forms = ResourceSnapshotJob("acme", args, tags={"team": "alliances"})  # error
unfinished = ResourceSnapshotJob("acme", {"engagement_identifier": "eng-0123456789abcd"})  # error
of_another = EngagementSnapshots("joint", args)  # error
misspelt = SnapshotJobExecutionRole("jobs", {"catalog": ["Sandbox"]})  # error
limit = Timeouts(create=600)  # error
limits: Timeouts = {"create": "10m", "read": "1m"}  # error
role: AssumeRole = {"external_id": "partner"}  # error
connection: Connection = {"assume_role": "arn:aws:iam::111122223333:role/partner"}  # error
on_hold: SharedOpportunity = {"desired_status": "Stopped"}  # error
nothing_shared: EngagementSnapshotsArgs = {"engagement_identifier": "eng-0123456789abcd"}  # error
