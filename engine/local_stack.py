"""`make up` and `make down`: the project's own program on a local stack, against the emulator on localhost.

Never touches AWS: the stack's environment names the emulator, and no credentials of the user's.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from engine import interrupt
from engine.children import StepError, begun, group, say
from engine.install import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = PROJECT / ".local"
STATE = LOCAL / "state"
RECORD = LOCAL / "emulator.json"
LOG = LOCAL / "emulator.log"
DATA = LOCAL / "emulator.sqlite"
STACK = "dev"


def main() -> int:
    """Run `up`, `down` or `stop`."""
    interrupt.watch()
    command = {"up": up, "down": down, "stop": stop_emulator}[sys.argv[1]]
    try:
        with _alone():
            return command()
    except StepError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("\ninterrupted")
        return 130


def up() -> int:
    """Bring the stack up, and show its outputs."""
    with _emulator() as url:
        code = _select(url) or _engine(url, "up", "--yes", "--skip-preview", "--suppress-outputs")
        if code == 0:
            print("\noutputs:", flush=True)
            code = _engine(url, "stack", "output")
        return code


def down() -> int:
    """Destroy the stack, and stop the emulator."""
    if not STATE.is_dir():
        return stop_emulator()
    with _emulator() as url:
        code = _select(url) or _engine(url, "destroy", "--yes", "--skip-preview")
    return code or stop_emulator()


def stop_emulator() -> int:
    """Stop the emulator, if it runs."""
    pid = _recorded_pid()
    if pid:
        _stop(pid)
        print("emulator: stopped", flush=True)
    RECORD.unlink(missing_ok=True)
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """Let one command at a time work on the local stack."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command on the local stack to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# The emulator


@contextmanager
def _emulator() -> Iterator[str]:
    """A running emulator's URL. One that was started here is stopped again if what follows is interrupted."""
    url = _answering()
    if url:
        yield url
        return
    stop_emulator()
    with _launched() as url:
        yield url


@contextmanager
def _launched() -> Iterator[str]:
    for port in dict.fromkeys((_last_port(), "0")):
        command = [sys.executable, "-m", "partnercentral_emulator", "--port", port, "--data", str(DATA)]
        # Ctrl-C must not reach it: the engine still needs it then.
        with LOG.open("w") as log, begun(command, _drop, cwd=PROJECT, stdout=subprocess.PIPE, stderr=log) as process:
            url = process.stdout.readline().strip() if process.stdout else ""
            if url:
                RECORD.write_text(json.dumps({"pid": str(process.pid), "url": url}))
                (LOCAL / "port").write_text(url.rsplit(":", 1)[1])
                print(f"emulator: {url}", flush=True)
                yield url
                return
            process.wait()
    raise StepError(f"the emulator did not start:\n{LOG.read_text()}")


def _drop(process: subprocess.Popen[str]) -> None:
    _stop(process.pid)
    RECORD.unlink(missing_ok=True)


def _last_port() -> str:
    """The port it had before, so that its URL stays the same."""
    with suppress(OSError):
        return (LOCAL / "port").read_text()
    return "0"


def _answering() -> str | None:
    """The recorded emulator's URL, if it answers."""
    with suppress(OSError, ValueError, KeyError):
        url: str = json.loads(RECORD.read_text())["url"]
        with urllib.request.urlopen(f"{url}/_emulator/health", timeout=2):  # noqa: S310  # Its own URL.
            return url if _recorded_pid() else None
    return None


def _recorded_pid() -> int | None:
    """The recorded emulator's process, unless its number has gone to another program since."""
    with suppress(OSError, ValueError, KeyError):
        pid = int(json.loads(RECORD.read_text())["pid"])
        shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return pid if "partnercentral_emulator" in shown.stdout else None
    return None


def _stop(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)


# The engine


def _select(url: str) -> int:
    """Select the stack, and lift the lock that a killed engine left on it: nobody else works on it now."""
    STATE.mkdir(exist_ok=True)
    code = _engine(url, "stack", "select", "--create", STACK, stack=False)
    locks = (STATE / ".pulumi" / "locks").rglob("*.json")
    if code == 0 and any(not _is_alive(json.loads(lock.read_text()).get("pid", 0)) for lock in locks):
        say("lifting the lock of an engine that was killed")
        code = _engine(url, "cancel", "--yes", STACK, stack=False)
    return code


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _engine(url: str, *arguments: str, stack: bool = True) -> int:
    """Run the engine; its exit code.

    Interrupted, it is told once, as a terminal would, and let finish and record what it has begun. Interrupted again,
    it is told again, and drops what it is at.
    """
    command = ["pulumi", *arguments, "--non-interactive", *(["--stack", STACK] if stack else [])]
    with group(command, cwd=PROJECT, env=_environment(url)) as engine:
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


def _environment(url: str) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("AWS_", "PULUMI_BACKEND", "PULUMI_CONFIG_PASSPHRASE"))
    }
    return {
        **kept,
        # The local stack holds no secret; Pulumi.dev.yaml carries the salt that goes with this passphrase.
        "PULUMI_CONFIG_PASSPHRASE": "",
        # A kill in the middle of writing metadata beside the state would leave a stack that cannot be loaded.
        "PULUMI_BACKEND_URL": f"file://{STATE}?metadata=skip",
        "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING": url,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


if __name__ == "__main__":
    sys.exit(main())
