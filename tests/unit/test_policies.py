"""The role's policies, held against what AWS publishes of its actions and resources."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from snapshot_provider import policies

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # The linter's own.
    from parliament import analyze_policy_string

PACKAGE = Path(policies.__file__).parent
ENGAGEMENTS = ["eng-0123456789abcd", "eng-0123456789abce"]


def findings(document: str) -> list[str]:
    return [str(finding) for finding in analyze_policy_string(document).findings]


def statements(document: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document)["Statement"]
    return found


@pytest.mark.parametrize("catalogs", [["AWS"], ["Sandbox"], ["AWS", "Sandbox"]])
def test_the_linter_finds_nothing(catalogs: list[str]) -> None:
    assert findings(policies.execution("123456789012", catalogs, ENGAGEMENTS)) == []


def test_the_linter_knows_the_actions() -> None:
    wrong = policies.execution("123456789012", ["AWS"], ENGAGEMENTS).replace(":GetOpportunity", ":GetOportunity")
    assert "UNKNOWN_ACTION" in findings(wrong)[0]


def test_the_rights_are_those_of_the_managed_policy() -> None:
    name = policies.MANAGED_POLICY.rsplit("/", 1)[-1]
    managed = json.loads(aws_managed_policies_data)[name]
    assert f"arn:aws:iam::aws:policy{managed['Path']}{name}" == policies.MANAGED_POLICY

    def actions(document: list[dict[str, Any]]) -> set[str]:
        return {action for item in document for action in _listed(item["Action"])}

    own = statements(policies.execution("123456789012", ["AWS", "Sandbox"], ENGAGEMENTS))
    assert actions(own) == actions(managed["Document"]["Statement"])
    assert all(catalog in json.dumps(own) for catalog in ("catalog/AWS/", "catalog/Sandbox/"))


def test_only_the_chosen_are_allowed() -> None:
    create, get = statements(policies.execution("123456789012", ["Sandbox"], ENGAGEMENTS[:1]))
    base = f"arn:aws:partnercentral:us-east-1:*:catalog/Sandbox/engagement/{ENGAGEMENTS[0]}"
    assert create["Resource"] == [base, f"{base}/*"]
    assert get["Resource"] == ["arn:aws:partnercentral:us-east-1:123456789012:catalog/Sandbox/opportunity/*"]


def test_the_service_may_assume_the_role() -> None:
    (statement,) = statements(policies.trust())
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "resource-snapshot-job.partnercentral-selling.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_what_the_caller_is_to_be_granted() -> None:
    block = policies.caller(["Sandbox"], "arn:aws:iam::123456789012:role/snapshot-jobs-*")
    # Jobs that are not made yet have no ARN to name; the condition narrows it instead.
    assert [finding for finding in findings(block) if "RESOURCE_STAR" not in finding] == []
    granted = {action for item in statements(block) for action in _listed(item["Action"])}
    source = "".join(path.read_text() for path in PACKAGE.glob("*.py"))
    called = set(re.findall(r'_(?:call|on_job)\(\s*"(\w+)"', source))
    assert called <= {action.removeprefix("partnercentral:") for action in granted}


def test_who_names_no_role_needs_no_more_than_jobs() -> None:
    (jobs,) = statements(policies.caller(["AWS"]))
    assert jobs["Condition"] == {"StringEquals": {"partnercentral:Catalog": ["AWS"]}}
    assert {action.split(":")[0] for action in jobs["Action"]} == {"partnercentral"}
