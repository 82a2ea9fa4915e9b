"""Makes two jobs with boto3 alone, and prints the Id of the second."""

import uuid

import boto3

client = boto3.client("partnercentral-selling", region_name="us-east-1")
for opportunity in ("O2000001", "O2000002"):
    job = client.create_resource_snapshot_job(
        Catalog="Sandbox",
        ClientToken=str(uuid.uuid4()),
        EngagementIdentifier="eng-0123456789abcd",
        ResourceType="Opportunity",
        ResourceIdentifier=opportunity,
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    client.start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job["Id"])
print(job["Id"])  # noqa: T201  # What the script is for.
