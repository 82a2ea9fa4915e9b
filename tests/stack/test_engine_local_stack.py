"""`make up` and `make down`, and what is left when they are interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from aws_stand_in.clients import Clients
from engine import install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROGRAM = """\
import pulumi
from snapshot_provider import ResourceSnapshotJob

job = ResourceSnapshotJob(
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
)
pulumi.export("job_arn", job.arn)
"""

SLOW_RESOURCE = """\
import pathlib, time, pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Slow(ResourceProvider):
    def create(self, props):
        import pathlib, time
        pathlib.Path("creating").touch()
        time.sleep(2)
        return CreateResult("one", {})

class Thing(Resource):
    pass

pulumi.export("thing", Thing(Slow(), "thing", {}).id)
"""

SLOW_PROGRAM = """\
import pathlib, time
pathlib.Path("creating").touch()
time.sleep(60)
"""


@dataclass
class Checkout:
    """A copy of the project with a program of the test's own."""

    folder: Path
    env: dict[str, str]

    def write(self, program: str) -> None:
        (self.folder / "__main__.py").write_text(program)

    def begin(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "engine.local_stack", command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str, code: int = 0) -> str:
        with self.begin(command) as process:
            shown, _ = process.communicate(timeout=60)
        assert process.returncode == code, shown
        return shown

    def emulator(self) -> int | None:
        """The process that is recorded."""
        return self.recorded("emulator").get("pid")

    def recorded(self, name: str) -> dict[str, Any]:
        """What runs in the background under this name."""
        record = self.folder / ".local" / f"{name}.json"
        recorded: dict[str, Any] = json.loads(record.read_text()) if record.is_file() else {}
        return recorded


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copytree(install.MODULE, folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(install.PROJECT / name, folder / name)
    (folder / "__main__.py").write_text(PROGRAM)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    made = Checkout(
        folder,
        {
            **inherited,
            "PULUMI_HOME": str(tmp_path / "home"),
            "AWS_PROFILE": "of-the-users",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    )
    yield made
    made.run("stop")


def is_alive(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip() not in {"", "Z"}


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def test_up_twice_and_down_twice(checkout: Checkout) -> None:
    shown = checkout.run("up")
    assert "2 created" in shown
    assert "job_arn" in shown
    emulator = checkout.emulator()
    assert emulator
    shown = checkout.run("up")
    assert "2 unchanged" in shown
    assert "job_arn" in shown
    assert checkout.emulator() == emulator
    shown = checkout.run("down")
    assert "2 deleted" in shown
    assert not is_alive(emulator)
    assert checkout.recorded("aws") == {}
    assert "deleted" not in checkout.run("down").replace("have been deleted", "")
    assert checkout.emulator() is None


def test_the_projects_own_program(checkout: Checkout) -> None:
    """What moto holds of the chain is the very Arn that the emulator gave out, and is again after moto was killed."""
    shutil.copy(install.PROJECT / "__main__.py", checkout.folder / "__main__.py")
    checkout.run("up")
    jobs = chained(checkout)
    assert "15 unchanged" in checkout.run("up")
    os.kill(checkout.recorded("aws")["pid"], signal.SIGKILL)
    assert "11 created" in checkout.run("up")
    assert chained(checkout) == jobs
    os.kill(checkout.recorded("aws")["pid"], signal.SIGKILL)
    assert "15 deleted" in checkout.run("down")


def chained(checkout: Checkout) -> set[str]:
    """The ARNs of the jobs, which are what everything else refers to."""
    (url,) = checkout.recorded("emulator")["variables"].values()
    with urllib.request.urlopen(f"{url}/_emulator/state") as answer:
        held = json.load(answer)
    jobs = {job["Arn"] for job in held["jobs"]}
    aws = Clients(checkout.recorded("aws")["variables"]["AWS_ENDPOINT_URL"])
    parameters = [f"/partner-central/dev/{name}/job-arn" for name in ("acme", "globex")]
    assert {aws["ssm"].get_parameter(Name=name)["Parameter"]["Value"] for name in parameters} == jobs
    (policy,) = aws["iam"].list_policies(Scope="Local")["Policies"]
    document = aws["iam"].get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]["Document"]
    assert set(document["Statement"][0]["Resource"]) == jobs
    (rule,) = aws["events"].list_rules()["Rules"]
    pattern = json.loads(rule["EventPattern"])
    assert pattern["detail-type"] == ["Engagement Resource Snapshot Created"]
    assert pattern["detail"]["resourceSnapshot"] == {"engagementId": [held["jobs"][0]["EngagementId"]]}
    (target,) = aws["events"].list_targets_by_rule(Rule=rule["Name"])["Targets"]
    (queue,) = aws["sqs"].list_queues()["QueueUrls"]
    assert target["Arn"].rsplit(":", 1)[1] == queue.rsplit("/", 1)[1]
    (role,) = aws["iam"].list_roles()["Roles"]
    assert held["settings"]["123456789012 Sandbox"] == {"ResourceSnapshotJobRoleArn": role["Arn"]}
    return jobs


def test_an_emulator_that_was_killed_comes_back_with_its_jobs_and_its_url(checkout: Checkout) -> None:
    checkout.run("up")
    url = (checkout.folder / ".local" / "emulator.port").read_text()
    emulator = checkout.emulator()
    assert emulator
    os.kill(emulator, signal.SIGKILL)
    assert "2 unchanged" in checkout.run("up")
    assert (checkout.folder / ".local" / "emulator.port").read_text() == url
    assert checkout.emulator() != emulator
    assert "2 deleted" in checkout.run("down")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_records_what_it_began_and_leaves_nothing_running(
    checkout: Checkout, number: signal.Signals
) -> None:
    checkout.write(SLOW_RESOURCE)
    with checkout.begin("up") as process:
        wait_until((checkout.folder / "creating").is_file)
        emulator = checkout.emulator()
        assert emulator
        process.send_signal(number)
        shown, _ = process.communicate(timeout=60)
    assert process.returncode == 130, shown
    assert "1 errored" in shown
    assert "Traceback" not in shown
    assert not is_alive(emulator)
    assert checkout.emulator() is None
    assert "2 unchanged" in checkout.run("up")
    checkout.run("down")


def test_the_lock_of_an_engine_that_was_killed_is_lifted(checkout: Checkout) -> None:
    checkout.write(SLOW_PROGRAM)
    with checkout.begin("up") as process:
        wait_until((checkout.folder / "creating").is_file)
        for engine in engines_of(process.pid):
            os.kill(engine, signal.SIGKILL)
        process.communicate(timeout=60)
    assert process.returncode
    checkout.write("")
    shown = checkout.run("up")
    assert "lifting the lock" in shown
    checkout.run("down")


def engines_of(parent: int) -> list[int]:
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(int(number) for number in line.split()) for line in shown.splitlines()]
    # The emulator is a child, too, but leads no engine.
    return [pid for pid, of in pairs if of == parent and any(child_of == pid for _, child_of in pairs)]
