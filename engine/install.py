"""Where the engine comes from: PATH, the SDK's installer, or a build from pinned Go modules, in this order."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".engine"
BIN = HOME / "bin"
MODULE = Path(__file__).resolve().parent
COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE_HOST = "pulumi-language-python"
DYNAMIC_PLUGIN = "pulumi-resource-pulumi-python"


class EngineError(Exception):
    """The engine cannot be prepared; the text says what to do about it."""


def sdk_version() -> str:
    """The version of the SDK, which requirements.txt pins; the engine's is the same."""
    return version("pulumi")


def prepare() -> Path | None:
    """Make sure that there is an engine.

    Returns:
        The folder to put on PATH; None where PATH has a compatible engine already.

    Raises:
        EngineError: there is none, and none can be made.
    """
    if on_path():
        return None
    for folder in (HOME / "official" / sdk_version() / "bin", BIN):
        if _is_ready(folder):
            return folder
    with _alone():
        for folder in (HOME / "official" / sdk_version() / "bin", BIN):
            if _is_ready(folder):
                return folder
        return _install_official() or _build()


def on_path() -> bool:
    """Whether PATH has a `pulumi` of the user's that fits the SDK, with its Python language host."""
    found = _find("pulumi")
    return found is not None and _has_language_host(found) and is_compatible(_version_of(found), sdk_version())


def is_compatible(cli: str | None, sdk: str) -> bool:
    """Whether a CLI may run programs of an SDK: the same major version, and not older."""
    if cli is None:
        return False
    numbers = [tuple(int(part) for part in text.split("-")[0].split(".")) for text in (cli, sdk)]
    return numbers[0][0] == numbers[1][0] and numbers[0] >= numbers[1]


def _find(name: str) -> Path | None:
    """A program on PATH that is not of our making."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    others = [folder for folder in folders if not Path(folder).resolve().is_relative_to(HOME)]
    found = shutil.which(name, path=os.pathsep.join(others))
    return Path(found) if found else None


def _has_language_host(pulumi: Path) -> bool:
    return _find(LANGUAGE_HOST) is not None or (pulumi.resolve().parent / LANGUAGE_HOST).exists()


def _version_of(pulumi: Path) -> str | None:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [pulumi, "version"], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v?(\d+\.\d+\.\d+)", done.stdout.strip())
    return found.group(1) if found and done.returncode == 0 else None


def _is_ready(folder: Path) -> bool:
    """Whether a folder has a whole engine of this version; what makes one writes the stamp last."""
    stamp = folder / "version"
    return stamp.is_file() and stamp.read_text() == _stamp()


def _stamp() -> str:
    return f"{sdk_version()} {sys.prefix}\n"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time prepare the engine."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_official() -> Path | None:
    """Let the SDK install the official engine, where the network lets it."""
    limit = float(os.environ.get("ENGINE_INSTALL_TIMEOUT", "60"))
    root = HOME / "official" / sdk_version()
    _say(f"engine: asking for the official Pulumi {sdk_version()} (at most {limit:g} s)")
    program = (
        "import socket, sys; from pulumi.automation import PulumiCommand; "
        "socket.setdefaulttimeout(5); PulumiCommand.install(root=sys.argv[1])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(root)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as installer:
        try:
            code = installer.wait(timeout=limit)
        except BaseException as stopped:
            os.killpg(installer.pid, signal.SIGKILL)
            if not isinstance(stopped, subprocess.TimeoutExpired):
                raise
            code = 1
    if code != 0 or not (root / "bin" / LANGUAGE_HOST).exists():
        shutil.rmtree(root, ignore_errors=True)
        return None
    (root / "bin" / "version").write_text(_stamp())
    return root / "bin"


def _build() -> Path:
    """Build the engine from the Go modules that go.mod and go.sum pin, and put the stand-ins beside it."""
    locked = _locked_version()
    if locked != sdk_version():
        raise EngineError(
            f"engine/go.mod locks Pulumi {locked}, but the SDK is {sdk_version()}. Run in engine/: "
            f"go get {COMMAND.removesuffix('/cmd/pulumi')}@v{sdk_version()} && go mod tidy"
        )
    go = shutil.which("go")
    if go is None:
        raise EngineError(
            f"There is no Pulumi {sdk_version()} on PATH, the official one cannot be downloaded from here, and there "
            "is no Go to build it with. Install Pulumi (https://www.pulumi.com/docs/install) or Go "
            f"{_go_version()} or newer (https://go.dev/doc/install), and run the command again."
        )
    BIN.mkdir(parents=True, exist_ok=True)
    _compile(go, BIN / "pulumi.new")
    (BIN / "pulumi.new").replace(BIN / "pulumi")
    host = f'exec {shlex.quote(sys.executable)} -u {shlex.quote(str(MODULE / "language_host.py"))} "$@"'
    _write_script(LANGUAGE_HOST, host)
    _write_script(DYNAMIC_PLUGIN, _DYNAMIC_LAUNCHER)
    (BIN / "version").write_text(_stamp())
    return BIN


# The engine hands the virtualenv option over in a variable; it is relative to the project.
_DYNAMIC_LAUNCHER = """\
if [ -n "${PULUMI_RUNTIME_VIRTUALENV:-}" ]; then
  PATH="${PULUMI_RUNTIME_VIRTUALENV%/}/bin:$PATH"
fi
exec python -u -m pulumi.dynamic "$@\""""


def _write_script(name: str, text: str) -> None:
    new = BIN / f"{name}.new"
    new.write_text(f"#!/bin/sh\n{text}\n")
    new.chmod(0o755)
    new.replace(BIN / name)


def _locked_version() -> str:
    found = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", (MODULE / "go.mod").read_text())
    return found.group(1) if found else "nothing"


def _go_version() -> str:
    found = re.search(r"^go (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    return found.group(1) if found else "1.25"


def _compile(go: str, target: Path) -> None:
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        # A module cache that can be removed like any other folder.
        "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw -mod=readonly".strip(),
    }
    _say(f"engine: downloading the Go modules of Pulumi {sdk_version()}")
    listed = _follow([go, "list", "-deps", COMMAND], environment, "downloaded {} modules", step=25)
    total = len(listed.splitlines())
    _say(f"engine: compiling {total} packages, which takes some minutes the first time")
    flag = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={sdk_version()}"
    command = [go, "build", "-v", "-trimpath", "-ldflags", flag, "-o", str(target), COMMAND]
    _follow(command, environment, f"compiled {{}} of {total} packages", step=max(1, total // 10))


def _follow(command: list[str], environment: dict[str, str], progress: str, step: int) -> str:
    """Run a Go command and show how far it is, a line of its standard error a step; its standard output.

    Raises:
        EngineError: it failed; the text has its last words.
    """
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(
            command,
            cwd=MODULE,
            env=environment,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stderr is not None  # noqa: S101  # It is a pipe.
        last: list[str] = []
        try:
            for count, line in enumerate(process.stderr, start=1):
                last = [*last[-20:], line]
                if count % step == 0:
                    _say(f"engine: {progress.format(count)}")
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # Its compilers, too.
            raise
        if process.returncode != 0:
            words = "".join(last).strip()
            raise EngineError(f"`{shlex.join(command)}` failed (Go {_go_version()} or newer is needed):\n{words}")
        output.seek(0)
        return output.read()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
