"""Mistakes in arguments by keyword. Each statement that begins at a mark is one."""

import pulumi

from snapshot_provider import (
    EngagementSnapshots,
    ResourceSnapshot,
    ResourceSnapshotJob,
    SellingSystemSettings,
    SnapshotJobExecutionRole,
    get_resource_snapshot_job,
)

misspelt = ResourceSnapshotJob(  # error
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    desired_statu="Stopped",
)
not_a_status = ResourceSnapshotJob(  # error
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    desired_status="Paused",
)
no_template = ResourceSnapshotJob(  # error
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
)
not_an_operation = ResourceSnapshotJob(  # error
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    timeouts={"creation": "10m"},
)
no_role_arn = ResourceSnapshotJob(  # error
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    connection={"assume_role": {"session_name": "snapshots"}},
)
number_as_tag = ResourceSnapshotJob(  # error
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    tags={"cost-centre": 4711},
)
by_position = ResourceSnapshotJob("acme", "eng-0123456789abcd", "O1234567", "OpportunitySummaryView")  # error
no_name = SellingSystemSettings(resource_snapshot_job_role_identifier="Jobs")  # error
not_a_catalog = SellingSystemSettings("s", resource_snapshot_job_role_identifier="Jobs", catalog="sandbox")  # error
unknown_member = SellingSystemSettings(  # error
    "s", resource_snapshot_job_role_identifier="Jobs", connection={"profil": "partner"}
)
text_as_trigger = ResourceSnapshot(  # error
    "once",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    triggers=7,
)
not_catalogs = SnapshotJobExecutionRole("jobs", catalogs=["Prod"])  # error
no_opportunity = EngagementSnapshots(  # error
    "joint", engagement_identifier="eng-1", opportunities={"acme": {"desired_status": "Stopped"}}
)
misread = EngagementSnapshots("joint", engagement_identifier="eng-1", opportunities=["O1234567"])  # error
not_known_yet = get_resource_snapshot_job(pulumi.Output.from_input("job-0123456789abc"))  # error
