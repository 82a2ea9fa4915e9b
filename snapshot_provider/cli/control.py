"""The control API of an emulator on this machine."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from snapshot_provider.cli.faults import CommandError, ExitCode
from snapshot_provider.errors import in_one_line

VARIABLE = "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"

_HERE = {"127.0.0.1", "localhost", "::1"}

_START = "Start one: snapshot-provider emulator start"

_TIMEOUT = 10.0


class Control:
    """Asks an emulator that runs on this machine, and no other host: there, it might be the service itself.

    Args:
        url: where it serves; by default what AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING says.

    Raises:
        CommandError: no emulator is named, or one that is not on this machine.
    """

    def __init__(self, url: str | None) -> None:
        self._url = (url or os.environ.get(VARIABLE, "")).rstrip("/")
        if not self._url:
            raise CommandError(f"No emulator is named: set {VARIABLE}, or give --url. {_START}.", ExitCode.USAGE)
        try:
            host = urlsplit(self._url).hostname
        except ValueError:
            host = None
        if host not in _HERE or not self._url.startswith("http://"):
            raise CommandError(
                f"{in_one_line(self._url, 120)} is not an emulator on this machine: these commands talk to "
                "http://127.0.0.1 alone.",
                ExitCode.USAGE,
            )
        # A proxy has no business between two programs on one machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make a request.

        Args:
            method: the HTTP method.
            path: what comes after /_emulator/.
            body: the request's JSON.

        Raises:
            CommandError: the emulator refuses, or what is there is none.
        """
        request = urllib.request.Request(  # noqa: S310  # The constructor has looked at the URL.
            f"{self._url}/_emulator/{path}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error.read()) from None
        except ValueError:
            raise self._stranger() from None
        except (OSError, HTTPException) as error:
            reason = in_one_line(getattr(error, "reason", error))
            raise CommandError(
                f"No emulator answers at {self._url} ({reason}). {_START}.", ExitCode.UNAVAILABLE
            ) from None

    def _refusal(self, body: bytes) -> CommandError:
        try:
            return CommandError(f"The emulator refuses: {in_one_line(json.loads(body)['error'])}.", ExitCode.FAILED)
        except (ValueError, LookupError, TypeError):
            return self._stranger()

    def _stranger(self) -> CommandError:
        return CommandError(f"What answers at {self._url} is not the emulator. {_START}.", ExitCode.UNAVAILABLE)
