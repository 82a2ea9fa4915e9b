"""The pages in docs/coming-from: their blocks, as they stand there, and what is needed to run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from tests.stack.conftest import emulator, project, pulumi_home, running_emulator

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from tests.stack.conftest import Project

__all__ = ["emulator", "project", "pulumi_home", "running_emulator"]  # Fixtures of the tests on the real engine.

PROJECT = Path(__file__).resolve().parents[2]
PAGES = PROJECT / "docs" / "coming-from"

UNLIKE = ("Id", "Arn", "CreatedAt", "ClientToken", "LastSuccessfulExecutionDate")
"""What two jobs for the same have of their own."""


def blocks(page: str, *languages: str) -> list[str]:
    """All code blocks of a page, in order.

    Args:
        page: its name.
        languages: theirs; a block that no test takes fails the one that takes the others.
    """
    tokens = MarkdownIt("commonmark").parse((PAGES / f"{page}.md").read_text())
    found = [token for token in tokens if token.type in {"fence", "code_block"}]
    assert [token.info for token in found] == list(languages)
    return [token.content for token in found]


def commands(block: str) -> str:
    """What a reader types of a console block, as a script: all of it, as it shows no output."""
    first, *lines = block.splitlines()
    assert first.startswith("$ ")
    script = [first.removeprefix("$ ")]
    for line in lines:
        assert line.startswith(("$ ", "  ")), f"neither a command nor more of one: {line}"
        script.append(line.removeprefix("$ "))
    return "\n".join(["set -eu", *script])


def installed(folder: Path, *what: str, constraint: bool = False) -> Path:
    """The programs of an environment of its own."""
    subprocess.run(["uv", "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, folder], check=True)
    command = ["uv", "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *what]
    command += ["--constraint", str(PROJECT / "requirements.txt")] if constraint else []
    subprocess.run(command, check=True)
    return folder / "bin"


@pytest.fixture(scope="session")
def aws_cli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the AWS CLI."""
    return installed(tmp_path_factory.mktemp("aws-cli") / "env", "awscli==1.46.3")


def shell(project: Project, block: str, *programs: Path) -> str:
    """Type a console block in the project's folder; what it prints."""
    path = os.pathsep.join([*map(str, programs), project.env["PATH"]])
    return project.run("bash", "-c", commands(block), PATH=path).output


def only_job(emulator: Emulator) -> dict[str, Any]:
    """The one job that there is, without what no other job can have."""
    (job,) = emulator.jobs()
    return {name: value for name, value in job.items() if name not in UNLIKE}


def check_that_it_is_the_same_job(project: Project, emulator: Emulator, program: str, theirs: dict[str, Any]) -> None:
    """Bring our program up where nothing is, and take it down again."""
    assert emulator.jobs() == []
    project.write(program)
    project.up()
    assert only_job(emulator) == theirs
    project.up("--expect-no-changes")
    project.destroy()
    assert emulator.jobs() == []


def check_that_it_is_taken_over(project: Project, emulator: Emulator, adopting: str, program: str) -> None:
    """Bring the program up that adopts the job that there is, then the one without a word of it."""
    (theirs,) = emulator.jobs()
    emulator.clear_calls()
    project.write(adopting)
    assert f"adopted {theirs['Id']}" in project.up().text
    project.write(program)
    project.up()
    assert emulator.jobs() == [theirs]
    assert "CreateResourceSnapshotJob" not in emulator.operations()
    project.up("--expect-no-changes")
    project.destroy()
    assert emulator.jobs() == []
