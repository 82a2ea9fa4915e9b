"""This project's resource."""

import os

from snapshot_provider import ResourceSnapshotJob

for number in range(int(os.environ["JOBS"])):
    ResourceSnapshotJob(
        f"job-{number}",
        engagement_identifier="eng-0123456789abcd",
        resource_identifier=f"O{1000000 + number}",
        resource_snapshot_template_identifier="OpportunitySummaryView",
        catalog="Sandbox",
        desired_status=os.environ.get("STATUS", "Running"),
        tags={"team": os.environ.get("TEAM", "alliances"), **({"stage": "won"} if "STAGE" in os.environ else {})},
    )
