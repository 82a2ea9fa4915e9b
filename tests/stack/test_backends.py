"""How teams share a stack: state in S3, and one `up` at a time."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import boto3
import pytest

from tests.stack.conftest import new_project

if TYPE_CHECKING:
    from pathlib import Path

    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project


@pytest.fixture
def shared(tmp_path: Path, pulumi_home: Path, emulator: Emulator, aws: str) -> Project:
    """A project whose state is in a bucket."""
    bucket = tmp_path.name.lower().replace("_", "-")
    s3 = boto3.client(
        "s3", "us-east-1", endpoint_url=aws, aws_access_key_id="emulator", aws_secret_access_key="emulator"
    )
    s3.create_bucket(Bucket=bucket)
    backend = f"s3://{bucket}?endpoint={aws}&s3ForcePathStyle=true&region=us-east-1"
    return new_project(tmp_path, pulumi_home, {**emulator.env(), "PULUMI_BACKEND_URL": backend})


def test_a_whole_life_with_state_in_s3(shared: Project, emulator: Emulator) -> None:
    shared.declare(tags={"team": "a"})
    shared.up()
    (job,) = emulator.jobs()
    assert shared.outputs()["acme_id"] == job["Id"]
    assert "2 unchanged" in shared.up().text
    shared.declare(tags={"team": "b"}, desired_status="Stopped")
    shared.up()
    assert emulator.jobs()[0]["Tags"] == {"team": "b"}
    emulator.change_job(job["Id"], deleted=True)
    shared.up("--refresh")
    assert emulator.jobs()[0]["Id"] != job["Id"]
    shared.destroy()
    assert emulator.jobs() == []


def test_two_ups_at_once(project: Project, emulator: Emulator) -> None:
    emulator.switch(latency=1)
    project.declare()
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--color=never"]
    with subprocess.Popen(command, cwd=project.folder, env=project.env, stdout=subprocess.PIPE, text=True) as first:
        while not emulator.operations():
            assert first.poll() is None
        refused = project.up(succeeds=False).text
        assert "the stack is currently locked" in refused
        assert first.wait(timeout=60) == 0
    assert len(emulator.jobs()) == len(project.resources()) == 1
    emulator.switch(latency=0)
    assert "2 unchanged" in project.up().text
    project.destroy()
    assert emulator.jobs() == []


def test_no_secret_in_state_or_logs(project: Project, emulator: Emulator) -> None:
    project.env |= {"AWS_SECRET_ACCESS_KEY": "SECRETSECRETSECRET", "AWS_SESSION_TOKEN": "SESSIONSESSION"}
    project.pulumi("config", "set", "--secret", "team", "hush-hush")
    project.write(
        "import pulumi\nfrom snapshot_provider import ResourceSnapshotJob\n"
        "ResourceSnapshotJob('acme', engagement_identifier='eng-0123456789abcd', resource_identifier='O1',\n"
        "    resource_snapshot_template_identifier='OpportunitySummaryView',\n"
        "    tags={'team': pulumi.Config().require_secret('team')})\n"
    )
    emulator.inject("StartResourceSnapshotJob", "error", code="AccessDeniedException")
    said = project.up("--logtostderr", "--logflow", "-v=9", succeeds=False).text
    emulator.clear_faults()
    said += project.up().text
    said += project.refresh().text
    files = [path for path in project.folder.parent.rglob("*") if path.is_file() and path.suffix != ".py"]
    assert files
    for secret in ("SECRETSECRETSECRET", "SESSIONSESSION"):
        assert secret not in said
        assert not [path for path in files if secret in path.read_text(errors="replace")]
    assert not [path for path in files if "hush-hush" in path.read_text(errors="replace")]
    project.destroy()


UNREADABLE = """\
import pathlib
import pulumi
from snapshot_provider import ResourceSnapshotJob, place

attributes = next(pathlib.Path(pulumi.Config().require("state")).rglob("test.json.attrs"))
whole = attributes.read_text()
asked = []
ask = place.invoke_async

async def while_it_is_written(*arguments):
    asked.append(arguments)
    attributes.write_text(whole if len(asked) > {failures} else "")
    try:
        return await ask(*arguments)
    finally:
        attributes.write_text(whole)

place.invoke_async = while_it_is_written
job = ResourceSnapshotJob("acme", engagement_identifier="eng-0123456789abcd", resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView")
pulumi.export("asked", job.client_token.apply(lambda _: len(asked)))
"""


def test_a_state_that_cannot_be_read_while_the_engine_writes_it(
    tmp_path: Path, pulumi_home: Path, emulator: Emulator
) -> None:
    backend = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}"}
    project = new_project(tmp_path, pulumi_home, {**emulator.env(), **backend})
    project.config("shares:state", str(project.folder.parent / "state"))
    project.write(UNREADABLE.format(failures=0))
    project.up()
    emulator.clear_calls()
    project.write(UNREADABLE.format(failures=1000))
    shown = project.up(succeeds=False).text
    assert "The engine could not read the state of stack organization/shares/test" in shown
    assert "Traceback" not in shown
    assert emulator.operations() == []
    project.write(UNREADABLE.format(failures=2))
    project.up()
    assert project.outputs()["asked"] == 3
    assert emulator.operations() == []
