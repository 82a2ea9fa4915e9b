"""`make up` and `make down`: a program on a local stack, against what plays Partner Central and AWS on localhost.

Never touches AWS: the stack's environment names what plays it, and no credentials of the user's.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine import aws_plugin, interrupt
from engine.background import Background
from engine.children import StepError, group, say
from engine.install import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = PROJECT / ".local"
STATE = LOCAL / "state"

EMULATOR = Background(
    name="emulator",
    module="partnercentral_emulator",
    folder=LOCAL,
    options=lambda port: ["--port", port, "--data", str(LOCAL / "emulator.sqlite")],
    lines=1,
    variables=lambda lines: {"AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING": lines[0]},
)

# moto keeps its data in memory, so a port of its own is worth nothing.
AWS = Background(
    name="aws",
    module="aws_stand_in",
    folder=LOCAL,
    options=lambda _: [],
    lines=2,
    variables=lambda lines: dict(line.split("=", 1) for line in lines),
)


def main() -> int:
    """Run `up`, `down` or `stop`."""
    parser = argparse.ArgumentParser(prog="python -m engine.local_stack", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "stop"])
    parser.add_argument("--project", type=Path, default=PROJECT, help="the program's folder; the project's own without")
    parser.add_argument("--stack", default="dev", help="the stack (default: %(default)s)")
    options = parser.parse_args()
    interrupt.watch()
    try:
        with _alone():
            if options.command == "stop":
                return _stop()
            stack = LocalStack(options.project, options.stack)
            return stack.up() if options.command == "up" else stack.down()
    except StepError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("\ninterrupted")
        return 130


@dataclass(frozen=True)
class LocalStack:
    """A stack of a program's, with its state in this project.

    Attributes:
        project: the program's folder.
        name: the stack's name.
    """

    project: Path
    name: str

    def up(self) -> int:
        """Bring the stack up, and show its outputs."""
        self._check()
        with _served() as (variables, is_new):
            code = self._select(variables)
            # What plays AWS keeps nothing over a restart: what the stack had there is to be made anew.
            again = ["--refresh"] if is_new and code == 0 and self._has_resources() else []
            code = code or self._engine(variables, "up", "--yes", "--skip-preview", "--suppress-outputs", *again)
            if code == 0:
                print("\noutputs:", flush=True)
                code = self._engine(variables, "stack", "output")
            return code

    def down(self) -> int:
        """Destroy the stack, and stop what was started for it."""
        self._check()
        if not STATE.is_dir():
            return _stop()
        with _served() as (variables, _):
            code = self._select(variables) or self._engine(variables, "destroy", "--yes", "--skip-preview")
        return code or _stop()

    def _check(self) -> None:
        if not (self.project / "Pulumi.yaml").is_file():
            raise StepError(f"there is no program in {self.project}: name a folder with a Pulumi.yaml")

    def _select(self, variables: dict[str, str]) -> int:
        """Select the stack, and lift the lock that a killed engine left on it: nobody else works on it now."""
        STATE.mkdir(exist_ok=True)
        code = self._engine(variables, "stack", "select", "--create", self.name, stack=False)
        locks = (STATE / ".pulumi" / "locks").rglob("*.json")
        if code == 0 and any(not _is_alive(json.loads(lock.read_text()).get("pid", 0)) for lock in locks):
            say("lifting the lock of an engine that was killed")
            code = self._engine(variables, "cancel", "--yes", self.name, stack=False)
        return code

    def _has_resources(self) -> bool:
        states = (STATE / ".pulumi" / "stacks").glob(f"*/{self.name}.json")
        latest = (json.loads(state.read_text())["checkpoint"].get("latest") or {} for state in states)
        return any(found.get("resources") for found in latest)

    def _engine(self, variables: dict[str, str], *arguments: str, stack: bool = True) -> int:
        """Run the engine; its exit code.

        Interrupted, it is told once, as a terminal would, and let finish and record what it has begun. Interrupted
        again, it is told again, and drops what it is at.
        """
        command = ["pulumi", *arguments, "--non-interactive", *(["--stack", self.name] if stack else [])]
        with group(command, cwd=self.project, env=_environment(variables)) as engine:
            interrupted = False
            while True:
                try:
                    code = engine.wait()
                    break
                except KeyboardInterrupt:
                    interrupted = True
                    engine.send_signal(signal.SIGINT)
        if interrupted:
            raise KeyboardInterrupt
        return code


@contextmanager
def _alone() -> Iterator[None]:
    """Let one command at a time work on the local stacks."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command on the local stack to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _served() -> Iterator[tuple[dict[str, str], bool]]:
    """What points the engine at both, and whether what plays AWS was started for this, without data."""
    with EMULATOR.serving() as (emulator, _), AWS.serving() as (aws, is_new):
        variables = {**emulator, **aws}
        if aws_plugin.is_had():
            del variables["PULUMI_DEBUG_PROVIDERS"]
        yield variables, is_new


def _stop() -> int:
    for background in (EMULATOR, AWS):
        if background.stop():
            print(f"{background.name}: stopped", flush=True)
    return 0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _environment(variables: dict[str, str]) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("AWS_", "PULUMI_BACKEND", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_DEBUG_PROVIDERS"))
    }
    return {
        **kept,
        # The local stack holds no secret; Pulumi.dev.yaml carries the salt that goes with this passphrase.
        "PULUMI_CONFIG_PASSPHRASE": "",
        # A kill in the middle of writing metadata beside the state would leave a stack that cannot be loaded.
        "PULUMI_BACKEND_URL": f"file://{STATE}?metadata=skip",
        **variables,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


if __name__ == "__main__":
    raise SystemExit(main())
