"""Programs of pulumi_aws's on the real engine, with the stand-in for its plugin and moto as the witness."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aws_stand_in import StandIn
from tests.stack.conftest import JOB, Project, new_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnercentral_emulator import Emulator

PROGRAM = f"""\
import json
import pulumi
import pulumi_aws as aws
from snapshot_provider import ResourceSnapshotJob

job = ResourceSnapshotJob("acme", **{JOB!r})
parameter = aws.ssm.Parameter("job-arn", type="String", value=job.arn, description="The job", tags={{"team": "a"}})
queue = aws.sqs.Queue("changes", tags={{"team": "a"}})
rule = aws.cloudwatch.EventRule(
    "changes", description="What changes", event_pattern=json.dumps({{"source": ["aws.partnercentral-selling"]}})
)
target = aws.cloudwatch.EventTarget("changes", rule=rule.name, arn=queue.arn)


def policy(principal, action, resource=None):
    statement = {{"Effect": "Allow", "Action": action}}
    statement |= {{"Principal": {{"Service": principal}}}} if principal else {{}}
    statement |= {{"Resource": resource}} if resource else {{}}
    return json.dumps({{"Version": "2012-10-17", "Statement": [statement]}})


aws.sqs.QueuePolicy(
    "changes",
    queue_url=queue.url,
    policy=queue.arn.apply(lambda arn: policy("events.amazonaws.com", "sqs:SendMessage", arn)),
)
role = aws.iam.Role("sharing", assume_role_policy=policy("partnercentral.amazonaws.com", "sts:AssumeRole"))
own = aws.iam.Policy("sharing", policy=policy(None, "partnercentral:GetOpportunity", "*"))
aws.iam.RolePolicyAttachment("sharing", role=role.name, policy_arn=own.arn)
inline = aws.iam.RolePolicy("sharing", role=role.name, policy=policy(None, "sts:GetCallerIdentity", "*"))

for name, value in {{
    "account": aws.get_caller_identity().account_id,
    "partition": aws.get_partition().partition,
    "job_arn": job.arn,
    "parameter": parameter.name,
    "version": parameter.version,
    "queue": queue.url,
    "rule": rule.name,
    "target": target.id,
    "role": role.name,
    "policy": own.arn,
    "inline": inline.id,
}}.items():
    pulumi.export(name, value)
"""


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn.start() as stand_in:
        yield stand_in


@pytest.fixture
def project(tmp_path: Path, pulumi_home: Path, emulator: Emulator, stand_in: StandIn) -> Project:
    return new_project(tmp_path, pulumi_home, {**emulator.env(), **stand_in.env()})


def test_every_type_over_its_life(project: Project, emulator: Emulator, stand_in: StandIn) -> None:
    project.write(PROGRAM)
    assert "11 to create" in project.preview().text
    project.up()
    out = project.outputs()
    ssm, events, sqs, iam = (stand_in.client(service) for service in ("ssm", "events", "sqs", "iam"))
    (job,) = emulator.jobs()
    assert ssm.get_parameter(Name=out["parameter"])["Parameter"]["Value"] == job["Arn"] == out["job_arn"]
    assert (out["account"], out["partition"], out["version"]) == ("123456789012", "aws", 1)
    (target,) = events.list_targets_by_rule(Rule=out["rule"])["Targets"]
    arn = sqs.get_queue_attributes(QueueUrl=out["queue"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert (target["Arn"], f"{out['rule']}-{target['Id']}") == (arn, out["target"])
    allowed = sqs.get_queue_attributes(QueueUrl=out["queue"], AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert json.loads(allowed)["Statement"][0]["Resource"] == arn
    (attached,) = iam.list_attached_role_policies(RoleName=out["role"])["AttachedPolicies"]
    assert attached["PolicyArn"] == out["policy"]
    assert out["inline"] == f"{out['role']}:{iam.list_role_policies(RoleName=out['role'])['PolicyNames'][0]}"

    assert "11 unchanged" in project.up("--expect-no-changes").text

    ssm.put_parameter(Name=out["parameter"], Value="drifted", Overwrite=True)
    sqs.tag_queue(QueueUrl=out["queue"], Tags={"team": "b"})
    events.remove_targets(Rule=out["rule"], Ids=[target["Id"]])
    assert "2 updated" in project.refresh().text
    mended = project.up().text
    assert "1 created" in mended, mended
    assert "2 updated" in mended, mended
    assert ssm.get_parameter(Name=out["parameter"])["Parameter"]["Value"] == job["Arn"]
    assert sqs.list_queue_tags(QueueUrl=out["queue"])["Tags"] == {"team": "a"}

    changed = PROGRAM.replace("The job", "One job").replace('"sharing", assume', '"sharing", path="/own/", assume')
    project.write(changed.replace('{"team": "a"}', '{"owner": "b"}'))
    shown = project.up().text
    assert "2 updated" in shown, shown
    assert "3 replaced" in shown, shown  # The role, its attachment and its own policy.
    after = project.outputs()
    # The target was made anew, with a name of its own.
    assert {key for key in out if out[key] != after[key]} == {"version", "target", "role", "inline"}
    assert iam.get_role(RoleName=after["role"])["Role"]["Path"] == "/own/"
    assert sqs.list_queue_tags(QueueUrl=out["queue"])["Tags"] == {"owner": "b"}

    project.destroy()
    assert ssm.describe_parameters()["Parameters"] == events.list_rules()["Rules"] == iam.list_roles()["Roles"] == []
    assert "QueueUrls" not in sqs.list_queues()
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_secret_stays_one(project: Project, stand_in: StandIn) -> None:
    """In another provider's region, too, over a refresh, and with the tags that are one."""
    project.write(
        "import pulumi\nimport pulumi_aws as aws\n"
        "west = pulumi.ResourceOptions(provider=aws.Provider('west', region='eu-west-1', profile='nobody'))\n"
        "tags = {'key': pulumi.Output.secret('xyzzy')}\n"
        "aws.ssm.Parameter('s', name='/s', type='SecureString', value='hunter2', tags=tags, opts=west)\n"
        "queue = aws.sqs.Queue('default')\n"
        "pulumi.export('arn', queue.arn)\n"
    )
    project.config("aws:region", "eu-north-1")
    project.up()
    project.refresh()
    state = project.pulumi("stack", "export").output
    assert "arn:aws:ssm:eu-west-1:123456789012:parameter/s" in state
    assert "hunter2" not in state
    assert "xyzzy" not in state
    assert project.outputs()["arn"].startswith("arn:aws:sqs:eu-north-1:")
    assert stand_in.client("ssm").describe_parameters()["Parameters"] == []  # It is in the other region.
    project.destroy()


def test_what_exists_is_imported_and_replaced_by_its_name(project: Project, stand_in: StandIn) -> None:
    program = (
        "import pulumi\nimport pulumi_aws as aws\n"
        "options = pulumi.ResourceOptions(import_='theirs')\n"
        "aws.iam.Role('r', name='theirs', path='/', assume_role_policy='POLICY', opts=options)\n"
    )
    iam = stand_in.client("iam")
    policy = '{"Version":"2012-10-17","Statement":[]}'
    first = iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=policy)["Role"]
    project.write(program.replace("POLICY", policy.replace(":", ": ")))
    assert "1 imported" in project.up().text
    project.write(program.replace("POLICY", policy).replace("path='/'", "path='/own/'").replace(", opts=options", ""))
    assert "1 replaced" in project.up().text
    second = iam.get_role(RoleName="theirs")["Role"]
    assert (second["Path"], second["RoleId"] == first["RoleId"]) == ("/own/", False)
    iam.delete_role(RoleName="theirs")
    project.destroy()


def test_what_is_not_served_shows_in_the_preview(project: Project) -> None:
    project.write("import pulumi_aws as aws\naws.ssm.Parameter('p', type='String', value='v', tier='Advanced')\n")
    shown = project.preview(succeeds=False).text
    assert "the stand-in for the aws plugin does not know this input" in shown
    assert "Traceback" not in shown
    project.write("import pulumi_aws as aws\naws.s3.Bucket('b')\n")
    shown = project.preview(succeeds=False).text
    assert "aws:s3/bucket:Bucket is not served: this is the stand-in for the aws plugin" in shown
    assert "Traceback" not in shown
