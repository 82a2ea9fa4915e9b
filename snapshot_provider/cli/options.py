"""What commands have in common: `--json`, and the options that say where the service is and who calls."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import wraps
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapshot_provider.cli.output import Output
from snapshot_provider.config import Settings
from snapshot_provider.errors import ConfigurationError, show
from snapshot_provider.model import CATALOGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from snapshot_provider.gateway import Gateway

    Command = TypeVar("Command", bound=Callable[..., Any])
    _TextType = click.ParamType[str]
else:
    _TextType = click.ParamType  # It takes no argument before click 8.5.

ENVIRONMENT = "SNAPSHOT_PROVIDER"
"""What the names of the environment variables begin with that options can be set by."""

_ATTEMPTS = 4
"""Calls for one operation at most: somebody sits before it, who would rather know than wait."""

pass_output: Callable[[Callable[..., Any]], Callable[..., Any]] = click.make_pass_decorator(Output, ensure=True)


@dataclass(frozen=True)
class Service:
    """Where the service is, and who calls.

    Attributes:
        catalog: "AWS" or "Sandbox".
        profile: a profile of the AWS configuration files; None leaves the choice to boto3.
        endpoint_url: where the service is; None leaves the choice to boto3.
    """

    catalog: str
    profile: str | None
    endpoint_url: str | None

    def settings(self, **limits: Any) -> Settings:
        """The settings of a connection.

        Args:
            limits: other time limits and attempts than the usual ones, by their names in Settings.
        """
        return Settings(profile=self.profile, endpoint_url=self.endpoint_url, **limits)

    def gateway(self) -> Gateway:
        """The operations.

        Raises:
            ProviderError: the profile or the endpoint cannot be used.
        """
        from snapshot_provider.session import connect

        return connect(self.settings(max_attempts=_ATTEMPTS)).gateway()


class _Url(_TextType):
    """A URL that boto3 takes."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is none, in the words of the stack's configuration."""
        key = "partnercentral:endpointUrl"
        try:
            Settings.from_config({key: value})
        except ConfigurationError as fault:
            self.fail(str(fault).removeprefix(f"{key}: "), param, ctx)
        return str(value)


class JobId(_TextType):
    """A job's Id, in the form that the service model has."""

    name = "job_id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is none."""
        from snapshot_provider.schema import fits_member

        if not fits_member("GetResourceSnapshotJob", "Id", str(value)):
            self.fail(
                f"{show(value)} is not a job's Id. Give one such as job-0123456789abc: the last part of its ARN.",
                param,
                ctx,
            )
        return str(value)


class EngagementId(_TextType):
    """An engagement's identifier, in the form that the service model has."""

    name = "eng_id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is none."""
        from snapshot_provider.schema import check_engagements

        faults = check_engagements([value])
        if faults:
            self.fail(faults[0], param, ctx)
        return str(value)


class Seconds(click.FloatRange):
    """A time between two readings, the value of `--watch`."""

    name = "seconds"

    def __init__(self) -> None:
        super().__init__(min=0.1, max=86400)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuse what is no such time; most often it is the argument that follows."""
        try:
            return float(super().convert(value, None, ctx))
        except click.BadParameter:
            self.fail(
                f'"{value}" is not a number of seconds from 0.1 to 86400. Without one, put --watch last.', param, ctx
            )


def json_option(command: Command) -> Command:
    """Let a command print JSON."""
    return click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        envvar=f"{ENVIRONMENT}_JSON",
        show_envvar=True,
        callback=_print_json,
        help="Print JSON: results on standard output, messages and errors on standard error.",
    )(command)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether JSON is asked for, seen before arguments are understood: mistakes in them are told so, too."""
    given = takewhile(lambda argument: argument != "--", arguments)
    return "--json" in given or os.environ.get(f"{ENVIRONMENT}_JSON", "").lower() in _YES


_YES = {"1", "on", "t", "true", "y", "yes"}
"""What click takes for a flag that is set."""


def _print_json(ctx: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001  # A flag's callback.
    if value:
        ctx.ensure_object(Output).json = True


def service_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--catalog`, `--profile`, `--endpoint-url` and `--json`; it gets a `service`."""

    @wraps(command)
    def with_service(
        *arguments: Any, catalog: str, profile: str | None, endpoint_url: str | None, **others: Any
    ) -> Any:
        return command(*arguments, service=Service(catalog, profile, endpoint_url), **others)

    options = (
        click.option(
            "--catalog",
            type=click.Choice(CATALOGS),
            default="AWS",
            show_default=True,
            envvar=f"{ENVIRONMENT}_CATALOG",
            show_envvar=True,
            help="The catalog of the jobs.",
        ),
        click.option(
            "--profile",
            metavar="NAME",
            envvar=f"{ENVIRONMENT}_PROFILE",
            show_envvar=True,
            help="A profile of the AWS configuration files.  [default: boto3's choice]",
        ),
        click.option(
            "--endpoint-url",
            type=_Url(),
            metavar="URL",
            envvar=f"{ENVIRONMENT}_ENDPOINT_URL",
            show_envvar=True,
            help="Where the service is.  [default: AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING, else AWS]",
        ),
        json_option,
    )
    wrapped: Callable[..., Any] = with_service
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def watch_option(command: Command) -> Command:
    """Let a command go on reading."""
    return click.option(
        "--watch",
        type=Seconds(),
        is_flag=False,
        flag_value=5.0,
        metavar="[SECONDS]",
        help="Go on reading, every 5 seconds by default, until Ctrl-C. A terminal shows the jobs as they are; "
        "elsewhere, a line tells of each that is added, changed or deleted.",
    )(command)
