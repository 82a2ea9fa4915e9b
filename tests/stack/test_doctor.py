"""`snapshot-provider doctor`, with the emulator as Partner Central and moto as STS and IAM."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from snapshot_provider.cli import checks, main
from snapshot_provider.config import Settings
from snapshot_provider.policies import PRINCIPAL, trust
from snapshot_provider.session import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnercentral_emulator import Emulator
    from partnercentral_emulator.faults import Kind

ROLE = "arn:aws:iam::123456789012:role/sharing/{name}"

NAMES = [
    *("python", "boto3", "pulumi", "plugins", "region", "configuration"),
    *("credentials", "endpoint", "account", "service", "role", "trust"),
]


@pytest.fixture
def examine(
    emulator: Emulator, aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, dict[str, Any]]]]:
    for name in list(os.environ):
        if name.startswith(("AWS_", "SNAPSHOT_PROVIDER_")):
            monkeypatch.delenv(name)
    own = {"AWS_ENDPOINT_URL_STS": aws, "AWS_ENDPOINT_URL_IAM": aws, "SNAPSHOT_PROVIDER_CATALOG": "Sandbox"}
    for name, value in {**emulator.env(), **own}.items():
        monkeypatch.setenv(name, value)

    def examine(*arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
        code = main(["doctor", "--json", *arguments], prog_name="snapshot-provider", standalone_mode=False)
        shown = capsys.readouterr()
        assert shown.err == ""
        document = json.loads(shown.out)
        checks = {check["name"]: check for check in document["checks"]}
        assert list(checks) == NAMES
        assert document["ok"] is (code == 0) is not any(check["status"] == "failure" for check in checks.values())
        for check in checks.values():
            assert bool(check["remedy"]) == (check["status"] in {"warning", "failure"}), check
        return code, checks

    return examine


def role(emulator: Emulator, name: str, policy: Any = None) -> None:
    """Name a role in the settings; make it, where there is a trust policy for it."""
    if policy is not None:
        iam = boto3.client("iam")
        iam.create_role(RoleName=name, Path="/sharing/", AssumeRolePolicyDocument=json.dumps(policy))
    connect(Settings()).gateway().put_role("Sandbox", ROLE.format(name=name))
    emulator.clear_calls()


def test_all_is_in_place(examine: Callable[..., Any], emulator: Emulator) -> None:
    role(emulator, "good", json.loads(trust()))
    code, found = examine()
    assert code == 0
    assert {check["status"] for check in found.values()} == {"ok"}
    assert found["account"]["found"].startswith("123456789012, as arn:aws:")
    assert found["endpoint"]["found"] == f"{emulator.url}, as AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING says"
    assert found["credentials"]["found"] == "from AWS_ACCESS_KEY_ID in the environment"
    assert ROLE.format(name="good") in found["role"]["found"]
    assert sorted(emulator.operations()) == ["GetSellingSystemSettings", "ListResourceSnapshotJobs"]


STATEMENT = json.loads(trust())["Statement"][0]


@pytest.mark.parametrize(
    ("name", "statements", "status", "said"),
    [
        ("other", [{**STATEMENT, "Principal": {"Service": "ec2.amazonaws.com"}}], "failure", "does not trust"),
        ("denied", [STATEMENT, {**STATEMENT, "Effect": "Deny"}], "failure", "is denied to"),
        (
            "conditional",
            [{**STATEMENT, "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}],
            "warning",
            "under conditions",
        ),
    ],
)
def test_a_trust_that_is_not_in_order(  # noqa: PLR0913, PLR0917  # Fixtures and parameters.
    examine: Callable[..., Any], emulator: Emulator, name: str, statements: Any, status: str, said: str
) -> None:
    role(emulator, name, {"Version": "2012-10-17", "Statement": statements})
    code, found = examine()
    assert (code, found["trust"]["status"]) == (int(status == "failure"), status)
    assert f"{name} " in found["trust"]["found"]
    assert said in found["trust"]["found"]
    assert PRINCIPAL in found["trust"]["found"]
    assert f"--role-name {name} " in found["trust"]["remedy"]


def test_a_role_that_does_not_exist(examine: Callable[..., Any], emulator: Emulator) -> None:
    role(emulator, "absent")
    code, found = examine()
    assert (code, found["trust"]["status"]) == (1, "failure")
    assert found["trust"]["found"] == f"{ROLE.format(name='absent')} does not exist"


def test_no_role(examine: Callable[..., Any]) -> None:
    code, found = examine()
    assert (code, found["role"]["status"], found["trust"]["status"]) == (0, "warning", "skipped")
    assert "put-selling-system-settings" in found["role"]["remedy"]


def test_another_accounts_role(examine: Callable[..., Any], emulator: Emulator) -> None:
    connect(Settings()).gateway().put_role("Sandbox", "arn:aws:iam::210987654321:role/theirs")
    emulator.clear_calls()
    _, found = examine()
    assert found["trust"]["status"] == "warning"
    assert "the role is account 210987654321's" in found["trust"]["found"]


def test_iam_that_cannot_be_reached(
    examine: Callable[..., Any], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    role(emulator, "unseen")
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:1")
    code, found = examine()
    assert (code, found["trust"]["status"]) == (0, "warning")
    assert "iam get-role --role-name unseen" in found["trust"]["remedy"]


def test_keys_for_an_emulator_are_nothing_to_ask_aws_about(
    examine: Callable[..., Any], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    role(emulator, "unasked")
    monkeypatch.delenv("AWS_ENDPOINT_URL_STS")
    monkeypatch.delenv("AWS_ENDPOINT_URL_IAM")
    code, found = examine()
    assert (code, found["account"]["status"], found["trust"]["status"]) == (0, "skipped", "skipped")


def test_what_is_denied_is_told_with_the_action_to_grant(examine: Callable[..., Any], emulator: Emulator) -> None:
    emulator.inject("reads", "error", code="AccessDeniedException", message="no", count=None)
    code, found = examine()
    assert (code, found["service"]["status"], found["role"]["status"]) == (1, "failure", "failure")
    assert found["service"]["remedy"] == "Grant the caller partnercentral:ListResourceSnapshotJobs."
    assert found["role"]["remedy"] == "Grant the caller partnercentral:GetSellingSystemSettings."
    assert found["trust"]["status"] == "skipped"


@pytest.mark.parametrize("kind", ["malformed", "reset"])
def test_what_answers_is_not_the_service(examine: Callable[..., Any], emulator: Emulator, kind: Kind) -> None:
    emulator.inject("*", kind, count=None)
    code, found = examine()
    assert (code, found["service"]["status"]) == (1, "failure")
    assert found["service"]["remedy"] == (
        f"See what answers there: curl -sSi {emulator.url}; "
        "for AWS itself, unset AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"
    )
    assert (found["role"]["status"], found["trust"]["status"]) == ("skipped", "skipped")


def test_no_answer_is_waited_for_so_long_and_no_longer(
    examine: Callable[..., Any], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One call that outlives the test, and no second one that the next test would see.
    monkeypatch.setattr(checks, "LIMITS", {**checks.LIMITS, "max_attempts": 1})
    monkeypatch.setattr(checks, "PATIENCE", 2.0)
    emulator.inject("*", "hang", count=None)
    code, found = examine()
    assert (code, found["service"]["status"]) == (1, "failure")
    assert found["service"]["found"] == "no answer within 2 seconds"
    assert found["trust"]["status"] == "skipped"


def test_no_credentials(
    examine: Callable[..., Any], emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    code, found = examine()
    assert (code, found["credentials"]["status"]) == (1, "failure")
    assert "aws sso login" in found["credentials"]["remedy"]
    assert {found[name]["status"] for name in ("account", "service", "role", "trust")} == {"skipped"}
    assert emulator.calls() == []


def test_a_profile_that_does_not_exist(examine: Callable[..., Any], emulator: Emulator) -> None:
    code, found = examine("--profile", "absent")
    assert (code, found["configuration"]["status"]) == (1, "failure")
    assert found["configuration"]["remedy"].startswith("Add the profile to the AWS configuration file")
    assert emulator.calls() == []


@pytest.mark.usefixtures("examine")
def test_in_words(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    emulator.inject("reads", "error", code="AccessDeniedException", count=None)
    assert main(["doctor"], prog_name="snapshot-provider", standalone_mode=False) == 1
    shown = capsys.readouterr()
    assert shown.err == "2 failures.\n"
    assert "ok       region         us-east-1, the only one that Partner Central has; AWS_DEFAULT_REGION=" in shown.out
    assert "\n                        -> Grant the caller partnercentral:ListResourceSnapshotJobs.\n" in shown.out
