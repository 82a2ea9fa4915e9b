"""What the dynamic providers have in common: the stack's configuration, connections, and what a check says.

Pulumi pickles a provider into the state of every resource of its. The classes are importable and have no state when
they are pickled, so the pickle is a short reference; clients are opened on first use, in the plugin's own process.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, ResourceProvider
from pulumi.output import Unknown

from snapshot_provider.errors import ConfigurationError, ProviderError, show
from snapshot_provider.model import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from snapshot_provider.config import Settings
    from snapshot_provider.deadline import Deadline
    from snapshot_provider.gateway import Gateway


class ConfiguredProvider(ResourceProvider):
    """A dynamic provider that knows the stack's configuration."""

    # The pickle is a class's name: nothing in it to hide, and unencrypted it is a third of the size.
    serialize_as_secret_always = False

    settings: Settings
    fault: ConfigurationError | None = None

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's config. A mistake in it is kept, and reported by `check` where it reads well."""
        from snapshot_provider.config import Settings

        _hide_tracebacks()
        try:
            self.settings = Settings.from_config(req.config._props)  # noqa: SLF001  # There is no other way to all keys.
        except ConfigurationError as fault:
            self.fault = fault
            self.settings = Settings()

    def gateway(self, props: Mapping[str, Any], deadline: Deadline | None = None) -> Gateway:
        """The service, by the resource's connection.

        Args:
            props: the resource's properties.
            deadline: the time limit of what the calls are made for.

        Raises:
            ConfigurationError: the configuration, or the connection, cannot be used.
        """
        from snapshot_provider.session import shared

        if self.fault:
            raise self.fault
        return shared(self.settings.connected(props.get("connection") or {})).gateway(deadline)

    def faults(self, inputs: Mapping[str, Any]) -> list[Failure]:
        """The mistakes in the stack's configuration and in a resource's connection."""
        return self._connection_faults(inputs.get("connection")) + (
            [Failure("", str(self.fault))] if self.fault else []
        )

    def _connection_faults(self, connection: Any) -> list[Failure]:
        if connection is None or is_unknown(connection):
            return []
        if not isinstance(connection, dict):
            return [
                Failure("connection", f'{show(connection)} is not a map: give one such as {{"profile": "partner"}}.')
            ]
        try:
            self.settings.connected({name: value for name, value in connection.items() if not has_unknown(value)})
        except ConfigurationError as fault:
            return [Failure("connection", str(fault).removeprefix("connection: "))]
        return []


def given(news: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that have a value; what the place in the stack says comes with the token (see `place.as_input`)."""
    place = news.get("client_token")
    inputs = {**news, **place} if isinstance(place, dict) else news
    return {name: value for name, value in inputs.items() if value is not None}


def checked(inputs: dict[str, Any], failures: Iterable[Failure]) -> CheckResult:
    """What a check answers."""
    return CheckResult(inputs, [CheckFailure(found.property, found.reason) for found in failures])


def is_unknown(value: Any) -> bool:
    """Whether a value will only be known later."""
    return isinstance(value, Unknown)


def has_unknown(value: Any) -> bool:
    """Whether a part of a value will only be known later, so that the whole cannot be judged yet."""
    if isinstance(value, (list, dict)):
        return any(map(has_unknown, value.values() if isinstance(value, dict) else value))
    return is_unknown(value)


def report(line: str) -> None:
    """Show a line on the stack: the engine takes the plugin's standard output for that."""
    print(line, flush=True)  # noqa: T201  # See above.


def _hide_tracebacks() -> None:
    """Keep gRPC from logging a traceback for a fault that is told in words already."""
    logger = logging.getLogger("grpc._server")
    if _tells_words not in logger.filters:
        logger.addFilter(_tells_words)


def _tells_words(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ProviderError))
