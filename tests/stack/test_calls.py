"""What each thing that can be done to a job costs, in calls: exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stack.conftest import job_urn

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

READS = ("Get", "List")


def cost(emulator: Emulator) -> tuple[int, int]:
    """Writes and reads since the last look."""
    operations = emulator.operations()
    emulator.clear_calls()
    reads = sum(operation.startswith(READS) for operation in operations)
    return len(operations) - reads, reads


def test_a_job_that_runs(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "a"})
    project.preview()
    assert cost(emulator) == (0, 0)
    project.up()
    assert cost(emulator) == (2, 1)
    project.up()
    project.preview()
    assert cost(emulator) == (0, 0)
    project.declare(tags={"team": "b"})
    project.up()
    assert cost(emulator) == (1, 0)
    project.declare(tags={"stage": "won"})
    project.up()
    assert cost(emulator) == (2, 0)
    project.declare(tags={"stage": "won"}, desired_status="Stopped")
    project.up()
    assert cost(emulator) == (1, 0)
    project.declare(tags={"stage": "won"})
    project.up()
    assert cost(emulator) == (1, 0)
    project.refresh()
    assert cost(emulator) == (0, 2)
    project.destroy()
    assert cost(emulator) == (2, 0)
    assert emulator.jobs() == []


def test_a_job_that_is_stopped(project: Project, emulator: Emulator) -> None:
    project.declare(desired_status="Stopped")
    project.up()
    assert cost(emulator) == (1, 1)
    project.destroy()
    assert cost(emulator) == (1, 0)


@pytest.mark.parametrize("gone", [False, True])
def test_a_refresh_of_several(project: Project, emulator: Emulator, *, gone: bool) -> None:
    jobs = {f"job{number}": {"resource_identifier": f"O{number}"} for number in range(1, 4)}
    project.declare(jobs)
    project.up()
    for job in emulator.jobs():
        emulator.change_job(job["Id"], deleted=gone)
    emulator.clear_calls()
    project.refresh()
    assert cost(emulator) == (0, 6)


def test_a_replacement(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    emulator.clear_calls()
    project.up("--replace", job_urn("acme"))
    assert cost(emulator) == (4, 1)
