"""Mistakes in what is made of outputs. Each statement that begins at a mark is one."""

import pulumi

from snapshot_provider import ResourceSnapshotJob, get_resource_snapshot_job, get_resource_snapshot_jobs_output

job = ResourceSnapshotJob.get("theirs", "job-0123456789abc")
arn: str = job.arn  # error
count: pulumi.Output[int] = job.arn  # error
failure: pulumi.Output[str] = job.last_failure  # error
misspelt = job.last_failures  # error
never = job.status.apply(lambda status: status + 1)  # error
number = job.created_at + 1  # error
tag = get_resource_snapshot_job("job-0123456789abc").tags["team"]  # error
jobs: list[str] = get_resource_snapshot_jobs_output()  # error
