"""The components on the real engine: the emulator and moto are the witnesses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aws_stand_in import StandIn
from tests.stack.conftest import ENGAGEMENT, Project, new_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnercentral_emulator import Emulator

IMPORTS = (
    "import pulumi\nfrom snapshot_provider import EngagementSnapshots, ResourceSnapshotJob, SnapshotJobExecutionRole\n"
)


def share(project: Project, opportunities: str, **more: str) -> None:
    arguments = {"engagement_identifier": repr(ENGAGEMENT), "catalog": "'Sandbox'", **more}
    given = ", ".join(f"{name}={text}" for name, text in arguments.items())
    project.write(
        f"{IMPORTS}shared = EngagementSnapshots('joint', opportunities={opportunities}, {given})\n"
        "pulumi.export('ids', shared.ids)\npulumi.export('arns', shared.arns)\n"
    )


def test_an_engagement_and_its_opportunities(project: Project, emulator: Emulator) -> None:
    tags = "{'team': 'alliances'}"
    globex = (
        "{'resource_identifier': pulumi.Output.from_input('O2'), 'tags': {'stage': '1'}, 'desired_status': 'Stopped',"
        " 'resource_snapshot_template_identifier': 'AwsOpportunitySummaryFullView'}"
    )
    share(project, f"{{'acme': 'O1', 'globex': {globex}}}", tags=tags)
    project.preview()
    project.up()
    jobs = {job["ResourceId"]: job for job in emulator.jobs()}
    assert project.outputs() == {
        "ids": {"acme": jobs["O1"]["Id"], "globex": jobs["O2"]["Id"]},
        "arns": {"acme": jobs["O1"]["Arn"], "globex": jobs["O2"]["Arn"]},
    }
    shown = ("Status", "Tags", "ResourceSnapshotTemplateName", "EngagementId")
    assert [jobs["O1"][name] for name in shown] == [
        "Running",
        {"team": "alliances"},
        "OpportunitySummaryView",
        ENGAGEMENT,
    ]
    assert [jobs["O2"][name] for name in shown] == [
        "Stopped",
        {"team": "alliances", "stage": "1"},
        "AwsOpportunitySummaryFullView",
        ENGAGEMENT,
    ]
    assert "4 unchanged" in project.up().text


def test_one_opportunity_more_or_less_touches_one_job(project: Project, emulator: Emulator) -> None:
    share(project, "{'a': 'O1', 'b': 'O2', 'c': 'O3'}")
    project.up()
    before = {job["ResourceId"]: job["Id"] for job in emulator.jobs()}
    emulator.clear_calls()
    share(project, "{'d': 'O4', 'a': 'O1', 'b': 'O2', 'c': 'O3'}")
    assert "1 created" in project.up().text
    assert sorted(emulator.operations()) == [
        "CreateResourceSnapshotJob",
        "GetResourceSnapshotJob",
        "StartResourceSnapshotJob",
    ]
    emulator.clear_calls()
    share(project, "{'d': 'O4', 'a': 'O1', 'c': 'O3'}")
    assert "1 deleted" in project.up().text
    assert emulator.operations() == ["StopResourceSnapshotJob", "DeleteResourceSnapshotJob"]
    after = {job["ResourceId"]: job["Id"] for job in emulator.jobs()}
    assert {name: after[name] for name in ("O1", "O3")} == {name: before[name] for name in ("O1", "O3")}
    assert sorted(after) == ["O1", "O3", "O4"]


@pytest.mark.parametrize(
    ("opportunities", "message"),
    [
        ("['O1']", "is not a map. Give identifiers by names of your own"),
        ("{'a': {'resource_id': 'O1'}}", '"resource_id" is not known in it'),
        ("{'a': None}", 'opportunities["a"]: resource_identifier is missing'),
        ("{'a': 'eng-0123456789abcd'}", "This looks like an engagement's identifier"),
    ],
)
def test_mistakes_in_opportunities_show_in_the_preview(
    project: Project, emulator: Emulator, opportunities: str, message: str
) -> None:
    share(project, opportunities)
    shown = project.preview(succeeds=False).text
    assert message in shown
    assert "Traceback" not in shown
    assert emulator.calls() == []


# The role ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn.start() as stand_in:
        yield stand_in


@pytest.fixture
def chained(tmp_path: Path, pulumi_home: Path, emulator: Emulator, stand_in: StandIn) -> Project:
    return new_project(tmp_path, pulumi_home, {**emulator.env(), **stand_in.env()})


def declare_role(project: Project, arguments: str) -> None:
    project.write(
        f"{IMPORTS}role = SnapshotJobExecutionRole('sharing', {arguments})\n"
        f"job = ResourceSnapshotJob('acme', engagement_identifier={ENGAGEMENT!r}, resource_identifier='O1',\n"
        "    resource_snapshot_template_identifier='OpportunitySummaryView', catalog='Sandbox',\n"
        "    wait_for_snapshot=True, opts=pulumi.ResourceOptions(depends_on=[role]))\n"
        "pulumi.export('arn', role.role_arn)\npulumi.export('name', role.role_name)\n"
    )


def roles_named(emulator: Emulator) -> dict[str, str]:
    settings = emulator.state()["settings"]
    return {key.split()[1]: held["ResourceSnapshotJobRoleArn"] for key, held in settings.items() if held}


def test_a_role_with_the_managed_policy(chained: Project, emulator: Emulator, stand_in: StandIn) -> None:
    """The job's first snapshot needs the role: it is there first."""
    emulator.switch(role_required=True)
    declare_role(chained, "catalogs=['Sandbox'], tags={'team': 'alliances'}")
    assert emulator.calls() == []
    chained.preview()
    assert emulator.calls() == []
    chained.up()
    iam, outputs = stand_in.client("iam"), chained.outputs()
    role = iam.get_role(RoleName=outputs["name"])["Role"]
    assert roles_named(emulator) == {"Sandbox": role["Arn"]} == {"Sandbox": outputs["arn"]}
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "resource-snapshot-job.partnercentral-selling.amazonaws.com"}
    (policy,) = iam.list_attached_role_policies(RoleName=outputs["name"])["AttachedPolicies"]
    assert policy["PolicyName"] == "AWSPartnerCentralSellingResourceSnapshotJobExecutionRolePolicy"
    assert len(emulator.state()["snapshots"]) == 1
    assert "unchanged" in chained.up("--expect-no-changes").text
    chained.destroy()
    assert (roles_named(emulator), iam.list_roles()["Roles"]) == ({}, [])


def test_a_role_for_chosen_engagements(chained: Project, emulator: Emulator, stand_in: StandIn) -> None:
    declare_role(
        chained, f"catalogs=['AWS', 'Sandbox'], engagements=[{ENGAGEMENT!r}], role_name='Jobs', path='/sharing/'"
    )
    chained.up()
    iam = stand_in.client("iam")
    role = iam.get_role(RoleName="Jobs")["Role"]
    assert role["Path"] == "/sharing/"
    assert roles_named(emulator) == {"AWS": role["Arn"], "Sandbox": role["Arn"]}
    assert iam.list_attached_role_policies(RoleName="Jobs")["AttachedPolicies"] == []
    (name,) = iam.list_role_policies(RoleName="Jobs")["PolicyNames"]
    document = iam.get_role_policy(RoleName="Jobs", PolicyName=name)["PolicyDocument"]
    allowed = json.dumps(document)
    assert f"catalog/AWS/engagement/{ENGAGEMENT}" in allowed
    assert "us-east-1:123456789012:catalog/Sandbox/opportunity/*" in allowed
    chained.destroy()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("catalogs='Sandbox'", 'catalogs: "Sandbox" is not a list of catalogs'),
        ("catalogs=['sandbox']", "is not a list of catalogs"),
        ("catalogs=[]", "is not a list of catalogs"),
        ("engagements=[]", "is not a list of engagements"),
        ("engagements=['O1']", "This looks like an opportunity's identifier"),
    ],
)
def test_mistakes_in_a_role_show_in_the_preview(
    chained: Project, emulator: Emulator, arguments: str, message: str
) -> None:
    declare_role(chained, arguments)
    shown = chained.preview(succeeds=False).text
    assert message in shown
    assert "Traceback" not in shown
    assert emulator.calls() == []


def test_without_pulumi_aws(project: Project) -> None:
    declare_role(project, "")
    program = (project.folder / "__main__.py").read_text()
    project.write("import sys\nsys.modules['pulumi_aws'] = None\n" + program)
    shown = project.preview(succeeds=False).text
    assert 'pip install "snapshot-provider[aws]"' in shown
    assert "Traceback" not in shown
