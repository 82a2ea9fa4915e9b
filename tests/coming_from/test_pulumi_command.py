"""docs/coming-from/pulumi-command.md: the commands are run by the AWS CLI, under the real engine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.coming_from import command_plugin
from tests.coming_from.conftest import (
    PROJECT,
    blocks,
    check_that_it_is_taken_over,
    check_that_it_is_the_same_job,
    installed,
    only_job,
    shell,
)
from tests.stack.conftest import new_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

THEIRS, OURS, FORGET, ADOPTING = blocks("pulumi-command", "python", "python", "console", "python")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has both."""
    folder = tmp_path_factory.mktemp("pulumi-command") / "env"
    return installed(folder, "pulumi-command==1.2.1", "--editable", str(PROJECT), constraint=True).parent


@pytest.fixture
def project(
    tmp_path: Path, pulumi_home: Path, emulator: Emulator, aws_cli: Path, environment: Path
) -> Iterator[Project]:
    """A project whose programs run in it, with the plugin served."""
    path = os.pathsep.join([str(aws_cli), os.environ["PATH"]])
    with command_plugin.serving({**emulator.env(), "PATH": path}) as variables:
        made = new_project(tmp_path, pulumi_home, {**emulator.env(), **variables})
        (made.folder / "Pulumi.yaml").write_text(
            f"name: shares\nruntime:\n  name: python\n  options:\n    virtualenv: {environment}\n"
        )
        yield made


def test_the_same_job(project: Project, emulator: Emulator) -> None:
    project.write(THEIRS)
    project.up()
    assert [job["Id"] for job in emulator.jobs()] == [project.outputs()["job_id"]]
    theirs = only_job(emulator)
    project.destroy()
    check_that_it_is_the_same_job(project, emulator, OURS, theirs)


def test_a_change_of_the_command_is_refused(project: Project, emulator: Emulator) -> None:
    project.write(THEIRS)
    project.up()
    project.write(THEIRS.replace("alliances", "sales"))
    assert "ConflictException" in project.up(succeeds=False).text
    assert len(emulator.jobs()) == 1


def test_taking_it_over(project: Project, emulator: Emulator) -> None:
    project.write(THEIRS)
    project.up()
    shell(project, FORGET)
    check_that_it_is_taken_over(project, emulator, ADOPTING, OURS)
