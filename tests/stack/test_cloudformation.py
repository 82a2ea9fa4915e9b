"""CloudFormation's contract tests for resource types, by their names, as far as they have a meaning here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stack.conftest import ENGAGEMENT

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project


def listed(project: Project) -> list[str]:
    """What the list function sees of the engagement, in a program of its own run."""
    program = (project.folder / "__main__.py").read_text()
    project.write(
        f"{program}\nimport snapshot_provider as partner\n"
        f"jobs = partner.get_resource_snapshot_jobs(catalog='Sandbox', engagement_identifier='{ENGAGEMENT}')\n"
        "pulumi.export('listed', [job.id for job in jobs])\n"
    )
    project.up()
    project.write(program)
    found: list[str] = project.outputs()["listed"]
    return found


def read(project: Project, job_id: str, *, succeeds: bool = True) -> str:
    program = (project.folder / "__main__.py").read_text()
    project.write(
        "import snapshot_provider\n"
        f"print('read', snapshot_provider.get_resource_snapshot_job('{job_id}', catalog='Sandbox').status)\n"
    )
    shown = project.preview(succeeds=succeeds).text
    project.write(program)
    return shown


def test_create_create(project: Project, emulator: Emulator) -> None:
    """The identifier is the service's to choose: the same model twice is two resources."""
    project.declare({"first": {}, "second": {}})
    project.up()
    assert len({job["Id"] for job in emulator.jobs()}) == 2


def test_create_read(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "a"})
    project.up()
    (resource,) = project.resources()
    project.refresh()
    assert [(item["inputs"], item["outputs"]) for item in project.resources()] == [
        (resource["inputs"], resource["outputs"] | changed(project, resource))
    ]
    assert "read Running" in read(project, emulator.jobs()[0]["Id"])


def changed(project: Project, before: dict[str, dict[str, str]]) -> dict[str, str]:
    """The members that the service moves on its own."""
    (now,) = project.resources()
    own = {"last_successful_execution_date", "last_failure"}
    return {key: value for key, value in now["outputs"].items() if key in own and key not in before["outputs"]}


def test_create_list(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    assert listed(project) == [emulator.jobs()[0]["Id"]]


def test_create_delete(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    project.destroy()
    assert emulator.jobs() == []


def test_create_taggable(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "a"})
    project.up()
    assert emulator.jobs()[0]["Tags"] == {"team": "a"}
    (create, *rest) = emulator.calls()
    assert create["request"]["Tags"] == [{"Key": "team", "Value": "a"}]
    assert "TagResource" not in [call["operation"] for call in rest]


def test_update_read(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    project.declare(desired_status="Stopped")
    project.up()
    assert "read Stopped" in read(project, emulator.jobs()[0]["Id"])


def test_update_list(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    project.declare(desired_status="Stopped")
    assert listed(project) == [emulator.jobs()[0]["Id"]]


def test_update_tag_updatable(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "a"})
    project.up()
    project.declare(tags={"team": "b", "more": "c"})
    project.up()
    assert emulator.jobs()[0]["Tags"] == {"team": "b", "more": "c"}


def test_update_without_create(project: Project, emulator: Emulator) -> None:
    """An update of a job that is not there fails, names the remedy, and makes nothing."""
    project.declare()
    project.up()
    emulator.change_job(emulator.jobs()[0]["Id"], deleted=True)
    project.declare(tags={"team": "b"})
    shown = project.up(succeeds=False).text
    assert "ResourceNotFoundException" in shown
    assert "pulumi up --refresh" in shown
    assert emulator.jobs() == []


def test_delete_create(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    (old,) = emulator.jobs()
    project.destroy()
    project.up()
    (new,) = emulator.jobs()
    assert new["Id"] != old["Id"]
    assert new["Status"] == "Running"


def test_delete_read(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    (old,) = emulator.jobs()
    project.destroy()
    assert "ResourceNotFoundException" in read(project, old["Id"], succeeds=False)


def test_delete_update(project: Project, emulator: Emulator) -> None:
    """After a delete the same program with other values makes a job anew: there is nothing to update."""
    project.declare()
    project.up()
    project.destroy()
    project.declare(desired_status="Stopped")
    emulator.clear_calls()
    project.up()
    assert not {"StartResourceSnapshotJob", "TagResource"} & set(emulator.operations())
    assert [job["Status"] for job in emulator.jobs()] == ["Stopped"]


def test_delete_list(project: Project, emulator: Emulator) -> None:
    project.declare({"kept": {}, "gone": {}})
    project.up()
    project.declare({"kept": {}})
    project.up()
    assert listed(project) == [job["Id"] for job in emulator.jobs()]
    assert len(emulator.jobs()) == 1


def test_delete_delete(project: Project, emulator: Emulator) -> None:
    """Gone already is a success for the engine, and the service is asked for nothing twice."""
    project.declare()
    project.up()
    emulator.change_job(emulator.jobs()[0]["Id"], deleted=True)
    assert "was already gone" in project.destroy().text
    emulator.clear_calls()
    project.destroy()
    assert emulator.calls() == []
