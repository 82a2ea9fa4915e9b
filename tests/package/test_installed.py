"""The published files in empty environments: they install, and do their work on the real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.package.conftest import Environment, installed
from tests.package.test_contents import VERSION

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import sys
import pulumi
import snapshot_provider

job = snapshot_provider.ResourceSnapshotJob(
    "acme",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
    catalog="Sandbox",
    tags={"team": "alliances"},
)
pulumi.export("arn", job.arn)
pulumi.export("package", snapshot_provider.__file__)
pulumi.export("prefix", sys.prefix)
"""

# Starts the emulator of the environment that it runs in, and the engine against it; says what was there and then.
LIFE = """\
import json, os, subprocess
from partnercentral_emulator import Emulator

def pulumi(*arguments):
    done = subprocess.run(
        ["pulumi", *arguments, "--non-interactive", "--color=never"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

with Emulator.start() as emulator:
    os.environ.update(emulator.env())
    pulumi("stack", "init", "dev")
    pulumi("up", "--yes", "--skip-preview")
    outputs = json.loads(pulumi("stack", "output", "--json"))
    jobs = emulator.jobs()
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi("destroy", "--yes", "--skip-preview")
    print(json.dumps({"outputs": outputs, "jobs": jobs, "left": emulator.jobs()}))
"""


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel without extras."""
    return installed(tmp_path_factory.mktemp("bare") / "env", f"snapshot-provider @ {wheel.as_uri()}")


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def with_emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Either file, with the emulator."""
    file: Path = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp(request.param) / "env"
    return installed(folder, f"snapshot-provider[emulator] @ {file.as_uri()}")


def test_the_command_line(bare: Environment) -> None:
    assert VERSION in bare.run("snapshot-provider", "--version")
    helped = bare.run("snapshot-provider", "--help")
    assert "import" in helped
    assert bare.run("python", "-m", "snapshot_provider", "--help").splitlines()[1:] == helped.splitlines()[1:]


def test_what_needs_an_extra_says_which(bare: Environment) -> None:
    """All of it imports without extras."""
    bare.run("python", "-W", "error", "-c", "import partnercentral_emulator, snapshot_provider")
    told = bare.run("python", "-m", "partnercentral_emulator", code=2)
    wanted = 'the emulator needs aiohttp, which is not installed: pip install "snapshot-provider[emulator]"'
    assert told == f"error: {wanted}\n"
    started = bare.run("python", "-c", "from partnercentral_emulator import Emulator; Emulator.start()", code=1)
    assert started.splitlines()[-1] == f"RuntimeError: error: {wanted}"


def test_without_extras_an_environment_stays_small(bare: Environment) -> None:
    listing = "from importlib.metadata import distributions; print(*(found.name for found in distributions()))"
    names = set(bare.run("python", "-c", listing).split())
    assert {"snapshot-provider", "boto3", "pulumi"} <= names
    assert not {"aiohttp", "moto", "mypy", "pulumi-aws", "pytest", "ruff"} & names


def test_a_program_on_the_real_engine(with_emulator: Environment, tmp_path: Path) -> None:
    """From nothing to a running job and back, with what is in the environment alone."""
    (tmp_path / "Pulumi.yaml").write_text("name: shares\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "state").mkdir()
    life = with_emulator.folder / "life.py"
    life.write_text(f"import os\nos.chdir({str(tmp_path)!r})\n{LIFE}")
    variables = {
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    found: dict[str, Any] = json.loads(with_emulator.run("python", "-W", "error", str(life), variables=variables))
    (job,) = found["jobs"]
    assert (job["Status"], job["Catalog"], job["Tags"]) == ("Running", "Sandbox", {"team": "alliances"})
    outputs = found["outputs"]
    assert outputs["arn"] == job["Arn"]
    assert outputs["prefix"] == str(with_emulator.folder)
    assert outputs["package"].startswith(str(with_emulator.folder))
    assert found["left"] == []
