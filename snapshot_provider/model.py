"""The vocabulary: what a job is declared to be, and what the service says it is.

Plain data. May not import Pulumi, boto3 or any other module of this package.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Catalog = Literal["AWS", "Sandbox"]
"""Where engagements and opportunities are: the live catalog, or the one to try things in."""

ResourceType = Literal["Opportunity"]
"""What may be shared."""

SnapshotTemplate = Literal["OpportunitySummaryView", "AwsOpportunitySummaryFullView"]
"""The snapshot templates in use. Another one's name is accepted, too, since the service may add some."""

Status = Literal["Running", "Stopped"]
"""Whether a job takes snapshots."""

CATALOGS: tuple[str, ...] = get_args(Catalog)
STATUSES: tuple[str, ...] = get_args(Status)

TIMEOUTS = ("create", "update", "delete")
"""The operations that a time limit can be given for."""

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
    """What a job shares, with whom and in which form: fixed for the job's life.

    Example:
        >>> shared = get_resource_snapshot_job("job-0123456789abc", catalog="Sandbox").identity
        >>> pulumi.log.info(f"{shared.resource_identifier} is shared in {shared.engagement_identifier}")
    """

    catalog: str
    """The catalog, "AWS" or "Sandbox"."""
    engagement_identifier: str
    """The engagement that it is shared in, "eng-" and 14 characters."""
    resource_type: str
    """The type of what is shared, "Opportunity"."""
    resource_identifier: str
    """The opportunity, "O" and up to 19 digits."""
    resource_snapshot_template_identifier: str
    """The template that says what is shared of it, such as "OpportunitySummaryView"."""

    @classmethod
    def from_props(cls, props: Mapping[str, Any]) -> Identity:
        """Take the identity out of a property bag.

        Args:
            props: the properties by name, such as a resource's outputs; others beside the identity's are passed over.

        Raises:
            KeyError: a member is missing.

        Example:
            >>> identity = Identity.from_props(
            ...     {
            ...         "catalog": "Sandbox",
            ...         "engagement_identifier": "eng-0123456789abcd",
            ...         "resource_type": "Opportunity",
            ...         "resource_identifier": "O1234567",
            ...         "resource_snapshot_template_identifier": "OpportunitySummaryView",
            ...     }
            ... )
        """
        return cls(**{name: props[name] for name in IDENTITY})

    def __str__(self) -> str:
        """Name the job in words."""
        return (
            f"{self.resource_type} {self.resource_identifier} as {self.resource_snapshot_template_identifier} "
            f"in engagement {self.engagement_identifier} (catalog {self.catalog})"
        )


@dataclass(frozen=True)
class Failure:
    """One mistake in the inputs.

    Attributes:
        property: the path of the property, such as "tags.team".
        reason: the value, what is expected, and the remedy.
    """

    property: str
    reason: str


@dataclass(frozen=True)
class Declared:
    """A job as the program declares it, checked and with its defaults filled in.

    Attributes:
        identity: what cannot change.
        desired_status: "Running" or "Stopped".
        tags: the job's tags, default tags included.
        client_token: the idempotency token of the call that creates the job.
        adopt: the Id of a job to take over instead of making one; True for the one that matches, if there is one.
        wait: whether to wait for the first snapshot.
        siblings: jobs of the same identity that other resources of the stack have.
    """

    identity: Identity
    desired_status: str
    tags: Mapping[str, str]
    client_token: str
    adopt: str | bool = False
    wait: bool = False
    siblings: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Job:
    """A job as the service describes it (GetResourceSnapshotJob).

    Example:
        >>> job = get_resource_snapshot_job("job-0123456789abc", catalog="Sandbox")
        >>> pulumi.export("the_team_of_the_job", (job.tags or {}).get("team"))
    """

    id: str
    """The job's Id, "job-" and 13 characters."""
    arn: str
    """The job's ARN; it carries the account."""
    identity: Identity
    """What the job shares."""
    status: str
    """"Running" or "Stopped"."""
    created_at: str | None = None
    """When the service made the job, ISO 8601 in UTC."""
    resource_arn: str | None = None
    """The ARN of the opportunity."""
    last_successful_execution_date: str | None = None
    """When it last took a snapshot, ISO 8601 in UTC; None before the first."""
    last_failure: str | None = None
    """The latest failure's message; None if there was none."""
    tags: Mapping[str, str] | None = None
    """The job's tags; None where they were not asked for."""

    def with_status(self, status: str) -> Job:
        """The same job in another status; nothing is called.

        Args:
            status: "Running" or "Stopped".

        Example:
            >>> stopped = get_resource_snapshot_job("job-0123456789abc", catalog="Sandbox").with_status("Stopped")
        """
        return replace(self, status=status)

    def with_tags(self, tags: Mapping[str, str]) -> Job:
        """The same job with other tags; nothing is called.

        Args:
            tags: all of its tags.

        Example:
            >>> untagged = get_resource_snapshot_job("job-0123456789abc", catalog="Sandbox").with_tags({})
        """
        return replace(self, tags=dict(tags))


@dataclass(frozen=True)
class JobSummary:
    """A job as a list shows it (ListResourceSnapshotJobs).

    Example:
        >>> running = get_resource_snapshot_jobs(catalog="Sandbox", status="Running")
        >>> pulumi.export("running", [summary.arn for summary in running])
    """

    id: str
    """The job's Id, "job-" and 13 characters."""
    arn: str
    """The job's ARN; it carries the account."""
    engagement_identifier: str
    """The engagement it shares in, "eng-" and 14 characters."""
    status: str
    """"Running" or "Stopped"."""


@dataclass(frozen=True)
class Snapshot:
    """One revision of what is shared of an opportunity (GetResourceSnapshot).

    Example:
        >>> snapshot = get_resource_snapshot(
        ...     engagement_identifier="eng-0123456789abcd",
        ...     resource_identifier="O1234567",
        ...     resource_snapshot_template_identifier="OpportunitySummaryView",
        ...     catalog="Sandbox",
        ... )
        >>> pulumi.export("taken_by", snapshot.created_by)
    """

    arn: str
    """The snapshot's ARN; its revisions have it in common."""
    revision: int
    """The number of this revision, from 1."""
    identity: Identity
    """What is shared."""
    created_at: str | None
    """When it was taken, ISO 8601 in UTC."""
    created_by: str | None
    """The account that made it, or its alias."""
    payload: Mapping[str, Any]
    """Its content, as the service has it."""


@dataclass(frozen=True)
class CatalogSettings:
    """The settings of an account's catalog (GetSellingSystemSettings).

    Example:
        >>> settings = get_selling_system_settings(catalog="Sandbox")
        >>> pulumi.export("jobs_can_run", settings.resource_snapshot_job_role_arn is not None)
    """

    catalog: str
    """The catalog, "AWS" or "Sandbox"."""
    resource_snapshot_job_role_arn: str | None
    """The ARN of the role that jobs run as; None where none is set."""


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


def seconds_of(duration: str) -> float | None:
    """A duration in Go's form ("90s", "1h30m") in seconds; None where it is not one."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    part = r"([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)"
    # Taken whole first: a search would go over a long row of digits once for each of them.
    if not re.fullmatch(f"(?:{part})+", duration):
        return None
    parts = re.findall(part, duration)
    return sum(float(number) * units[unit] for number, unit in parts)
