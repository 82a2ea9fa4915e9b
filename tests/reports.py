"""Reports of fixed content, made as the command makes them, for tests and for the pictures in the documentation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from snapshot_provider.model import Identity, Job
from snapshot_provider.report.model import (
    Recorded,
    Report,
    ReportedJob,
    ReportedSnapshot,
    as_observed,
    as_unread,
    in_order,
    role_of,
)

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=timezone.utc)
ROLE = "arn:aws:iam::123456789012:role/snapshot-jobs"
ENGAGEMENT = "eng-4k2m8q1x7c9v3b"
OTHER = "eng-9t5w2z6h1n4r8d"


def at(**age: float) -> str:
    """A time before the report's."""
    return (NOW - timedelta(**age)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def recorded(name: str, **members: Any) -> Recorded:
    """A job in the state of stack `partners/production`."""
    job_id = members.pop("id", f"job-{sum(map(ord, name)) * 7919 % 10**13:013d}")
    account = members.pop("account", "123456789012")
    catalog = members.get("catalog", "AWS")
    given = {
        "catalog": catalog,
        "engagement": ENGAGEMENT,
        "opportunity": "O1234567",
        "template": "OpportunitySummaryView",
        "desired_status": "Running",
        "created_at": at(days=90),
        **members,
    }
    return Recorded(
        urn=f"urn:pulumi:production::partners::pulumi-python:dynamic/partnercentral:ResourceSnapshotJob::{name}",
        id=job_id,
        arn=f"arn:aws:partnercentral:us-east-1:{account}:catalog/{catalog}/resource-snapshot-job/{job_id}",
        **given,
    )


def observed(
    by: Recorded, status: str = "Running", success: str | None = None, failure: str | None = None, **tags: str
) -> ReportedJob:
    """That job, as the service has it."""
    identity = Identity(by.catalog, by.engagement, "Opportunity", by.opportunity, by.template)
    return as_observed(by, Job(by.id, by.arn, identity, status, by.created_at, None, success, failure, tags))


def report(*jobs: ReportedJob, **members: Any) -> Report:
    """A report of these jobs."""
    given: dict[str, Any] = {"project": "partners", "stack": "production", "generated_at": NOW, "offline": False}
    return Report(**{**given, "jobs": in_order(jobs), **members})


def typical() -> Report:
    """A dozen jobs of two accounts in every state."""
    full = "AwsOpportunitySummaryFullView"
    team = {"team": "alliances"}
    return report(
        observed(recorded("acme-migration", tags=team), success=at(minutes=4), **team),
        observed(recorded("acme-migration-full", template=full, tags=team), success=at(minutes=4), **team),
        observed(recorded("globex-data-lake", opportunity="O2233445"), success=at(hours=3)),
        observed(
            recorded("initech-renewal", opportunity="O5512003"),
            success=at(days=2, hours=5),
            failure="The role snapshot-jobs may not call partnercentral:GetOpportunity.",
        ),
        observed(recorded("umbrella-pilot", opportunity="O7781200"), "Stopped", success=at(days=12)),
        observed(recorded("hooli-expansion", engagement=OTHER, opportunity="O3100457"), success=at(minutes=38)),
        observed(
            recorded("stark-modernization", engagement=OTHER, opportunity="O4402911", tags=team),
            success=at(hours=20),
            team="sales",
        ),
        observed(
            recorded("wayne-security", engagement=OTHER, opportunity="O6650042", desired_status="Stopped"),
            "Stopped",
            success=at(days=41),
        ),
        as_observed(recorded("tyrell-analytics", engagement=OTHER, opportunity="O8123990"), None),
        observed(
            recorded("soylent-trial", catalog="Sandbox", engagement="eng-1a2b3c4d5e6f7g", opportunity="O9000001"),
            success=at(seconds=40),
        ),
        as_unread(
            recorded(
                "cyberdyne-shared",
                account="210987654321",
                engagement="eng-5r5t6y7u8i9o0p",
                opportunity="O6100733",
            ),
            "GetResourceSnapshotJob was refused: AccessDeniedException: not authorized. Grant the caller "
            "partnercentral:GetResourceSnapshotJob.",
        ),
        observed(
            recorded(
                "weyland-logistics",
                account="210987654321",
                engagement="eng-5r5t6y7u8i9o0p",
                opportunity="O6100734",
            ),
            success=at(days=6),
        ),
        roles=(role_of("AWS", ROLE, ROLE),),
        snapshots=(
            ReportedSnapshot(
                name="acme-kick-off",
                urn="urn:pulumi:production::partners::pulumi-python:dynamic/partnercentral:ResourceSnapshot::acme-kick-off",
                catalog="AWS",
                engagement=ENGAGEMENT,
                opportunity="O1234567",
                template="OpportunitySummaryView",
                revision=1,
                taken_at=at(days=89),
            ),
        ),
    )


def large(count: int) -> Report:
    """So many jobs, twenty-five in each engagement; every fiftieth is stopped behind the stack's back."""
    return report(
        *(
            observed(
                recorded(
                    f"opportunity-{number:04d}",
                    id=f"job-{number:013d}",
                    engagement=f"eng-{number // 25:014d}",
                    opportunity=f"O{1000000 + number // 2}",
                ),
                "Stopped" if number % 50 == 49 else "Running",
                success=at(minutes=7 * number + 1),
            )
            for number in range(count)
        )
    )
