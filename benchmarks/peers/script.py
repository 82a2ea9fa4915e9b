"""The script that partners have today: boto3 alone. `script.py THREADS [RETRY_MODE]`; JOBS in the environment."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

THREADS = int(sys.argv[1])
MODE = sys.argv[2] if len(sys.argv) > 2 else "standard"
config = Config(max_pool_connections=THREADS, retries={"mode": MODE, "total_max_attempts": 20})
client = boto3.client("partnercentral-selling", region_name="us-east-1", config=config)


def share(number):
    job = client.create_resource_snapshot_job(
        Catalog="Sandbox",
        EngagementIdentifier="eng-0123456789abcd",
        ResourceType="Opportunity",
        ResourceIdentifier=f"O{1000000 + number}",
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
        Tags=[{"Key": "team", "Value": "alliances"}],
    )
    client.get_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job["Id"])
    client.start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job["Id"])


with ThreadPoolExecutor(THREADS) as threads:
    list(threads.map(share, range(int(os.environ["JOBS"]))))
