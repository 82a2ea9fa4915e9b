"""The report of a real stack, against what the service holds."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from partnercentral_emulator import Emulator
from tests.stack.conftest import JOB

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stack.conftest import Project


def report(project: Project, *arguments: str) -> dict[str, Any]:
    """What the command says, as JSON; its progress goes elsewhere."""
    done = project.run("snapshot-provider", "report", "--json", *arguments)
    loaded: dict[str, Any] = json.loads(done.output)
    return loaded


def states(document: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {job["name"]: (job["state"], job["findings"]) for job in document["jobs"]}


def job_ids(project: Project) -> dict[str, str]:
    return {resource["urn"].rsplit("::", 1)[-1]: resource["id"] for resource in project.resources()}


def test_each_job_is_in_the_state_that_the_service_has_it_in(project: Project, emulator: Emulator) -> None:
    with Emulator.start() as elsewhere:
        project.declare(
            {
                "runs": {"tags": {"team": "alliances"}},
                "paused": {"resource_identifier": "O2", "desired_status": "Stopped"},
                "fails": {"resource_identifier": "O3"},
                "stopped-by-hand": {"resource_identifier": "O4"},
                "retagged": {"resource_identifier": "O5", "tags": {"team": "a", "kept": "b"}},
                "gone": {"resource_identifier": "O6"},
                "unreachable": {"resource_identifier": "O7", "connection": {"endpoint_url": elsewhere.url}},
            }
        )
        project.up()
    ids = job_ids(project)
    emulator.change_job(ids["fails"], last_failure="<script>alert(1)</script>", last_successful_execution_date=None)
    emulator.change_job(ids["stopped-by-hand"], status="Stopped")
    emulator.change_job(ids["retagged"], tags={"team": "c", "new": "d", "aws:x": "y"})
    emulator.change_job(ids["gone"], deleted=True)
    emulator.clear_calls()
    document = report(project, "--out", "picture.html")
    unreachable = states(document)["unreachable"][1][0]
    assert states(document) == {
        "runs": ("running", []),
        "paused": ("stopped", []),
        "fails": ("failing", ["Failed, and never succeeded: <script>alert(1)</script>"]),
        "stopped-by-hand": ("drifted", ["Declared Running, is Stopped."]),
        "retagged": (
            "drifted",
            [
                'Tag kept: declared "b", is missing.',
                'Tag new: not declared, is "d".',
                'Tag team: declared "a", is "c".',
            ],
        ),
        "gone": ("drifted", ["The job is gone: somebody deleted it. “pulumi up --refresh” makes it anew."]),
        "unreachable": ("unknown", [unreachable]),
    }
    assert unreachable.startswith("Could not be read: GetResourceSnapshotJob on job-")
    assert document["summary"] == "7 jobs: 1 running, 1 stopped, 1 failing, 3 drifted, 1 unknown"
    assert {call["operation"] for call in emulator.calls()} == {"GetResourceSnapshotJob", "ListTagsForResource"}
    page = (project.folder / "picture.html").read_text(encoding="utf-8")
    assert all(job_id in page for job_id in ids.values())
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    emulator.clear_calls()
    offline = report(project, "--offline")
    assert offline["summary"] == "7 jobs: 6 running, 1 stopped"
    assert emulator.calls() == []


def test_what_else_the_stack_has_is_on_it(project: Project, emulator: Emulator) -> None:
    project.write(
        "from snapshot_provider import EngagementSnapshots, ResourceSnapshot, SellingSystemSettings\n"
        f"ResourceSnapshot('once', **{JOB!r})\n"
        "SellingSystemSettings('role', catalog='Sandbox', resource_snapshot_job_role_identifier='SnapshotJobs')\n"
        "EngagementSnapshots('shared', engagement_identifier='eng-0123456789abce', catalog='Sandbox',"
        " opportunities={'a': 'O1', 'b': 'O2'})\n"
    )
    project.up()
    document = report(project)
    assert [(job["name"], job["opportunity"]) for job in document["jobs"]] == [("shared-a", "O1"), ("shared-b", "O2")]
    (snapshot,) = document["snapshots"]
    assert (snapshot["name"], snapshot["revision"], snapshot["finding"]) == ("once", 1, None)
    assert snapshot["taken_at"] in {made["CreatedAt"] for made in emulator.state()["snapshots"]}
    assert [role["arn"] for role in document["roles"]] == ["arn:aws:iam::123456789012:role/SnapshotJobs"]
    assert document["roles"][0]["finding"] is None
    assert [(node["kind"], node["label"]) for node in document["graph"]["nodes"]] == [
        ("engagement", "eng-0123456789abce"),
        ("opportunity", "O1"),
        ("job", "shared-a"),
        ("opportunity", "O2"),
        ("job", "shared-b"),
    ]
    assert len(document["graph"]["edges"]) == 4


def test_what_the_stack_keeps_secret_stays_so(project: Project, emulator: Emulator) -> None:
    project.write(
        "import pulumi\n"
        "from snapshot_provider import ResourceSnapshotJob\n"
        f"job = {JOB!r}\n"
        "job['engagement_identifier'] = pulumi.Output.secret(job['engagement_identifier'])\n"
        "tags = {'plain': 'shown', 'hidden': pulumi.Output.secret('between-us')}\n"
        "ResourceSnapshotJob('acme', **job, tags=tags)\n"
    )
    project.up()
    emulator.change_job(job_ids(project)["acme"], tags={"plain": "shown"})
    said = project.run("snapshot-provider", "report", "--json", "--out", "report.html")
    (job,) = json.loads(said.output)["jobs"]
    assert (job["state"], job["engagement"], job["tags"]) == ("drifted", "[secret]", {"plain": "shown"})
    assert job["findings"] == ["Tag hidden: declared, is missing."]
    for text in (said.text, (project.folder / "report.html").read_text(encoding="utf-8")):
        assert "between-us" not in text
        assert JOB["engagement_identifier"] not in text


def test_a_stack_is_named_from_any_folder_and_may_be_empty(project: Project) -> None:
    project.pulumi("stack", "unselect")
    refused = project.run("snapshot-provider", "report", succeeds=False)
    assert refused.code == 1
    assert "Error: `pulumi stack export` failed: no stack selected" in refused.text
    assert not (project.folder / "report.html").exists()
    said = project.run("snapshot-provider", "report", "--stack", "test", "--cwd", str(project.folder))
    assert "0 jobs. Wrote report.html." in said.text
    page = (project.folder / "report.html").read_text(encoding="utf-8")
    assert "No jobs" in page
    assert "<bdi>test</bdi>" in page


def test_without_an_engine_it_says_so(project: Project, tmp_path: Path) -> None:
    command = shutil.which("snapshot-provider")
    assert command
    said = project.run(command, "report", succeeds=False, PATH=str(tmp_path))
    assert said.code == 1
    assert "Error: There is no `pulumi` on PATH" in said.text
    assert "Traceback" not in said.text
