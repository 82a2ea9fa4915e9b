"""What `snapshot-provider doctor` looks at: each check finds one thing, judges it, and knows its remedy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from snapshot_provider.cli.faults import ExitCode, in_options
from snapshot_provider.cli.trust import Trust, trust_in
from snapshot_provider.errors import ProviderError, ServiceError, in_one_line
from snapshot_provider.model import REGION
from snapshot_provider.policies import PRINCIPAL, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snapshot_provider.account import Account, Caller
    from snapshot_provider.cli.options import Service
    from snapshot_provider.session import Connection

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that all checks together take at most: a network that swallows every packet is a finding, too."""

LIMITS: dict[str, Any] = {"connect_timeout": 3.0, "read_timeout": 8.0, "max_attempts": 2, "throttle_timeout": 0.0}
"""Of each call. The answers are small, and a second attempt tells a hiccup from a fault."""

_OPERATIONS = ("CreateResourceSnapshotJob", "GetSellingSystemSettings", "TagResource")

_PLUGINS = ("pulumi-language-python", "pulumi-resource-pulumi-python")
"""What the engine starts for a program in Python and for its dynamic resources; they come with the CLI."""

_INSTALL = "Install Pulumi: curl -fsSL https://get.pulumi.com | sh"

_SIGN_IN = "Run `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile."

_GONE = {"NoSuchEntity", "NoSuchEntityException"}

Status = Literal["ok", "warning", "failure", "skipped"]


@dataclass(frozen=True)
class Check:
    """What was found of one thing.

    Attributes:
        name: what was looked at.
        status: "ok"; "warning", for what may be in the way; "failure", for what is; "skipped", for what could not be
            looked at since something else is in the way.
        found: what is there.
        remedy: what to type or to set; empty where all is well.
    """

    name: str
    status: Status
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str | None]:
        """The check, with null where there is no remedy."""
        return {**asdict(self), "remedy": self.remedy or None}


def examine(service: Service) -> Iterator[Check]:
    """Look at everything, at the same time, and tell it in one order, each as soon as it is known."""
    end = time.monotonic() + PATIENCE
    local = [
        ("python", _begun(_python)),
        ("boto3", _begun(_boto3)),
        ("pulumi", _begun(_pulumi)),
        ("plugins", _begun(_plugins)),
        ("region", _begun(_region)),
    ]
    opened = _begun(partial(_open, service))
    for name, future in local:
        yield _told(name, future, end)
    yield (found := _told("configuration", _begun(lambda: _configuration(service, _by(opened, end))), end))
    if found.status == "failure":
        yield from _skipped("boto3 cannot be set up", "credentials", "endpoint", *_ASKED)
    else:
        yield from _remote(service, *opened.result(), end)


_ASKED = ("account", "service", "role", "trust")
"""The checks that take an answer from elsewhere."""


def _remote(service: Service, connection: Connection, account: Account, end: float) -> Iterator[Check]:
    yield (found := _told("credentials", _begun(partial(_credentials, account)), end))
    yield _endpoint(service, connection)
    if found.status == "failure":
        yield from _skipped("there are no credentials to ask with", *_ASKED)
        return
    caller = _begun(account.caller)
    answers = _begun(partial(_service, service, connection))
    role = _begun(partial(connection.gateway().get_role, service.catalog))
    where = _where_to_look(service, connection)
    yield _told(
        "account", _begun(lambda: _account(_by(caller, end))), end, "curl -sSi https://sts.us-east-1.amazonaws.com"
    )
    yield _told("service", answers, end, where)
    if _is_unavailable(answers):
        yield from _skipped("the service does not answer", "role", "trust")
        return
    yield _told("role", _begun(lambda: _role(service, connection, _by(role, end))), end, where)
    if role.done() and role.exception() is None:
        yield _told("trust", _begun(lambda: _trust(account, _known(caller, end), role.result())), end)
    else:
        yield from _skipped("the role is not known", "trust")


def _skipped(why: str, *names: str) -> Iterator[Check]:
    return (Check(name, "skipped", why) for name in names)


# This machine ---------------------------------------------------------------------------------------------------------


def _python() -> Check:
    return Check("python", "ok", f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}")


def _boto3() -> Check:
    from snapshot_provider.schema import operations

    numbers = f"boto3 {version('boto3')}, botocore {version('botocore')}"
    missing = sorted(set(_OPERATIONS) - operations())
    if missing:
        return Check("boto3", "failure", f"{numbers} without {', '.join(missing)}", "pip install --upgrade boto3")
    return Check("boto3", "ok", f"{numbers}, with Partner Central Selling")


def _pulumi() -> Check:
    sdk = version("pulumi")
    path = shutil.which("pulumi")
    if path is None:
        return Check("pulumi", "failure", f"SDK {sdk}, but no pulumi on PATH", f"{_INSTALL}, and put it on PATH.")
    try:
        done = subprocess.run(  # noqa: S603  # The user's own Pulumi.
            [path, "version"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Check("pulumi", "failure", f"{path} does not tell its version: {in_one_line(error)}", f"{_INSTALL}.")
    return _compared(path, done.stdout.strip().removeprefix("v"), sdk)


def _compared(path: str, cli: str, sdk: str) -> Check:
    found = f"CLI {in_one_line(cli, 40)} at {path}, SDK {sdk}"
    numbers = [re.match(r"(\d+)\.(\d+)\.(\d+)", text) for text in (cli, sdk)]
    if not all(numbers):
        return Check("pulumi", "warning", found, f"{_INSTALL}.")
    of_cli, of_sdk = (tuple(map(int, number.groups())) for number in numbers if number)
    if of_cli[0] != of_sdk[0]:
        return Check("pulumi", "failure", found, f"{_INSTALL} -s -- --version {sdk}")
    if of_cli < of_sdk:
        return Check("pulumi", "warning", f"{found}: the CLI is older", f"{_INSTALL} -s -- --version {sdk}")
    return Check("pulumi", "ok", found)


def _plugins() -> Check:
    cli = shutil.which("pulumi")
    # The engine looks on PATH, and beside itself.
    folders = os.pathsep.join([os.environ.get("PATH", ""), *([str(Path(cli).resolve().parent)] if cli else [])])
    missing = [name for name in _PLUGINS if shutil.which(name, path=folders) is None]
    if missing:
        remedy = f"{_INSTALL}, which brings both, and put its folder on PATH."
        return Check("plugins", "failure", f"no {' and no '.join(missing)} on PATH or beside the CLI", remedy)
    return Check("plugins", "ok", " and ".join(_PLUGINS))


def _region() -> Check:
    others = [
        f"{name}={in_one_line(os.environ[name], 40)}"
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION")
        if os.environ.get(name, REGION) != REGION
    ]
    ignored = "".join(f"; {other} has no say" for other in others)
    return Check("region", "ok", f"{REGION}, the only one that Partner Central has{ignored}")


# Who calls ------------------------------------------------------------------------------------------------------------


def _open(service: Service) -> tuple[Connection, Account]:
    from snapshot_provider.account import Account
    from snapshot_provider.session import connect

    settings = service.settings(**LIMITS)
    connection = connect(settings)
    return connection, Account(settings, connection)


def _configuration(service: Service, opened: tuple[Connection, Account]) -> Check:
    del opened  # That it is there is what was to be found.
    profile = service.profile or os.environ.get("AWS_PROFILE")
    return Check("configuration", "ok", f"profile {in_one_line(profile, 80)}" if profile else "no profile is chosen")


def _credentials(account: Account) -> Check:
    method = account.credentials()
    if method is None:
        return Check("credentials", "failure", "none in the environment, the AWS files or a role", _SIGN_IN)
    return Check("credentials", "ok", _METHODS.get(method, method))


_METHODS = {
    "env": "from AWS_ACCESS_KEY_ID in the environment",
    "shared-credentials-file": "from the shared credentials file",
    "config-file": "from the AWS configuration file",
    "sso": "from `aws sso login`",
    "login": "from `aws login`",
    "assume-role": "of a role that a profile names",
    "assume-role-with-web-identity": "of a role, by web identity",
    "custom-process": "from the profile's credential_process",
    "container-role": "of the container's role",
    "iam-role": "of the instance's role",
}


def _account(caller: Caller | None) -> Check:
    if caller is None:
        return Check("account", "skipped", "the endpoint is not AWS: its credentials are nothing to ask AWS about")
    return Check("account", "ok", f"{caller.account}, as {caller.arn}")


# The service ----------------------------------------------------------------------------------------------------------


def _endpoint(service: Service, connection: Connection) -> Check:
    url = _url(connection)
    source, _ = _source(service, connection)
    found = f"{url}, as {source} says" if source else url
    host = urlsplit(url).hostname or ""
    proxies = urllib.request.getproxies()
    if host in {"127.0.0.1", "localhost", "::1"} and "http" in proxies and not urllib.request.proxy_bypass(host):
        return Check("endpoint", "warning", f"{found}, by the proxy {proxies['http']}", f"export NO_PROXY={host}")
    return Check("endpoint", "ok", found)


def _url(connection: Connection) -> str:
    # botocore knows the host of AWS's own endpoint with each call alone.
    return _AWS if connection.is_aws() else connection.client.meta.endpoint_url


_AWS = f"https://partnercentral-selling.{REGION}.api.aws"


def _source(service: Service, connection: Connection) -> tuple[str, str]:
    """What says where the service is, and how to have it AWS's own again; both empty where it is."""
    if service.endpoint_url:
        return "--endpoint-url", "drop --endpoint-url"
    if connection.is_aws():
        return "", ""
    variable = next((name for name in _ENDPOINTS if os.environ.get(name)), "")
    if variable:
        return variable, f"unset {variable}"
    return "the AWS configuration file", "remove endpoint_url from it"


_ENDPOINTS = ("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", "AWS_ENDPOINT_URL")


def _where_to_look(service: Service, connection: Connection) -> str:
    """The remedy where the service does not answer."""
    _, undo = _source(service, connection)
    return f"See what answers there: curl -sSi {_url(connection)}" + (f"; for AWS itself, {undo}" if undo else "")


def _service(service: Service, connection: Connection) -> Check:
    first = next(connection.gateway().list_summaries(service.catalog), None)
    return Check("service", "ok", f"it answers; catalog {service.catalog} has {'no job' if first is None else 'jobs'}")


def _role(service: Service, connection: Connection, role: str | None) -> Check:
    if role:
        return Check("role", "ok", f"{role} in the settings of catalog {service.catalog}")
    return Check(
        "role",
        # An emulator may do without; AWS does not.
        "failure" if connection.is_aws() else "warning",
        f"none in the settings of catalog {service.catalog}: its jobs take no snapshots",
        "Declare a SnapshotJobExecutionRole, or name a role: aws partnercentral-selling put-selling-system-settings "
        f"--region {REGION} --catalog {service.catalog} --resource-snapshot-job-role-identifier ROLE",
    )


def _trust(account: Account, caller: Caller | None, role: str | None) -> Check:
    if role is None:
        return Check("trust", "skipped", "there is no role")
    owner, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    look = f"aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument"
    if caller is not None and owner != caller.account:
        found = f"the role is account {owner}'s, the credentials are account {caller.account}'s"
        return Check("trust", "warning", found, f"With credentials of account {owner}: {look}")
    try:
        policy = account.trust(name)
    except ProviderError as fault:
        return _unseen(role, fault, look)
    if policy is None:
        return Check("trust", "skipped", "the endpoint is not AWS: its roles are nothing to ask AWS about")
    return _judged(name, trust_in(policy, PRINCIPAL), look)


def _unseen(role: str, fault: ProviderError, look: str) -> Check:
    code = fault.code if isinstance(fault, ServiceError) else ""
    if code in _GONE:
        remedy = "Make the role, such as with SnapshotJobExecutionRole, or name one that exists."
        return Check("trust", "failure", f"{role} does not exist", remedy)
    return Check(
        "trust", "warning", f"{role} cannot be looked at: {code or fault}", f"Grant iam:GetRole, or run: {look}"
    )


def _judged(name: str, found: Trust, look: str) -> Check:
    if found is Trust.ALLOWED:
        return Check("trust", "ok", f"{name} may be assumed by {PRINCIPAL}")
    if found is Trust.CONDITIONAL:
        return Check(
            "trust", "warning", f"{name} may be assumed by {PRINCIPAL}, under conditions", f"Check them: {look}"
        )
    how = "is denied to" if found is Trust.DENIED else "does not trust"
    remedy = f"aws iam update-assume-role-policy --role-name {name} --policy-document '{trust()}'"
    return Check("trust", "failure", f"{name} {how} {PRINCIPAL}", remedy)


# Carrying them out ----------------------------------------------------------------------------------------------------


def _begun(work: Callable[[], T]) -> Future[T]:
    """Begin something in a thread that nobody waits for at the end: it may hang."""
    future: Future[T] = Future()

    def labour() -> None:
        try:
            future.set_result(work())
        except BaseException as fault:  # noqa: BLE001  # It is told where the result is asked for.
            future.set_exception(fault)

    Thread(target=labour, daemon=True).start()
    return future


def _by(future: Future[T], end: float) -> T:
    return future.result(max(0.0, end - time.monotonic()))


def _known(future: Future[T | None], end: float) -> T | None:
    try:
        return _by(future, end)
    except (ProviderError, FutureTimeoutError):
        return None


def _is_unavailable(future: Future[Check]) -> bool:
    if not future.done():
        return True
    fault = future.exception()
    return isinstance(fault, ProviderError) and ExitCode.of(fault) is ExitCode.UNAVAILABLE


def _told(name: str, future: Future[Check], end: float, where_to_look: str = "") -> Check:
    """What a check found, whatever became of it.

    Args:
        name: the check.
        future: what finds it.
        end: when nobody waits any longer.
        where_to_look: the remedy where nothing answers.
    """
    try:
        return _by(future, end)
    except FutureTimeoutError:
        return Check(name, "failure", f"no answer within {PATIENCE:g} seconds", where_to_look or "Run it again.")
    except ProviderError as fault:
        remedy = where_to_look if ExitCode.of(fault) is ExitCode.UNAVAILABLE else ""
        found = str(fault).replace(fault.remedy, "") if fault.remedy else str(fault)
        return Check(name, "failure", in_options(in_one_line(found, 300)), in_options(remedy or fault.remedy))
    except Exception as fault:  # noqa: BLE001  # A doctor that falls ill of what it looks at tells nothing.
        return Check(name, "failure", in_one_line(f"{type(fault).__name__}: {fault}", 300))
