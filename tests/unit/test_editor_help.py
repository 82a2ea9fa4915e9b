"""What an editor and a type checker tell the author of a program: checked with mypy, and spoken to pyright's server."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.language_server import LanguageServer

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(__file__).parent / "user_programs"
NAMES = sorted(path.name for path in PROGRAMS.glob("*.py"))
BIN = Path(sys.executable).parent

Errors = dict[str, dict[int, list[str]]]
"""What a type checker says, by program and line."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project outside of this one, with the package installed."""
    folder = tmp_path_factory.mktemp("project")
    for name in NAMES:
        shutil.copy(PROGRAMS / name, folder)
    # The thousands of modules of pulumi_aws take mypy minutes to read.
    (folder / "mypy.ini").write_text("[mypy]\nstrict = True\n[mypy-pulumi_aws.*]\nfollow_imports = skip\n")
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict"}))
    return folder


def environment() -> dict[str, str]:
    """Pyright as it is installed, whatever is set: it asks for nothing newer, and finds this Python on PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYRIGHT_PYTHON_")}
    return {**kept, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def run(project: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=project, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def by_mypy(project: Path) -> Errors:
    errors: Errors = {name: {} for name in NAMES}
    for found in run(project, sys.executable, "-m", "mypy", "--output=json", *NAMES).splitlines():
        error = json.loads(found)
        errors[error["file"]].setdefault(error["line"], []).append(error["message"])
    return errors


@pytest.fixture(scope="module")
def by_pyright(project: Path) -> Errors:
    errors: Errors = {name: {} for name in NAMES}
    report = json.loads(run(project, str(BIN / "pyright"), "--outputjson"))
    for error in report["generalDiagnostics"]:
        line = error["range"]["start"]["line"] + 1
        errors[Path(error["file"]).name].setdefault(line, []).append(error["message"])
    return errors


def marked(name: str) -> set[int]:
    lines = (PROGRAMS / name).read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# error")}


def statements(name: str, lines: dict[int, list[str]]) -> set[int]:
    """Where the statements begin that the lines are in: the checkers name different lines of a call."""
    starts = [node.lineno for node in ast.parse((PROGRAMS / name).read_text()).body]
    return {max(start for start in starts if start <= line) for line in lines}


@pytest.mark.parametrize("name", NAMES)
def test_mypy_finds_the_mistakes_and_nothing_else(by_mypy: Errors, name: str) -> None:
    assert statements(name, by_mypy[name]) == marked(name), by_mypy[name]


@pytest.mark.parametrize("name", NAMES)
def test_pyright_finds_the_mistakes_and_nothing_else(by_pyright: Errors, name: str) -> None:
    assert statements(name, by_pyright[name]) == marked(name), by_pyright[name]


def test_there_are_right_and_wrong_programs() -> None:
    assert {bool(marked(name)) == name.startswith("wrong_") for name in NAMES} == {True}
    assert {name.split("_")[0] for name in NAMES} == {"right", "wrong"}


@pytest.mark.parametrize(
    ("program", "statement", "words"),
    [
        ("wrong_maps.py", 'args["desired_status"]', "Paused"),
        ("wrong_maps.py", "incomplete:", "resource_snapshot_template_identifier"),
        ("wrong_maps.py", "limits:", "read"),
        ("wrong_maps.py", "role:", "role_arn"),
        ("wrong_outputs.py", "misspelt", "last_failures"),
    ],
)
def test_a_mistake_is_named(by_mypy: Errors, by_pyright: Errors, program: str, statement: str, words: str) -> None:
    lines = (PROGRAMS / program).read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.startswith(statement))
    assert words in " ".join(by_mypy[program][number])
    assert words in " ".join(by_pyright[program][number])


@pytest.mark.parametrize("package", ["snapshot_provider", "pytest_partnercentral", "partnercentral_emulator"])
def test_every_public_type_is_known(tmp_path: Path, package: str) -> None:
    answer = run(tmp_path, str(BIN / "pyright"), "--outputjson", "--verifytypes", package, "--ignoreexternal")
    found = json.loads(answer)["typeCompleteness"]
    faults = [symbol["name"] for symbol in found["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]]
    assert (found["completenessScore"], faults) == (1, [])
    assert found["exportedSymbolCounts"]["withKnownType"] > 0


# An editor -----------------------------------------------------------------------------------------------------------

PROGRAM = """\
from partnercentral_emulator import Emulator
from snapshot_provider import (
    EngagementSnapshots, ResourceSnapshotJob, ResourceSnapshotJobArgs, SharedOpportunity, get_resource_snapshot_job
)

job = ResourceSnapshotJob.get("theirs", "job-0123456789abc")
args: ResourceSnapshotJobArgs = {
    "engagement_identifier": "eng-0123456789abcd",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
}
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    command = [str(BIN / "pyright-langserver"), "--stdio"]
    settings = {"python": {"pythonPath": sys.executable}}
    with LanguageServer(command, tmp_path_factory.mktemp("edited"), settings, environment()) as server:
        yield server


def offered(editor: LanguageServer, line: str) -> list[str]:
    answer = editor.at_cursor("completion", PROGRAM + line)
    return [item["label"] for item in answer["items"]]


COMPLETE = """ResourceSnapshotJob(
    'x', engagement_identifier='e', resource_identifier='r', resource_snapshot_template_identifier='t'"""
ARGUMENTS = [
    "engagement_identifier",
    "resource_identifier",
    "resource_snapshot_template_identifier",
    "catalog",
    "resource_type",
    "desired_status",
    "tags",
    "client_token",
    "adopt",
    "wait_for_snapshot",
    "timeouts",
    "connection",
]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ResourceSnapshotJob('x', |)", [f"{name}=" for name in (*ARGUMENTS, "opts", "args")]),
        ("ResourceSnapshotJob('x', {'|'})", [f"'{name}'" for name in ARGUMENTS]),
        ("more: ResourceSnapshotJobArgs = {'|'}", [f"'{name}'" for name in ARGUMENTS]),
        ("ResourceSnapshotJobArgs(|)", [f"{name}=" for name in ARGUMENTS]),
        ("args['|']", [f"'{name}'" for name in ARGUMENTS]),
        ("ResourceSnapshotJob('x', desired_status='|')", ["'Running'", "'Stopped'"]),
        ("ResourceSnapshotJob('x', catalog='|')", ["'AWS'", "'Sandbox'"]),
        (
            "ResourceSnapshotJob('x', resource_snapshot_template_identifier='|')",
            ["'OpportunitySummaryView'", "'AwsOpportunitySummaryFullView'"],
        ),
        ("args['desired_status'] = '|'", ["'Running'", "'Stopped'"]),
        (f"{COMPLETE}, timeouts={{'|'}})", ["'create'", "'update'", "'delete'"]),
        (f"{COMPLETE}, connection={{'|'}})", ["'profile'", "'assume_role'", "'endpoint_url'"]),
        ("ResourceSnapshotJob('x', {'timeouts': {'|'}})", ["'create'", "'update'", "'delete'"]),
        ("ResourceSnapshotJob('x', {'connection': {'assume_role': {'|'}}})", ["'role_arn'", "'external_id'"]),
        ("one: SharedOpportunity = {'desired_status': '|'}", ["'Running'", "'Stopped'"]),
        ("job.|", ["arn", "status", "created_at", "resource_arn", "last_failure", "tags_all", "client_token", "id"]),
        ("EngagementSnapshots('x', |)", ["engagement_identifier=", "opportunities=", "tags="]),
        ("get_resource_snapshot_job('job-0123456789abc').|", ["arn", "identity", "status", "tags"]),
        ("job.status.apply(lambda status: status == '|')", ["'Running'", "'Stopped'"]),
        (
            "def test(partner_central: Emulator):\n    partner_central.inject('*', '|')",
            ["'throttle'", "'lost-response'"],
        ),
    ],
)
def test_completion(editor: LanguageServer, line: str, expected: list[str]) -> None:
    found = offered(editor, line)
    assert [name for name in expected if name not in found] == []


@pytest.mark.parametrize("line", ["ResourceSnapshotJob('x', desired_status='|')", "args['desired_status'] = '|'"])
def test_nothing_else_is_offered_where_values_are_enumerable(editor: LanguageServer, line: str) -> None:
    assert offered(editor, line) == ["'Running'", "'Stopped'"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Resource|SnapshotJob", ["keeps what an engagement sees of an opportunity up to date", ">>> job = Resource"]),
        (
            "Resource|SnapshotJob('x', **args)",
            [
                'desired_status: Input[Status] = "Running"',
                "Declare a job",
                "TypeError: an argument is unknown",
                ">>> job",
            ],
        ),
        ("job.ar|n", ["Output[str]", "The job's ARN"]),
        ("job.stat|us", ["Output[Status]", '"Running" or "Stopped", as last seen']),
        ("{'x': 1} and ResourceSnapshotJob.g|et", ["Read a job that somebody else manages"]),
        ("x: ResourceSnapshotJobArgs = {'ado|pt': True}", ["Input[str | bool] | None", "Take a job over"]),
        ("get_resource_snap|shot_job('x')", ["GetResourceSnapshotJob", "pulumi.RunError"]),
        ("get_resource_snapshot_job('x').created|_at", ["str | None", "ISO 8601 in UTC"]),
    ],
)
def test_hover(editor: LanguageServer, line: str, words: list[str]) -> None:
    shown = editor.at_cursor("hover", PROGRAM + line)["contents"]["value"]
    plain = re.sub(r"\\(?=[_\[\]>*`.#+-])|&nbsp;|&gt;", lambda found: ">" if found[0] == "&gt;" else "", shown)
    assert [part for part in words if part not in plain] == [], plain


def test_signature_help(editor: LanguageServer) -> None:
    answer = editor.at_cursor("signatureHelp", PROGRAM + "ResourceSnapshotJob('x', timeouts=|)")
    shown = answer["signatures"][answer["activeSignature"]]
    argument: dict[str, Any] = shown["parameters"][answer["activeParameter"]]
    assert argument["label"] == "timeouts: Input[Timeouts] | None = None"
    assert 'time limits by operation, such as {"create": "10m"}' in argument["documentation"]["value"]
    assert [form["label"].split(", ")[1].split(":")[0] for form in answer["signatures"]] == ["opts", "args"]
