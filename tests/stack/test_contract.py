"""The resource contract, line by line, on the real engine: what the user sees and what the service holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.stack.conftest import ENGAGEMENT, JOB, OTHER_ENGAGEMENT, Project, job_urn

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator

NO_SUCH = "job-0000000000000"


# Check ---------------------------------------------------------------------------------------------------------------


def test_every_mistake_shows_in_the_preview_at_once(project: Project, emulator: Emulator) -> None:
    project.declare(
        engagement_identifier="O1234567",
        resource_identifier="arn:aws:partnercentral:us-east-1:123456789012:catalog/Sandbox/opportunity/O1234567",
        resource_snapshot_template_identifier="a b",
        catalog="sandbox",
        resource_type="Lead",
        desired_status="running",
        tags={"aws:x": "1", "count": 3, "emoji!": "v", "ok": "x" * 257},
        client_token="",
        adopt="job-1",
        timeouts={"create": "soon", "read": "1m"},
        wait_for_snapshot="yes",
        connection={"profil": "x"},
    )
    shown = project.preview(succeeds=False).text
    for expected in (
        '"O1234567" is not an engagement\'s identifier such as "eng-0123456789abcd"',
        "This looks like an opportunity's identifier.",
        'This is an ARN: give the identifier at its end, "O1234567".',
        '"a b" is not a snapshot template\'s name',
        'Did you mean "Sandbox"?',
        '"Lead" is not a resource type ("Opportunity")',
        'Did you mean "Running"?',
        'the key "aws:x" begins with "aws:", which AWS keeps for itself',
        'the value 3.0 is a number: tag values are strings. Write "3" in quotes',
        'the key "emoji!" is not a tag key',
        "is not a tag value: give up to 256",
        '"" is not an idempotency token',
        '"job-1" is not a snapshot job\'s identifier',
        '"soon" for create is not a duration',
        '"read" is not an operation: known are create, update, delete',
        '"yes" is a string: give True or False',
        '"profil" is not known in it. Known are: profile, assume_role, endpoint_url',
    ):
        assert expected in shown, f"{expected}\n\nin\n\n{shown}"
    assert "Traceback" not in shown
    assert "never retrieved" not in shown
    assert emulator.calls() == []


def test_too_many_tags_default_ones_included(project: Project, emulator: Emulator) -> None:
    project.declare(tags={f"k{number}": "" for number in range(201)})
    assert "201 tags are too many: a job takes 200 at most. Remove 1." in project.preview(succeeds=False).text
    project.config("partnercentral:defaultTags", '{"tags": {"env": "test"}}')
    project.declare(tags={f"k{number}": "" for number in range(200)})
    assert "201 tags are too many" in project.preview(succeeds=False).text
    assert emulator.calls() == []


def test_missing_and_unknown_arguments(project: Project) -> None:
    project.write("from snapshot_provider import ResourceSnapshotJob\nResourceSnapshotJob('acme', engagement='x')\n")
    shown = project.preview(succeeds=False).text
    assert '"engagement" is not an argument. Did you mean engagement_identifier?' in shown
    assert "resource_identifier and resource_snapshot_template_identifier are missing." in shown
    # The line of the program.
    assert "ResourceSnapshotJob('acme', engagement='x')" in shown


def test_arguments_as_one_map(project: Project, emulator: Emulator) -> None:
    project.write(
        "import pulumi\n"
        "from snapshot_provider import ResourceSnapshotJob, ResourceSnapshotJobArgs\n"
        f"args: ResourceSnapshotJobArgs = { ({**JOB, 'tags': {'team': 'alliances'}})!r}\n"
        "job = ResourceSnapshotJob('acme', args, pulumi.ResourceOptions(protect=True))\n"
        "pulumi.export('arn', job.arn)\n"
    )
    project.up()
    (job,) = emulator.jobs()
    assert (job["Arn"], job["Status"], job["Tags"]) == (project.outputs()["arn"], "Running", {"team": "alliances"})
    project.declare(opts="protect=True", tags={"team": "alliances"})
    assert "2 unchanged" in project.up().text


def test_letters_of_any_script_in_tags(project: Project, emulator: Emulator) -> None:
    tags = {"équipe": "Ελλάδα 東京 ٣", "empty": ""}
    project.declare(tags=tags)
    project.up()
    assert emulator.jobs()[0]["Tags"] == tags
    assert "2 unchanged" in project.preview().text


def test_values_known_only_later(project: Project, emulator: Emulator) -> None:
    project.write(
        "import pulumi\n"
        "from pulumi.dynamic import CreateResult, Resource, ResourceProvider\n"
        "from snapshot_provider import ResourceSnapshotJob\n"
        "class Made(ResourceProvider):\n"
        "    def create(self, props):\n"
        f"        return CreateResult('x', {{'engagement': '{ENGAGEMENT}', 'team': 'alliances'}})\n"
        "class Engagement(Resource):\n"
        "    engagement: pulumi.Output[str]\n"
        "    team: pulumi.Output[str]\n"
        "made = Engagement(Made(), 'engagement', {'engagement': None, 'team': None})\n"
        "job = ResourceSnapshotJob('acme', engagement_identifier=made.engagement, resource_identifier='O1',\n"
        "    resource_snapshot_template_identifier='OpportunitySummaryView', tags={'team': made.team})\n"
        "pulumi.export('id', job.id)\n"
    )
    project.preview()
    assert emulator.calls() == []
    project.up()
    (job,) = emulator.jobs()
    assert (job["EngagementId"], job["Tags"], job["Catalog"]) == (ENGAGEMENT, {"team": "alliances"}, "AWS")
    assert "3 unchanged" in project.up().text


# Diff ----------------------------------------------------------------------------------------------------------------


def test_a_preview_shows_what_changes_and_calls_nothing(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "alliances", "kept": "1", "old": "1"})
    project.up()
    emulator.clear_calls()
    project.declare(tags={"team": "sales", "kept": "1", "new": "1"}, desired_status="Stopped")
    shown = project.preview().text
    assert '~ team: "alliances" => "sales"' in shown.replace("team  :", "team:").replace("team :", "team:")
    assert '~ desired_status: "Running" => "Stopped"' in shown
    assert "+ new" in shown
    assert "- old" in shown
    resource, _outputs = shown.split("--outputs:--")
    assert "kept" not in resource
    assert "client_token" not in resource
    assert emulator.calls() == []
    project.up()
    assert emulator.jobs()[0]["Tags"] == {"team": "sales", "kept": "1", "new": "1"}
    assert sorted(emulator.operations()) == ["StopResourceSnapshotJob", "TagResource", "UntagResource"]
    calls = {call["operation"]: call["request"] for call in emulator.calls()}
    assert calls["UntagResource"]["TagKeys"] == ["old"]
    assert [tag["Key"] for tag in calls["TagResource"]["Tags"]] == ["new", "team"]


@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        ("catalog", "AWS", "Catalog"),
        ("engagement_identifier", OTHER_ENGAGEMENT, "EngagementId"),
        ("resource_identifier", "O7654321", "ResourceId"),
        ("resource_snapshot_template_identifier", "AwsOpportunitySummaryFullView", "ResourceSnapshotTemplateName"),
    ],
)
def test_what_replaces(project: Project, emulator: Emulator, name: str, value: str, member: str) -> None:
    project.declare()
    project.up()
    (old,) = emulator.jobs()
    project.declare({"acme": {name: value}})
    shown = project.preview().text
    assert "replace" in shown
    assert f"~ {name}" in shown
    project.up()
    (new,) = emulator.jobs()
    assert new["Id"] != old["Id"]
    assert new[member] == value
    assert project.outputs()["acme_id"] == new["Id"]


def test_ignore_changes_nested(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "a", "env": "b"})
    project.up()
    project.declare(tags={"team": "x", "env": "y"}, opts="ignore_changes=['tags.team']")
    project.up()
    assert emulator.jobs()[0]["Tags"] == {"team": "a", "env": "y"}


def test_replace_on_changes(project: Project, emulator: Emulator) -> None:
    project.declare(tags={"team": "a"})
    project.up()
    (old,) = emulator.jobs()
    project.declare(tags={"team": "b"}, opts="replace_on_changes=['tags.team']")
    project.up()
    (new,) = emulator.jobs()
    assert new["Id"] != old["Id"]
    assert new["Tags"] == {"team": "b"}


@pytest.mark.parametrize("options", ["", "delete_before_replace=False", "delete_before_replace=True"])
@pytest.mark.parametrize("after_delete", ["dead", "new"])
def test_a_forced_replacement_ends_with_a_new_job(
    project: Project, emulator: Emulator, options: str, after_delete: str
) -> None:
    emulator.switch(token_after_delete=after_delete)
    project.declare(opts=options)
    project.up()
    seen = {emulator.jobs()[0]["Id"]}
    for count in (2, 3):
        project.up("--replace", job_urn("acme"))
        (job,) = emulator.jobs()
        assert project.outputs()["acme_id"] == job["Id"]
        seen.add(job["Id"])
        assert len(seen) == count
    assert "2 unchanged" in project.up().text
    project.destroy()
    assert emulator.jobs() == []


def test_a_rename_with_an_alias_keeps_the_job_and_frees_the_name(project: Project, emulator: Emulator) -> None:
    project.declare({"acme": {}})
    project.up()
    (first,) = emulator.jobs()
    project.declare({"beta": {"opts": "aliases=[pulumi.Alias(name='acme')]"}})
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    project.declare({"beta": {"opts": "aliases=[pulumi.Alias(name='acme')]"}, "gamma": {}})
    project.up()
    project.declare({"beta": {}, "gamma": {}, "acme": {}})
    project.up()
    ids = {job["Id"] for job in emulator.jobs()}
    outputs = project.outputs()
    assert ids == {outputs["acme_id"], outputs["beta_id"], outputs["gamma_id"]}
    assert len(ids) == 3
    assert outputs["beta_id"] == first["Id"]


def test_protect_retain_and_target(project: Project, emulator: Emulator) -> None:
    project.declare({"acme": {"opts": "protect=True"}, "beta": {"opts": "retain_on_delete=True"}, "gamma": {}})
    project.up()
    assert "protect" in project.destroy(succeeds=False).text
    project.declare({"acme": {}, "beta": {"opts": "retain_on_delete=True"}, "gamma": {"desired_status": "Stopped"}})
    project.up("--target", job_urn("acme"))
    assert {job["Status"] for job in emulator.jobs()} == {"Running"}
    project.up()
    project.destroy()
    assert len(emulator.jobs()) == 1


def test_two_resources_of_equal_inputs_have_a_job_each(project: Project, emulator: Emulator) -> None:
    project.declare({"acme": {}, "beta": {}})
    project.up()
    assert len({job["Id"] for job in emulator.jobs()}) == 2
    project.destroy("--target", job_urn("acme"))
    project.up()
    outputs = project.outputs()
    assert {job["Id"] for job in emulator.jobs()} == {outputs["acme_id"], outputs["beta_id"]}
    assert len(emulator.jobs()) == 2


# Read ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drift", "shown"),
    [
        ({"status": "Stopped"}, '~ desired_status: "Stopped" => "Running"'),
        ({"tags": {"team": "x", "env": "e"}}, "~ team"),
        ({"tags": {"team": "alliances", "env": "e", "extra": "1"}}, "- extra"),
        ({"tags": {"env": "e"}}, "+ team"),
    ],
)
def test_drift_is_seen_and_repaired(project: Project, emulator: Emulator, drift: dict[str, object], shown: str) -> None:
    project.declare(tags={"team": "alliances", "env": "e"})
    project.up()
    (made,) = emulator.jobs()
    emulator.change_job(made["Id"], **drift)
    emulator.clear_calls()
    project.refresh()
    assert sorted(emulator.operations()) == ["GetResourceSnapshotJob", "ListTagsForResource"]
    preview = project.preview().text
    assert shown in preview
    assert "1 to update" in preview
    assert ("desired_status" in preview) is ("status" in drift)
    project.up()
    (job,) = emulator.jobs()
    assert (job["Status"], job["Tags"]) == ("Running", {"team": "alliances", "env": "e"})
    emulator.change_job(made["Id"], **drift)
    project.up("--refresh")
    (job,) = emulator.jobs()
    assert (job["Status"], job["Tags"]) == ("Running", {"team": "alliances", "env": "e"})


def test_disappears(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    (made,) = emulator.jobs()
    emulator.change_job(made["Id"], deleted=True)
    project.refresh()
    assert project.resources() == []
    project.up()
    (job,) = emulator.jobs()
    assert job["Id"] != made["Id"]
    emulator.change_job(job["Id"], deleted=True)
    project.up("--refresh")
    assert len(emulator.jobs()) == 1


def test_what_the_service_moves_on_its_own_is_no_change(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    emulator.change_job(emulator.jobs()[0]["Id"], last_failure="no role")
    emulator.change_opportunity("O1234567")
    project.refresh()
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    (resource,) = project.resources()
    assert resource["outputs"]["last_failure"] == "no role"
    assert resource["outputs"]["last_successful_execution_date"].endswith("Z")


def test_access_denied_is_not_gone(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    emulator.inject("GetResourceSnapshotJob", "error", code="AccessDeniedException", message="Not you.", count=None)
    shown = project.refresh(succeeds=False).text
    assert "AccessDeniedException: Not you. Grant the caller partnercentral:GetResourceSnapshotJob." in shown
    assert "Traceback" not in shown
    assert len(project.resources()) == 1


def test_another_account_is_not_gone(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.up()
    other = {"AWS_ACCESS_KEY_ID": "111122223333"}
    shown = project.pulumi("refresh", "--yes", "--skip-preview", succeeds=False, **other).text
    assert "belongs to account 123456789012" in shown
    assert "Traceback" not in shown
    shown = project.pulumi("destroy", "--yes", "--skip-preview", succeeds=False, **other).text
    assert "belongs to account 123456789012" in shown
    assert len(project.resources()) == len(emulator.jobs()) == 1


# Tags ----------------------------------------------------------------------------------------------------------------


def test_default_and_ignored_tags(project: Project, emulator: Emulator) -> None:
    project.config("partnercentral:defaultTags", '{"tags": {"team": "default", "env": "test"}}')
    project.config("partnercentral:ignoreTags", '{"keys": ["owner"], "keyPrefixes": ["cost:"]}')
    project.declare(tags={"team": "alliances"})
    project.up()
    (job,) = emulator.jobs()
    assert job["Tags"] == {"team": "alliances", "env": "test"}
    (resource,) = project.resources()
    assert resource["outputs"]["tags"] == {"team": "alliances"}
    assert resource["outputs"]["tags_all"] == job["Tags"]
    foreign = {"owner": "ops", "cost:center": "7", "aws:system": "1"}
    emulator.change_job(job["Id"], tags={**job["Tags"], **foreign})
    project.refresh()
    emulator.clear_calls()
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    project.config("partnercentral:defaultTags", '{"tags": {"env": "prod"}}')
    project.refresh()
    shown = project.preview().text
    assert "tags_all" in shown
    assert "1 to update" in shown
    project.up()
    assert emulator.jobs()[0]["Tags"] == {"team": "alliances", "env": "prod", **foreign}
    project.declare(tags={})
    project.up()
    assert emulator.jobs()[0]["Tags"] == {"env": "prod", **foreign}


# Adoption ------------------------------------------------------------------------------------------------------------


def foreign_job(project: Project, emulator: Emulator, **inputs: object) -> str:
    """A job that this stack does not know."""
    project.declare({"foreign": {"opts": "retain_on_delete=True", **inputs}})
    project.up()
    project.destroy()
    emulator.clear_calls()
    return str(emulator.jobs()[0]["Id"])


def test_get_reads_a_job_and_never_touches_it(project: Project, emulator: Emulator) -> None:
    job_id = foreign_job(project, emulator, tags={"team": "others"})
    project.write(
        "import pulumi\nfrom snapshot_provider import ResourceSnapshotJob\n"
        f"job = ResourceSnapshotJob.get('theirs', '{job_id}', catalog='Sandbox')\n"
        "pulumi.export('arn', job.arn)\npulumi.export('tags', job.tags)\n"
        "pulumi.export('engagement', job.engagement_identifier)\n"
    )
    assert job_id in project.preview().text
    project.up()
    (job,) = emulator.jobs()
    assert project.outputs() == {"arn": job["Arn"], "tags": {"team": "others"}, "engagement": ENGAGEMENT}
    emulator.change_job(job_id, status="Stopped")
    project.up()
    project.refresh()
    project.destroy()
    assert {call["operation"] for call in emulator.calls()} <= {"GetResourceSnapshotJob", "ListTagsForResource"}
    assert emulator.jobs()[0]["Status"] == "Stopped"


def test_adopting_by_id(project: Project, emulator: Emulator) -> None:
    job_id = foreign_job(project, emulator, tags={"team": "others"})
    project.declare(adopt=job_id, desired_status="Stopped", tags={"team": "ours"})
    assert f"adopted {job_id}" in project.up().text
    (job,) = emulator.jobs()
    assert (job["Id"], job["Status"], job["Tags"]) == (job_id, "Stopped", {"team": "ours"})
    emulator.clear_calls()
    project.declare(desired_status="Stopped", tags={"team": "ours"})
    assert "2 unchanged" in project.up().text
    assert emulator.calls() == []
    project.destroy()
    assert emulator.jobs() == []


def test_adopting_what_is_not_the_declared_job(project: Project, emulator: Emulator) -> None:
    job_id = foreign_job(project, emulator)
    project.declare(adopt=job_id, resource_identifier="O7654321")
    shown = project.up(succeeds=False).text
    assert "it shares Opportunity O1234567 as OpportunitySummaryView" in shown
    assert "declared is Opportunity O7654321 as OpportunitySummaryView" in shown
    project.declare(adopt=NO_SUCH)
    assert f"There is no {NO_SUCH} to adopt" in project.up(succeeds=False).text
    assert len(emulator.jobs()) == 1
    assert "Traceback" not in shown


def test_adopting_the_one_that_matches_or_creating_it(project: Project, emulator: Emulator) -> None:
    project.declare(adopt=True)
    project.up()
    (made,) = emulator.jobs()
    assert "CreateResourceSnapshotJob" in emulator.operations()
    project.declare({"acme": {"adopt": True, "opts": "retain_on_delete=True"}})
    project.up()
    project.destroy()
    emulator.clear_calls()
    project.up()
    assert [job["Id"] for job in emulator.jobs()] == [made["Id"]]
    assert "CreateResourceSnapshotJob" not in emulator.operations()
    project.declare()
    assert "2 unchanged" in project.up().text


def test_importing_existing_jobs(project: Project, emulator: Emulator) -> None:
    project.declare(
        {
            "one": {"opts": "retain_on_delete=True", "tags": {"team": "a"}},
            "two": {"opts": "retain_on_delete=True", "desired_status": "Stopped", "resource_identifier": "O2"},
        }
    )
    project.up()
    project.destroy()
    project.run("python", "-m", "snapshot_provider", "import", "--catalog=Sandbox", f"--engagement={ENGAGEMENT}")
    project.pulumi("import", "--file=import.json", "--generate-code=false", "--protect=false", "--yes")
    (project.folder / "__main__.py").write_text((project.folder / "imported.py").read_text())
    emulator.clear_calls()
    assert "3 unchanged" in project.up().text
    assert emulator.calls() == []
    project.destroy()
    assert emulator.jobs() == []


# Waiting -------------------------------------------------------------------------------------------------------------


def test_waiting_for_the_first_snapshot(project: Project, emulator: Emulator) -> None:
    emulator.switch(snapshot_delay=2)
    project.declare(wait_for_snapshot=True)
    shown = project.up().text
    assert "waiting for the first snapshot, 0 s of 600 s" in shown
    (resource,) = project.resources()
    assert resource["outputs"]["last_successful_execution_date"]


def test_waiting_for_a_job_that_fails(project: Project, emulator: Emulator) -> None:
    emulator.switch(role_required=True)
    project.declare(wait_for_snapshot=True)
    shown = project.up(succeeds=False).text
    assert "failed to take its first snapshot: The resource snapshot job role is not set" in shown
    assert emulator.jobs() == []
    project.declare(desired_status="Stopped")
    project.up()
    project.declare(desired_status="Running", wait_for_snapshot=True)
    assert "failed to take its first snapshot" in project.up(succeeds=False).text
    assert len(emulator.jobs()) == len(project.resources()) == 1


def test_waiting_has_a_limit(project: Project, emulator: Emulator) -> None:
    emulator.switch(snapshot_delay=3600)
    project.declare(wait_for_snapshot=True, timeouts={"create": "1500ms"})
    assert "took no snapshot within 1.5 s" in project.up(succeeds=False).text
    assert emulator.jobs() == []


# Configuration -------------------------------------------------------------------------------------------------------


def test_mistakes_in_the_configuration(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.config("aws:region", "eu-west-1")
    mistakes = {
        "region": "eu-west-1",
        "endpointUrl": "localhost",
        "maxAttempts": "0",
        "retryMode": "wild",
        "allowedAccountIds": '["12"]',
        "assumeRole": '{"roleArn": "role"}',
        "defaultTags": '{"tags": {"n": 1}}',
        "ignoreTags": '{"key": []}',
        "catalogue": "AWS",
    }
    for key, value in mistakes.items():
        project.config(f"partnercentral:{key}", value)
    shown = project.preview(succeeds=False).text
    for expected in (
        '"eu-west-1" has no Partner Central: us-east-1 is the only region',
        '"localhost" is not a URL',
        '"0" is not usable. Give calls from 1 to 100',
        '"wild" is not known. Give standard or adaptive',
        '"12" is not an account id. Give twelve digits',
        'roleArn "role" is not a role\'s ARN',
        "the value 1 is a number",
        '"key" is not known in it. Known are: keyPrefixes, keys',
        "partnercentral:catalogue is not a configuration key. Did you mean partnercentral:catalog?",
    ):
        assert expected in shown, f"{expected}\n\nin\n\n{shown}"
    assert "Traceback" not in shown
    assert emulator.calls() == []


def test_the_region_is_the_services_own(project: Project, emulator: Emulator) -> None:
    project.config("aws:region", "eu-west-1")
    project.declare()
    project.pulumi("up", "--yes", "--skip-preview", AWS_REGION="ap-southeast-2")
    (call, *_) = emulator.calls()
    assert call["error"] is None
    assert "snapshot-provider/" in call["user_agent"]


def test_the_endpoint_and_the_catalog_from_the_configuration(project: Project, emulator: Emulator) -> None:
    del project.env["AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"]
    project.config("partnercentral:endpointUrl", emulator.url)
    project.config("partnercentral:catalog", "Sandbox")
    project.declare(catalog=None)
    project.up()
    assert emulator.jobs()[0]["Catalog"] == "Sandbox"


def test_a_profile_that_is_not_there(project: Project, emulator: Emulator) -> None:
    project.declare()
    project.config("aws:profile", "nobody")
    shown = project.up(succeeds=False).text
    assert "The config profile (nobody) could not be found" in shown
    assert "Traceback" not in shown
    assert emulator.calls() == []


def test_several_accounts_in_one_program(project: Project, emulator: Emulator) -> None:
    credentials = project.folder / "credentials"
    credentials.write_text(
        "[one]\naws_access_key_id = 111111111111\naws_secret_access_key = x\n"
        "[two]\naws_access_key_id = 222222222222\naws_secret_access_key = x\n"
    )
    del project.env["AWS_ACCESS_KEY_ID"]
    del project.env["AWS_SECRET_ACCESS_KEY"]
    project.env["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)
    project.config("partnercentral:profile", "one")
    project.declare({"here": {}, "there": {"connection": {"profile": "two"}}})
    project.up()
    assert {job["Account"] for job in emulator.jobs()} == {"111111111111", "222222222222"}
    project.refresh()
    project.destroy()
    assert emulator.jobs() == []
    state = (project.folder.parent / "state").rglob("*.json*")
    assert not any("aws_secret_access_key" in path.read_text() for path in state)


# Functions -----------------------------------------------------------------------------------------------------------


def test_functions(project: Project, emulator: Emulator) -> None:
    job_id = foreign_job(project, emulator, tags={"team": "a"})
    project.write(
        "import pulumi\n"
        "import snapshot_provider as partner\n"
        f"job = partner.get_resource_snapshot_job('{job_id}', catalog='Sandbox')\n"
        f"lifted = partner.get_resource_snapshot_job_output(pulumi.Output.from_input('{job_id}'), catalog='Sandbox')\n"
        "jobs = partner.get_resource_snapshot_jobs(catalog='Sandbox')\n"
        f"running = partner.get_resource_snapshot_jobs_output(catalog='Sandbox', engagement_identifier='{ENGAGEMENT}',"
        " status='Running')\n"
        f"shared = dict(engagement_identifier='{ENGAGEMENT}', resource_identifier='O1234567',"
        " resource_snapshot_template_identifier='OpportunitySummaryView', catalog='Sandbox')\n"
        "snapshot = partner.get_resource_snapshot(**shared)\n"
        "first = partner.get_resource_snapshot_output(**shared, revision=1)\n"
        "settings = partner.get_selling_system_settings(catalog='Sandbox')\n"
        "pulumi.export('status', job.status)\n"
        "pulumi.export('tags', lifted.tags)\n"
        "pulumi.export('ids', [one.id for one in jobs])\n"
        "pulumi.export('running', running.apply(len))\n"
        "pulumi.export('revision', snapshot.revision)\n"
        "pulumi.export('payload', first.payload)\n"
        "pulumi.export('role', settings.resource_snapshot_job_role_arn or 'none')\n"
    )
    project.up()
    outputs = project.outputs()
    assert outputs.pop("payload")["OpportunitySummary"]["Project"]["CustomerUseCase"]
    assert outputs == {
        "status": "Running",
        "tags": {"team": "a"},
        "ids": [job_id],
        "running": 1,
        "revision": 1,
        "role": "none",
    }


def test_faults_of_functions_are_messages(project: Project) -> None:
    project.write(
        f"import snapshot_provider\nsnapshot_provider.get_resource_snapshot_job('{NO_SUCH}', catalog='Sandbox')\n"
    )
    shown = project.up(succeeds=False).text
    assert f"GetResourceSnapshotJob on {NO_SUCH} (catalog Sandbox) was refused: ResourceNotFoundException" in shown
    assert "Traceback" not in shown


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("ConflictException", "ConflictException"),
        ("ThrottlingException", "Retrying did not help"),
        (
            "AccessDeniedException",
            "Grant the caller partnercentral:CreateResourceSnapshotJob (creating a job also needs",
        ),
        ("InternalServerException", "The fault is the service's"),
        ("ValidationException", "BUSINESS_VALIDATION_FAILED"),
        ("ServiceQuotaExceededException", "ask AWS for a higher quota"),
        ("ResourceNotFoundException", "Check the identifiers, the catalog and the account"),
        ("ExpiredTokenException", "The session has expired"),
        ("UnrecognizedClientException", "AWS does not know the access key"),
        ("InvalidSignatureException", "this machine's clock"),
    ],
)
def test_refusals_are_told_in_words(project: Project, emulator: Emulator, code: str, remedy: str) -> None:
    project.config("partnercentral:maxAttempts", "1")
    emulator.inject("CreateResourceSnapshotJob", "error", code=code, message="The reason.", count=None)
    project.declare()
    shown = project.up(succeeds=False).text
    assert code in shown
    assert "The reason" in shown
    assert remedy in shown
    assert "Request id" in shown
    assert "acme" in shown
    assert "Traceback" not in shown
    assert emulator.jobs() == []


def test_what_cannot_be_reached_is_told_in_words(project: Project, emulator: Emulator) -> None:
    project.config("partnercentral:maxAttempts", "1")
    project.config("partnercentral:readTimeout", "0.5")
    project.declare()
    emulator.inject("CreateResourceSnapshotJob", "hang")
    assert "Read timeout" in project.up(succeeds=False).text
    shown = project.pulumi(
        "up", "--yes", "--skip-preview", succeeds=False, AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING="http://127.0.0.1:1"
    ).text
    assert "The service could not be reached" in shown
    assert "Traceback" not in shown
    del project.env["AWS_ACCESS_KEY_ID"]
    del project.env["AWS_SECRET_ACCESS_KEY"]
    project.env["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    shown = project.up(succeeds=False).text
    assert "Unable to locate credentials" in shown
    assert "aws sso login" in shown
    assert "Traceback" not in shown


# Identities, with a server that plays STS -----------------------------------------------------------------------------


def test_a_role_is_assumed(project: Project, emulator: Emulator, aws: str) -> None:
    project.env["AWS_ENDPOINT_URL_STS"] = aws
    role = {"roleArn": "arn:aws:iam::123456789012:role/partner", "sessionName": "me", "externalId": "x-y"}
    project.config("aws:assumeRole", json.dumps({**role, "duration": "1h"}))
    project.declare()
    project.up()
    assert len(emulator.jobs()) == 1
    # Keys of a session, not the ones in the environment.
    assert all(call["access_key"].startswith("ASIA") for call in emulator.calls())
    project.config("partnercentral:allowedAccountIds", '["111122223333"]')
    project.declare(desired_status="Stopped")
    emulator.clear_calls()
    shown = project.up(succeeds=False).text
    assert "The credentials belong to account 123456789012" in shown
    assert "allows only 111122223333" in shown
    assert "Traceback" not in shown
    assert emulator.calls() == []


def test_accounts_that_may_be_touched(project: Project, emulator: Emulator, aws: str) -> None:
    project.env["AWS_ENDPOINT_URL_STS"] = aws
    project.config("partnercentral:forbiddenAccountIds", '["123456789012"]')
    project.declare()
    assert "which partnercentral:forbiddenAccountIds forbids" in project.up(succeeds=False).text
    assert emulator.calls() == []
    project.config("partnercentral:forbiddenAccountIds", '["111122223333"]')
    project.config("partnercentral:allowedAccountIds", '["123456789012"]')
    project.up()
    assert len(emulator.jobs()) == 1


def test_secrets_stay_secret(project: Project, emulator: Emulator) -> None:
    project.pulumi("config", "set", "--secret", "team", "hush-hush")
    project.write(
        "import pulumi\nfrom snapshot_provider import ResourceSnapshotJob\n"
        "job = ResourceSnapshotJob('acme', engagement_identifier='eng-0123456789abcd', resource_identifier='O1',\n"
        "    resource_snapshot_template_identifier='OpportunitySummaryView',\n"
        "    tags={'team': pulumi.Config().require_secret('team')})\n"
        "pulumi.export('tags', job.tags)\n"
    )
    assert "hush-hush" not in project.preview().text
    assert "hush-hush" not in project.up().text
    assert emulator.jobs()[0]["Tags"] == {"team": "hush-hush"}
    project.refresh()
    state = list((project.folder.parent / "state").rglob("*.json*"))
    assert state
    for path in state:
        text = path.read_text()
        assert "hush-hush" not in text, path
