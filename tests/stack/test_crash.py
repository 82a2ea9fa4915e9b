"""The engine killed in the middle of things: the next `up` ends with one job for each resource, and none besides."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.stack.conftest import JOB, new_project

if TYPE_CHECKING:
    from pathlib import Path

    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project


def interrupt(
    project: Project,
    emulator: Emulator,
    operation: str,
    *arguments: str,
    number: signal.Signals = signal.SIGKILL,
    plugins: bool = True,
) -> None:
    """Run a command of the engine's and kill it once an operation has reached the service."""
    before = emulator.operations().count(operation)
    with subprocess.Popen(
        ["pulumi", *arguments, "--yes", "--skip-preview", "--non-interactive"],
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as engine:
        limit = time.monotonic() + 30
        while emulator.operations().count(operation) == before and engine.poll() is None:
            assert time.monotonic() < limit, f"{operation} was never called"
            time.sleep(0.01)
        children = children_of(engine.pid) if plugins else []
        engine.send_signal(number)
        for child in children:
            with_pid_gone(child)
        engine.wait(timeout=30)
    project.pulumi("cancel", "--yes")


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [*map(int, listed), *(grandchild for child in listed for grandchild in children_of(int(child)))]


def with_pid_gone(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def assert_one_job(project: Project, emulator: Emulator) -> None:
    (job,) = emulator.jobs()
    assert project.outputs()["acme_id"] == job["Id"]
    assert job["Status"] == "Running"


@pytest.mark.parametrize("after_delete", ["dead", "new"])
@pytest.mark.parametrize(
    "operation", ["CreateResourceSnapshotJob", "GetResourceSnapshotJob", "StartResourceSnapshotJob"]
)
def test_a_create_that_was_killed_is_recovered(
    project: Project, emulator: Emulator, operation: str, after_delete: str
) -> None:
    emulator.switch(latency=0.3, token_after_delete=after_delete)
    project.declare(tags={"team": "a"})
    interrupt(project, emulator, operation, "up")
    left = [job["Id"] for job in emulator.jobs()]
    project.up()
    assert_one_job(project, emulator)
    assert left in ([], [emulator.jobs()[0]["Id"]])
    project.destroy()
    assert emulator.jobs() == []


def test_a_recovery_is_announced(project: Project, emulator: Emulator) -> None:
    emulator.switch(latency=0.5)
    project.declare()
    interrupt(project, emulator, "GetResourceSnapshotJob", "up")
    (job,) = emulator.jobs()
    shown = project.up().text
    assert f"recovered {job['Id']}, made {job['CreatedAt']}" in shown
    assert "by a run that was interrupted" in shown


def test_recovery_with_tags_and_status_edited_in_between(project: Project, emulator: Emulator) -> None:
    emulator.switch(latency=0.3)
    project.declare(tags={"team": "a"})
    interrupt(project, emulator, "StartResourceSnapshotJob", "up")
    (job,) = emulator.jobs()
    project.declare(tags={"team": "b"}, desired_status="Stopped")
    project.up()
    (recovered,) = emulator.jobs()
    assert (recovered["Id"], recovered["Tags"], recovered["Status"]) == (job["Id"], {"team": "b"}, "Stopped")
    project.destroy()
    assert emulator.jobs() == []


@pytest.mark.parametrize("options", ["", "delete_before_replace=False"])
@pytest.mark.parametrize(
    "operation", ["StopResourceSnapshotJob", "DeleteResourceSnapshotJob", "CreateResourceSnapshotJob"]
)
def test_a_replacement_that_was_killed(project: Project, emulator: Emulator, operation: str, options: str) -> None:
    project.declare(opts=options)
    project.up()
    emulator.switch(latency=0.3)
    project.declare(resource_identifier="O7654321", opts=options)
    interrupt(project, emulator, operation, "up")
    project.up()
    assert_one_job(project, emulator)
    assert emulator.jobs()[0]["ResourceId"] == "O7654321"
    project.destroy()
    assert emulator.jobs() == []


@pytest.mark.parametrize("operation", ["StopResourceSnapshotJob", "DeleteResourceSnapshotJob"])
def test_a_destroy_that_was_killed(project: Project, emulator: Emulator, operation: str) -> None:
    project.declare()
    project.up()
    emulator.switch(latency=0.3)
    interrupt(project, emulator, operation, "destroy")
    project.destroy()
    assert emulator.jobs() == []


def test_interrupted_once_the_engine_records_what_it_began(project: Project, emulator: Emulator) -> None:
    emulator.switch(latency=0.3)
    project.declare()
    interrupt(project, emulator, "CreateResourceSnapshotJob", "up", number=signal.SIGINT, plugins=False)
    assert len(emulator.jobs()) == len(project.resources()) == 1
    project.up()
    assert_one_job(project, emulator)


def test_a_start_that_is_refused_for_good_leaves_nothing(project: Project, emulator: Emulator) -> None:
    emulator.inject("StartResourceSnapshotJob", "error", code="AccessDeniedException", count=None)
    project.declare()
    assert "Grant the caller partnercentral:StartResourceSnapshotJob" in project.up(succeeds=False).text
    assert emulator.jobs() == []
    emulator.clear_faults()
    project.up()
    assert_one_job(project, emulator)


def test_somebody_elses_job_is_named(project: Project, emulator: Emulator) -> None:
    emulator.switch(duplicate_job="conflict")
    project.declare({"theirs": {"opts": "retain_on_delete=True"}})
    project.up()
    project.destroy()
    (theirs,) = emulator.jobs()
    project.declare()
    shown = project.up(succeeds=False).text
    assert f'Declare adopt="{theirs["Id"]}" to manage it from here' in shown
    assert "Traceback" not in shown
    project.declare(adopt=theirs["Id"])
    project.up()
    assert_one_job(project, emulator)


@pytest.mark.parametrize("cut", ["engine", "answer"])
def test_a_job_that_a_destroy_took_before_it_was_cut_off_is_made_anew(
    project: Project, emulator: Emulator, cut: str
) -> None:
    project.declare()
    project.up()
    (job,) = emulator.jobs()
    if cut == "engine":
        emulator.inject("DeleteResourceSnapshotJob", "hang", when="after")
        interrupt(project, emulator, "DeleteResourceSnapshotJob", "destroy")
    else:
        project.config("partnercentral:maxAttempts", "1")
        emulator.inject("DeleteResourceSnapshotJob", "lost-response", count=None)
        assert "DeleteResourceSnapshotJob" in project.destroy(succeeds=False).text
    assert emulator.jobs() == []
    emulator.clear_faults()
    emulator.clear_calls()
    project.preview()
    assert emulator.calls() == []
    shown = project.up().text
    assert f"{job['Id']} is gone: deleting it was begun by a run that did not finish. It is made anew" in shown
    assert_one_job(project, emulator)
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []


@pytest.mark.parametrize(("when", "kept"), [("before", True), ("after", False)])
def test_a_job_that_outlived_a_destroy_that_was_cut_off(
    project: Project, emulator: Emulator, when: str, *, kept: bool
) -> None:
    project.declare()
    project.up()
    (job,) = emulator.jobs()
    emulator.inject("StopResourceSnapshotJob", "hang", when=when)
    interrupt(project, emulator, "StopResourceSnapshotJob", "destroy")
    shown = project.up().text
    assert_one_job(project, emulator)
    assert (emulator.jobs()[0]["Id"] == job["Id"]) is kept
    assert (f"{job['Id']} is Stopped: deleting it was begun" in shown) is not kept


def test_two_stacks_of_one_name_share_nothing_in_silence(
    project: Project, emulator: Emulator, tmp_path: Path, pulumi_home: Path
) -> None:
    project.declare()
    project.up()
    (job,) = emulator.jobs()
    (tmp_path / "colleague").mkdir()
    colleague = new_project(tmp_path / "colleague", pulumi_home, emulator.env())
    colleague.declare()
    shown = colleague.up().text
    assert re.search(rf"recovered {job['Id']}, made \S+ \(\d+ s ago\) by a run that was interrupted", shown)
    assert "set partnercentral:idempotencyScope" in shown
    assert [shared["Id"] for shared in emulator.jobs()] == [job["Id"]]

    (tmp_path / "apart").mkdir()
    apart = new_project(tmp_path / "apart", pulumi_home, emulator.env())
    apart.config("partnercentral:idempotencyScope", "apart")
    apart.declare()
    assert "recovered" not in apart.up().text
    assert len(emulator.jobs()) == 2
    apart.destroy()
    assert [shared["Id"] for shared in emulator.jobs()] == [job["Id"]]


def test_a_program_that_finds_no_cli_goes_on_and_says_so(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    program = (project.folder / "__main__.py").read_text()
    project.write(f"import os\nos.environ['PATH'] = ''\n{program}")
    shown = project.up().text
    assert "could not be asked whether the last run of stack organization/shares/test finished" in shown
    assert "2 unchanged" in shown
    assert_one_job(project, emulator)


@pytest.mark.parametrize("lives", [0, 1])
def test_a_snapshot_is_not_taken_twice(project: Project, emulator: Emulator, lives: int) -> None:
    """Not even where the stack was destroyed before, and the run that was killed took the second one."""
    project.write(
        "import pulumi\nfrom snapshot_provider import ResourceSnapshot\n"
        f"pulumi.export('revision', ResourceSnapshot('once', **{JOB!r}).revision)\n"
    )
    for _ in range(lives):
        project.up()
        project.destroy()
    emulator.inject("CreateResourceSnapshot", "latency", seconds=0.5, when="after")
    interrupt(project, emulator, "CreateResourceSnapshot", "up")
    project.up()
    assert project.outputs()["revision"] == lives + 1
    assert len(emulator.state()["snapshots"]) == lives + 1


def test_settings_that_were_killed_are_put_again(project: Project, emulator: Emulator) -> None:
    project.write(
        "from snapshot_provider import SellingSystemSettings\n"
        "SellingSystemSettings('jobs', resource_snapshot_job_role_identifier='Jobs', catalog='Sandbox')\n"
    )
    emulator.inject("PutSellingSystemSettings", "latency", seconds=0.5, when="after")
    interrupt(project, emulator, "PutSellingSystemSettings", "up")
    assert "adopted the settings of catalog Sandbox" in project.up().text
    project.destroy()
    assert emulator.state()["settings"]["123456789012 Sandbox"] == {}
