"""The IAM policies of the role that snapshot jobs run as. Plain documents; may not import Pulumi or boto3."""

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
