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

    from partnercentral_emulator.faults import Kind


class Emulator:
    """A running emulator. Use it in a ``with`` statement, so that it ends.

    Args:
        options: the options of its command line; ``python -m partnercentral_emulator --help`` lists them.

    Raises:
        RuntimeError: it did not start; the text is its own.

    Example:
        >>> with Emulator.start(initial_status="Running") as emulator:
        ...     os.environ.update(emulator.env())
        ...     jobs = boto3.client("partnercentral-selling").list_resource_snapshot_jobs(Catalog="Sandbox")
    """

    url: str
    """Where it serves, such as "http://127.0.0.1:41234"."""

    def __init__(self, options: list[str]) -> None:
        self._options = options
        self.url = ""
        self._launch(port="0")

    @classmethod
    def start(cls, *options: str, data: str | PathLike[str] | None = None, **switches: Any) -> Emulator:
        """Start one on a free port.

        Args:
            options: further options of its command line. None by default.
            data: the file to keep data in; nothing is kept by default.
            switches: switches by name, such as initial_status="Running"; ``Switches`` has them and their defaults.

        Raises:
            RuntimeError: it did not start; the text is its own.

        Example:
            >>> with Emulator.start(write_rate=1.0) as slow:
            ...     assert slow.operations() == []
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
        """The environment that points any AWS SDK at it, with keys that are good for nothing else.

        Example:
            >>> os.environ.update(emulator.env())
            >>> client = boto3.client("partnercentral-selling")
        """
        return {
            "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING": self.url,
            "AWS_ACCESS_KEY_ID": "emulator",
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def state(self) -> dict[str, Any]:
        """All that the service holds.

        Returns:
            "jobs", "deleted_jobs", "snapshots", "settings" and more, by name, as ``GET /_emulator/state`` answers.

        Example:
            >>> revisions = [snapshot["Revision"] for snapshot in emulator.state()["snapshots"]]
        """
        state: dict[str, Any] = self._control("GET", "state")
        return state

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs that live.

        Returns:
            Each has the members of GetResourceSnapshotJob's answer, and "Tags" as a map.

        Example:
            >>> running = [job["Id"] for job in emulator.jobs() if job["Status"] == "Running"]
        """
        jobs: list[dict[str, Any]] = self.state()["jobs"]
        return jobs

    def calls(self) -> list[dict[str, Any]]:
        """The calls that came in, oldest first; the last 100,000 are kept.

        Returns:
            Each has "operation", "request" (its body), "error" (the code of the answer, or None) and more.

        Example:
            >>> refused = [call["operation"] for call in emulator.calls() if call["error"]]
        """
        calls: list[dict[str, Any]] = self._control("GET", "calls")
        return calls

    def operations(self) -> list[str]:
        """The names of the operations that were called, oldest first.

        Example:
            >>> assert "DeleteResourceSnapshotJob" not in emulator.operations()
        """
        return [call["operation"] for call in self.calls()]

    def clear_calls(self) -> None:
        """Forget the calls.

        Example:
            >>> emulator.clear_calls()
            >>> assert emulator.calls() == []
        """
        self._control("DELETE", "calls")

    def inject(self, operation: str, kind: Kind, **members: Any) -> None:
        """Put a fault in force: calls go wrong by it until it has hit as many as it is to.

        Args:
            operation: an operation's name, "*", "reads" or "writes".
            kind: what happens: "error", "throttle", "reset" (the connection breaks), "lost-response" (a reset after the
                work), "hang", "malformed" or "latency".
            members: ``count`` (how many calls it hits; 1 by default, None for all), ``skip`` (how many are let through
                first; 0 by default), ``when`` ("before" or "after" the work), ``code``, ``message``, ``status``,
                ``reason`` and ``error_list`` of an error, ``seconds`` of a hang or a latency, ``body`` of a malformed
                answer.

        Raises:
            ValueError: the emulator refused that; the text says why.

        Example:
            >>> emulator.inject("StartResourceSnapshotJob", "lost-response")
            >>> emulator.inject("writes", "throttle", count=3, skip=1)
        """
        self._control("POST", "faults", {"operation": operation, "kind": kind, **members})

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force, in the order in which they were injected.

        Example:
            >>> kinds = [fault["kind"] for fault in emulator.faults()]
        """
        faults: list[dict[str, Any]] = self._control("GET", "faults")
        return faults

    def clear_faults(self) -> None:
        """Put every fault out of force.

        Example:
            >>> emulator.clear_faults()
            >>> assert emulator.faults() == []
        """
        self._control("DELETE", "faults")

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Set switches, while it runs.

        Args:
            switches: switches by name, such as delete_running="validation"; ``Switches`` has them and their values.

        Returns:
            All of the switches by name, as they are now.

        Raises:
            ValueError: the emulator refused that; the text says why.

        Example:
            >>> switches = emulator.switch(delete_running="validation", snapshot_delay=0.5)
        """
        now: dict[str, Any] = self._control("PATCH", "switches", switches)
        return now

    def advance(self, seconds: float) -> None:
        """Move the clock. What is due by then happens.

        Args:
            seconds: how far, in seconds, 0 or more.

        Raises:
            ValueError: the emulator refused that; the text says why.

        Example:
            >>> emulator.advance(24 * 3600)
        """
        self._control("POST", "clock", {"advance": seconds})

    def seed(self, engagements: Iterable[str] = (), opportunities: Iterable[str] = ()) -> None:
        """Let engagements and opportunities exist. It matters with the switch existence="seeded".

        Args:
            engagements: identifiers, "eng-" and 14 characters. None by default.
            opportunities: identifiers, "O" and up to 19 digits. None by default.

        Example:
            >>> emulator.seed(engagements=["eng-0123456789abcd"], opportunities=["O1234567"])
        """
        self._control("POST", "seed", {"engagements": list(engagements), "opportunities": list(opportunities)})

    def change_job(self, job_id: str, **changes: Any) -> None:
        """Change a job behind everybody's back, as somebody in the console would.

        Args:
            job_id: the job's Id, "job-" and 13 characters.
            changes: ``status``, ``tags``, ``deleted``, ``last_failure`` or ``last_successful_execution_date``
                (ISO 8601); None takes the last two away.

        Raises:
            ValueError: the emulator refused that; the text says why.

        Example:
            >>> emulator.change_job(job_id, status="Stopped", tags={"team": "others"})
        """
        self._control("POST", f"jobs/{job_id}", changes)

    def change_opportunity(self, identifier: str) -> None:
        """Edit an opportunity, which makes running jobs take a snapshot.

        Args:
            identifier: the opportunity, "O" and up to 19 digits.

        Example:
            >>> emulator.change_opportunity("O1234567")
        """
        self._control("POST", f"opportunities/{identifier}/change")

    def reset(self) -> None:
        """Forget everything, and set every switch as at the start.

        Example:
            >>> emulator.reset()
            >>> assert emulator.jobs() == []
        """
        self._control("POST", "reset")

    def kill(self) -> None:
        """End it without warning (SIGKILL), as a crash would.

        Example:
            >>> emulator.kill()
            >>> emulator.restart()
        """
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Start it again where it was: at the same URL, on the same data where it has a file.

        Raises:
            RuntimeError: it did not start; the text is its own.

        Example:
            >>> emulator.restart()
        """
        self.stop()
        self._launch(port=self.url.rsplit(":", 1)[1])

    def stop(self) -> int:
        """End it (SIGTERM).

        Returns:
            Its exit code.

        Raises:
            subprocess.TimeoutExpired: it did not end within 20 seconds.

        Example:
            >>> code = emulator.stop()
        """
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
