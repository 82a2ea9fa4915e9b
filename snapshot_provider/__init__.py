"""AWS Partner Central resource snapshot jobs as declarative Pulumi resources."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snapshot_provider.args import (
        AssumeRole,
        Connection,
        EngagementSnapshotsArgs,
        ResourceSnapshotArgs,
        ResourceSnapshotJobArgs,
        SellingSystemSettingsArgs,
        SharedOpportunity,
        SnapshotJobExecutionRoleArgs,
        Timeouts,
    )
    from snapshot_provider.components import EngagementSnapshots, SnapshotJobExecutionRole
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
    from snapshot_provider.model import (
        Catalog,
        CatalogSettings,
        Identity,
        Job,
        JobSummary,
        ResourceType,
        Snapshot,
        SnapshotTemplate,
        Status,
    )
    from snapshot_provider.resource import ResourceSnapshot, ResourceSnapshotJob, SellingSystemSettings

__all__ = [
    "AssumeRole",
    "Catalog",
    "CatalogSettings",
    "Connection",
    "EngagementSnapshots",
    "EngagementSnapshotsArgs",
    "Identity",
    "Job",
    "JobSummary",
    "ResourceSnapshot",
    "ResourceSnapshotArgs",
    "ResourceSnapshotJob",
    "ResourceSnapshotJobArgs",
    "ResourceType",
    "SellingSystemSettings",
    "SellingSystemSettingsArgs",
    "SharedOpportunity",
    "Snapshot",
    "SnapshotJobExecutionRole",
    "SnapshotJobExecutionRoleArgs",
    "SnapshotTemplate",
    "Status",
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

_MODULES = ("model", "args", "resource", "components", "functions")


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: the command line shows its help without loading Pulumi."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    modules = (import_module(f"{__name__}.{module}") for module in _MODULES)
    found = globals()[name] = next(getattr(module, name) for module in modules if hasattr(module, name))
    return found


def __dir__() -> list[str]:
    """What there is, loaded or not."""
    return sorted({*globals(), *__all__})
