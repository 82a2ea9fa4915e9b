"""What the command line is made of: reading in order, rows, trust policies, the doctor's look at this machine."""

from __future__ import annotations

import json
import sys
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from snapshot_provider.cli.checks import examine
from snapshot_provider.cli.options import Service
from snapshot_provider.cli.output import Output
from snapshot_provider.cli.reading import AHEAD, health, in_order, job_as_json
from snapshot_provider.cli.rows import Rows, ago, block
from snapshot_provider.cli.trust import Trust, trust_in
from snapshot_provider.model import Identity, Job
from snapshot_provider.policies import PRINCIPAL, trust

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Reading --------------------------------------------------------------------------------------------------------------


def test_results_come_in_order_however_long_each_takes() -> None:
    second_is_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert second_is_done.wait(20)
        if number == 1:
            second_is_done.set()
        return number * 2

    assert list(in_order(work, range(500))) == [number * 2 for number in range(500)]


def test_no_more_is_read_ahead_than_what_is_under_way() -> None:
    asked = 0

    def things() -> Iterator[int]:
        nonlocal asked
        while True:
            asked += 1
            yield asked

    results = in_order(lambda number: number, things())
    for taken in range(1, 200):
        assert next(results) == taken
        assert asked <= taken + AHEAD


def test_what_was_done_before_a_fault_is_handed_on() -> None:
    def work(number: int) -> int:
        if number == 100:
            raise LookupError(number)
        return number

    results = in_order(work, range(1000))
    assert [next(results) for _ in range(100)] == list(range(100))
    with pytest.raises(LookupError):
        next(results)


def test_a_list_that_breaks_off() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise LookupError("the next page")

    with pytest.raises(LookupError):
        list(in_order(lambda number: number, things()))


# JSON -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_array_is_one_document(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    with Output(as_json=True).array() as array:
        for number in range(count):
            array.add({"n": number})
    assert json.loads(capsys.readouterr().out) == [{"n": number} for number in range(count)]


def test_an_array_that_breaks_off_can_be_read_as_far_as_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    def write(count: int) -> None:
        with Output(as_json=True).array() as array:
            for number in range(count):
                array.add(number)
            raise LookupError

    for count, shown in ((0, ""), (2, "[0, 1]")):
        with pytest.raises(LookupError):
            write(count)
        out = capsys.readouterr().out
        assert (json.loads(out) if out else "") == (json.loads(shown) if shown else "")


# Rows -----------------------------------------------------------------------------------------------------------------


def job(succeeded: str | None = None, failure: str | None = None, **members: Any) -> Job:
    identity = Identity("Sandbox", "eng-0123456789abcd", "Opportunity", "O1234567", "OpportunitySummaryView")
    return Job(
        id="job-0123456789abc",
        arn="arn:aws:partnercentral:us-east-1:123456789012:catalog/Sandbox/resource-snapshot-job/job-0123456789abc",
        identity=identity,
        status="Running",
        last_successful_execution_date=succeeded,
        last_failure=failure,
        **members,
    )


@pytest.mark.parametrize(
    ("succeeded", "failure", "state"),
    [
        (None, None, "none"),
        ("2026-01-01T00:00:00.000Z", None, "ok"),
        (None, "why", "failing"),
        ("2026-01-01T00:00:00.000Z", "why", "unclear"),
    ],
)
def test_health(succeeded: str | None, failure: str | None, state: str) -> None:
    assert health(job(succeeded, failure)) == job_as_json(job(succeeded, failure))["health"] == state


def test_a_row_for_a_pipe_has_everything_on_one_line() -> None:
    failure = "no role\n\x1b[31mred " + "x" * 300
    (line,) = Rows(Console(force_terminal=False, width=40)).row(job(failure=failure))
    assert line.plain.endswith("x" * 300)
    assert "\n" not in line.plain
    assert "\x1b" not in line.plain
    assert line.plain.split()[:4] == ["job-0123456789abc", "Running", "failing", "O1234567"]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_rows_for_a_terminal_fit_it(width: int) -> None:
    rows = Rows(Console(force_terminal=True, width=width))
    lines = [rows.head(), *rows.row(job(failure="x" * 300)), *rows.row(job("2026-01-01T00:00:00.000Z"))]
    assert max(line.cell_len for line in lines) <= width
    assert any("xxx…" in line.plain for line in lines)


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=3), "3s ago"),
        (timedelta(minutes=5), "5m ago"),
        (timedelta(hours=30), "1d ago"),
        (timedelta(hours=2), "2h ago"),
        (timedelta(seconds=-5), "0s ago"),
    ],
)
def test_how_long_ago(age: timedelta, shown: str) -> None:
    then = datetime.now(timezone.utc) - age
    # A second may pass in between.
    assert ago(then.isoformat().replace("+00:00", "Z")) in {shown, shown.replace("3s", "4s")}


def test_a_time_to_come_is_a_date() -> None:
    assert ago("2999-01-02T03:04:05.000Z") == "2999-01-02"


def test_a_block_has_all_of_a_job() -> None:
    shown = "\n".join(
        line.plain for line in block(job("2026-01-01T00:00:00.000Z", "why", tags={"a": "1", "b": "2"}), terminal=False)
    )
    for part in ("job-0123456789abc", "unclear", "2026-01-01T00:00:00.000Z", "why", "a = 1", "b = 2", "arn:aws:"):
        assert part in shown


# Trust ----------------------------------------------------------------------------------------------------------------

ALLOW = {"Effect": "Allow", "Principal": {"Service": PRINCIPAL}, "Action": "sts:AssumeRole"}
DENY = {**ALLOW, "Effect": "Deny"}
CONDITION = {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
OTHER = {"Service": "ec2.amazonaws.com"}


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (ALLOW, Trust.ALLOWED),
        ([ALLOW], Trust.ALLOWED),
        ([{**ALLOW, "Principal": {"Service": ["ec2.amazonaws.com", PRINCIPAL]}}], Trust.ALLOWED),
        ([{**ALLOW, "Action": ["sts:TagSession", "sts:AssumeRole"]}], Trust.ALLOWED),
        ([{**ALLOW, "Action": "STS:assume*"}], Trust.ALLOWED),
        ([{**ALLOW, "Action": "sts:AssumeRol?"}], Trust.ALLOWED),
        ([{**ALLOW, "Action": "*"}], Trust.ALLOWED),
        ([{**ALLOW, "Principal": "*"}], Trust.ALLOWED),
        ([{**ALLOW, "Principal": {"AWS": ["*"]}}], Trust.ALLOWED),
        ([{**ALLOW, "Principal": OTHER}, ALLOW], Trust.ALLOWED),
        ([ALLOW, {**DENY, "Principal": OTHER}], Trust.ALLOWED),
        ([{"Effect": "Allow", "Principal": "*", "NotAction": "sts:TagSession"}], Trust.ALLOWED),
        ([{"Effect": "Allow", "Principal": "*", "NotAction": "sts:*"}], Trust.ABSENT),
        ([{"Effect": "Allow", "NotPrincipal": OTHER, "Action": "sts:AssumeRole"}], Trust.ALLOWED),
        ([{**ALLOW, "Principal": OTHER}], Trust.ABSENT),
        ([{**ALLOW, "Principal": {"AWS": "123456789012"}}], Trust.ABSENT),
        ([{**ALLOW, "Action": "sts:AssumeRoleWithWebIdentity"}], Trust.ABSENT),
        ([{**ALLOW, "Action": "sts:Assume[R]ole"}], Trust.ABSENT),
        ([], Trust.ABSENT),
        (None, Trust.ABSENT),
        (["nonsense"], Trust.ABSENT),
        ([ALLOW, DENY], Trust.DENIED),
        ([ALLOW, {**DENY, "Principal": "*"}], Trust.DENIED),
        ([DENY], Trust.DENIED),
        ([{**ALLOW, **CONDITION}], Trust.CONDITIONAL),
        ([{**ALLOW, **CONDITION}, ALLOW], Trust.ALLOWED),
        ([ALLOW, {**DENY, **CONDITION}], Trust.CONDITIONAL),
        ([{**DENY, **CONDITION}], Trust.ABSENT),
    ],
)
def test_what_a_trust_policy_says(statements: Any, found: Trust) -> None:
    assert trust_in({"Version": "2012-10-17", "Statement": statements}, PRINCIPAL) is found


def test_the_trust_that_the_component_makes_is_one() -> None:
    assert trust_in(json.loads(trust()), PRINCIPAL) is Trust.ALLOWED


# The doctor, on this machine ------------------------------------------------------------------------------------------


def programs(folder: Path, **scripts: str) -> None:
    for name, script in scripts.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "status", "found"),
    [
        ("echo v999.0.0", "failure", "CLI 999.0.0"),
        ("echo v3.1.0", "warning", "the CLI is older"),
        ("echo 3.999.0-alpha.1", "ok", "CLI 3.999.0-alpha.1"),
        ("echo nonsense", "warning", "CLI nonsense"),
        ("echo why >&2; exit 3", "failure", "does not tell its version"),
        (None, "failure", "no pulumi on PATH"),
    ],
)
def test_the_doctor_looks_at_the_pulumi_cli(
    script: str | None, status: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", "unusable, so that nothing is called")
    if script:
        programs(tmp_path, pulumi=script)
    checks = {check.name: check for check in examine(Service("Sandbox", None, None))}
    assert checks["pulumi"].status == status
    assert found in checks["pulumi"].found
    assert bool(checks["pulumi"].remedy) == (status != "ok")
    assert checks["plugins"].status == "failure"
    assert "pulumi-language-python" in checks["plugins"].found
    assert checks["python"].found.endswith(sys.executable)
    assert checks["boto3"].status == "ok"


def test_the_doctor_finds_plugins_beside_the_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, on_path = tmp_path / "beside", tmp_path / "bin"
    beside.mkdir()
    on_path.mkdir()
    programs(beside, pulumi="echo 3.999.0", pulumi_language_python="", pulumi_resource_pulumi_python="")
    (on_path / "pulumi").symlink_to(beside / "pulumi")
    monkeypatch.setenv("PATH", str(on_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", "unusable, so that nothing is called")
    checks = {check.name: check for check in examine(Service("Sandbox", None, None))}
    assert (checks["pulumi"].status, checks["plugins"].status) == ("ok", "ok")
    assert (checks["configuration"].status, checks["trust"].status) == ("failure", "skipped")
