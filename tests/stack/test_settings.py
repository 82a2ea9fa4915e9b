"""The settings of a catalog over their life, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from snapshot_provider.config import Settings
from snapshot_provider.errors import InvalidError
from snapshot_provider.selling_settings import PROPAGATION, SellingSettings
from snapshot_provider.session import connect

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

ROLE = "arn:aws:iam::123456789012:role/sharing/Jobs"
OTHER = "arn:aws:iam::123456789012:role/Other"
GET, PUT = "GetSellingSystemSettings", "PutSellingSystemSettings"


def program(*declarations: str) -> str:
    lines = [
        f"settings = SellingSystemSettings({text})\npulumi.export('arn', settings.resource_snapshot_job_role_arn)"
        for text in declarations
    ]
    return "\n".join(
        ["import pulumi", "from snapshot_provider import ResourceSnapshotJob, SellingSystemSettings", *lines]
    )


def declare(project: Project, role: str, catalog: str = "Sandbox") -> None:
    project.write(program(f"'jobs', resource_snapshot_job_role_identifier={role!r}, catalog={catalog!r}"))


def named(emulator: Emulator, catalog: str = "Sandbox", account: str = "123456789012") -> str | None:
    held = emulator.state()["settings"].get(f"{account} {catalog}", {})
    role: str | None = held.get("ResourceSnapshotJobRoleArn")
    return role


def put(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, role: str | None, key: str = "emulator") -> None:
    """Name a role behind the stack's back."""
    for name, value in {**emulator.env(), "AWS_ACCESS_KEY_ID": key}.items():
        monkeypatch.setenv(name, value)
    connect(Settings()).gateway().put_role("Sandbox", role)
    emulator.clear_calls()


def test_basic(project: Project, emulator: Emulator) -> None:
    declare(project, ROLE)
    project.preview()
    assert emulator.calls() == []
    project.up()
    assert named(emulator) == ROLE == project.outputs()["arn"]
    assert emulator.operations() == [GET, PUT]
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    project.destroy()
    assert named(emulator) is None
    assert emulator.operations() == [GET, PUT]


def test_a_name_becomes_an_arn_and_is_the_same_role(project: Project, emulator: Emulator) -> None:
    declare(project, "Other")
    project.up()
    assert named(emulator) == OTHER == project.outputs()["arn"]
    emulator.clear_calls()
    assert "2 unchanged" in project.refresh().text
    declare(project, OTHER)
    assert "2 unchanged" in project.up().text
    assert emulator.operations() == [GET]
    declare(project, ROLE)
    assert "1 updated" in project.up().text
    assert named(emulator) == ROLE == project.outputs()["arn"]


def test_another_catalog_replaces(project: Project, emulator: Emulator) -> None:
    declare(project, ROLE)
    project.up()
    declare(project, ROLE, "AWS")
    assert "1 replaced" in project.up().text
    assert (named(emulator), named(emulator, "AWS")) == (None, ROLE)


def test_drift(project: Project, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(project, ROLE)
    project.up()
    put(emulator, monkeypatch, OTHER)
    assert "1 updated" in project.refresh().text
    assert f'resource_snapshot_job_role_identifier: "{OTHER}" => "{ROLE}"' in project.preview().text
    project.up()
    assert named(emulator) == ROLE
    put(emulator, monkeypatch, None)
    assert "1 deleted" in project.refresh().text
    assert "1 created" in project.up().text
    assert named(emulator) == ROLE


def test_what_is_named_already_is_taken_over(
    project: Project, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(emulator, monkeypatch, ROLE)
    declare(project, ROLE)
    assert f"adopted the settings of catalog Sandbox: they name {ROLE} already" in project.up().text
    assert emulator.operations() == [GET]
    project.destroy()
    put(emulator, monkeypatch, OTHER)
    assert f"catalog Sandbox named {OTHER} until now: it names {ROLE} from here on" in project.up().text
    assert named(emulator) == ROLE


def test_get_reads_what_somebody_else_manages(
    project: Project, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(emulator, monkeypatch, ROLE)
    project.write(
        program().replace("\n", "\n", 1) + "\nsettings = SellingSystemSettings.get('theirs', "
        "catalog='Sandbox')\npulumi.export('arn', settings.resource_snapshot_job_role_arn)\n"
    )
    project.up()
    assert project.outputs()["arn"] == ROLE
    project.destroy()
    assert named(emulator) == ROLE
    assert PUT not in emulator.operations()


@pytest.mark.parametrize("way", ["keep", "validation"])
def test_a_service_that_does_not_clear(project: Project, emulator: Emulator, way: str) -> None:
    emulator.switch(put_without_role=way)
    declare(project, ROLE)
    project.up()
    assert f"catalog Sandbox still names {ROLE}: the service does not clear it" in project.destroy().text
    assert named(emulator) == ROLE


def test_another_role_that_was_named_since_is_left(
    project: Project, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(project, ROLE)
    project.up()
    put(emulator, monkeypatch, OTHER)
    assert f"catalog Sandbox names {OTHER} since: it is left as it is" in project.destroy().text
    assert named(emulator) == OTHER


def test_a_second_one_for_the_same_catalog_is_refused(project: Project, emulator: Emulator) -> None:
    one = f"'a', resource_snapshot_job_role_identifier={ROLE!r}, catalog='Sandbox'"
    for catalog in ("'Sandbox'", "pulumi.Output.from_input('Sandbox')"):
        project.write(program(one, f"'b', resource_snapshot_job_role_identifier={OTHER!r}, catalog={catalog}"))
        shown = project.preview(succeeds=False).text
        assert 'SellingSystemSettings "b": "a" declares the settings of catalog "Sandbox" already' in shown
        assert "Traceback" not in shown
        assert emulator.calls() == []
    project.write(program(one, f"'b', resource_snapshot_job_role_identifier={OTHER!r}, catalog='AWS'"))
    project.up()
    assert (named(emulator), named(emulator, "AWS")) == (ROLE, OTHER)


def test_another_account_is_told_apart(project: Project, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(project, ROLE)
    project.up()
    put(emulator, monkeypatch, "Theirs", key="111122223333")
    project.env["AWS_ACCESS_KEY_ID"] = "111122223333"
    for run in (project.refresh, project.destroy):
        assert "are those of account 123456789012, but the credentials belong to account 111122223333" in (
            run(succeeds=False).text
        )
    assert (named(emulator), named(emulator, account="111122223333")) == (ROLE, "arn:aws:iam::111122223333:role/Theirs")


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ("None", "is missing: give a role's name or ARN"),
        ("'a role'", '"a role" is not a role\'s name or ARN'),
        ("'arn:aws:iam::123456789012:user/x'", "A role's ARN is of the form arn:aws:iam::123456789012:role/name."),
        ("7", "7.0 is a number: give a role's name or ARN"),
    ],
)
def test_mistakes_show_in_the_preview(project: Project, emulator: Emulator, role: str, message: str) -> None:
    project.write(program(f"'jobs', resource_snapshot_job_role_identifier={role}"))
    shown = project.preview(succeeds=False).text
    assert message in shown
    assert "resource_snapshot_job_role_identifier" in shown
    assert emulator.calls() == []


def test_a_role_that_is_too_new_is_waited_for(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    put(emulator, monkeypatch, None)
    pauses: list[float] = []
    lines: list[str] = []
    settings = SellingSettings(connect(Settings()).gateway(), lines.append, pauses.append)
    emulator.inject(PUT, "error", code="ValidationException", message="The role cannot be assumed", count=2)
    assert settings.create("Sandbox", "Other") == OTHER == named(emulator)
    assert pauses == list(PROPAGATION[:2])
    assert len(lines) == 1
    emulator.inject(PUT, "error", code="ValidationException", message="The role cannot be assumed", count=None)
    with pytest.raises(InvalidError, match="cannot be assumed"):
        settings.update("Sandbox", ROLE)
