"""Where the engine is looked for, and what is said when there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import __main__ as command
from engine import install

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put scripts that print a text on an otherwise empty PATH."""

    def put(**texts: str) -> Path:
        for name, text in texts.items():
            script = tmp_path / name.replace("_", "-")
            script.write_text(f"#!/bin/sh\necho '{text}'\n")
            script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return tmp_path

    return put


def test_one_pin() -> None:
    """The SDK, its lock for the engine and what is installed say the same version."""
    pinned = re.search(r"^pulumi==(\S+)", (install.PROJECT / "requirements.txt").read_text(), re.MULTILINE)
    assert pinned
    assert pinned.group(1) == install.sdk_version() == install._locked_version()
    sdk = re.search(r"pulumi/sdk/v3 v(\S+)", (install.MODULE / "go.mod").read_text())
    assert sdk
    assert sdk.group(1) == pinned.group(1)


@pytest.mark.parametrize(
    ("cli", "fits"),
    [
        ("3.259.0", True),
        ("3.300.1", True),
        ("3.258.9", False),
        ("4.0.0", False),
        ("3.259.0-alpha.1", True),
        (None, False),
    ],
)
def test_compatible(cli: str | None, fits: bool) -> None:  # noqa: FBT001
    assert install.is_compatible(cli, "3.259.0") is fits


def test_the_users_own_engine_is_used_untouched(programs: Callable[..., Path]) -> None:
    programs(pulumi=f"v{install.sdk_version()}", pulumi_language_python="")
    assert install.prepare() is None


def test_an_engine_without_its_language_host_is_not_used(programs: Callable[..., Path]) -> None:
    programs(pulumi=f"v{install.sdk_version()}")
    assert not install.on_path()


def test_an_engine_that_is_too_old_is_not_used(programs: Callable[..., Path]) -> None:
    programs(pulumi="v3.1.0", pulumi_language_python="")
    assert not install.on_path()


def test_without_go_and_without_an_engine(
    programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    programs()
    monkeypatch.setattr(install, "HOME", tmp_path / ".engine")
    monkeypatch.setattr(install, "BIN", tmp_path / ".engine" / "bin")
    monkeypatch.setenv("ENGINE_INSTALL_TIMEOUT", "0.01")
    monkeypatch.setattr(sys, "argv", ["engine", "prepare"])
    assert command.main() == 1
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "Install Pulumi" in shown.err
    assert "or Go 1." in shown.err
    assert "Traceback" not in shown.err


def test_a_lock_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "sdk_version", lambda: "3.999.0")
    with pytest.raises(install.EngineError, match=r"locks Pulumi 3\.\S+, but the SDK is 3\.999\.0"):
        install._build()


def test_environment_lines_are_safe_and_do_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Path("/opt/it's here/bin")
    monkeypatch.setenv("PATH", "/usr/bin:/bin:/a b")
    program = 'eval "$1"; eval "$1"; printf %s "$PATH"'
    lines = "\n".join(command.environment_lines(engine))
    done = subprocess.run(["/bin/sh", "-c", program, "sh", lines], capture_output=True, text=True, check=True)
    assert done.stdout == f"{engine}:{Path(sys.prefix) / 'bin'}:/usr/bin:/bin:/a b"
    monkeypatch.setenv("PATH", done.stdout)
    assert command.environment_lines(engine) == lines.split("\n")


def test_the_environment_leaves_the_backend_alone() -> None:
    names = {line.split("=")[0].removeprefix("export ") for line in command.environment_lines(None)}
    assert names == {"PATH", "VIRTUAL_ENV", "PULUMI_SKIP_UPDATE_CHECK"}
    assert os.environ.get("PATH")
