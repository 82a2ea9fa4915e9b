"""Where the engine comes from: PATH, the SDK's installer, or a build from pinned Go modules, in this order."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from engine.children import Progress, StepError, follow, group, say

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parent.parent
HOME = PROJECT / ".engine"
BIN = HOME / "bin"
MODULE = Path(__file__).resolve().parent
LIBRARY = "github.com/pulumi/pulumi/pkg/v3"
COMMAND = f"{LIBRARY}/cmd/pulumi"
LANGUAGE_HOST = "pulumi-language-python"
DYNAMIC_PLUGIN = "pulumi-resource-pulumi-python"


def sdk_version() -> str:
    """The version of the SDK, which requirements.txt pins; the engine's is the same."""
    return version("pulumi")


def prepare() -> Path | None:
    """Make sure that there is an engine.

    Returns:
        The folder to put on PATH; None where PATH has a compatible engine already.

    Raises:
        StepError: there is none, and none can be made.
    """
    if on_path():
        return None
    ready = _ready()
    if ready is None:
        with _alone():
            ready = _ready() or _install_official() or _build()
    return ready


# On PATH


def on_path() -> bool:
    """Whether PATH has a `pulumi` of the user's that fits the SDK, with its Python language host."""
    found = _find("pulumi")
    return (
        found is not None
        and (_find(LANGUAGE_HOST) is not None or (found.resolve().parent / LANGUAGE_HOST).exists())
        and is_compatible(_version_of(found), sdk_version())
    )


def is_compatible(cli: str | None, sdk: str) -> bool:
    """Whether a CLI may run programs of an SDK: the same major version, and not older."""
    if cli is None:
        return False
    numbers = [tuple(int(part) for part in text.split("-")[0].split(".")) for text in (cli, sdk)]
    return numbers[0][0] == numbers[1][0] and numbers[0] >= numbers[1]


def _find(name: str) -> Path | None:
    """A program on PATH that is not of our making, in this checkout or another."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    others = [folder for folder in folders if HOME.name not in Path(folder).resolve().parts]
    found = shutil.which(name, path=os.pathsep.join(others))
    return Path(found) if found else None


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


# In this project


def _ready() -> Path | None:
    """The folder of a whole engine that was installed or built before."""
    folders = (_official() / "bin", BIN)
    return next((folder for folder in folders if _is_ready(folder)), None)


def _is_ready(folder: Path) -> bool:
    """Whether a folder has a whole engine of what is pinned now; what makes one writes the stamp last."""
    stamp = folder / "version"
    programs = (folder / name for name in ("pulumi", LANGUAGE_HOST, DYNAMIC_PLUGIN))
    return stamp.is_file() and stamp.read_text() == _stamp() and all(program.exists() for program in programs)


def _stamp() -> str:
    """Changes with the pin, and with all that the stand-ins are made of."""
    made_of = "".join([*_launchers().values(), (MODULE / "go.sum").read_text()])
    return f"{sdk_version()} {hashlib.sha256(made_of.encode()).hexdigest()}\n"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time prepare the engine."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Installed


def _official() -> Path:
    return HOME / "official" / sdk_version()


def _install_official() -> Path | None:
    """Let the SDK install the official engine, where the network lets it."""
    limit = float(os.environ.get("ENGINE_INSTALL_TIMEOUT", "60"))
    root = _official()
    say(f"engine: asking for the official Pulumi {sdk_version()} (at most {limit:g} s)")
    program = (
        "import socket, sys; from pulumi.automation import PulumiCommand; "
        "socket.setdefaulttimeout(5); PulumiCommand.install(root=sys.argv[1])"
    )
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        with group([sys.executable, "-c", program, root], **silent) as installer:
            installer.wait(timeout=limit)
        if installer.returncode == 0 and (root / "bin" / LANGUAGE_HOST).exists():
            (root / "bin" / "version").write_text(_stamp())
            return root / "bin"
    except subprocess.TimeoutExpired:
        pass
    finally:
        if not _is_ready(root / "bin"):
            shutil.rmtree(root, ignore_errors=True)
    say("engine: it is not to be had from here; building it instead")
    return None


# Built


def _build() -> Path:
    """Build the engine from the Go modules that go.mod and go.sum pin, and put the stand-ins beside it."""
    locked = _locked_version()
    if locked != sdk_version():
        raise StepError(
            f"engine/go.mod locks Pulumi {locked}, but the SDK is {sdk_version()}. Run in engine/: "
            f"go get {LIBRARY}@v{sdk_version()} && go mod tidy"
        )
    go = shutil.which("go")
    if go is None:
        raise StepError(
            f"There is no Pulumi {sdk_version()} on PATH, the official one cannot be downloaded from here, and there "
            "is no Go to build it with. Install Pulumi (https://www.pulumi.com/docs/install) or Go "
            f"{_go_version()} or newer (https://go.dev/doc/install), and run the command again."
        )
    BIN.mkdir(parents=True, exist_ok=True)
    new = BIN / "pulumi.new"
    try:
        _compile(go, new)
        new.replace(BIN / "pulumi")
    finally:
        new.unlink(missing_ok=True)
    for name, text in _launchers().items():
        _write_script(BIN / name, text)
    (BIN / "version").write_text(_stamp())
    return BIN


def _launchers() -> dict[str, str]:
    """The scripts that the engine starts in place of the official ones, by name."""
    python = shlex.quote(sys.executable)
    language_host = shlex.quote(str(MODULE / "language_host.py"))
    return {
        LANGUAGE_HOST: f'#!/bin/sh\nexec {python} -u {language_host} "$@"\n',
        DYNAMIC_PLUGIN: _DYNAMIC_PLUGIN.format(python=python),
    }


_DYNAMIC_PLUGIN = """\
#!/bin/sh
# Under the same interpreter as the program: the project's, else the shell's, else the one that made this.
python={python}
if [ -x "${{VIRTUAL_ENV:-}}/bin/python" ]; then python=$VIRTUAL_ENV/bin/python; fi
option=${{PULUMI_RUNTIME_VIRTUALENV:-}}
case $option in
  "") ;;
  /*) python=$option/bin/python ;;
  *)
    # It is relative to the project, and this may have been started in the folder that `main` names.
    project=$PWD
    until [ -x "$project/$option/bin/python" ] || [ "$project" = / ]; do project=$(dirname "$project"); done
    python=$project/$option/bin/python
    ;;
esac
exec "$python" -u -m pulumi.dynamic "$@"
"""


def _write_script(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.chmod(0o755)
    new.replace(path)


def _locked_version() -> str:
    found = re.search(rf"{re.escape(LIBRARY)} v(\S+)", (MODULE / "go.mod").read_text())
    return found.group(1) if found else "nothing"


def _go_version() -> str:
    found = re.search(r"^go (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    return found.group(1) if found else "1.25"


def _compile(go: str, target: Path) -> None:
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOWORK": "off",
        # A module cache that can be removed like any other folder.
        "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw -mod=readonly".strip(),
    }
    listed = HOME / "packages"
    modules = (MODULE / "go.mod").read_text().count(" v")
    say(f"engine: downloading the Go modules of Pulumi {sdk_version()}")
    fetched = Progress(f"engine: downloaded {{}} of at most {modules} modules", modules)
    with listed.open("w") as packages:
        _go([go, "list", "-deps", COMMAND], environment, fetched, mark="go: downloading", stdout=packages)
    total = len(listed.read_text().splitlines())
    say(f"engine: compiling at most {total} packages, which takes some minutes the first time")
    compiled = Progress(f"engine: compiled {{}} of at most {total} packages", total)
    stamp = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={sdk_version()}"
    command = [go, "build", "-v", "-trimpath", "-ldflags", stamp, "-o", str(target), COMMAND]
    _go(command, environment, compiled)


def _go(
    command: list[str], environment: dict[str, str], progress: Progress, mark: str = "", stdout: object = None
) -> None:
    """Run a Go command in our module.

    Raises:
        StepError: it failed; the text has its last words.
    """
    output = {"stdout": stdout or subprocess.DEVNULL, "stderr": subprocess.PIPE}
    code, words = follow(command, progress, mark, cwd=MODULE, env=environment, **output)
    if code != 0:
        raise StepError(
            f"`{shlex.join(command)}` failed:\n{words}\n"
            f"It needs Go {_go_version()} or newer, a Go module proxy that answers, and 5 GB of disk."
        )
