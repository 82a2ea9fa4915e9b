from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from partnercentral_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = {
    "Catalog": "Sandbox",
    "EngagementIdentifier": "eng-0123456789abcd",
    "ResourceType": "Opportunity",
    "ResourceIdentifier": "O1234567",
    "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
}


def client_of(emulator: Emulator, key: str = "test", secret: str = "test", **config: Any) -> Any:
    # Older ones of botocore check lengths before they send anything; it is the service's refusal that is asked for.
    own = {"retries": {"total_max_attempts": 1}, "read_timeout": 5, "parameter_validation": False}
    settings: dict[str, Any] = {**own, **config}
    return boto3.client(
        "partnercentral-selling",
        region_name="us-east-1",
        endpoint_url=emulator.url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(**settings),
    )


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    return running


@pytest.fixture
def client(emulator: Emulator) -> Any:
    return client_of(emulator)
