"""What is in the files that are published: all that is to be there, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.package.conftest import PROJECT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGES = ("partnercentral_emulator", "pytest_partnercentral", "snapshot_provider")
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
VERSION = DECLARED["version"]

BESIDE = {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"}
MADE = {"PKG-INFO", ".gitignore"}
"""What the build backend puts into an sdist by itself: metadata, and what it leaves out of a build from there."""


def tracked(*paths: str) -> dict[str, bytes]:
    """The files that git tracks, as they are in the working tree."""
    command = ["git", "ls-files", "-z", "--", *paths]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return {name: (PROJECT / name).read_bytes() for name in listed.split("\0") if name}


def of_wheel(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def of_sdist(path: Path) -> dict[str, bytes]:
    found = {}
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None, f"{member.name} is no ordinary file"
            found[member.name] = file.read()
    root = f"snapshot_provider-{VERSION}/"
    assert all(name.startswith(root) for name in found)
    return {name.removeprefix(root): content for name, content in found.items()}


def metadata(wheel: Path) -> dict[str, list[str]]:
    parsed = message_from_bytes(of_wheel(wheel)[f"snapshot_provider-{VERSION}.dist-info/METADATA"])
    return {name: parsed.get_all(name, []) for name in set(parsed.keys())}


def test_the_names(wheel: Path, sdist: Path) -> None:
    names = (wheel.name, sdist.name)
    assert names == (f"snapshot_provider-{VERSION}-py3-none-any.whl", f"snapshot_provider-{VERSION}.tar.gz")


def test_the_wheel_has_what_git_tracks_of_the_packages(wheel: Path) -> None:
    found = of_wheel(wheel)
    info = f"snapshot_provider-{VERSION}.dist-info/"
    described = {name.removeprefix(info) for name in found if name.startswith(info)}
    assert described == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert found[f"{info}licenses/LICENSE"] == (PROJECT / "LICENSE").read_bytes()
    code = {name: content for name, content in found.items() if not name.startswith(info)}
    assert code == tracked(*PACKAGES)


def test_the_sdist_has_what_git_tracks_of_the_packages(sdist: Path) -> None:
    found = of_sdist(sdist)
    assert set(found) >= MADE
    assert {name: content for name, content in found.items() if name not in MADE} == tracked(*PACKAGES, *BESIDE)


@pytest.mark.parametrize("package", PACKAGES)
def test_types_are_published(wheel: Path, package: str) -> None:
    assert f"{package}/py.typed" in of_wheel(wheel)


def test_nothing_private_is_in_them(wheel: Path, sdist: Path) -> None:
    """Whatever git tracks: tests, caches, keys and the paths of this machine are not for others."""
    for name, content in {**of_wheel(wheel), **of_sdist(sdist)}.items():
        parts = Path(name).parts
        assert not {"tests", "__pycache__", ".env", ".venv"} & set(parts), name
        assert Path(name).suffix not in {".pyc", ".key", ".pem", ".sqlite", ".log"}, name
        assert str(PROJECT).encode() not in content, name
        assert b"PRIVATE KEY" not in content, name


def test_the_same_wheel_comes_from_the_tree(wheel: Path, tmp_path: Path) -> None:
    """`make package` builds the wheel from the sdist; one that is built from the tree is the same, byte for byte."""
    command = [sys.executable, "-m", "build", "--installer", "uv", "--wheel", "--outdir", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_metadata_is_what_users_need(wheel: Path) -> None:
    told = metadata(wheel)
    assert told["Name"] == ["snapshot-provider"]
    assert told["Version"] == [VERSION]
    assert told["License-Expression"] == ["MIT"]
    assert told["Requires-Python"] == [">=3.10"]
    assert told["Description-Content-Type"] == ["text/markdown"]
    assert set(told["Provides-Extra"]) == {"aws", "emulator", "testing"}
    for minor in ("3.10", "3.11", "3.12", "3.13"):
        assert f"Programming Language :: Python :: {minor}" in told["Classifier"]


def test_the_dependencies_are_the_declared_ones(wheel: Path) -> None:
    required = metadata(wheel)["Requires-Dist"]
    assert {name_of(line) for line in required if "extra ==" not in line} == set(map(name_of, DECLARED["dependencies"]))


def name_of(requirement: str) -> str:
    return re.split("[^a-z0-9-]", requirement)[0]


def test_the_entry_points(wheel: Path) -> None:
    told = ConfigParser()
    told.read_string(of_wheel(wheel)[f"snapshot_provider-{VERSION}.dist-info/entry_points.txt"].decode())
    assert dict(told["console_scripts"]) == DECLARED["scripts"]
    assert dict(told["pytest11"]) == DECLARED["entry-points"]["pytest11"]
