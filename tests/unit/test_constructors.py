"""Arguments by keyword or as one map: the two forms are one, and mistakes in either are told."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pulumi
import pytest
from typing_extensions import NotRequired, get_overloads

import snapshot_provider
from snapshot_provider import args as arguments
from snapshot_provider.model import STATUSES
from tests.unit.test_mocks import Mocks

CONSTRUCTED = [
    snapshot_provider.EngagementSnapshots,
    snapshot_provider.ResourceSnapshot,
    snapshot_provider.ResourceSnapshotJob,
    snapshot_provider.SellingSystemSettings,
    snapshot_provider.SnapshotJobExecutionRole,
]
ARGS = {
    "engagement_identifier": "eng-0123456789abcd",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
}


@pytest.fixture(autouse=True)
def mocks() -> None:
    pulumi.runtime.set_mocks(Mocks(), preview=False)
