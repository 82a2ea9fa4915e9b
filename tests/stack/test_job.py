"""A job's life on the real engine, asserted on what the service holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project


def test_basic(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "alliances"})
    project.up()
    (job,) = emulator.jobs()
    outputs = project.outputs()
    assert outputs["acme_id"] == job["Id"]
    assert outputs["acme"]["arn"] == job["Arn"]
    assert (job["Status"], outputs["acme"]["status"]) == ("Running", "Running")
    assert job["Tags"] == {"team": "alliances"}
    assert sorted(emulator.operations()) == [
        "CreateResourceSnapshotJob",
        "GetResourceSnapshotJob",
        "StartResourceSnapshotJob",
    ]
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    project.destroy()
    assert emulator.jobs() == []
    assert emulator.operations() == ["StopResourceSnapshotJob", "DeleteResourceSnapshotJob"]


def test_a_stopped_job_costs_a_call_less(project: Project, emulator: Emulator) -> None:
    project.declare(desired_status="Stopped")
    project.up()
    assert emulator.jobs()[0]["Status"] == "Stopped"
    assert emulator.operations() == ["CreateResourceSnapshotJob", "GetResourceSnapshotJob"]
    emulator.clear_calls()
    project.destroy()
    assert emulator.operations() == ["DeleteResourceSnapshotJob"]
    assert emulator.jobs() == []
