"""`make up` and `make down`: the project's own program on a local stack, against the emulator on localhost.

Never touches AWS: the stack's environment names the emulator, and no credentials of the user's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from engine import interrupt
from engine.install import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = PROJECT / ".local"
RECORD = LOCAL / "emulator.json"
STACK = "dev"


def main() -> int:
    """Run `up`, `down` or `stop`."""
    interrupt.watch()
    command = {"up": up, "down": down, "stop": stop_emulator}[sys.argv[1]]
    try:
        return command()
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130


def up() -> int:
    """Bring the stack up, and show its outputs."""
    with _emulator() as url:
        code = _pulumi(url, "up", "--yes", "--skip-preview", "--suppress-outputs")
        if code == 0:
            print("\noutputs:", flush=True)
            _pulumi(url, "stack", "output")
        return code


def down() -> int:
    """Destroy the stack, and stop the emulator."""
    if not (LOCAL / "state").is_dir():
        return stop_emulator()
    with _emulator() as url:
        code = _pulumi(url, "destroy", "--yes", "--skip-preview")
    return code or stop_emulator()


def stop_emulator() -> int:
    """Stop the emulator, if it runs."""
    running = _running()
    if running:
        _stop(running["pid"])
        print("emulator: stopped", flush=True)
    RECORD.unlink(missing_ok=True)
    return 0


@contextmanager
def _emulator() -> Iterator[str]:
    """A running emulator's URL. One that was started here is stopped again if what follows is interrupted."""
    running = _running()
    if running:
        yield running["url"]
        return
    process = _launch()
    try:
        yield json.loads(RECORD.read_text())["url"]
    except BaseException:
        _stop(str(process.pid))
        RECORD.unlink(missing_ok=True)
        raise


def _launch() -> subprocess.Popen[str]:
    LOCAL.mkdir(exist_ok=True)
    for port in dict.fromkeys((_last_port(), "0")):
        with (LOCAL / "emulator.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "partnercentral_emulator", "--port", port, "--data", LOCAL / "emulator.sqlite"],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Out of the terminal's foreground group: Ctrl-C is for the engine, which still needs it.
                start_new_session=True,
            )
        assert process.stdout is not None  # noqa: S101  # It is a pipe.
        try:
            url = process.stdout.readline().strip()
        except KeyboardInterrupt:
            process.kill()
            raise
        if url:
            print(f"emulator: {url}", flush=True)
            RECORD.write_text(json.dumps({"pid": str(process.pid), "url": url}))
            (LOCAL / "port").write_text(url.rsplit(":", 1)[1])
            return process
        process.wait()
    raise SystemExit(f"error: the emulator did not start:\n{(LOCAL / 'emulator.log').read_text()}")


def _last_port() -> str:
    """The port it had before, so that its URL stays the same."""
    with suppress(OSError):
        return (LOCAL / "port").read_text()
    return "0"


def _running() -> dict[str, str] | None:
    """The recorded emulator, if it still answers."""
    with suppress(OSError, ValueError, KeyError, urllib.error.URLError):
        record: dict[str, str] = json.loads(RECORD.read_text())
        with urllib.request.urlopen(f"{record['url']}/_emulator/health", timeout=2):  # noqa: S310  # Its own URL.
            os.kill(int(record["pid"]), 0)
            return record
    return None


def _stop(pid: str) -> None:
    with suppress(ProcessLookupError):
        os.kill(int(pid), signal.SIGTERM)
        for _ in range(100):
            with suppress(ChildProcessError):
                os.waitpid(int(pid), os.WNOHANG)
            os.kill(int(pid), 0)
            time.sleep(0.05)
        os.kill(int(pid), signal.SIGKILL)


def _pulumi(url: str, *arguments: str) -> int:
    """Run the engine on the local stack; interrupted, it is let finish what it has begun."""
    environment = _environment(url)
    (LOCAL / "state").mkdir(parents=True, exist_ok=True)
    select = ["pulumi", "stack", "select", "--create", STACK, "--non-interactive"]
    subprocess.run(select, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)
    command = ["pulumi", *arguments, "--stack", STACK, "--non-interactive"]
    # In a session of its own it is told once, whoever else in the terminal's group is: a second telling would make it
    # drop what is under way.
    with subprocess.Popen(command, cwd=PROJECT, env=environment, start_new_session=True) as engine:
        try:
            return engine.wait()
        except KeyboardInterrupt:
            engine.send_signal(signal.SIGINT)
            engine.wait(timeout=60)
            raise


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
        "PULUMI_BACKEND_URL": f"file://{LOCAL / 'state'}",
        "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING": url,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


if __name__ == "__main__":
    sys.exit(main())
