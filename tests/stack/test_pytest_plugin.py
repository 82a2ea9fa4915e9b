"""The fixtures for users' own tests, as a user's test suite would have them."""

from __future__ import annotations

import subprocess
import sys
from doctest import DocTestParser
from typing import TYPE_CHECKING

import pulumi

import pytest_partnercentral
from snapshot_provider import ResourceSnapshotJob
from tests.unit.public_names import documented

if TYPE_CHECKING:
    from pathlib import Path

    from partnercentral_emulator import Emulator
    from pytest_partnercentral import Stacks

PROGRAM = """\
import pulumi
from snapshot_provider import ResourceSnapshotJob

job = ResourceSnapshotJob(
    "acme",
    engagement_identifier=pulumi.Config().require("engagement"),
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
)
pulumi.export("job_arn", job.arn)
"""


def write_project(folder: Path, *, stack: str) -> None:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: mine\nruntime:\n  name: python\n  options: {virtualenv: nowhere}\n")
    (folder / f"Pulumi.{stack}.yaml").write_text(
        "encryptionsalt: v1:of:somebody\nconfig:\n  mine:engagement: eng-0123456789abcd\n"
    )
    (folder / "__main__.py").write_text(PROGRAM)


def test_a_projects_life(partner_central: Emulator, partner_central_stack: Stacks, tmp_path: Path) -> None:
    project = tmp_path / "mine"
    write_project(project, stack="prod")
    before = {path.name: path.read_bytes() for path in project.iterdir()}
    stack = partner_central_stack(project, name="prod", config={"partnercentral:catalog": "Sandbox"})
    stack.preview()
    assert partner_central.calls() == []
    outputs = stack.up().outputs
    (job,) = partner_central.jobs()
    assert (outputs["job_arn"].value, job["Catalog"]) == (job["Arn"], "Sandbox")
    partner_central.change_job(job["Id"], status="Stopped")
    assert stack.refresh().summary.resource_changes == {"same": 1, "update": 1}
    stack.up()
    assert partner_central.jobs()[0]["Status"] == "Running"
    stack.destroy()
    assert partner_central.jobs() == []
    assert {path.name: path.read_bytes() for path in project.iterdir()} == before


def test_a_function(partner_central: Emulator, partner_central_stack: Stacks) -> None:
    def program() -> None:
        job = ResourceSnapshotJob(
            "acme",
            engagement_identifier="eng-0123456789abcd",
            resource_identifier="O1234567",
            resource_snapshot_template_identifier="OpportunitySummaryView",
        )
        pulumi.export("arn", job.arn)

    stack = partner_central_stack(program)
    for kind in ("create", "same"):
        assert set((stack.up().summary.resource_changes or {}).keys()) == {kind}
    assert stack.outputs()["arn"].value == partner_central.jobs()[0]["Arn"]


def test_it_begins_empty(partner_central: Emulator) -> None:
    assert (partner_central.jobs(), partner_central.calls()) == ([], [])


def test_it_is_there_without_being_asked_for(tmp_path: Path) -> None:
    """pytest finds it by the package's entry point."""
    (tmp_path / "test_user.py").write_text(
        "def test_user(partner_central, monkeypatch):\n    assert partner_central.jobs() == []\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_examples_of_its_docstrings(tmp_path: Path) -> None:
    write_project(tmp_path / "mine", stack="test")
    docs = [public.__doc__ for _, public in documented(pytest_partnercentral)]
    examples = [example.source for doc in docs for example in DocTestParser().get_examples(doc)]
    program = "".join(examples).replace("path/to/project", str(tmp_path / "mine"))
    imports = (
        "pytest_partnercentral import Stacks",
        "partnercentral_emulator import Emulator",
        "snapshot_provider import *",
    )
    (tmp_path / "test_user.py").write_text("import pulumi\n" + "".join(f"from {line}\n" for line in imports) + program)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert f"{len(examples)} passed" in done.stdout, done.stdout + done.stderr
    assert len(examples) == len(docs)


def test_without_the_cli(tmp_path: Path) -> None:
    (tmp_path / "test_user.py").write_text("def test_user(partner_central_stack):\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert "The Pulumi CLI is not on PATH" in done.stdout, done.stdout + done.stderr
