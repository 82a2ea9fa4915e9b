"""docs/coming-from/aws-cli.md, with the AWS CLI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.coming_from.conftest import (
    blocks,
    check_that_it_is_taken_over,
    check_that_it_is_the_same_job,
    only_job,
    shell,
)

if TYPE_CHECKING:
    from pathlib import Path

    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

MAKE, TAKE_AWAY, OURS, USE, ADOPTING = blocks("aws-cli", "console", "console", "python", "console", "python")


def test_the_same_job(project: Project, emulator: Emulator, aws_cli: Path) -> None:
    shell(project, MAKE, aws_cli)
    theirs = only_job(emulator)
    shell(project, TAKE_AWAY, aws_cli)
    check_that_it_is_the_same_job(project, emulator, OURS, theirs)


def test_what_is_typed_instead(project: Project, emulator: Emulator) -> None:
    project.write(OURS)
    up, output, destroy = USE.splitlines(keepends=True)
    shell(project, up)
    (job,) = emulator.jobs()
    assert shell(project, output).strip() == job["Id"]
    shell(project, destroy)
    assert emulator.jobs() == []


def test_taking_it_over(project: Project, emulator: Emulator, aws_cli: Path) -> None:
    shell(project, MAKE, aws_cli)
    check_that_it_is_taken_over(project, emulator, ADOPTING, OURS)
