"""The stand-in as a process that a test or a script starts."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class StandIn:
    """A running stand-in. Use it in a `with` statement, so that it ends.

    Example:
        >>> with StandIn.start() as aws:
        ...     os.environ.update(aws.env())
    """

    def __init__(self, options: list[str]) -> None:
        # A file, where a pipe that nobody reads would fill up and stop the process.
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  # It lives as long as the process.
        self._process = subprocess.Popen(  # noqa: S603  # Our own program.
            [sys.executable, "-m", "aws_stand_in", *options], stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None  # noqa: S101  # It is a pipe.
        lines = [self._process.stdout.readline().strip() for _ in range(2)]
        if not all(lines):
            self._process.wait(timeout=20)
            self._log.seek(0)
            text = self._log.read().strip()
            self.stop()
            raise RuntimeError(text or "the stand-in for the aws plugin did not start")
        self._printed = dict(line.split("=", 1) for line in lines)
        self._clients: dict[str, Any] = {}

    @classmethod
    def start(cls, endpoint: str | None = None) -> StandIn:
        """Start one.

        Args:
            endpoint: the URL of what plays AWS; without it, moto's server is started with it.

        Raises:
            RuntimeError: it did not start; the text is its own.
        """
        return cls([] if endpoint is None else [f"--endpoint={endpoint}"])

    def __enter__(self) -> Self:
        """Nothing more to do: it runs."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def env(self) -> dict[str, str]:
        """The environment that attaches it to the engine, and points any AWS SDK at its endpoint."""
        return {
            **self._printed,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of a service at the endpoint."""
        import boto3

        if service not in self._clients:
            make: Any = boto3.client
            self._clients[service] = make(
                service,
                endpoint_url=self._printed["AWS_ENDPOINT_URL"],
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106  # No secret.
            )
        return self._clients[service]

    def stop(self) -> int:
        """End it; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=20)
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()
        return code
