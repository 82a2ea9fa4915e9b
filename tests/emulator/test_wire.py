"""The wire: validation, signatures, faults, durability and the command line."""

from __future__ import annotations

import http.client
import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from partnercentral_emulator import Emulator, Switches
from tests.emulator.conftest import JOB, client_of
from tests.emulator.test_operations import at, refused

if TYPE_CHECKING:
    from pathlib import Path

    from partnercentral_emulator.faults import Kind


def post(emulator: Emulator, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=5)
    try:
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        assert answer.headers["x-amzn-RequestId"]
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


TARGET = {"X-Amz-Target": "AWSPartnerCentralSelling.GetResourceSnapshotJob"}


def test_every_fault_of_a_request_is_told(client: Any) -> None:
    answer = refused(
        client.create_resource_snapshot_job,
        **{**JOB, "EngagementIdentifier": "O1", "ResourceType": "Lead"},
        Tags=[{"Key": "a!", "Value": "ok"}],
        ClientToken="",
    )
    assert answer["Reason"] == "REQUEST_VALIDATION_FAILED"
    assert {(item["FieldName"], item["Code"]) for item in answer["ErrorList"]} == {
        ("EngagementIdentifier", "INVALID_STRING_FORMAT"),
        ("ResourceType", "INVALID_ENUM_VALUE"),
        ("Tags[0].Key", "INVALID_STRING_FORMAT"),
        ("ClientToken", "INVALID_STRING_FORMAT"),
    }


@pytest.mark.parametrize(("count", "code"), [(0, "NOT_ENOUGH_VALUES"), (201, "TOO_MANY_VALUES")])
def test_bounds_of_lists(emulator: Emulator, count: int, code: str) -> None:
    # botocore itself refuses an empty list unless it is told not to look.
    client = client_of(emulator, parameter_validation=False)
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(count)]
    answer = refused(client.create_resource_snapshot_job, **JOB, Tags=tags, ClientToken="once")
    assert [item["Code"] for item in answer["ErrorList"]] == [code]


def test_unknown_members_and_types(emulator: Emulator, client: Any) -> None:
    seen: list[dict[str, Any]] = []
    client.meta.events.register("before-send", lambda request, **_: seen.append(dict(request.headers)))
    body = json.dumps({"Catalog": 5, "Colour": "red"}).encode()
    with pytest.raises(ClientError):
        client.get_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier="job-0123456789abc")
    signed = {name: value if isinstance(value, str) else value.decode() for name, value in seen[0].items()}
    status, answer = post(emulator, body, {**signed, "Content-Length": str(len(body))})
    assert status == 400
    assert {item["FieldName"] for item in answer["ErrorList"]} == {"Catalog", "Colour", "ResourceSnapshotJobIdentifier"}


def test_unsigned_requests_are_refused(emulator: Emulator) -> None:
    status, answer = post(emulator, b"{}", TARGET)
    assert (status, answer["__type"]) == (400, "MissingAuthenticationTokenException")
    status, answer = post(emulator, b"{}", {**TARGET, "Authorization": "Bearer x"})
    assert (status, answer["__type"]) == (400, "IncompleteSignatureException")


def test_pinned_keys() -> None:
    with Emulator.start("--credentials=AKID:secret:111122223333", "--credentials=OTHER") as emulator:
        made = client_of(emulator, "AKID", "secret").create_resource_snapshot_job(**JOB)
        assert ":111122223333:" in made["Arn"]
        wrong = refused(client_of(emulator, "AKID", "guess").list_resource_snapshot_jobs, Catalog="AWS")
        assert wrong["Code"] == "InvalidSignatureException"
        stranger = refused(client_of(emulator, "NOBODY", "x").list_resource_snapshot_jobs, Catalog="AWS")
        assert stranger["Code"] == "UnrecognizedClientException"
        assert ":123456789012:" in client_of(emulator, "OTHER", "any").create_resource_snapshot_job(**JOB)["Arn"]


def test_operations_it_does_not_serve(client: Any) -> None:
    assert refused(client.list_solutions, Catalog="AWS")["Code"] == "UnknownOperationException"


def test_injected_errors(client: Any, emulator: Emulator) -> None:
    emulator.inject("GetResourceSnapshotJob", "error", code="AccessDeniedException", skip=1, count=2)
    made = client.create_resource_snapshot_job(**JOB)
    client.get_resource_snapshot_job(**at(made))
    for _ in range(2):
        assert refused(client.get_resource_snapshot_job, **at(made))["Code"] == "AccessDeniedException"
    client.get_resource_snapshot_job(**at(made))
    emulator.inject("writes", "throttle", count=None)
    assert refused(client.start_resource_snapshot_job, **at(made))["Code"] == "ThrottlingException"
    emulator.inject("reads", "error", code="InternalServerException")
    answer = refused(client.get_resource_snapshot_job, **at(made))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 500


@pytest.mark.parametrize(("kind", "made"), [("reset", 0), ("lost-response", 1)])
def test_broken_connections(client: Any, emulator: Emulator, kind: Kind, made: int) -> None:
    emulator.inject("CreateResourceSnapshotJob", kind)
    with pytest.raises(ConnectionClosedError):
        client.create_resource_snapshot_job(**JOB)
    assert len(emulator.jobs()) == made


def test_hanging_and_malformed_answers(emulator: Emulator) -> None:
    client = client_of(emulator, read_timeout=0.3)
    emulator.inject("CreateResourceSnapshotJob", "hang")
    with pytest.raises(ReadTimeoutError):
        client.create_resource_snapshot_job(**JOB)
    emulator.inject("CreateResourceSnapshotJob", "malformed")
    assert "Id" not in client.create_resource_snapshot_job(**JOB)
    assert len(emulator.jobs()) == 1


def test_rates(client: Any, emulator: Emulator) -> None:
    emulator.switch(write_rate=1)
    client.create_resource_snapshot_job(**JOB)
    assert refused(client.create_resource_snapshot_job, **JOB)["Code"] == "ThrottlingException"
    client.list_resource_snapshot_jobs(Catalog="Sandbox")


def test_calls_are_recorded(client: Any, emulator: Emulator) -> None:
    client.create_resource_snapshot_job(**JOB)
    (call,) = emulator.calls()
    assert (call["operation"], call["account"], call["error"]) == ("CreateResourceSnapshotJob", "123456789012", None)
    assert call["request"]["ResourceIdentifier"] == "O1234567"
    emulator.clear_calls()
    assert emulator.calls() == []


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    with Emulator.start(data=str(tmp_path / "data.sqlite")) as emulator:
        made = client_of(emulator).create_resource_snapshot_job(
            **JOB, ClientToken="once", Tags=[{"Key": "a", "Value": "1"}]
        )
        client_of(emulator).put_selling_system_settings(Catalog="AWS", ResourceSnapshotJobRoleIdentifier="jobs")
        emulator.kill()
        emulator.restart()
        client = client_of(emulator)
        assert (
            client.create_resource_snapshot_job(**JOB, ClientToken="once", Tags=[{"Key": "a", "Value": "1"}])["Id"]
            == made["Id"]
        )
        assert client.list_tags_for_resource(ResourceArn=made["Arn"])["Tags"] == [{"Key": "a", "Value": "1"}]
        assert "ResourceSnapshotJobRoleArn" in client.get_selling_system_settings(Catalog="AWS")


def test_a_clock_that_only_tests_move() -> None:
    with Emulator.start("--clock=manual") as emulator:
        client = client_of(emulator)
        first = client.get_resource_snapshot_job(**at(client.create_resource_snapshot_job(**JOB)))
        emulator.advance(3600)
        second = client.get_resource_snapshot_job(**at(client.create_resource_snapshot_job(**JOB)))
        assert (second["CreatedAt"] - first["CreatedAt"]).total_seconds() == 3600


def test_the_control_api_is_for_this_machine(emulator: Emulator) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=5)
        connection.request("POST", "/_emulator/reset", b"{}", headers)
        assert connection.getresponse().status == 403
        connection.close()


def test_mistakes_in_control_requests_are_told(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="initial_status cannot be 'Sleeping': give Stopped or Running"):
        emulator.switch(initial_status="Sleeping")
    with pytest.raises(ValueError, match="is not a kind of fault"):
        emulator.inject("*", "earthquake")  # type: ignore[arg-type]  # What is refused.
    with pytest.raises(ValueError, match="there is no 'job-x'"):
        emulator.change_job("job-x", status="Running")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "partnercentral_emulator", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_mistakes_on_the_command_line(tmp_path: Path, emulator: Emulator) -> None:
    (tmp_path / "text").write_text("this is not a database, and long enough to be sure of that\n" * 20)
    for arguments, expected in (
        (["--data", str(tmp_path / "text")], "is not an emulator's data file"),
        (["--data", str(tmp_path / "none" / "file")], "check that its folder exists"),
        (["--port", emulator.url.rsplit(":", 1)[1]], "choose another"),
        (["--port", "99999"], "'99999' is not a port"),
        (["--credentials", ":secret"], "is not KEY[:SECRET[:ACCOUNT]]"),
        (["--latency", "inf"], "give a number, 0 or more"),
        (["--account", "12"], "give twelve digits"),
        (["--snapshot-delay", "-1"], "give a number, 0 or more"),
    ):
        done = run(*arguments)
        assert done.returncode == 2
        assert expected in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_two_emulators_do_not_share_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "data.sqlite")
    with Emulator.start(data=path):
        done = run("--data", path)
        assert (done.returncode, "in use by another emulator" in done.stderr) == (2, True)


def test_it_ends_quietly_while_a_call_hangs() -> None:
    emulator = Emulator.start()
    emulator.inject("*", "hang", count=None)
    client = client_of(emulator, read_timeout=10)

    def hang() -> None:
        with pytest.raises(ConnectionClosedError):
            client.list_resource_snapshot_jobs(Catalog="AWS")

    caller = threading.Thread(target=hang)
    caller.start()
    while not emulator.calls():
        assert caller.is_alive()
    assert emulator.stop() == 0
    caller.join(timeout=10)
    assert not caller.is_alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_url_alone_and_ends_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "partnercentral_emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", first)
        with urllib.request.urlopen(f"{first.strip()}/_emulator/health", timeout=5) as answer:
            assert json.load(answer) == {"ok": True}
        process.send_signal(number)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "accounts.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE accounts (name TEXT)")
        database.commit()
    before = path.read_bytes()
    done = run("--data", str(path))
    assert (done.returncode, "another program's database" in done.stderr) == (2, True)
    assert path.read_bytes() == before


def test_everything_survives_a_kill(tmp_path: Path) -> None:
    with Emulator.start(data=tmp_path / "data.sqlite", existence="seeded") as emulator:
        emulator.seed([JOB["EngagementIdentifier"]], [JOB["ResourceIdentifier"]])
        client = client_of(emulator)
        made = client.create_resource_snapshot_job(**JOB)
        client.start_resource_snapshot_job(**at(made))
        emulator.change_opportunity(JOB["ResourceIdentifier"])
        emulator.advance(3600)
        gone = client.create_resource_snapshot_job(**JOB)
        client.delete_resource_snapshot_job(**at(gone))
        before, url = emulator.state(), emulator.url
        emulator.kill()
        emulator.restart()
        after = emulator.state()
        assert emulator.url == url
        assert {**after, "time": ""} == {**before, "time": ""}
        assert after["time"] >= before["time"]
        assert client_of(emulator).get_resource_snapshot(**JOB)["Revision"] == 2


def test_the_switches_are_documented() -> None:
    shown = re.sub(r"\s+", " ", run("--help").stdout)
    for name, kind, default, doc in Switches.documented():
        assert f"--{name.replace('_', '-')}" in shown
        assert doc.replace(" ", "") in shown.replace(" ", "")
        values = list(get_args(kind)) or [str(default).lower() if isinstance(default, bool) else f"{default:g}"]
        assert all(value in shown for value in values)


def test_switches_can_be_read_and_set(emulator: Emulator) -> None:
    assert emulator.switch() == asdict(Switches())
    assert emulator.switch(latency=0, role_required=True) == asdict(Switches(role_required=True))
    for change, complaint in (
        ({"colour": "red"}, "'colour' is not a switch"),
        ({"stale_reads": 1.5}, "give a whole number"),
        ({"latency": float("inf")}, "give a number"),
        ({"role_required": 1}, "give true or false"),
    ):
        with pytest.raises(ValueError, match=complaint):
            emulator.switch(**change)
    emulator.reset()
    assert emulator.switch() == asdict(Switches())
