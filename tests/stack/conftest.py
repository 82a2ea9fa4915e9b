"""A Pulumi project on the real engine, a file backend of its own, and the emulator as witness."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from moto.server import ThreadedMotoServer

from partnercentral_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENGAGEMENT = "eng-0123456789abcd"
OTHER_ENGAGEMENT = "eng-0123456789abce"
JOB = {
    "engagement_identifier": ENGAGEMENT,
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
    "catalog": "Sandbox",
}

TYPE = "pulumi-python:dynamic/partnercentral:ResourceSnapshotJob"


def job_urn(name: str) -> str:
    return f"urn:pulumi:test::shares::{TYPE}::{name}"


PROGRAM = """\
import pulumi
from pulumi import ResourceOptions
from snapshot_provider import ResourceSnapshotJob

{jobs}
"""


@dataclass
class Result:
    """What a command of the engine's did and said."""

    code: int
    text: str
    output: str

    def __str__(self) -> str:
        return self.text


@dataclass
class Project:
    """One Pulumi project folder with a stack `test`."""

    folder: Path
    env: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict)

    def write(self, program: str) -> None:
        """Put a program there."""
        (self.folder / "__main__.py").write_text(program)

    def declare(self, jobs: Mapping[str, Mapping[str, Any]] | None = None, *, opts: str = "", **inputs: Any) -> None:
        """Write a program of jobs by name; by default one, `acme`, with these inputs over the usual ones."""
        jobs = {"acme": inputs} if jobs is None else jobs
        declarations = []
        for name, given in jobs.items():
            own = {"opts": opts, **given} if opts else dict(given)
            options = own.pop("opts", "")
            arguments = [f"{key}={value!r}" for key, value in {**JOB, **own}.items() if value is not None]
            arguments += [f"opts=ResourceOptions({options})"] if options else []
            variable = re.sub(r"\W", "_", name)
            declarations.append(
                f"{variable} = ResourceSnapshotJob({name!r}, {', '.join(arguments)})\n"
                f"pulumi.export('{name}_id', {variable}.id)\n"
                f"pulumi.export('{name}', {{key: getattr({variable}, key) for key in"
                f" ('arn', 'status', 'created_at', 'resource_arn', 'tags', 'client_token')}})\n"
            )
        self.write(PROGRAM.format(jobs="\n".join(declarations)))

    def pulumi(self, *arguments: str, succeeds: bool = True, **env: str) -> Result:
        """Run a command of the engine's, without colours."""
        return self.run("pulumi", *arguments, "--color=never", "--non-interactive", succeeds=succeeds, **env)

    def run(self, *command: str, succeeds: bool = True, **env: str) -> Result:
        """Run a command in the project's folder; its standard output and error together."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        result = Result(done.returncode, done.stdout + done.stderr, done.stdout)
        assert (result.code == 0) is succeeds, result.text
        return result

    def up(self, *arguments: str, succeeds: bool = True) -> Result:
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, succeeds=succeeds)

    def preview(self, *arguments: str, succeeds: bool = True) -> Result:
        return self.pulumi("preview", "--diff", *arguments, succeeds=succeeds)

    def refresh(self, *arguments: str, succeeds: bool = True) -> Result:
        return self.pulumi("refresh", "--yes", "--skip-preview", *arguments, succeeds=succeeds)

    def destroy(self, *arguments: str, succeeds: bool = True) -> Result:
        return self.pulumi("destroy", "--yes", "--skip-preview", *arguments, succeeds=succeeds)

    def config(self, key: str, value: str) -> None:
        """Set configuration; a value that is JSON becomes a structure."""
        path = self.folder / "Pulumi.test.yaml"
        config = yaml.safe_load(path.read_text())
        try:
            known = json.loads(value)
        except ValueError:
            known = value
        config["config"] = {**config.get("config", {}), key: known}
        path.write_text(yaml.safe_dump(config))

    def outputs(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets").output)
        return loaded

    def resources(self) -> list[dict[str, Any]]:
        """The stack's jobs as its state has them."""
        state = json.loads(self.pulumi("stack", "export").output)
        found = state["deployment"].get("resources", [])
        return [resource for resource in found if "partnercentral" in resource["type"]]


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert shutil.which("pulumi"), "the Pulumi engine is not on PATH: run the tests with `make test`"
    return tmp_path_factory.mktemp("pulumi-home")


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    running_emulator.reset()
    return running_emulator


@pytest.fixture
def project(tmp_path: Path, pulumi_home: Path, emulator: Emulator) -> Project:
    return new_project(tmp_path, pulumi_home, emulator.env())


def new_project(folder: Path, pulumi_home: Path, env: Mapping[str, str]) -> Project:
    """A project folder with an empty stack `test` on a file backend beside it."""
    backend = folder / "state"
    source = folder / "project"
    backend.mkdir()
    source.mkdir()
    (source / "Pulumi.yaml").write_text("name: shares\nruntime: python\n")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
    project = Project(
        source,
        {
            **inherited,
            "PULUMI_HOME": str(pulumi_home),
            # A kill in the middle of writing such metadata would leave the engine a stack that it cannot load.
            "PULUMI_BACKEND_URL": f"file://{backend}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **env,
        },
    )
    project.pulumi("stack", "init", "test")
    return project


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """The URL of a server that plays AWS: STS and S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
