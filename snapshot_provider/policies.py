"""The IAM policies of the role that snapshot jobs run as, and of the caller. Plain; may not import Pulumi or boto3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from snapshot_provider.model import REGION

if TYPE_CHECKING:
    from collections.abc import Sequence

PRINCIPAL = "resource-snapshot-job.partnercentral-selling.amazonaws.com"
"""Who assumes the role: the service, for a job."""

MANAGED_POLICY = "arn:aws:iam::aws:policy/AWSPartnerCentralSellingResourceSnapshotJobExecutionRolePolicy"
"""AWS's own policy for the role: every engagement and opportunity, in both catalogs."""

JOB_ACTIONS = {
    "CreateResourceSnapshotJob": "a job is created",
    "GetResourceSnapshotJob": "a job is created, read or looked up",
    "ListResourceSnapshotJobs": "jobs are looked up, adopted or imported, or an interrupted create is recovered",
    "StartResourceSnapshotJob": "a job is to be Running",
    "StopResourceSnapshotJob": "a job is to be Stopped, or is deleted",
    "DeleteResourceSnapshotJob": "a job is deleted or replaced",
    "CreateResourceSnapshot": "a job is created, or a `ResourceSnapshot` is taken",
    "GetResourceSnapshot": "a `ResourceSnapshot` is taken, read or looked up",
    "GetOpportunity": "a job or a snapshot is created",
    "TagResource": "a job has tags",
    "UntagResource": "a tag is removed from a job",
    "ListTagsForResource": "a job is read",
}
"""What the caller does with jobs and snapshots, and when."""

SETTINGS_ACTIONS = {
    "GetSellingSystemSettings": "`SellingSystemSettings` are declared, read or looked up",
    "PutSellingSystemSettings": "`SellingSystemSettings` are declared; with `iam:PassRole` on the role",
}
"""What the caller does with the settings, and when."""


def caller(catalogs: Sequence[str], role: str | None = None) -> str:
    """What whoever runs `pulumi up` needs, as JSON.

    Args:
        catalogs: the catalogs that it may touch.
        role: the ARN, or the pattern of ARNs, of the roles that it may name in the settings; None for none.
    """
    jobs: dict[str, Any] = {
        "Effect": "Allow",
        "Action": [f"partnercentral:{action}" for action in JOB_ACTIONS],
        # A job that is not made yet has no ARN to name.
        "Resource": "*",
        "Condition": {"StringEquals": {"partnercentral:Catalog": list(catalogs)}},
    }
    settings: dict[str, Any] = {
        "Effect": "Allow",
        "Action": [f"partnercentral:{action}" for action in SETTINGS_ACTIONS],
        "Resource": "*",
    }
    pass_role = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role}
    return _document([jobs, *([settings, pass_role] if role else [])])


def trust() -> str:
    """Who may assume the role, as JSON."""
    return _document([{"Effect": "Allow", "Principal": {"Service": PRINCIPAL}, "Action": "sts:AssumeRole"}])


def execution(account: str, catalogs: Sequence[str], engagements: Sequence[str]) -> str:
    """What a job does, as JSON: the rights of AWS's managed policy, for these catalogs and engagements alone.

    Args:
        account: the account whose opportunities are shared, twelve digits.
        catalogs: the catalogs.
        engagements: the identifiers of the engagements.
    """
    base = f"arn:aws:partnercentral:{REGION}"
    targets = [f"{base}:*:catalog/{catalog}/engagement/{name}" for catalog in catalogs for name in engagements]
    return _document(
        [
            {
                "Effect": "Allow",
                "Action": "partnercentral:CreateResourceSnapshot",
                # The engagement itself, and the snapshots below it, whose ARNs go on from its own.
                "Resource": [form for target in targets for form in (target, f"{target}/*")],
            },
            {
                "Effect": "Allow",
                "Action": "partnercentral:GetOpportunity",
                "Resource": [f"{base}:{account}:catalog/{catalog}/opportunity/*" for catalog in catalogs],
            },
        ]
    )


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
