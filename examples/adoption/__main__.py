"""Jobs that exist already: one is taken over, one that somebody else manages is referred to.

`python made_by_hand.py` makes two, as a script would have done before. Its output names the one to refer to:
`pulumi config set theirs job-…`.
"""

import pulumi

from snapshot_provider import ResourceSnapshotJob

# Managed from here on: no second job is made where one shares the same.
ours = ResourceSnapshotJob(
    "acme-opportunity",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O2000001",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    tags={"managed-by": "pulumi"},
    adopt=True,
)
pulumi.export("ours", ours.id)

# Read, and never changed or deleted.
job_id = pulumi.Config().get("theirs")
if job_id:
    theirs = ResourceSnapshotJob.get("theirs", job_id)
    pulumi.export("their_opportunity", theirs.resource_identifier)
