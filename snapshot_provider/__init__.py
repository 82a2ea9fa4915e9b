"""AWS Partner Central resource snapshot jobs as declarative Pulumi resources."""

from snapshot_provider.components import EngagementSnapshots, SharedOpportunity, SnapshotJobExecutionRole
from snapshot_provider.functions import (
    get_resource_snapshot,
    get_resource_snapshot_job,
    get_resource_snapshot_job_output,
    get_resource_snapshot_jobs,
    get_resource_snapshot_jobs_output,
    get_resource_snapshot_output,
    get_selling_system_settings,
    get_selling_system_settings_output,
)
from snapshot_provider.resource import (
    AssumeRole,
    Connection,
    ResourceSnapshot,
    ResourceSnapshotJob,
    SellingSystemSettings,
    Timeouts,
)

__all__ = [
    "AssumeRole",
    "Connection",
    "EngagementSnapshots",
    "ResourceSnapshot",
    "ResourceSnapshotJob",
    "SellingSystemSettings",
    "SharedOpportunity",
    "SnapshotJobExecutionRole",
    "Timeouts",
    "get_resource_snapshot",
    "get_resource_snapshot_job",
    "get_resource_snapshot_job_output",
    "get_resource_snapshot_jobs",
    "get_resource_snapshot_jobs_output",
    "get_resource_snapshot_output",
    "get_selling_system_settings",
    "get_selling_system_settings_output",
]
