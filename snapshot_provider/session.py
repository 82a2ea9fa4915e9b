"""boto3's session and client, made once a process from the settings. The AWS credential chain is boto3's, unchanged."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore import exceptions as boto_errors
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.session import get_session

from snapshot_provider.errors import ConfigurationError, in_one_line
from snapshot_provider.gateway import Gateway, check_answer, told
from snapshot_provider.model import REGION
from snapshot_provider.pace import Paces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_partnercentral_selling import PartnerCentralSellingAPIClient

    from snapshot_provider.config import AssumedRole, Settings
    from snapshot_provider.deadline import Deadline

# More than the plugin's four threads, so that no thread waits for a connection.
CONNECTIONS = 16


@dataclass(frozen=True)
class Connection:
    """One identity's way to the service.

    Attributes:
        client: boto3's client.
        account: asks once for the account that the credentials belong to; None where that cannot be told.
        patience: seconds for which an operation goes on that is refused as one too many.
    """

    client: PartnerCentralSellingAPIClient
    account: Callable[[], str | None]
    patience: float = 0.0

    def gateway(self, deadline: Deadline | None = None) -> Gateway:
        """The operations, on this client.

        Args:
            deadline: the time limit of what the calls are made for.
        """
        return Gateway(self.client, self.account, deadline, self.patience)

    def is_aws(self) -> bool:
        """Whether the service is AWS's own, rather than what stands in for it."""
        return is_aws(self.client)


def connect(settings: Settings) -> Connection:
    """Open the client, in the one region there is.

    Raises:
        ConfigurationError: boto3's own configuration cannot be used, its profile does not exist, or the account is not
            one that may be touched.
        ProviderError: the account had to be asked for, and could not be.
    """
    session = open_session(settings)
    with _configured():
        client: PartnerCentralSellingAPIClient = session.client(
            "partnercentral-selling",
            region_name=REGION,
            endpoint_url=settings.endpoint_url,
            config=client_config(settings),
        )
    Paces(alone=settings.throttle_timeout > 0).attach(client)
    client.meta.events.register("before-parse.partnercentral-selling", check_answer)
    if settings.allowed_accounts or settings.forbidden_accounts:
        _check_account(settings, caller_account(session, settings))

    @cache
    def account() -> str | None:
        # Keys for an emulator are nothing to ask AWS about.
        if is_aws(session.client("sts", region_name=REGION)) and not is_aws(client):
            return None
        return caller_account(session, settings)

    return Connection(client, account, settings.throttle_timeout)


_shared: dict[str, Connection] = {}
_lock = threading.Lock()


def shared(settings: Settings) -> Connection:
    """This process's one connection for these settings: its threads and all of its resources pace themselves together.

    Raises:
        ProviderError: as `connect` does.
    """
    # boto3 reads the rest of what a connection is made of there, once.
    environment = sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))
    key = repr((settings, environment))
    with _lock:
        if key not in _shared:
            _shared[key] = connect(settings)
        return _shared[key]


def is_aws(client: Any) -> bool:
    """Whether a client calls AWS itself, rather than what stands in for it."""
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    return host.endswith((".amazonaws.com", ".api.aws"))


def caller_account(session: boto3.Session, settings: Settings) -> str:
    """The account that the credentials belong to (STS GetCallerIdentity)."""
    sts = session.client("sts", region_name=REGION, config=client_config(settings))
    return told("sts:GetCallerIdentity", "the credentials", lambda: sts.get_caller_identity()["Account"])


def _check_account(settings: Settings, account: str) -> None:
    if settings.allowed_accounts and account not in settings.allowed_accounts:
        allowed = ", ".join(sorted(settings.allowed_accounts))
        raise ConfigurationError(
            f"The credentials belong to account {account}, but partnercentral:allowedAccountIds allows only {allowed}. "
            "Use other credentials, or allow the account."
        )
    if account in settings.forbidden_accounts:
        raise ConfigurationError(
            f"The credentials belong to account {account}, which partnercentral:forbiddenAccountIds forbids. "
            "Use other credentials, or remove the account from the list."
        )


def open_session(settings: Settings) -> boto3.Session:
    """boto3's session of these settings.

    Raises:
        ConfigurationError: the profile does not exist, or a configuration file cannot be read.
    """
    core = get_session()
    try:
        with _configured():
            session = boto3.Session(botocore_session=core, profile_name=settings.profile, region_name=REGION)
    except boto_errors.ProfileNotFound as error:
        remedy = (
            "Add the profile to the AWS configuration file, or set partnercentral:profile to one of: "
            f"{', '.join(core.available_profiles) or 'none is there'}."
        )
        raise _unusable(f"{error}.", remedy) from error
    return _with_role(session, settings.assume_role) if settings.assume_role else session


@contextmanager
def _configured() -> Iterator[None]:
    """Tell of files and variables that boto3 cannot use, whoever wrote them."""
    try:
        yield
    except boto_errors.ProfileNotFound:
        raise
    except (boto_errors.ConfigParseError, ValueError) as error:
        remedy = (
            "Check the AWS configuration files, AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING and partnercentral:endpointUrl."
        )
        raise _unusable(f"boto3 cannot use its configuration: {in_one_line(error).rstrip('.')}.", remedy) from error


def _unusable(what: str, remedy: str) -> ConfigurationError:
    fault = ConfigurationError(f"{what} {remedy}")
    fault.remedy = remedy
    return fault


def _with_role(source: boto3.Session, role: AssumedRole) -> boto3.Session:
    """A session of the role, whose credentials renew themselves."""
    arguments = {"RoleSessionName": role.session_name, "DurationSeconds": role.duration}
    if role.external_id:
        arguments["ExternalId"] = role.external_id
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=source._session.create_client,  # noqa: SLF001  # boto3 offers no public way to the session.
        source_credentials=source.get_credentials(),
        role_arn=role.role_arn,
        extra_args=arguments,
    )
    core = get_session()
    core._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]  # noqa: SLF001  # As botocore's own documentation of fetchers does.
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    return boto3.Session(botocore_session=core, region_name=REGION)


def client_config(settings: Settings) -> Config:
    """What clients are made with: the time limits, the retries, our name."""
    return Config(
        user_agent_extra=f"snapshot-provider/{_version()}",
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        max_pool_connections=CONNECTIONS,
        retries={"total_max_attempts": settings.max_attempts, "mode": settings.retry_mode},
    )


def _version() -> str:
    try:
        return version("snapshot-provider")
    except PackageNotFoundError:
        return "source"
