"""`python3 -m engine.virtual_environment FOLDER`: the packages of requirements.txt, and this project itself.

Runs before anything is installed, under whatever Python the machine has.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from engine import interrupt
from engine.children import Progress, StepError, follow, say

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".engine"
REQUIREMENTS = PROJECT / "requirements.txt"
PACKAGING = PROJECT / "pyproject.toml"


def main() -> int:
    """Make the environment, or bring it up to date; silent where it is."""
    interrupt.watch()
    try:
        prepare(Path(sys.argv[1]).absolute())
    except StepError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nvenv: interrupted; it is made anew next time")
        return 130
    return 0


def prepare(folder: Path) -> None:
    """Make sure that the folder is an environment with what the project pins, and the project in it.

    Raises:
        StepError: it cannot be made.
    """
    if _is_ready(folder):
        return
    HOME.mkdir(exist_ok=True)
    # Outside of the folder, which may be removed; two at once would spoil it.
    with (HOME / "venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_ready(folder):
            if not _has_packages(folder):
                _discard(folder)
                _create(folder)
                _install_packages(folder)
            _install_project(folder)


def _is_ready(folder: Path) -> bool:
    return _has_packages(folder) and _reads(folder / ".project", _project_stamp())


def _has_packages(folder: Path) -> bool:
    return (folder / "bin" / "python").exists() and _reads(folder / ".packages", _packages_stamp(folder))


def _reads(stamp: Path, expected: str) -> bool:
    return stamp.is_file() and stamp.read_text() == expected


def _packages_stamp(folder: Path) -> str:
    # An environment's scripts name its folder: one that was moved is of no use.
    return f"{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()} {folder}\n"


def _project_stamp() -> str:
    return f"{hashlib.sha256(PACKAGING.read_bytes()).hexdigest()} {PROJECT}\n"


def _discard(folder: Path) -> None:
    if folder.exists():
        say("venv: requirements.txt has changed, or the environment is incomplete; making it anew")
        shutil.rmtree(folder)


def _create(folder: Path) -> None:
    # The Python that runs this may be the very environment's that was just removed.
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([python, "-m", "venv", folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        words = (done.stdout + done.stderr).strip()
        raise StepError(f"{python} cannot make virtual environments:\n{words}\nInstall its venv module.")


def _install_packages(folder: Path) -> None:
    lines = REQUIREMENTS.read_text().splitlines()
    total = sum("==" in line for line in lines)
    say(f"venv: installing {total} packages from requirements.txt, which takes a minute or so")
    progress = Progress(f"venv: fetched {{}} of {total} packages", total)
    _pip(folder, progress, "--requirement", str(REQUIREMENTS))
    (folder / ".packages").write_text(_packages_stamp(folder))


def _install_project(folder: Path) -> None:
    _pip(folder, Progress("", 1000), "--no-deps", "--editable", str(PROJECT))
    (folder / ".project").write_text(_project_stamp())


def _pip(folder: Path, progress: Progress, *what: str) -> None:
    python = folder / "bin" / "python"
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    code, words = follow([python, "-m", "pip", "install", *options, *what], progress, mark="Collecting ")
    if code != 0:
        raise StepError(f"pip could not install the packages:\n{words}")


if __name__ == "__main__":
    sys.exit(main())
