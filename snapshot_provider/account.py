"""Who calls, and whom a role trusts: what STS and IAM say. Only reads. May import boto3; may not import Pulumi."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snapshot_provider.gateway import told
from snapshot_provider.model import REGION
from snapshot_provider.session import client_config, is_aws, open_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from snapshot_provider.config import Settings
    from snapshot_provider.session import Connection


@dataclass(frozen=True)
class Caller:
    """Whom the credentials belong to (STS GetCallerIdentity)."""

    account: str
    arn: str


class Account:
    """What AWS says of the credentials and of the account's roles.

    Args:
        settings: the credentials' profile, and the time limits.
        connection: the service's own connection. Where that is an emulator and STS or IAM would be AWS's own, nothing
            is asked: keys for an emulator are nothing to ask AWS about.
    """

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self._settings = settings
        self._session = open_session(settings)
        self._service = connection.client

    def credentials(self) -> str | None:
        """Where boto3 found the credentials, such as "env" or "sso"; None where there are none.

        Raises:
            ProviderError: they could not be fetched.
        """
        found = told("Finding credentials", "this machine", self._session.get_credentials)
        if found is None:
            return None
        told("Fetching credentials", found.method, found.get_frozen_credentials)
        return str(found.method)

    def caller(self) -> Caller | None:
        """Whom the credentials belong to; None where AWS is not to be asked.

        Raises:
            ProviderError: STS refused, or could not be reached.
        """
        sts = self._client("sts")
        if sts is None:
            return None
        answer = told("sts:GetCallerIdentity", "the credentials", sts.get_caller_identity)
        return Caller(str(answer.get("Account")), str(answer.get("Arn")))

    def trust(self, role_name: str) -> Mapping[str, Any] | None:
        """A role's trust policy (IAM GetRole); None where AWS is not to be asked.

        Raises:
            ProviderError: there is no such role, IAM refused, or could not be reached.
        """
        iam = self._client("iam")
        if iam is None:
            return None

        def read() -> Mapping[str, Any]:
            document = iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
            policy: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else document
            return policy

        return told("iam:GetRole", role_name, read)

    def _client(self, name: Any) -> Any:
        client = self._session.client(name, region_name=REGION, config=client_config(self._settings))
        return None if is_aws(client) and not is_aws(self._service) else client
