"""What each operation does, seen through a real boto3 client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import JOB, client_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnercentral_emulator import Emulator


def refused(call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer: dict[str, Any] = dict(caught.value.response)
    return {**answer, "Code": answer["Error"]["Code"]}


def at(job: dict[str, Any], catalog: str = "Sandbox") -> dict[str, str]:
    return {"Catalog": catalog, "ResourceSnapshotJobIdentifier": job["Id"]}


def test_a_job_lives_from_create_to_delete(client: Any) -> None:
    made = client.create_resource_snapshot_job(**JOB, Tags=[{"Key": "team", "Value": "alliances"}])
    job = client.get_resource_snapshot_job(**at(made))
    assert job["Status"] == "Stopped"
    assert job["Arn"].endswith(f":123456789012:catalog/Sandbox/resource-snapshot-job/{made['Id']}")
    assert job["EngagementId"] == JOB["EngagementIdentifier"]
    assert job["ResourceArn"].endswith(":catalog/Sandbox/opportunity/O1234567")
    assert "LastSuccessfulExecutionDate" not in job
    client.start_resource_snapshot_job(**at(made))
    assert client.get_resource_snapshot_job(**at(made))["Status"] == "Running"
    client.stop_resource_snapshot_job(**at(made))
    client.delete_resource_snapshot_job(**at(made))
    assert refused(client.get_resource_snapshot_job, **at(made))["Code"] == "ResourceNotFoundException"
    assert refused(client.delete_resource_snapshot_job, **at(made))["Code"] == "ResourceNotFoundException"


def test_catalogs_and_accounts_are_separate_worlds(client: Any, emulator: Emulator) -> None:
    made = client.create_resource_snapshot_job(**JOB)
    assert refused(client.get_resource_snapshot_job, **at(made, "AWS"))["Code"] == "ResourceNotFoundException"
    other = client_of(emulator, key="111122223333")
    assert refused(other.get_resource_snapshot_job, **at(made))["Code"] == "ResourceNotFoundException"
    assert refused(other.list_tags_for_resource, ResourceArn=made["Arn"])["Code"] == "AccessDeniedException"
    assert other.list_resource_snapshot_jobs(Catalog="Sandbox")["ResourceSnapshotJobSummaries"] == []


def test_a_token_makes_one_job(client: Any) -> None:
    first = client.create_resource_snapshot_job(**JOB, ClientToken="once")
    assert client.create_resource_snapshot_job(**JOB, ClientToken="once")["Id"] == first["Id"]
    assert client.create_resource_snapshot_job(**JOB)["Id"] != first["Id"]


@pytest.mark.parametrize(("kind", "code"), [("conflict", "ConflictException"), ("validation", "ValidationException")])
def test_a_token_with_another_body_is_refused(client: Any, emulator: Emulator, kind: str, code: str) -> None:
    emulator.switch(token_other_body=kind)
    client.create_resource_snapshot_job(**JOB, ClientToken="once")
    other = {**JOB, "ResourceIdentifier": "O7654321", "ClientToken": "once"}
    assert refused(client.create_resource_snapshot_job, **other)["Code"] == code


@pytest.mark.parametrize("answer", ["dead", "new"])
def test_the_token_of_a_deleted_job(client: Any, emulator: Emulator, answer: str) -> None:
    emulator.switch(token_after_delete=answer)
    first = client.create_resource_snapshot_job(**JOB, ClientToken="once")
    client.delete_resource_snapshot_job(**at(first))
    again = client.create_resource_snapshot_job(**JOB, ClientToken="once")
    assert (again["Id"] == first["Id"]) is (answer == "dead")
    assert len(emulator.jobs()) == (0 if answer == "dead" else 1)


def test_a_token_is_forgotten_after_its_window(client: Any, emulator: Emulator) -> None:
    first = client.create_resource_snapshot_job(**JOB, ClientToken="once")
    emulator.advance(86401)
    assert client.create_resource_snapshot_job(**JOB, ClientToken="once")["Id"] != first["Id"]


@pytest.mark.parametrize("status", ["Stopped", "Running"])
def test_the_status_of_a_new_job(client: Any, emulator: Emulator, status: str) -> None:
    emulator.switch(initial_status=status)
    assert client.get_resource_snapshot_job(**at(client.create_resource_snapshot_job(**JOB)))["Status"] == status


def test_repeated_start_and_stop(client: Any, emulator: Emulator) -> None:
    made = client.create_resource_snapshot_job(**JOB)
    client.stop_resource_snapshot_job(**at(made))
    emulator.switch(stop_stopped="validation", start_running="validation")
    answer = refused(client.stop_resource_snapshot_job, **at(made))
    assert (answer["Code"], answer["Reason"]) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")
    assert answer["ErrorList"][0]["Code"] == "INVALID_RESOURCE_STATE"
    client.start_resource_snapshot_job(**at(made))
    assert refused(client.start_resource_snapshot_job, **at(made))["Code"] == "ValidationException"


@pytest.mark.parametrize(("kind", "code"), [("conflict", "ConflictException"), ("validation", "ValidationException")])
def test_a_running_job_is_not_deleted(client: Any, emulator: Emulator, kind: str, code: str) -> None:
    emulator.switch(delete_running=kind)
    made = client.create_resource_snapshot_job(**JOB)
    client.start_resource_snapshot_job(**at(made))
    assert refused(client.delete_resource_snapshot_job, **at(made))["Code"] == code
    assert len(emulator.jobs()) == 1


def test_a_second_job_for_the_same_may_be_refused(client: Any, emulator: Emulator) -> None:
    client.create_resource_snapshot_job(**JOB)
    client.create_resource_snapshot_job(**JOB)
    emulator.switch(duplicate_job="conflict")
    assert refused(client.create_resource_snapshot_job, **JOB)["Code"] == "ConflictException"


def test_only_seeded_things_exist_where_asked(client: Any, emulator: Emulator) -> None:
    emulator.switch(existence="seeded")
    assert refused(client.create_resource_snapshot_job, **JOB)["Code"] == "ResourceNotFoundException"
    emulator.seed([JOB["EngagementIdentifier"]], [JOB["ResourceIdentifier"]])
    client.create_resource_snapshot_job(**JOB)


def test_lists_go_on_to_the_last_page(client: Any) -> None:
    made = {client.create_resource_snapshot_job(**JOB)["Id"] for _ in range(7)}
    other = {**JOB, "EngagementIdentifier": "eng-0123456789abce"}
    client.create_resource_snapshot_job(**other)
    pages = list(
        client.get_paginator("list_resource_snapshot_jobs").paginate(
            Catalog="Sandbox", EngagementIdentifier=JOB["EngagementIdentifier"], PaginationConfig={"PageSize": 3}
        )
    )
    assert [len(page["ResourceSnapshotJobSummaries"]) for page in pages] == [3, 3, 1]
    assert {job["Id"] for page in pages for job in page["ResourceSnapshotJobSummaries"]} == made
    running = client.list_resource_snapshot_jobs(Catalog="Sandbox", Status="Running")
    assert running["ResourceSnapshotJobSummaries"] == []
    answer = refused(client.list_resource_snapshot_jobs, Catalog="Sandbox", NextToken="nonsense")
    assert answer["Code"] == "ValidationException"


def test_the_newest_job_comes_first_unless_asked_otherwise(client: Any, emulator: Emulator) -> None:
    made = []
    for _ in range(3):
        made.append(client.create_resource_snapshot_job(**JOB)["Id"])
        emulator.advance(1)

    def listed(**sort: Any) -> list[str]:
        answer = client.list_resource_snapshot_jobs(Catalog="Sandbox", **sort)
        return [job["Id"] for job in answer["ResourceSnapshotJobSummaries"]]

    assert listed() == listed(Sort={"SortBy": "CreatedDate", "SortOrder": "DESCENDING"}) == made[::-1]
    assert listed(Sort={"SortBy": "CreatedDate", "SortOrder": "ASCENDING"}) == made


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
def test_pages_go_on_when_jobs_come_and_go(client: Any, emulator: Emulator, order: str) -> None:
    made = []
    for _ in range(4):
        made.append(client.create_resource_snapshot_job(**JOB))
        emulator.advance(1)
    expected = [job["Id"] for job in (made if order == "ASCENDING" else made[::-1])]
    question: dict[str, Any] = {"Catalog": "Sandbox", "Sort": {"SortBy": "CreatedDate", "SortOrder": order}}
    first = client.list_resource_snapshot_jobs(**question, MaxResults=2)
    assert [job["Id"] for job in first["ResourceSnapshotJobSummaries"]] == expected[:2]
    client.delete_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=expected[1])
    second = client.list_resource_snapshot_jobs(**question, NextToken=first["NextToken"])
    assert [job["Id"] for job in second["ResourceSnapshotJobSummaries"]] == expected[2:]
    assert "NextToken" not in second


def test_a_page_token_is_for_one_question(client: Any, emulator: Emulator) -> None:
    for _ in range(2):
        client.create_resource_snapshot_job(**JOB)
    token = client.list_resource_snapshot_jobs(Catalog="Sandbox", MaxResults=1)["NextToken"]
    other = client_of(emulator, key="111122223333")
    for asker, question in ((client, {"Catalog": "AWS"}), (other, {"Catalog": "Sandbox"})):
        answer = refused(asker.list_resource_snapshot_jobs, **question, NextToken=token)
        assert answer["ErrorList"][0]["FieldName"] == "NextToken"


@pytest.mark.parametrize(("bound", "code"), [(0, "VALUE_OUT_OF_RANGE"), (1001, "VALUE_OUT_OF_RANGE")])
def test_bounds_of_pages(emulator: Emulator, bound: int, code: str) -> None:
    client = client_of(emulator, parameter_validation=False)
    answer = refused(client.list_resource_snapshot_jobs, Catalog="Sandbox", MaxResults=bound)
    assert [item["Code"] for item in answer["ErrorList"]] == [code]


def test_a_job_without_tags(client: Any) -> None:
    arn = client.create_resource_snapshot_job(**JOB)["Arn"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == []


def test_system_tags_are_left_alone(client: Any, emulator: Emulator) -> None:
    made = client.create_resource_snapshot_job(**JOB)
    emulator.change_job(made["Id"], tags={"aws:cloudformation:stack": "x"})
    answer = refused(client.untag_resource, ResourceArn=made["Arn"], TagKeys=["aws:cloudformation:stack"])
    assert answer["ErrorList"][0]["FieldName"] == "TagKeys[0]"
    # They are not counted either.
    client.tag_resource(ResourceArn=made["Arn"], Tags=[{"Key": f"k{number}", "Value": ""} for number in range(200)])
    assert len(client.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"]) == 201


LENGTH = ["INVALID_STRING_FORMAT", "VALUE_OUT_OF_RANGE"]
"""How a tag's length is refused: newer service models have it in the pattern, older ones as a bound."""


@pytest.mark.parametrize(
    ("tags", "codes"),
    [
        ([{"Key": "aws:x", "Value": ""}], ["INVALID_VALUE"]),
        ([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], ["DUPLICATE_KEY_VALUE"]),
        ([{"Key": "", "Value": ""}], LENGTH),
        ([{"Key": "k" * 129, "Value": ""}], LENGTH),
        ([{"Key": "k", "Value": "v" * 257}], LENGTH),
    ],
)
def test_tags_that_no_job_is_made_with(
    client: Any, emulator: Emulator, tags: list[dict[str, str]], codes: list[str]
) -> None:
    answer = refused(client.create_resource_snapshot_job, **JOB, Tags=tags)
    (fault,) = answer["ErrorList"]
    assert fault["Code"] in codes
    assert emulator.jobs() == []


def test_tags_in_any_script(client: Any) -> None:
    tags = [{"Key": "équipe 東京", "Value": "Ⅷ/٣"}]
    arn = client.create_resource_snapshot_job(**JOB, Tags=tags)["Arn"]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags


@pytest.mark.parametrize(
    ("kind", "code"), [("denied", "AccessDeniedException"), ("not-found", "ResourceNotFoundException")]
)
def test_arns_of_another_account(client: Any, emulator: Emulator, kind: str, code: str) -> None:
    emulator.switch(other_account=kind)
    arn = client.create_resource_snapshot_job(**JOB)["Arn"].replace("123456789012", "111122223333")
    assert refused(client.tag_resource, ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])["Code"] == code


def test_catalogs_that_there_are_not(client: Any) -> None:
    answer = refused(client.create_resource_snapshot_job, **{**JOB, "Catalog": "Toys", "ResourceIdentifier": "X"})
    assert [(item["FieldName"], item["Code"]) for item in answer["ErrorList"]] == [
        ("ResourceIdentifier", "INVALID_STRING_FORMAT"),
        ("Catalog", "INVALID_ENUM_VALUE"),
    ]


@pytest.mark.parametrize("scope", ["account", "catalog"])
def test_a_token_in_two_catalogs(client: Any, emulator: Emulator, scope: str) -> None:
    emulator.switch(token_scope=scope)
    client.create_resource_snapshot_job(**JOB, ClientToken="once")
    other = {**JOB, "Catalog": "AWS", "ClientToken": "once"}
    if scope == "account":
        assert refused(client.create_resource_snapshot_job, **other)["Code"] == "ConflictException"
    else:
        client.create_resource_snapshot_job(**other)
    assert len(emulator.jobs()) == (1 if scope == "account" else 2)


def test_a_tokens_window_and_its_account(client: Any, emulator: Emulator) -> None:
    emulator.switch(token_window=60)
    first = client.create_resource_snapshot_job(**JOB, ClientToken="once")["Id"]
    emulator.advance(59)
    assert client.create_resource_snapshot_job(**JOB, ClientToken="once")["Id"] == first
    emulator.advance(2)
    assert client.create_resource_snapshot_job(**JOB, ClientToken="once")["Id"] != first
    other = client_of(emulator, key="111122223333")
    assert ":111122223333:" in other.create_resource_snapshot_job(**JOB, ClientToken="once")["Arn"]


def test_accounts_have_revisions_of_their_own(client: Any, emulator: Emulator) -> None:
    assert client.create_resource_snapshot(**JOB)["Revision"] == 1
    other = client_of(emulator, key="111122223333")
    assert other.create_resource_snapshot(**JOB)["Revision"] == 1
    assert other.get_resource_snapshot(**JOB)["CreatedBy"] == "111122223333"
    assert refused(client.get_resource_snapshot, **JOB, Revision=2)["Code"] == "ResourceNotFoundException"


def test_a_snapshot_is_of_the_time_it_was_due(client: Any, emulator: Emulator) -> None:
    emulator.switch(snapshot_delay=60)
    made = client.create_resource_snapshot_job(**JOB)
    client.start_resource_snapshot_job(**at(made))
    emulator.advance(3600)
    job = client.get_resource_snapshot_job(**at(made))
    taken = client.get_resource_snapshot(**JOB)["CreatedAt"]
    assert job["LastSuccessfulExecutionDate"] == taken
    assert 60 <= (taken - job["CreatedAt"]).total_seconds() < 70


def test_starting_again_takes_a_snapshot_only_of_a_change(client: Any, emulator: Emulator) -> None:
    made = client.create_resource_snapshot_job(**JOB)

    def again() -> int:
        client.start_resource_snapshot_job(**at(made))
        client.stop_resource_snapshot_job(**at(made))
        revision: int = client.get_resource_snapshot(**JOB)["Revision"]
        return revision

    assert [again(), again()] == [1, 1]
    emulator.change_opportunity(JOB["ResourceIdentifier"])
    assert again() == 2


def test_tags(client: Any) -> None:
    arn = client.create_resource_snapshot_job(**JOB, Tags=[{"Key": "a", "Value": "1"}])["Arn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["b", "absent"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]
    answer = refused(client.tag_resource, ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": "1"}])
    assert answer["Code"] == "ValidationException"
    many = [{"Key": f"k{number}", "Value": ""} for number in range(200)]
    assert refused(client.tag_resource, ResourceArn=arn, Tags=many)["Code"] == "ValidationException"


def test_settings(client: Any) -> None:
    assert "ResourceSnapshotJobRoleArn" not in client.get_selling_system_settings(Catalog="Sandbox")
    answer = client.put_selling_system_settings(Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="jobs")
    assert answer["ResourceSnapshotJobRoleArn"] == "arn:aws:iam::123456789012:role/jobs"
    assert "ResourceSnapshotJobRoleArn" not in client.get_selling_system_settings(Catalog="AWS")
    client.put_selling_system_settings(Catalog="Sandbox")
    assert "ResourceSnapshotJobRoleArn" not in client.get_selling_system_settings(Catalog="Sandbox")


def test_a_running_job_takes_a_snapshot_of_each_change(client: Any, emulator: Emulator) -> None:
    emulator.switch(snapshot_delay=60)
    made = client.create_resource_snapshot_job(**JOB)
    client.start_resource_snapshot_job(**at(made))
    assert "LastSuccessfulExecutionDate" not in client.get_resource_snapshot_job(**at(made))
    emulator.advance(61)
    assert "LastSuccessfulExecutionDate" in client.get_resource_snapshot_job(**at(made))
    emulator.change_opportunity(JOB["ResourceIdentifier"])
    emulator.advance(61)
    snapshot = client.get_resource_snapshot(**JOB)
    assert snapshot["Revision"] == 2
    assert "revision 2" in snapshot["Payload"]["OpportunitySummary"]["Project"]["CustomerUseCase"]
    assert client.get_resource_snapshot(**JOB, Revision=1)["Revision"] == 1
    listed = client.list_resource_snapshots(Catalog="Sandbox", EngagementIdentifier=JOB["EngagementIdentifier"])
    assert [item["Revision"] for item in listed["ResourceSnapshotSummaries"]] == [2]
    client.stop_resource_snapshot_job(**at(made))
    emulator.change_opportunity(JOB["ResourceIdentifier"])
    emulator.advance(61)
    assert client.get_resource_snapshot(**JOB)["Revision"] == 2


def test_executions_fail_without_a_role_where_asked(client: Any, emulator: Emulator) -> None:
    emulator.switch(role_required=True)
    made = client.create_resource_snapshot_job(**JOB)
    client.start_resource_snapshot_job(**at(made))
    job = client.get_resource_snapshot_job(**at(made))
    assert "role" in job["LastFailure"]
    assert "LastSuccessfulExecutionDate" not in job
    client.put_selling_system_settings(Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="jobs")
    emulator.change_opportunity(JOB["ResourceIdentifier"])
    assert "LastSuccessfulExecutionDate" in client.get_resource_snapshot_job(**at(made))


def test_snapshots_taken_once(client: Any) -> None:
    first = client.create_resource_snapshot(**JOB, ClientToken="once")
    assert client.create_resource_snapshot(**JOB, ClientToken="once")["Revision"] == first["Revision"] == 1
    assert client.create_resource_snapshot(**JOB)["Revision"] == 2


def test_reads_may_lag_behind_writes(client: Any, emulator: Emulator) -> None:
    emulator.switch(stale_reads=2)
    made = client.create_resource_snapshot_job(**JOB)
    for _ in range(2):
        assert refused(client.get_resource_snapshot_job, **at(made))["Code"] == "ResourceNotFoundException"
    assert client.get_resource_snapshot_job(**at(made))["Status"] == "Stopped"
    client.start_resource_snapshot_job(**at(made))
    statuses = [client.get_resource_snapshot_job(**at(made))["Status"] for _ in range(3)]
    assert statuses == ["Stopped", "Stopped", "Running"]


def test_a_job_changed_behind_everybodys_back(client: Any, emulator: Emulator) -> None:
    made = client.create_resource_snapshot_job(**JOB)
    emulator.change_job(made["Id"], status="Running", tags={"aws:system": "1"}, last_failure="no")
    job = client.get_resource_snapshot_job(**at(made))
    assert (job["Status"], job["LastFailure"]) == ("Running", "no")
    assert client.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"][0]["Key"] == "aws:system"
    emulator.change_job(made["Id"], deleted=True)
    assert emulator.jobs() == []


def test_what_a_job_cannot_be_changed_to(client: Any, emulator: Emulator) -> None:
    made = client.create_resource_snapshot_job(**JOB)
    for change, complaint in (
        ({"status": "Sleeping"}, "Status: 'Sleeping' is not one of Running, Stopped"),
        ({"status": None}, "give Running or Stopped"),
        ({"tags": ["a"]}, "tags cannot be"),
        ({"tags": {"a": 1}}, "must be a string"),
        ({"deleted": "yes"}, "give true or false"),
        ({"colour": "red"}, "can be changed, not colour"),
    ):
        with pytest.raises(ValueError, match=complaint):
            emulator.change_job(made["Id"], **change)
    emulator.change_job(made["Id"], last_failure="no", last_successful_execution_date="2026-01-01T00:00:00.000Z")
    assert client.get_resource_snapshot_job(**at(made))["LastSuccessfulExecutionDate"].year == 2026
    emulator.change_job(made["Id"], last_failure=None)
    job = client.get_resource_snapshot_job(**at(made))
    assert (job["Status"], "LastFailure" in job) == ("Stopped", False)


def test_mistakes_about_the_clock_and_seeds(emulator: Emulator) -> None:
    for seconds in (-1, float("nan"), 1e12, "soon"):
        with pytest.raises(ValueError, match="advance cannot be"):
            emulator.advance(seconds)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="each a list of identifiers"):
        emulator._control("POST", "seed", {"engagements": JOB["EngagementIdentifier"]})


def test_stale_reads_of_lists_tags_and_the_deleted(client: Any, emulator: Emulator) -> None:
    emulator.switch(stale_reads=1)
    made = client.create_resource_snapshot_job(**JOB)
    lists = [client.list_resource_snapshot_jobs(Catalog="Sandbox")["ResourceSnapshotJobSummaries"] for _ in range(2)]
    assert [len(jobs) for jobs in lists] == [0, 1]
    client.tag_resource(ResourceArn=made["Arn"], Tags=[{"Key": "a", "Value": "1"}])
    tags = [client.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"] for _ in range(2)]
    assert [len(found) for found in tags] == [0, 1]
    client.delete_resource_snapshot_job(**at(made))
    assert client.get_resource_snapshot_job(**at(made))["Status"] == "Stopped"
    assert refused(client.get_resource_snapshot_job, **at(made))["Code"] == "ResourceNotFoundException"
