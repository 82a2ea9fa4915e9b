"""The vocabulary: what a job is declared to be, and what the service says it is.

Plain data. May not import Pulumi, boto3 or any other module of this package.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Catalog = Literal["AWS", "Sandbox"]
ResourceType = Literal["Opportunity"]
Status = Literal["Running", "Stopped"]

CATALOGS: tuple[str, ...] = get_args(Catalog)
STATUSES: tuple[str, ...] = get_args(Status)

REGION = "us-east-1"
"""The one region in which the service exists."""

IDENTITY = (
    "catalog",
    "engagement_identifier",
    "resource_type",
    "resource_identifier",
    "resource_snapshot_template_identifier",
)
"""The inputs that make a job what it is. The service cannot change them, so a change is a replacement."""


@dataclass(frozen=True)
class Identity:
    """What a job shares, with whom and in which form: fixed for the job's life."""

    catalog: str
    engagement_identifier: str
    resource_type: str
    resource_identifier: str
    resource_snapshot_template_identifier: str

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> Identity:
        """Take the identity out of a property bag; a missing member raises KeyError."""
        return cls(**{name: props[name] for name in IDENTITY})

    def __str__(self) -> str:
        """Name the job in words."""
        return (
            f"{self.resource_type} {self.resource_identifier} as {self.resource_snapshot_template_identifier} "
            f"in engagement {self.engagement_identifier} (catalog {self.catalog})"
        )


@dataclass(frozen=True)
class Declared:
    """A job as the program declares it, checked and with its defaults filled in.

    Attributes:
        identity: what cannot change.
        desired_status: "Running" or "Stopped".
        tags: the job's tags, default tags included.
        client_token: the idempotency token of the call that creates the job.
    """

    identity: Identity
    desired_status: str
    tags: Mapping[str, str]
    client_token: str


@dataclass(frozen=True)
class Job:
    """A job as the service describes it (GetResourceSnapshotJob).

    Attributes:
        id: the job's Id, "job-" and 13 characters.
        arn: the job's ARN; it carries the account.
        identity: what the job shares.
        status: "Running" or "Stopped".
        created_at: ISO 8601 in UTC.
        resource_arn: the ARN of the opportunity.
        last_successful_execution_date: ISO 8601 in UTC; None before the first success.
        last_failure: the latest failure's message; None if there was none.
        tags: the job's tags; None where they were not asked for.
    """

    id: str
    arn: str
    identity: Identity
    status: str
    created_at: str | None = None
    resource_arn: str | None = None
    last_successful_execution_date: str | None = None
    last_failure: str | None = None
    tags: Mapping[str, str] | None = None

    def with_status(self, status: str) -> Job:
        """The same job in another status."""
        return replace(self, status=status)

    def with_tags(self, tags: Mapping[str, str]) -> Job:
        """The same job with other tags."""
        return replace(self, tags=dict(tags))


@dataclass(frozen=True)
class TagChange:
    """What must be set and removed to bring one set of tags to another."""

    set: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    @classmethod
    def between(cls, old: Mapping[str, str], new: Mapping[str, str]) -> TagChange:
        """The smallest change that makes `old` into `new`."""
        return cls(
            set={key: value for key, value in sorted(new.items()) if old.get(key) != value},
            removed=tuple(sorted(key for key in old if key not in new)),
        )


@dataclass(frozen=True)
class IgnoredTags:
    """Tags that somebody else looks after: never shown as drift, never removed.

    Attributes:
        keys: exact keys.
        prefixes: beginnings of keys; "aws:" is always among them.
    """

    keys: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def covers(self, key: str) -> bool:
        """Whether this tag is left alone."""
        return key in self.keys or key.startswith(("aws:", *self.prefixes))

    def strip(self, tags: Mapping[str, str]) -> dict[str, str]:
        """The tags that are not left alone."""
        return {key: value for key, value in tags.items() if not self.covers(key)}


def tags_to_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The service's form of tags, in one order, so that equal tags make equal requests."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tags_from_list(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags out of the service's form."""
    return {tag["Key"]: tag["Value"] for tag in tags}
