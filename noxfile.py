"""`make compat`: the product on every Python that it supports, with the oldest and the newest packages it allows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nox

SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
DIRECT = (
    "aiohttp",
    "boto3",
    "botocore",
    "click",
    "jinja2",
    "pulumi",
    "pulumi-aws",
    "pytest",
    "regex",
    "rich",
    "tenacity",
    "typing-extensions",
)
TESTS = ("tests/unit", "tests/emulator", "tests/stack/test_job.py", "tests/stack/test_pytest_plugin.py")

nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = True


def _has(version: str) -> bool:
    command = [
        sys.executable,
        "-m",
        "uv",
        "python",
        "find",
        "--quiet",
        "--no-project",
        "--no-python-downloads",
        version,
    ]
    asked = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603  # No words of a stranger's.
    return asked.returncode == 0


def _pythons() -> list[str]:
    """The supported versions that this machine has, oldest first. The others are named, and left out."""
    # Of those that pyenv has, only what is selected runs by the name that is on PATH.
    installed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    folders = [str(folder) for version in SUPPORTED for folder in sorted(installed.glob(f"{version}.*/bin"))]
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])
    found = [version for version in SUPPORTED if _has(version)]
    missing = [version for version in SUPPORTED if version not in found]
    if missing:
        nox.logger.logger.warning("left out, not on this machine: Python %s", ", ".join(missing))
    if not found:
        raise SystemExit(f"error: none of Python {', '.join(SUPPORTED)} is on this machine")
    return found


PYTHONS = _pythons()
ALL = [(python, packages) for python in PYTHONS for packages in RESOLUTIONS]
CORNERS = [(PYTHONS[0], "oldest"), (PYTHONS[-1], "newest")]


# What is not in the wheel, and what plays hundreds of lives of a job: left to `make compat` on all of them.
LONG = ("engine", "aws_stand_in", "lifecycle", "stateful")


@nox.session
@nox.parametrize(("python", "packages"), ALL)
def compat(session: nox.Session, packages: str) -> None:
    """The fast tests, and some on the real engine."""
    _try(session, packages)


@nox.session
@nox.parametrize(("python", "packages"), CORNERS)
def corners(session: nox.Session, packages: str) -> None:
    """Most of them on the oldest Python with the oldest packages, and on the newest with the newest."""
    _try(session, packages, *(f"--ignore=tests/unit/test_{name}.py" for name in LONG))


def _try(session: nox.Session, packages: str, *options: str) -> None:
    session.install("--resolution", RESOLUTIONS[packages], "--editable", ".[aws,emulator,testing]")
    # What the tests need must not change what they are about.
    pins = Path(session.create_tmp()) / "pins.txt"
    frozen = str(session.run("uv", "pip", "freeze", "--quiet", "--exclude-editable", silent=True))
    pins.write_text(frozen)
    session.install("--group", "test", "--constraint", str(pins))
    session.log(f"with {', '.join(line for line in frozen.splitlines() if line.split('==')[0] in DIRECT)}")
    command = ["python", "-m", "pytest", "--quiet", "--maxschedchunk=1"]
    command += ["--numprocesses=4"]  # Many of them wait for the service to let up.
    command += ["--deselect=tests/unit/test_engine.py::test_one_pin"]  # Of what the project itself pins.
    command += ["--ignore=tests/unit/test_editor_help.py"]  # Of type checkers, which are not installed.
    if packages == "oldest":
        command += ["-W", "ignore::DeprecationWarning"]  # What is newer than a package finds some of it outdated.
    session.run(*command, *options, *TESTS, *session.posargs, env={"HYPOTHESIS_PROFILE": "brief"})
