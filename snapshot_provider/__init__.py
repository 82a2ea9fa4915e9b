"""AWS Partner Central resource snapshot jobs as declarative Pulumi resources."""

from snapshot_provider.resource import ResourceSnapshotJob

__all__ = ["ResourceSnapshotJob"]
