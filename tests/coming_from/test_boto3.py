"""docs/coming-from/boto3.md."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.coming_from.conftest import (
    blocks,
    check_that_it_is_taken_over,
    check_that_it_is_the_same_job,
    only_job,
    shell,
)

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

MAKE, TAKE_AWAY, OURS, ADOPTING, MANY = blocks("boto3", *["python"] * 4, "console")


def run(project: Project, script: str, *arguments: str) -> list[str]:
    return project.run(sys.executable, "-W", "error", "-c", script, *arguments).output.split()


def test_the_same_job(project: Project, emulator: Emulator) -> None:
    job_id, arn = run(project, MAKE)
    assert [(job["Id"], job["Arn"]) for job in emulator.jobs()] == [(job_id, arn)]
    theirs = only_job(emulator)
    run(project, TAKE_AWAY, job_id)
    check_that_it_is_the_same_job(project, emulator, OURS, theirs)


def test_two_runs_of_the_script_make_two_jobs(project: Project, emulator: Emulator) -> None:
    ids = {run(project, MAKE)[0], run(project, MAKE)[0]}
    assert {job["Id"] for job in emulator.jobs()} == ids
    assert len(ids) == 2
    project.write(ADOPTING)
    refused = project.up(succeeds=False)
    assert all(job_id in refused.text for job_id in ids)
    kept = min(ids)
    project.write(ADOPTING.replace("adopt=True", f'adopt="{kept}"'))
    project.up()
    assert project.outputs()["job_id"] == kept
    assert {job["Id"] for job in emulator.jobs()} == ids


def test_taking_it_over(project: Project, emulator: Emulator) -> None:
    run(project, MAKE)
    check_that_it_is_taken_over(project, emulator, ADOPTING, OURS)


def test_taking_many_over(project: Project, emulator: Emulator) -> None:
    for opportunity in ("O1234567", "O7654321"):
        run(project, MAKE.replace("O1234567", opportunity))
    theirs = emulator.jobs()
    emulator.clear_calls()
    shell(project, MANY)
    assert emulator.jobs() == theirs
    assert not {"Create", "Start", "Stop", "Delete", "Tag", "Untag"} & {name[:-19] for name in emulator.operations()}
    assert {resource["id"] for resource in project.resources()} == {job["Id"] for job in theirs}
