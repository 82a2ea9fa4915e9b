"""boto3's clients at the endpoint, and its refusals in one line."""

from __future__ import annotations

import os
import threading
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

DEFAULT_REGION = "us-east-1"
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_GONE = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchEntity",
    "ParameterNotFound",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
}


class RefusedError(Exception):
    """The stand-in does not do this; the text says what it does."""


class Clients:
    """The clients of one region, each made when it is first asked for."""

    def __init__(self, endpoint: str, region: str = "") -> None:
        """Keep the endpoint.

        Args:
            endpoint: the URL of what plays AWS.
            region: a region's name; the environment's without, and else us-east-1.

        Raises:
            RefusedError: the endpoint is none, or AWS itself.
        """
        parts = urlsplit(endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise RefusedError(
                f"{endpoint!r} is not an endpoint: give the URL of what plays AWS, such as moto's server"
            )
        if f".{parts.hostname}".rstrip(".").endswith(_AWS):
            raise RefusedError(
                f"{endpoint} is AWS itself: the stand-in is for what plays AWS; use the real plugin there"
            )
        environment = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        self.endpoint = endpoint
        self.region = region or environment or DEFAULT_REGION
        self._session = boto3.Session(
            # Named here, so that no profile and no metadata service is asked for any.
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
            region_name=self.region,
        )
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __getitem__(self, service: str) -> Any:
        """The client of a service."""
        with self._lock:  # A session does not make clients in several threads at once.
            if service not in self._made:
                make: Any = self._session.client
                config = Config(retries={"total_max_attempts": 2}, connect_timeout=5)
                self._made[service] = make(service, endpoint_url=self.endpoint, config=config)
            return self._made[service]

    def partition(self) -> tuple[str, str]:
        """The name and the DNS suffix of the region's partition."""
        name = self._session.get_partition_for_region(self.region)
        return name, "amazonaws.com.cn" if name == "aws-cn" else "amazonaws.com"


def is_gone(error: Exception) -> bool:
    """Whether AWS says that what was asked for is not there."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _GONE
