"""Every example runs, as it is, with the configuration of its own stack; the services are the witnesses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pulumi.automation import ConfigValue

from aws_stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi.automation import Stack

    from partnercentral_emulator import Emulator
    from pytest_partnercentral import Stacks

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn.start() as stand_in:
        yield stand_in


@pytest.fixture
def chained(partner_central: Emulator, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in for the aws plugin, beside the emulator."""
    for name, value in (stand_in.env() | partner_central.env()).items():
        monkeypatch.setenv(name, value)
    return stand_in


def run(stack: Stack) -> dict[str, object]:
    """Bring it up twice, which changes nothing the second time; its outputs."""
    outputs = stack.up().outputs
    assert set(stack.up().summary.resource_changes or {}) == {"same"}
    return {name: output.value for name, output in outputs.items()}


def end(stack: Stack, emulator: Emulator) -> None:
    stack.destroy()
    assert emulator.jobs() == []


def test_every_example_is_run_here() -> None:
    tested = Path(__file__).read_text()
    folders = [folder.name for folder in EXAMPLES.iterdir() if (folder / "Pulumi.yaml").is_file()]
    assert len(folders) == 7
    assert all(f'EXAMPLES / "{folder}"' in tested for folder in folders)
    assert all(f"({folder}/" in (EXAMPLES / "README.md").read_text() for folder in folders)


def test_quickstart(partner_central: Emulator, partner_central_stack: Stacks) -> None:
    stack = partner_central_stack(EXAMPLES / "quickstart", name="dev")
    outputs = run(stack)
    (job,) = partner_central.jobs()
    assert outputs == {"job_id": job["Id"], "job_arn": job["Arn"]}
    assert (job["Status"], job["Catalog"]) == ("Running", "Sandbox")
    end(stack, partner_central)


def test_two_catalogs(partner_central: Emulator, partner_central_stack: Stacks) -> None:
    sandbox = partner_central_stack(EXAMPLES / "two-catalogs", name="sandbox")
    run(sandbox)
    aws = partner_central_stack(EXAMPLES / "two-catalogs", name="aws")
    assert set(run(aws)["arns"]) == {"acme", "globex"}  # type: ignore[call-overload]
    shown = sorted((job["Catalog"], job["EngagementId"], job["Tags"]["stack"]) for job in partner_central.jobs())
    assert shown == [
        ("AWS", "eng-0123456789abcd", "aws"),
        ("AWS", "eng-0123456789abcd", "aws"),
        ("Sandbox", "eng-00000000000box", "sandbox"),
    ]
    sandbox.destroy()
    assert {job["Catalog"] for job in partner_central.jobs()} == {"AWS"}
    end(aws, partner_central)


def test_several_accounts(partner_central: Emulator, partner_central_stack: Stacks, chained: StandIn) -> None:
    """moto's STS gives the keys of each role's account."""
    assert chained.client("sts").get_caller_identity()["Account"] == "123456789012"
    stack = partner_central_stack(EXAMPLES / "several-accounts", name="dev")
    outputs = run(stack)
    accounts = {job["Account"]: job["Arn"] for job in partner_central.jobs()}
    assert outputs["arns"] == {"emea": accounts["111122223333"], "apac": accounts["444455556666"]}
    end(stack, partner_central)


def test_component(partner_central: Emulator, partner_central_stack: Stacks, chained: StandIn) -> None:
    stack = partner_central_stack(EXAMPLES / "component", name="dev")
    outputs = run(stack)
    assert {job["ResourceId"]: job["Status"] for job in partner_central.jobs()} == {
        "O1234567": "Running",
        "O7654321": "Running",
        "O5555555": "Stopped",
    }
    (settings,) = partner_central.state()["settings"].values()
    (role,) = chained.client("iam").list_roles()["Roles"]
    assert settings["ResourceSnapshotJobRoleArn"] == role["Arn"] == outputs["role_arn"]
    stack.set_config("stage", ConfigValue("Committed"))
    taken = [snap["Revision"] for snap in partner_central.state()["snapshots"] if snap["ResourceId"] == "O1234567"]
    assert run(stack)["revision"] == max(taken) + 1
    end(stack, partner_central)


def test_adoption(partner_central: Emulator, partner_central_stack: Stacks) -> None:
    script = [sys.executable, str(EXAMPLES / "adoption" / "made_by_hand.py")]
    theirs = subprocess.run(script, capture_output=True, text=True, check=True).stdout.strip()
    before = {job["ResourceId"]: job["Id"] for job in partner_central.jobs()}
    stack = partner_central_stack(EXAMPLES / "adoption", name="dev", config={"theirs": theirs})
    assert run(stack) == {"ours": before["O2000001"], "their_opportunity": "O2000002"}
    jobs = {job["ResourceId"]: job for job in partner_central.jobs()}
    assert {name: job["Id"] for name, job in jobs.items()} == before
    assert (jobs["O2000001"]["Tags"], jobs["O2000002"]["Tags"]) == ({"managed-by": "pulumi"}, {})
    stack.destroy()
    assert [job["Id"] for job in partner_central.jobs()] == [theirs]


def test_chaining(partner_central: Emulator, partner_central_stack: Stacks, chained: StandIn) -> None:
    stack = partner_central_stack(EXAMPLES / "chaining", name="dev")
    outputs = run(stack)
    (job,) = partner_central.jobs()
    parameter = chained.client("ssm").get_parameter(Name=outputs["parameter"])["Parameter"]
    assert json.loads(parameter["Value"]) == {"id": job["Id"], "arn": job["Arn"]}
    iam = chained.client("iam")
    version = iam.get_policy_version(PolicyArn=outputs["policy_arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"]["Statement"][0]["Resource"] == job["Arn"]
    rule = chained.client("events").describe_rule(Name=outputs["rule"])
    assert job["EngagementId"] in rule["EventPattern"]
    end(stack, partner_central)


def test_unit_tested(tmp_path: Path) -> None:
    """Its own tests pass, as its users run them."""
    project = tmp_path / "unit-tested"
    shutil.copytree(EXAMPLES / "unit-tested", project)
    # Pulumi's mocks take the current event loop, of which Python 3.12 and newer warn.
    warnings = ["-W", "error", "-W", "ignore:There is no current event loop:DeprecationWarning"]
    command = [sys.executable, "-m", "pytest", "-q", *warnings, "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
