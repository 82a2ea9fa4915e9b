"""Where readers begin: a home with a clone of the project and a project of their own, and what plays the services."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aws_stand_in import StandIn
from partnercentral_emulator import Emulator
from tests.docs.markdown import ROOT
from tests.docs.reader import Reader
from tests.docs.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

CLONE = "snapshot-provider"
OWN = "my-project"

BEGIN = {
    "README.md": CLONE,
    "docs/tutorial.md": ".",
    "CONTRIBUTING.md": CLONE,
    "examples/README.md": CLONE,
}
"""The folder of the home where a page begins; elsewhere a project of the reader's own, with an empty stack `dev`."""

# Writes the stamps of what is there already, as the project's own set-up would after minutes.
SET_UP = """\
import pathlib, shutil, sys
from importlib.metadata import version
from engine import install, virtual_environment

venv = pathlib.Path(".venv").absolute()
(venv / ".packages").write_text(virtual_environment._packages_stamp(venv))
(venv / ".project").write_text(virtual_environment._project_stamp())
install.BIN.mkdir(parents=True)
shutil.copy(shutil.which("pulumi"), install.BIN / "pulumi")  # A link would make the engine look beside its target.
for name, text in install._launchers().items():
    install._write_script(install.BIN / name, text)
(install.BIN / "version").write_text(install._stamp())
(install.HOME / "aws-plugin").write_text(version("pulumi_aws"))
"""


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def aws() -> Iterator[StandIn]:
    with StandIn.start() as aws:
        yield aws


@pytest.fixture
def reader(request: pytest.FixtureRequest, tmp_path: Path, emulator: Emulator, aws: StandIn) -> Iterator[Reader]:
    """A reader of the page that the test is about, where that page begins."""
    emulator.reset()
    page: str = request.node.callspec.params["page"]
    text = (ROOT / page).read_text(encoding="utf-8")
    env = environment(tmp_path, emulator, aws)
    if BEGIN.get(page, OWN) == CLONE or "git clone" in text:
        copy(tmp_path / CLONE)
        if "git clone" in text:
            env["REPOSITORY"] = repository(tmp_path / CLONE, tmp_path / "origin")
        else:
            set_up(tmp_path / CLONE)
    with Session(tmp_path, env) as session:
        code, output = session.run("pulumi login file://$HOME")
        assert code == 0, output
        if BEGIN.get(page, OWN) == OWN or OWN in text:
            own_project(tmp_path / OWN)
        if BEGIN.get(page, OWN) == OWN:
            code, output = session.run(f"cd {OWN} && pulumi stack init dev")
        else:
            code, output = session.run(f"cd {BEGIN[page]}")
        assert code == 0, output
        yield Reader(session, emulator, set_up)
        if (tmp_path / CLONE / ".local").is_dir():
            session.run(f"cd ~/{CLONE} && python -m engine.local_stack stop")


def environment(home: Path, emulator: Emulator, aws: StandIn) -> dict[str, str]:
    """The environment of a reader whose AWS is played here."""
    commands = home / "bin"
    commands.mkdir()
    (commands / "aws").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).parent}/aws_command.py" "$@"\n')
    (commands / "aws").chmod(0o755)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_", "MAKE", "PYTEST_"))
    }
    return {
        **inherited,
        **aws.env(),
        **emulator.env(),
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        # What a page installs is there already; nothing is fetched.
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def own_project(folder: Path) -> None:
    """A project of the reader's own: the program of the README."""
    shutil.copytree(ROOT / "examples" / "quickstart", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "Pulumi.yaml").write_text(f"name: {OWN}\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  partnercentral:catalog: Sandbox\n")


def copy(folder: Path) -> None:
    """The project's files, without what it set up here."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def repository(files: Path, folder: Path) -> str:
    """A repository of these files."""
    files.rename(folder)
    git = ["git", "-c", "user.name=reader", "-c", "user.email=reader@localhost", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "All of it"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return str(folder)


def set_up(folder: Path) -> None:
    """Lend a clone the environment and the engine of this one, which take minutes to make."""
    environment = folder / ".venv"
    environment.mkdir()
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", environment / "pyvenv.cfg")
    for name in ("bin", "lib"):
        (environment / name).symlink_to(Path(sys.prefix) / name)
    subprocess.run([environment / "bin" / "python", "-c", SET_UP], cwd=folder, check=True)
