"""What `make package` built in dist/, and environments with nothing in them but what is installed from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[2]


def built(pattern: str) -> Path:
    """The one file of its kind in dist/."""
    found = sorted((PROJECT / "dist").glob(pattern))
    assert len(found) == 1, f"dist/ has {len(found)} files {pattern}: build them with `make package`"
    return found[0]


@pytest.fixture(scope="session")
def wheel() -> Path:
    return built("*.whl")


@pytest.fixture(scope="session")
def sdist() -> Path:
    return built("*.tar.gz")


@dataclass(frozen=True)
class Environment:
    """A virtual environment; what runs in it sees nothing of this project's own."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def variables(self) -> dict[str, str]:
        """Those of a shell where it is active, and Pulumi installed."""
        ours = ("AWS_", "PULUMI_", "PYTHON", "VIRTUAL_ENV")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        engine = shutil.which("pulumi")
        assert engine, "the Pulumi engine is not on PATH: run the tests with `make package`"
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(engine).parent), os.defpath])
        return {**kept, "PATH": path, "VIRTUAL_ENV": str(self.folder)}

    def run(self, *command: str, code: int = 0, variables: Mapping[str, str] | None = None) -> str:
        """Run a command somewhere that is not this project; its output, both kinds together."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.variables, **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout


def installed(folder: Path, what: str) -> Environment:
    """An empty environment, and one thing installed in it, with the versions that the project pins."""
    environment = Environment(folder)
    subprocess.run(["uv", "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, folder], check=True)
    command = ["uv", "pip", "install", "--quiet", "--constraint", str(PROJECT / "requirements.txt"), what]
    subprocess.run([*command, "--python", environment.python], cwd=folder, check=True)
    return environment
