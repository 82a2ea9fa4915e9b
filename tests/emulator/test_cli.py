"""The command line against the emulator: what it prints, what it calls, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import pytest

from partnercentral_emulator import Emulator, Switches
from partnercentral_emulator.backend import Backend
from partnercentral_emulator.clock import Clock
from partnercentral_emulator.faults import Kind
from partnercentral_emulator.store import Store
from snapshot_provider.cli import main
from tests.emulator.conftest import JOB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENGAGEMENT = JOB["EngagementIdentifier"]
OTHER_ENGAGEMENT = "eng-0123456789abce"
NO_SUCH = "job-0000000000000"
ACCOUNT = "123456789012"
PATIENCE = 60.0
"""Seconds after which a test that waits for something has failed."""


@dataclass
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


@pytest.fixture
def environment(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "SNAPSHOT_PROVIDER_")):
            monkeypatch.delenv(name)
    for name, value in {**emulator.env(), "SNAPSHOT_PROVIDER_CATALOG": "Sandbox"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def run(environment: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:  # noqa: ARG001  # In force then.
    def run(*arguments: str) -> Ran:
        code = main(list(arguments), prog_name="snapshot-provider", standalone_mode=False)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        return Ran(code, shown.out, shown.err)

    return run


def made(client: Any, count: int = 1, **members: Any) -> list[str]:
    """Make jobs; their Ids in the order of lists, the newest first."""
    for number in range(count):
        client.create_resource_snapshot_job(**{**JOB, "ResourceIdentifier": f"O{number + 1}", **members})
    summaries = client.list_resource_snapshot_jobs(Catalog=members.get("Catalog", JOB["Catalog"]), MaxResults=1000)
    return [job["Id"] for job in summaries["ResourceSnapshotJobSummaries"]]


# List -----------------------------------------------------------------------------------------------------------------


def test_list(run: Callable[..., Ran], client: Any, emulator: Emulator) -> None:
    ids = made(client, 3)
    emulator.change_job(ids[0], last_failure="no role")
    emulator.change_job(ids[1], status="Running")
    emulator.clear_calls()
    ran = run("list")
    assert ran.code == 0
    head, *rows = ran.out.splitlines()
    assert head.split() == ["JOB", "STATUS", "HEALTH", "OPPORTUNITY", "SUCCEEDED", "ENGAGEMENT", "FAILURE"]
    assert [row.split()[0] for row in rows] == ids
    assert rows[0].split()[1:3] == ["Stopped", "failing"]
    assert rows[0].endswith("no role")
    assert rows[1].split()[1:3] == ["Running", "ok"]
    assert ran.err == "3 jobs: 1 Running, 2 Stopped; 1 failing.\n"
    assert sorted(emulator.operations()) == ["GetResourceSnapshotJob"] * 3 + ["ListResourceSnapshotJobs"]


def test_list_as_json(run: Callable[..., Ran], client: Any, emulator: Emulator) -> None:
    made(client, 2, Tags=[{"Key": "team", "Value": "a"}])
    ran = run("list", "--json")
    assert (ran.code, ran.err) == (0, "")
    held = {job["Id"]: job for job in emulator.jobs()}
    for job in ran.json:
        assert job == {
            "id": job["id"],
            "arn": held[job["id"]]["Arn"],
            "catalog": "Sandbox",
            "status": "Stopped",
            "health": "none",
            "engagement_identifier": ENGAGEMENT,
            "resource_type": "Opportunity",
            "resource_identifier": held[job["id"]]["ResourceId"],
            "resource_snapshot_template_identifier": "OpportunitySummaryView",
            "resource_arn": held[job["id"]]["ResourceArn"],
            "created_at": held[job["id"]]["CreatedAt"],
            "last_successful_execution_date": None,
            "last_failure": None,
        }
    assert {job["id"] for job in ran.json} == set(held)


def test_list_of_some(run: Callable[..., Ran], client: Any, emulator: Emulator) -> None:
    (first,) = made(client)
    made(client, EngagementIdentifier=OTHER_ENGAGEMENT)
    in_aws = made(client, Catalog="AWS")
    emulator.change_job(first, status="Running")
    for arguments, wanted in (
        (["--engagement", ENGAGEMENT], [first]),
        (["--status", "Running"], [first]),
        (["--catalog", "AWS"], in_aws),
        (["--status", "Running", "--engagement", OTHER_ENGAGEMENT], []),
    ):
        assert [job["id"] for job in run("list", "--json", *arguments).json] == wanted
    assert run("list", "--status", "Running", "--engagement", OTHER_ENGAGEMENT).err == "0 jobs.\n"


def test_a_quick_list_asks_once(run: Callable[..., Ran], client: Any, emulator: Emulator) -> None:
    ids = made(client, 3)
    emulator.clear_calls()
    assert [line.split()[0] for line in run("list", "--quick").out.splitlines()[1:]] == ids
    assert [job["id"] for job in run("list", "--quick", "--json").json] == ids
    assert emulator.operations() == ["ListResourceSnapshotJobs"] * 2


def test_a_job_that_is_deleted_while_it_is_listed_is_left_out(
    run: Callable[..., Ran], client: Any, emulator: Emulator
) -> None:
    ids = made(client, 3)
    emulator.inject("GetResourceSnapshotJob", "error", code="ResourceNotFoundException", count=1)
    ran = run("list", "--json")
    assert ran.code == 0
    assert len([job for job in ran.json if job["id"] in ids]) == 2


@pytest.mark.parametrize(
    ("code", "kind", "exit_code"),
    [
        ("AccessDeniedException", "access", 4),
        ("ExpiredTokenException", "access", 4),
        ("ValidationException", "failed", 1),
        ("ServiceQuotaExceededException", "failed", 1),
    ],
)
def test_refusals(run: Callable[..., Ran], emulator: Emulator, code: str, kind: str, exit_code: int) -> None:
    emulator.inject("ListResourceSnapshotJobs", "error", code=code, message="why", count=None)
    ran = run("list", "--json")
    assert (ran.code, ran.out) == (exit_code, "")
    assert ran.error == {
        "kind": kind,
        "exit_code": exit_code,
        "service_code": code,
        "message": ran.error["message"],
    }
    assert "why" in ran.error["message"]
    ran = run("list")
    assert (ran.code, ran.out) == (exit_code, "")
    assert ran.err.startswith(f"Error: ListResourceSnapshotJobs on catalog Sandbox was refused: {code}")


def test_a_proxys_page_is_told_as_that(run: Callable[..., Ran], emulator: Emulator) -> None:
    emulator.inject("*", "malformed", count=None)
    ran = run("list")
    assert ran.code == 5
    assert "the endpoint does not speak as Partner Central does" in ran.err
    assert "--endpoint-url" in ran.err


def test_a_list_that_is_refused_on_its_way_is_json_as_far_as_it_goes(
    run: Callable[..., Ran], client: Any, emulator: Emulator
) -> None:
    ids = made(client, 200)
    emulator.inject("GetResourceSnapshotJob", "error", code="AccessDeniedException", count=None, skip=100)
    ran = run("list", "--json")
    assert ran.code == 4
    shown = [job["id"] for job in ran.json]
    assert shown == ids[: len(shown)]
    assert 0 < len(shown) < 200
    assert ran.error["kind"] == "access"


# Show -----------------------------------------------------------------------------------------------------------------


def test_show(run: Callable[..., Ran], client: Any) -> None:
    (job_id,) = made(client, Tags=[{"Key": "team", "Value": "alliances"}])
    ran = run("show", job_id)
    assert ran.code == 0
    assert ran.out.startswith(f"{job_id}\n  Status        Stopped\n")
    assert "  Tags          team = alliances\n" in ran.out
    (shown,) = run("show", job_id, "--json").json
    assert (shown["id"], shown["tags"]) == (job_id, {"team": "alliances"})


def test_show_in_the_order_given_and_what_is_missing_last(run: Callable[..., Ran], client: Any) -> None:
    ids = sorted(made(client, 3))
    ran = run("show", ids[2], NO_SUCH, ids[0], ids[2], "--json")
    assert [job["id"] for job in ran.json] == [ids[2], ids[0]]
    assert (ran.code, ran.error["kind"]) == (3, "not-found")
    assert NO_SUCH in ran.error["message"]
    ran = run("show", NO_SUCH, "--json")
    assert (ran.code, ran.out) == (3, "")


# Import ---------------------------------------------------------------------------------------------------------------


def test_import_of_many(run: Callable[..., Ran], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ids = made(client, 60, Tags=[{"Key": "team", "Value": "a"}])
    ran = run("import", "--all", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json == {
        "jobs": 60,
        "import_file": "import.json",
        "program_file": "imported.py",
        "next": "pulumi import --file import.json --generate-code=false --protect=false --yes",
    }
    written = json.loads((tmp_path / "import.json").read_text())["resources"]
    assert [resource["id"] for resource in written] == ids
    assert (tmp_path / "imported.py").read_text().count("ResourceSnapshotJob(") == 60
    assert run("import", "--all").code == 2
    ran = run("import", ids[0], ids[0], "--force")
    assert ran.err.startswith("1 job(s): wrote import.json and imported.py. Next:\n  pulumi import --file import.json")
    assert ran.out == ""


def test_import_to_standard_output(
    run: Callable[..., Ran], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (job_id,) = made(client)
    ran = run("import", job_id, "--program=-")
    assert ran.out.startswith('"""Jobs that were imported."""')
    assert json.loads(run("import", job_id, "--out=-", "--force").out)["resources"][0]["id"] == job_id


def test_import_of_what_is_not_there_writes_nothing(
    run: Callable[..., Ran], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (job_id,) = made(client)
    ran = run("import", job_id, NO_SUCH)
    assert ran.code == 3
    assert f"There is no {NO_SUCH} in catalog Sandbox of this account: nothing was written." in ran.err
    ran = run("import", "--engagement", OTHER_ENGAGEMENT)
    assert (ran.code, list(tmp_path.iterdir())) == (3, [])


# The emulator ---------------------------------------------------------------------------------------------------------


def test_seed_and_state(run: Callable[..., Ran], emulator: Emulator, client: Any) -> None:
    ran = run("emulator", "seed", "--engagement", ENGAGEMENT, "--opportunity", "O1", "--opportunity", "O2", "--json")
    assert ran.json == {"engagements": [ENGAGEMENT], "opportunities": ["O1", "O2"]}
    made(client)
    assert emulator.state()["engagements"] == [ENGAGEMENT]
    assert set(emulator.state()["opportunities"]) == {"O1", "O2"}
    shown = run("emulator", "state").out
    assert "Jobs           1 (1 Stopped)\n" in shown
    assert "Engagements    1 seeded\n" in shown
    assert run("emulator", "state", "--json").json["jobs"] == emulator.jobs()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_kind_of_fault(run: Callable[..., Ran], emulator: Emulator, kind: str) -> None:
    assert f"\n  {kind} " in run("emulator", "fault", "--help").out
    ran = run("emulator", "fault", "reads", kind, "--count", "2", "--skip", "1", "--json")
    assert ran.code == 0
    assert ran.json == emulator.faults()
    assert [(fault["kind"], fault["count"], fault["skip"]) for fault in emulator.faults()] == [(kind, 2, 1)]


def test_a_fault_with_all_its_members(run: Callable[..., Ran], emulator: Emulator) -> None:
    run(
        *("emulator", "fault", "CreateResourceSnapshotJob", "error", "--always", "--when=after"),
        *("--code=ConflictException", "--message=why", "--status=409", "--seconds=1.5", "--body=b"),
    )
    (fault,) = emulator.faults()
    wanted = {"count": None, "when": "after", "code": "ConflictException", "message": "why", "status": 409}
    assert {**fault, **wanted, "seconds": 1.5, "body": "b"} == fault
    assert "CreateResourceSnapshotJob   error          every call\n" in run("emulator", "faults").out
    assert run("emulator", "clear").err == "Cleared 1 fault(s).\n"
    assert emulator.faults() == []


def test_a_fault_that_is_none(run: Callable[..., Ran], emulator: Emulator) -> None:
    ran = run("emulator", "fault", "Nonsense", "error", "--json")
    assert (ran.code, ran.error["message"]) == (
        1,
        "The emulator refuses: 'Nonsense' is no operation: give its name, *, reads or writes.",
    )
    assert emulator.faults() == []


def test_calls(run: Callable[..., Ran], emulator: Emulator) -> None:
    emulator.inject("ListResourceSnapshotJobs", "error", code="AccessDeniedException")
    run("list")
    run("list")
    lines = run("emulator", "calls").out.splitlines()
    assert [line.split(maxsplit=3)[1:] for line in lines[1:]] == [
        ["ListResourceSnapshotJobs", ACCOUNT, "fault: error, AccessDeniedException"],
        ["ListResourceSnapshotJobs", ACCOUNT, "ok"],
    ]
    assert run("emulator", "calls", "--json").json == emulator.calls()


def test_no_emulator_there(run: Callable[..., Ran]) -> None:
    ran = run("emulator", "state", "--url=http://127.0.0.1:1")
    assert ran.code == 5
    assert "No emulator answers at http://127.0.0.1:1" in ran.err
    assert "snapshot-provider emulator start" in ran.err


def test_a_proxy_has_no_part_in_it(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert run("emulator", "faults", "--json").json == []


# As processes of their own --------------------------------------------------------------------------------------------


@contextmanager
def started(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "snapshot_provider", *arguments]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **{**pipes, **options}) as process:
        try:
            yield process
        finally:
            process.kill()


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Send Ctrl-C; the exit code, and what was said to it."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with two pages of jobs: made in its data file, since calls would take their time."""
    path = tmp_path_factory.mktemp("thousands") / "jobs.sqlite"
    store = Store(str(path))
    create = Backend(store, Clock(), Switches()).operations["CreateResourceSnapshotJob"]
    for number in range(1500):
        create(ACCOUNT, {**JOB, "ResourceIdentifier": f"O{number}", "ClientToken": str(number)})
    store.commit()
    store.close()
    with Emulator.start(data=path) as emulator:
        yield emulator


@pytest.mark.usefixtures("environment")
def test_rows_are_shown_before_the_last_page_is_there(thousands: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", thousands.url)
    for arguments in (["list"], ["list", "--quick", "--json"]):
        thousands.clear_faults()
        thousands.inject("ListResourceSnapshotJobs", "hang", skip=1, count=None)
        with started(*arguments) as process:
            assert process.stdout is not None
            shown = [process.stdout.readline() for _ in range(900)]
            assert all("job-" in line for line in shown[1:])
            # The second page is asked for in vain; Ctrl-C ends that at once, and quietly.
            assert interrupted(process) == (130, "\n")
    thousands.clear_faults()
    with started("list", "--quick", "--json") as process:
        out, _ = process.communicate(timeout=PATIENCE)
    assert len({job["id"] for job in json.loads(out)}) == 1500


@pytest.mark.usefixtures("environment")
def test_who_reads_no_further_is_no_fault(thousands: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", thousands.url)
    with started("list", "--quick") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("JOB")
        process.stdout.close()
        assert process.wait(PATIENCE) == 141
        assert process.stderr.read() == ""


@pytest.mark.usefixtures("environment")
def test_watching_tells_each_change(emulator: Emulator, client: Any) -> None:
    (first,) = made(client)
    with started("list", "--watch=0.1", "--json") as process:
        assert process.stdout is not None
        seen = [json.loads(process.stdout.readline())]
        (second,) = set(made(client, ResourceIdentifier="O2")) - {first}
        seen.append(json.loads(process.stdout.readline()))
        emulator.change_job(first, last_failure="why")
        seen.append(json.loads(process.stdout.readline()))
        emulator.change_job(second, deleted=True)
        seen.append(json.loads(process.stdout.readline()))
        assert interrupted(process) == (130, "\n")
    assert [(event["event"], event["job"]["id"], event["job"]["health"]) for event in seen] == [
        ("added", first, "none"),
        ("added", second, "none"),
        ("changed", first, "failing"),
        ("deleted", second, "none"),
    ]


@pytest.mark.usefixtures("environment")
def test_watching_outlives_a_refusal(emulator: Emulator, client: Any) -> None:
    (job_id,) = made(client)
    with started("show", job_id, "--watch=0.1") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert f"added    {job_id}  Stopped" in process.stdout.readline()
        emulator.inject("GetResourceSnapshotJob", "error", code="AccessDeniedException", message="not now")
        assert "Not read, trying again in 0.1 s: GetResourceSnapshotJob" in process.stderr.readline()
        emulator.change_job(job_id, status="Running")
        assert f"changed  {job_id}  Running" in process.stdout.readline()
        assert interrupted(process) == (130, "\n")


class Terminal:
    """A terminal with a command in it."""

    def __init__(self, *arguments: str) -> None:
        pid, self._end = pty.fork()
        if pid == 0:
            os.execv(sys.executable, [sys.executable, "-m", "snapshot_provider", *arguments])
        self._pid = pid
        self.text = ""

    def wait_for(self, pattern: str) -> None:
        """Read on until the command has printed this, from now on."""
        start, end = len(self.text), time.monotonic() + PATIENCE
        while not re.search(pattern, self.text[start:]):
            assert time.monotonic() < end, self.text[-2000:]
            assert self._read(), self.text[-2000:]

    def type(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def ended(self) -> int:
        """Read all that is left; the exit code."""
        while self._read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self) -> bool:
        if not select.select([self._end], [], [], PATIENCE)[0]:
            return False
        try:
            read = os.read(self._end, 65536)
        except OSError:  # How Linux tells that nobody is at the other end any more.
            return False
        self.text += read.decode(errors="replace")
        return bool(read)


@pytest.mark.usefixtures("environment")
def test_watching_on_a_terminal(emulator: Emulator, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (job_id,) = made(client)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal("list", "--watch=0.1")
    terminal.wait_for(job_id)
    terminal.wait_for("1 job: 1 Stopped. Read at ")
    emulator.change_job(job_id, last_failure="a failure to see")
    terminal.wait_for("a failure to see")
    terminal.wait_for("1 failing")
    terminal.type(b"\x03")
    assert terminal.ended() == 130
    assert "\x1b[?25h" in terminal.text[terminal.text.rindex("\x1b[?25l") :], "the cursor is shown again"
    assert "Traceback" not in terminal.text


@pytest.mark.usefixtures("environment")
def test_progress_on_a_terminal(
    emulator: Emulator, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    made(client, 100)
    # Of these eighty, all but those that may be under way at a time are the first ones.
    emulator.inject("GetResourceSnapshotJob", "hang", skip=80, count=None)
    terminal = Terminal("import", "--all")
    terminal.wait_for(r"reading jobs .*(4[89]|[5-7][0-9]|80)/100")
    terminal.type(b"\x03")
    assert terminal.ended() == 130
    assert "Traceback" not in terminal.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("environment")
def test_no_colours_where_none_are_wanted(emulator: Emulator, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (job_id,) = made(client)
    emulator.change_job(job_id, last_failure="why")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for red in (True, False):
        terminal = Terminal("list")
        assert terminal.ended() == 0
        assert job_id in terminal.text
        assert "failing" in terminal.text
        assert ("31m" in terminal.text) is red
        monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_starting_the_emulator(
    stop: signal.Signals, tmp_path: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = str(tmp_path / "jobs.sqlite")
    with started("emulator", "start", "--data", data, "--existence", "seeded") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().removeprefix("export ").split() for _ in range(2)]
        for name, value in (word.split("=", 1) for line in lines for word in line):
            monkeypatch.setenv(name, value)
        assert run("emulator", "seed", "--opportunity", "O1").code == 0
        assert run("list").err == "0 jobs.\n"
        process.send_signal(stop)
        assert process.wait(PATIENCE) == 0
    with started("emulator", "start", "--data", data, "--json", "--", "--account", "210987654321") as process:
        assert process.stdout is not None
        monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", json.loads(process.stdout.readline())["url"])
        assert set(run("emulator", "state", "--json").json["opportunities"]) == {"O1"}
        run("list")
        assert run("emulator", "calls", "--json").json[-1]["account"] == "210987654321"


def test_the_emulator_without_what_it_needs() -> None:
    program = (
        "import sys; sys.modules['aiohttp'] = None;from snapshot_provider.cli import main; main(['emulator', 'start'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 2
    assert 'needs aiohttp, which is not installed: pip install "snapshot-provider[emulator]"' in done.stderr
    assert "Traceback" not in done.stderr
