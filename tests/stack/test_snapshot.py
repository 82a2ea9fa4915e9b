"""Snapshots that are taken once, or when a trigger changes, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stack.conftest import JOB

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

CREATE, GET = "CreateResourceSnapshot", "GetResourceSnapshot"


def declare(project: Project, triggers: str = "None", **inputs: str) -> None:
    given = {**JOB, **inputs}
    project.write(
        "import pulumi\nfrom snapshot_provider import ResourceSnapshot\n"
        f"snapshot = ResourceSnapshot('committed', triggers={triggers}, **{given!r})\n"
        "pulumi.export('arn', snapshot.arn)\n"
        "pulumi.export('revision', snapshot.revision)\n"
        "pulumi.export('text', snapshot.revision.apply(lambda number: f'r{number}'))\n"
    )


def revisions(emulator: Emulator) -> list[int]:
    return [snapshot["Revision"] for snapshot in emulator.state()["snapshots"]]


def test_basic(project: Project, emulator: Emulator) -> None:
    declare(project)
    project.preview()
    assert emulator.calls() == []
    project.up()
    (snapshot,) = emulator.state()["snapshots"]
    assert project.outputs() == {"arn": snapshot["Arn"], "revision": 1, "text": "r1"}
    assert emulator.operations() == [GET, CREATE]
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    assert "2 unchanged" in project.refresh().text
    assert emulator.operations() == [GET]
    shown = project.destroy().text
    assert "is forgotten here; AWS keeps snapshots for good" in shown
    assert revisions(emulator) == [1]


def test_a_trigger_takes_another(project: Project, emulator: Emulator) -> None:
    declare(project, "{'stage': 'Qualified'}")
    project.up()
    declare(project, "{'stage': 'Committed'}")
    shown = project.preview().text
    assert 'stage: "Qualified" => "Committed"' in shown
    emulator.clear_calls()
    assert "1 replaced" in project.up().text
    assert project.outputs()["revision"] == 2
    assert emulator.operations() == [CREATE]
    # The first value again is another change, and another snapshot.
    for triggers, revision in (("{'stage': 'Qualified'}", 3), ("['a', 1]", 4), ("None", 5)):
        declare(project, triggers)
        project.up()
        assert project.outputs()["revision"] == revision
    assert "2 unchanged" in project.up().text


def test_a_forced_replacement_takes_another(project: Project) -> None:
    declare(project)
    project.up()
    (urn,) = (resource["urn"] for resource in project.resources())
    project.up("--replace", urn)
    assert project.outputs()["revision"] == 2


def test_another_stack_life_takes_another(project: Project, emulator: Emulator) -> None:
    for revision in (1, 2, 3):
        declare(project)
        project.up()
        assert project.outputs()["revision"] == revision
        project.destroy()
    assert revisions(emulator) == [1, 2, 3]


def test_what_another_takes_in_between_is_no_ones_own(project: Project, emulator: Emulator) -> None:
    declare(project)
    project.up()
    project.destroy()
    project.declare()
    project.up()
    emulator.change_opportunity("O1234567")
    assert len(revisions(emulator)) > 1
    project.destroy()
    declare(project)
    project.up()
    assert project.outputs()["revision"] == max(revisions(emulator)) == len(revisions(emulator))


@pytest.mark.parametrize("lives", [0, 1])
def test_a_lost_answer_takes_no_second_one(project: Project, emulator: Emulator, lives: int) -> None:
    """The run fails after the service took the snapshot; the next one finds it."""
    declare(project)
    for _ in range(lives):
        project.up()
        project.destroy()
    project.config("partnercentral:maxAttempts", "1")
    emulator.inject(CREATE, "lost-response", count=1)
    project.up(succeeds=False)
    assert len(revisions(emulator)) == lives + 1
    project.up()
    assert project.outputs()["revision"] == lives + 1
    assert len(revisions(emulator)) == lives + 1


def test_a_replacement_that_is_repeated_takes_no_second_one(project: Project, emulator: Emulator) -> None:
    declare(project, "['a']")
    project.up()
    project.config("partnercentral:maxAttempts", "1")
    emulator.inject(CREATE, "lost-response", count=1)
    declare(project, "['b']")
    project.up(succeeds=False)
    project.up()
    assert project.outputs()["revision"] == 2
    assert revisions(emulator) == [1, 2]


def test_one_that_the_service_does_not_have_is_taken_again(project: Project, emulator: Emulator) -> None:
    declare(project)
    project.up()
    emulator.reset()
    assert "1 deleted" in project.refresh().text
    assert "1 created" in project.up().text
    assert revisions(emulator) == [1]


@pytest.mark.parametrize(
    ("triggers", "inputs", "message"),
    [
        ("'now'", {}, '"now" is a string: give a map'),
        ("None", {"resource_identifier": "eng-0123456789abcd"}, "This looks like an engagement's identifier"),
        ("None", {"catalog": "sandbox"}, 'Did you mean "Sandbox"?'),
    ],
)
def test_mistakes_show_in_the_preview(
    project: Project, emulator: Emulator, triggers: str, inputs: dict[str, str], message: str
) -> None:
    declare(project, triggers, **inputs)
    assert message in project.preview(succeeds=False).text
    assert emulator.calls() == []
