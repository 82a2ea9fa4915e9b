"""The emulator as a process that a test or a script starts, and talks to over its control API."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from types import TracebackType

    from typing_extensions import Self


class Emulator:
    """A running emulator. Use it in a `with` statement, so that it ends.

    Example:
        >>> with Emulator.start(initial_status="Running") as emulator:
        ...     os.environ.update(emulator.env())

    Attributes:
        url: where it serves.
    """

    def __init__(self, options: list[str]) -> None:
        self._options = options
        self.url = ""
        self._launch(port="0")

    @classmethod
    def start(cls, *options: str, data: str | PathLike[str] | None = None, **switches: Any) -> Emulator:
        """Start one on a free port.

        Args:
            options: further options of its command line.
            data: the file to keep data in; nothing is kept without.
            switches: switches by name, such as initial_status="Running".

        Raises:
            RuntimeError: it did not start; the text is its own.
        """
        arguments = [*options, *(["--data", str(data)] if data else [])]
        for name, value in switches.items():
            option = f"--{name.replace('_', '-')}"
            arguments += [option] if value is True else [] if value is False else [f"{option}={value}"]
        return cls(arguments)

    def __enter__(self) -> Self:
        """Nothing more to do: it runs."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def env(self) -> dict[str, str]:
        """The environment that points any AWS SDK at it."""
        return {
            "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING": self.url,
            "AWS_ACCESS_KEY_ID": "emulator",
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def state(self) -> dict[str, Any]:
        """All that the service holds."""
        state: dict[str, Any] = self._control("GET", "state")
        return state

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs that live."""
        jobs: list[dict[str, Any]] = self.state()["jobs"]
        return jobs

    def calls(self) -> list[dict[str, Any]]:
        """The calls that came in, oldest first."""
        calls: list[dict[str, Any]] = self._control("GET", "calls")
        return calls

    def operations(self) -> list[str]:
        """The names of the operations that were called, oldest first."""
        return [call["operation"] for call in self.calls()]

    def clear_calls(self) -> None:
        """Forget the calls."""
        self._control("DELETE", "calls")

    def inject(self, operation: str, kind: str, **members: Any) -> None:
        """Put a fault in force."""
        self._control("POST", "faults", {"operation": operation, "kind": kind, **members})

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force."""
        faults: list[dict[str, Any]] = self._control("GET", "faults")
        return faults

    def clear_faults(self) -> None:
        """Put every fault out of force."""
        self._control("DELETE", "faults")

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Set switches; answers all of them."""
        now: dict[str, Any] = self._control("PATCH", "switches", switches)
        return now

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._control("POST", "clock", {"advance": seconds})

    def seed(self, engagements: Iterable[str] = (), opportunities: Iterable[str] = ()) -> None:
        """Let engagements and opportunities exist."""
        self._control("POST", "seed", {"engagements": list(engagements), "opportunities": list(opportunities)})

    def change_job(self, job_id: str, **changes: Any) -> None:
        """Change a job behind everybody's back: status, tags, deleted, last_failure, ..."""
        self._control("POST", f"jobs/{job_id}", changes)

    def change_opportunity(self, identifier: str) -> None:
        """Edit an opportunity, which makes running jobs take a snapshot."""
        self._control("POST", f"opportunities/{identifier}/change")

    def reset(self) -> None:
        """Forget everything, and set every switch as at the start."""
        self._control("POST", "reset")

    def kill(self) -> None:
        """End it without warning (SIGKILL)."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Start it again where it was, on the same data."""
        self.stop()
        self._launch(port=self.url.rsplit(":", 1)[1])

    def stop(self) -> int:
        """End it; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=20)
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()
        return code

    def _launch(self, port: str) -> None:
        command = [sys.executable, "-m", "partnercentral_emulator", "--port", port, *self._options]
        # A file, where a pipe that nobody reads would fill up and stop the process.
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  # It lives as long as the process.
        self._process = subprocess.Popen(  # noqa: S603  # Our own program.
            command, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None  # noqa: S101  # It is a pipe.
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self._process.wait(timeout=20)
            self._log.seek(0)
            text = self._log.read().strip()
            self.stop()
            raise RuntimeError(text or "the emulator did not start")

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # The URL is ours.
            f"{self.url}/_emulator/{path}", method=method, data=json.dumps(body).encode() if body is not None else None
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # Likewise.
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error)["error"]) from None
