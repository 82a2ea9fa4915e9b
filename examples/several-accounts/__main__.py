"""One program for the opportunities of several AWS accounts: each has a role that is taken on for its own."""

import pulumi

from snapshot_provider import ResourceSnapshotJob

accounts = pulumi.Config().require_object("accounts")

jobs = {
    region: ResourceSnapshotJob(
        f"{region}-acme",
        engagement_identifier="eng-0123456789abcd",
        resource_identifier="O1234567",
        resource_snapshot_template_identifier="OpportunitySummaryView",
        connection={"assume_role": {"role_arn": role_arn, "session_name": f"share-{region}"}},
    )
    for region, role_arn in accounts.items()
}

pulumi.export("arns", {region: job.arn for region, job in jobs.items()})
