"""Where the engine is looked for, and what is said when there is none."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import __main__ as command
from engine import children, install, virtual_environment

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
    programs(pulumi=f"v{install.sdk_version()}", pulumi_language_python="", pulumi_resource_pulumi_python="")
    assert install.prepare() is None


def test_an_engine_without_its_language_host_is_not_used(programs: Callable[..., Path]) -> None:
    programs(pulumi=f"v{install.sdk_version()}")
    assert not install.on_path()


def test_an_engine_that_is_too_old_is_not_used(programs: Callable[..., Path]) -> None:
    programs(pulumi="v3.1.0", pulumi_language_python="", pulumi_resource_pulumi_python="")
    assert not install.on_path()


def test_an_engine_beside_which_its_programs_are_is_found_by_a_link(
    programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = programs(pulumi=f"v{install.sdk_version()}", pulumi_language_python="", pulumi_resource_pulumi_python="")
    linked = folder / "linked"
    linked.mkdir()
    (linked / "pulumi").symlink_to(folder / "pulumi")
    monkeypatch.setenv("PATH", str(linked))
    assert install.on_path()


def test_an_engine_that_another_checkout_built_is_not_the_users_own(
    programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = programs(pulumi=f"v{install.sdk_version()}", pulumi_language_python="", pulumi_resource_pulumi_python="")
    other = folder / ".engine" / "bin"
    other.mkdir(parents=True)
    for name in ("pulumi", install.LANGUAGE_HOST, install.DYNAMIC_PLUGIN):
        (folder / name).rename(other / name)
    monkeypatch.setenv("PATH", str(other))
    assert not install.on_path()


def test_without_go_and_without_an_engine(
    programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    programs()
    monkeypatch.setattr(install, "HOME", tmp_path / ".engine")
    monkeypatch.setattr(install, "BIN", tmp_path / ".engine" / "bin")
    monkeypatch.setattr(install, "_locked_version", install.sdk_version)
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
    with pytest.raises(children.StepError, match=r"locks Pulumi 3\.\S+, but the SDK is 3\.999\.0"):
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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An engine's home of the test's own."""
    made = tmp_path / ".engine"
    monkeypatch.setattr(install, "HOME", made)
    monkeypatch.setattr(install, "BIN", made / "bin")
    return made


def build(home: Path) -> None:
    """What a build leaves."""
    (home / "bin").mkdir(parents=True)
    for name in ("pulumi", install.LANGUAGE_HOST, install.DYNAMIC_PLUGIN):
        (home / "bin" / name).touch()
    (home / "bin" / "version").write_text(install._stamp())


def test_a_whole_engine_is_ready(home: Path) -> None:
    assert install._ready() is None
    build(home)
    assert install._ready() == home / "bin"


@pytest.mark.parametrize("missing", ["pulumi", install.LANGUAGE_HOST, install.DYNAMIC_PLUGIN, "version"])
def test_half_an_engine_is_not_ready(home: Path, missing: str) -> None:
    build(home)
    (home / "bin" / missing).unlink()
    assert install._ready() is None


def test_an_engine_of_another_version_is_not_ready(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(home)
    monkeypatch.setattr(install, "sdk_version", lambda: "3.999.0")
    assert install._ready() is None


@pytest.mark.usefixtures("home")
def test_an_installer_that_hangs_is_killed_in_time(
    programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    script = programs(python="") / "python"
    script.write_text("#!/bin/sh\n/bin/sleep 60 & /bin/sleep 60\n")
    monkeypatch.setattr(sys, "executable", str(script))
    monkeypatch.setenv("ENGINE_INSTALL_TIMEOUT", "0.2")
    install.HOME.mkdir()
    began = time.monotonic()
    assert install._install_official() is None
    assert time.monotonic() - began < 10
    assert "at most 0.2 s" in capfd.readouterr().err


@pytest.mark.usefixtures("home")
def test_a_build_that_fails_says_what_it_needs(programs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "_locked_version", install.sdk_version)
    go = programs(go="") / "go"
    go.write_text("#!/bin/sh\necho 'go.mod requires go >= 1.99' >&2\nexit 1\n")
    with pytest.raises(children.StepError, match=r"requires go >= 1\.99\nIt needs Go 1\.\S+ or newer"):
        install._build()
    assert install._ready() is None
    assert not (install.BIN / "pulumi.new").exists()


def test_progress_is_a_line_for_every_tenth(capfd: pytest.CaptureFixture[str]) -> None:
    progress = children.Progress("{} of 25", 25)
    for _ in range(25):
        progress.advance()
    progress.end()
    assert capfd.readouterr().err.splitlines() == [f"{n} of 25" for n in (3, 5, 8, 10, 13, 15, 18, 20, 23, 25)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_step_leaves_no_child(number: signal.Signals, tmp_path: Path) -> None:
    grandchild = tmp_path / "pid"
    script = (
        "from engine import children, interrupt; interrupt.watch()\n"
        f"children.follow(['sh', '-c', 'sleep 60 & echo $! > {grandchild}; wait'], children.Progress('', 1))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=install.PROJECT, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(lambda: grandchild.is_file() and grandchild.read_text().endswith("\n"))
        process.send_signal(number)
        assert "KeyboardInterrupt" in process.communicate(timeout=10)[1]
    wait_for(lambda: not is_alive(int(grandchild.read_text())))


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip() not in {"", "Z"}


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What pip is asked for, in an environment whose lock is the test's own."""
    asked: list[tuple[str, ...]] = []
    pinned = tmp_path / "requirements.txt"
    pinned.write_text("one==1\n")
    monkeypatch.setattr(virtual_environment, "HOME", tmp_path / ".engine")
    monkeypatch.setattr(virtual_environment, "REQUIREMENTS", pinned)

    def create(folder: Path) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").touch()

    monkeypatch.setattr(virtual_environment, "_create", create)
    monkeypatch.setattr(virtual_environment, "_pip", lambda _folder, _progress, *what: asked.append(what))
    return asked


def test_an_environment_is_made_once_and_follows_what_is_pinned(tmp_path: Path, pip: list[tuple[str, ...]]) -> None:
    folder = tmp_path / "venv"
    virtual_environment.prepare(folder)
    assert [what[0] for what in pip] == ["--requirement", "--no-deps"]
    virtual_environment.prepare(folder)
    assert len(pip) == 2
    (tmp_path / "requirements.txt").write_text("one==2\n")
    (folder / "left").touch()
    virtual_environment.prepare(folder)
    assert len(pip) == 4
    assert not (folder / "left").exists()


def test_changed_packaging_does_not_cost_a_new_environment(
    tmp_path: Path, pip: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    virtual_environment.prepare(tmp_path / "venv")
    packaging = tmp_path / "pyproject.toml"
    packaging.write_text("[project]\n")
    monkeypatch.setattr(virtual_environment, "PACKAGING", packaging)
    virtual_environment.prepare(tmp_path / "venv")
    assert [what[0] for what in pip] == ["--requirement", "--no-deps", "--no-deps"]


def test_an_interrupted_environment_is_made_anew(
    tmp_path: Path, pip: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(virtual_environment, "_pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            virtual_environment.prepare(tmp_path / "venv")
    virtual_environment.prepare(tmp_path / "venv")
    assert [what[0] for what in pip] == ["--requirement", "--no-deps"]
