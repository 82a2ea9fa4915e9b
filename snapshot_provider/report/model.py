"""What the picture shows: each job's state at a glance, and what there is to say of it. Pure: calls nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from snapshot_provider.errors import show
from snapshot_provider.model import IgnoredTags, TagChange
from snapshot_provider.selling_settings import is_same_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from snapshot_provider.model import Job

State = Literal["failing", "drifted", "unknown", "running", "stopped"]
"""What a job is at a glance, what needs looking at first."""

STATES: tuple[State, ...] = get_args(State)

SECRET = "[secret]"  # noqa: S105  # What is shown in place of one.
"""Stands for a value that the stack keeps secret."""


@dataclass(frozen=True)
class Recorded:
    """A job as the stack's state has it.

    Attributes:
        urn: the resource's URN.
        id: the job's Id.
        arn: the job's ARN.
        catalog: "AWS" or "Sandbox".
        engagement: the engagement's Id.
        opportunity: the opportunity's Id.
        template: the snapshot template.
        desired_status: the status declared; None for a job that the stack only reads.
        tags: the tags declared, default ones included; None for a value that is secret.
        tags_are_secret: whether the tags as a whole are, so that nothing can be said of them.
        connection: the resource's own connection; None, as any member of it, where it is secret.
        status: the status when the engine last saw it.
        created_at: ISO 8601 in UTC.
        last_success: ISO 8601 in UTC; when the engine last saw it.
        last_failure: the failure's message; when the engine last saw it.
        to_be_deleted: whether the engine has still to delete it, being replaced.
    """

    urn: str
    id: str
    arn: str
    catalog: str
    engagement: str
    opportunity: str
    template: str
    desired_status: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    tags_are_secret: bool = False
    connection: Mapping[str, Any] | None = field(default_factory=dict)
    status: str | None = None
    created_at: str | None = None
    last_success: str | None = None
    last_failure: str | None = None
    to_be_deleted: bool = False

    @property
    def account(self) -> str:
        """The account that has the job, from its ARN."""
        return f"{self.arn}:::::".split(":")[4]


@dataclass(frozen=True)
class ReportedJob:
    """A job in the picture.

    Attributes:
        name: the resource's name in the program.
        urn: the resource's URN.
        id: the job's Id.
        arn: the job's ARN.
        account: the account that has it.
        catalog: "AWS" or "Sandbox".
        engagement: the engagement's Id.
        opportunity: the opportunity's Id.
        template: the snapshot template.
        state: what it is at a glance.
        findings: what there is to look at, in sentences; empty where all is as declared.
        declared_status: the status declared; None for a job that the stack only reads.
        status: the status it has; None where it is gone or could not be read.
        created_at: ISO 8601 in UTC.
        last_success: when its last successful execution was, ISO 8601 in UTC.
        last_failure: the message of its latest failure. The service does not say when that was.
        tags: the tags it has.
    """

    name: str
    urn: str
    id: str
    arn: str
    account: str
    catalog: str
    engagement: str
    opportunity: str
    template: str
    state: State
    findings: tuple[str, ...]
    declared_status: str | None
    status: str | None
    created_at: str | None
    last_success: str | None
    last_failure: str | None
    tags: Mapping[str, str]

    @property
    def key(self) -> str:
        """Unlike any other's: one job may be two resources, and one resource two jobs while it is replaced."""
        return f"{self.urn}#{self.id}"


@dataclass(frozen=True)
class ReportedSnapshot:
    """A snapshot that was taken once.

    Attributes:
        name: the resource's name in the program.
        urn: the resource's URN.
        catalog: "AWS" or "Sandbox".
        engagement: the engagement's Id.
        opportunity: the opportunity's Id.
        template: the snapshot template.
        revision: its number.
        taken_at: ISO 8601 in UTC; None where the service did not say.
        finding: what there is to look at.
    """

    name: str
    urn: str
    catalog: str
    engagement: str
    opportunity: str
    template: str
    revision: int
    taken_at: str | None
    finding: str | None = None


@dataclass(frozen=True)
class ReportedRole:
    """The role that the jobs of a catalog run as.

    Attributes:
        catalog: "AWS" or "Sandbox".
        declared: the role's ARN by the stack's state.
        arn: the role's ARN by the service; None where none is named or it could not be read.
        finding: what there is to look at.
        unread: whether the service could not be asked for it.
    """

    catalog: str
    declared: str
    arn: str | None
    finding: str | None = None
    unread: bool = False


@dataclass(frozen=True)
class Report:
    """All that the page shows, and `--json` prints.

    Attributes:
        project: the project's name.
        stack: the stack's name.
        generated_at: when it was made, in UTC.
        offline: whether it shows what the engine last saw, rather than what the service says.
        jobs: the stack's jobs, by account, catalog, engagement, opportunity and name.
        snapshots: the snapshots that were taken once.
        roles: the roles of the catalogs that the stack sets.
    """

    project: str
    stack: str
    generated_at: datetime
    offline: bool
    jobs: tuple[ReportedJob, ...]
    snapshots: tuple[ReportedSnapshot, ...] = ()
    roles: tuple[ReportedRole, ...] = ()

    @property
    def counts(self) -> dict[State, int]:
        """How many jobs are in each state, those to look at first."""
        found = Counter(job.state for job in self.jobs)
        return {state: found[state] for state in STATES}

    @property
    def summary(self) -> str:
        """The whole in a line: "7 jobs: 5 running, 1 failing, 1 drifted"."""
        jobs = f"{len(self.jobs)} job{'' if len(self.jobs) == 1 else 's'}"
        counts = {state: count for state, count in self.counts.items() if count}
        fine_first = sorted(counts, key=lambda state: state not in {"running", "stopped"})
        return f"{jobs}: {', '.join(f'{counts[state]} {state}' for state in fine_first)}" if counts else jobs

    def as_json(self) -> dict[str, Any]:
        """The same as plain data, with the graph as nodes and edges."""
        nodes = [node for engagement in engagements(self.jobs) for node in engagement.nodes]
        edges = [edge for engagement in engagements(self.jobs) for edge in engagement.edges]
        return {
            **asdict(self),
            "generated_at": self.generated_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "summary": self.summary,
            "counts": self.counts,
            "graph": {"nodes": [asdict(node) for node in nodes], "edges": [asdict(edge) for edge in edges]},
        }


@dataclass(frozen=True)
class Node:
    """A node of the graph.

    Attributes:
        key: unlike any other node's.
        kind: what it is.
        label: its name.
        job: the job's key, where it is one.
    """

    key: str
    kind: Literal["engagement", "opportunity", "job"]
    label: str
    job: str | None = None


@dataclass(frozen=True)
class Edge:
    """An edge of the graph, by its nodes' keys: from an engagement to what is shared in it, from there to a job."""

    source: str
    target: str


@dataclass(frozen=True)
class Engagement:
    """The part of the graph that hangs on one engagement, as one account and catalog see it."""

    account: str
    catalog: str
    id: str
    jobs: tuple[ReportedJob, ...]

    @property
    def key(self) -> str:
        """Its node's key."""
        return f"{self.account}/{self.catalog}/{self.id}"

    @property
    def opportunities(self) -> dict[str, list[ReportedJob]]:
        """The jobs by what they share, in order."""
        shared: dict[str, list[ReportedJob]] = {}
        for job in self.jobs:
            shared.setdefault(job.opportunity, []).append(job)
        return shared

    @property
    def nodes(self) -> list[Node]:
        """Its nodes, parents first."""
        nodes = [Node(self.key, "engagement", self.id)]
        for opportunity, jobs in self.opportunities.items():
            nodes.append(Node(f"{self.key}/{opportunity}", "opportunity", opportunity))
            nodes += [Node(job.key, "job", job.name, job.key) for job in jobs]
        return nodes

    @property
    def edges(self) -> list[Edge]:
        """Its edges, parents first."""
        edges = []
        for opportunity, jobs in self.opportunities.items():
            edges.append(Edge(self.key, f"{self.key}/{opportunity}"))
            edges += [Edge(f"{self.key}/{opportunity}", job.key) for job in jobs]
        return edges

    @property
    def counts(self) -> dict[State, int]:
        """How many of its jobs are in each state that occurs."""
        found = Counter(job.state for job in self.jobs)
        return {state: found[state] for state in STATES if found[state]}


def engagements(jobs: Iterable[ReportedJob]) -> list[Engagement]:
    """The jobs by account, catalog and engagement, in their order."""
    groups: dict[tuple[str, str, str], list[ReportedJob]] = {}
    for job in jobs:
        groups.setdefault((job.account, job.catalog, job.engagement), []).append(job)
    return [Engagement(*key, tuple(members)) for key, members in groups.items()]


def in_order(jobs: Iterable[ReportedJob]) -> tuple[ReportedJob, ...]:
    """Jobs by account, catalog, engagement, opportunity and name."""
    return tuple(
        sorted(jobs, key=lambda job: (job.account, job.catalog, job.engagement, job.opportunity, job.name, job.id))
    )


def as_recorded(recorded: Recorded) -> ReportedJob:
    """The job by the state alone: nothing can be said of drift."""
    return _reported(
        recorded,
        status=recorded.status,
        drift=_leftover(recorded),
        last_success=recorded.last_success,
        last_failure=recorded.last_failure,
        tags={key: SECRET if value is None else value for key, value in recorded.tags.items()},
    )


def as_observed(recorded: Recorded, job: Job | None, ignored: IgnoredTags | None = None) -> ReportedJob:
    """The job as the service has it, against what is declared.

    Args:
        recorded: the job by the state.
        job: the job by the service, with its tags; None where it is gone.
        ignored: tags that somebody else looks after.
    """
    if job is None:
        gone = "The job is gone: somebody deleted it. “pulumi up --refresh” makes it anew."
        return _reported(recorded, status=None, drift=[gone])
    observed = dict(job.tags or {})
    return _reported(
        recorded,
        status=job.status,
        drift=[
            *_leftover(recorded),
            *_status_drift(recorded, job.status),
            *_tag_drift(recorded, (ignored or IgnoredTags()).strip(observed)),
        ],
        last_success=job.last_successful_execution_date,
        last_failure=job.last_failure,
        tags=_shown_tags(recorded, observed),
    )


def as_unread(recorded: Recorded, why: str) -> ReportedJob:
    """The job where the service could not be asked for it.

    Args:
        recorded: the job by the state.
        why: the reason, in words.
    """
    return _reported(recorded, status=None, drift=[], unread=why)


def _reported(  # noqa: PLR0913  # Each is a fact of its own.
    recorded: Recorded,
    *,
    status: str | None,
    drift: list[str],
    unread: str | None = None,
    last_success: str | None = None,
    last_failure: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> ReportedJob:
    failure = _failure(recorded, last_success, last_failure) if status == "Running" else None
    state: State
    if unread is not None:
        state = "unknown"
    elif failure:
        state = "failing"
    elif drift:
        state = "drifted"
    else:
        state = "running" if status == "Running" else "stopped"
    return ReportedJob(
        name=recorded.urn.rsplit("::", 1)[-1],
        urn=recorded.urn,
        id=recorded.id,
        arn=recorded.arn,
        account=recorded.account,
        catalog=recorded.catalog,
        engagement=recorded.engagement,
        opportunity=recorded.opportunity,
        template=recorded.template,
        state=state,
        findings=tuple(text for text in (f"Could not be read: {unread}" if unread else None, failure, *drift) if text),
        declared_status=recorded.desired_status,
        status=status,
        created_at=recorded.created_at,
        last_success=last_success,
        last_failure=last_failure,
        tags=dict(tags or {}),
    )


def _failure(recorded: Recorded, success: str | None, failure: str | None) -> str | None:
    """What to say of a failure that no success is known to have followed; the service dates successes alone."""
    if not failure:
        return None
    if success is None:
        return f"Failed, and never succeeded: {failure}"
    # A success that is news while the failure is not came after it.
    if failure == recorded.last_failure and recorded.last_success != success:
        return None
    if success == recorded.last_success and failure != recorded.last_failure:
        return f"Failed since its last success: {failure}"
    return f"Failed: {failure.rstrip('.')}. Whether before or after its last success, the service does not say."


def _leftover(recorded: Recorded) -> list[str]:
    return ["Replaced, and still to be deleted: the next “pulumi up” does it."] if recorded.to_be_deleted else []


def _status_drift(recorded: Recorded, status: str) -> list[str]:
    declared = recorded.desired_status
    return [f"Declared {declared}, is {status}."] if declared and declared != status else []


def _tag_drift(recorded: Recorded, observed: Mapping[str, str]) -> list[str]:
    if recorded.desired_status is None or recorded.tags_are_secret:
        return []
    # A secret value is not compared; that its tag is there, is.
    declared = {key: observed.get(key, SECRET) if value is None else value for key, value in recorded.tags.items()}
    change = TagChange.between(observed, declared)
    missing = [key for key, value in recorded.tags.items() if value is None and key not in observed]
    lines = {
        **{key: f"Tag {key}: not declared, is {show(observed[key])}." for key in change.removed},
        **{
            key: f"Tag {key}: declared {show(value)}, is {_is(observed.get(key))}." for key, value in change.set.items()
        },
        **{key: f"Tag {key}: declared, is missing." for key in missing},
    }
    return [lines[key] for key in sorted(lines)]


def _is(value: str | None) -> str:
    return "missing" if value is None else show(value)


def _shown_tags(recorded: Recorded, observed: Mapping[str, str]) -> dict[str, str]:
    """The tags that the job has; what the stack keeps secret stays so."""
    return {
        key: SECRET if recorded.tags_are_secret or recorded.tags.get(key, "") is None else value
        for key, value in sorted(observed.items())
    }


def role_of(catalog: str, declared: str, arn: str | None) -> ReportedRole:
    """The role of a catalog as the service names it, against what is declared."""
    if arn and is_same_role(declared, arn):
        return ReportedRole(catalog, declared, arn)
    return ReportedRole(catalog, declared, arn, f"Declared {declared}, is {arn or 'none'}.")
