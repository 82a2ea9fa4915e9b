"""The role that an account's jobs run as, one for each catalog: set, read, cleared.

May not import Pulumi, nor boto3: it speaks to the service by the gateway.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from snapshot_provider.errors import AccessError, InvalidError, NotFoundError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

PROPAGATION = (1.0, 2.0, 4.0, 8.0)
"""Seconds before the role is named again, while the service may not know yet that IAM has made it."""


class Settings(Protocol):
    """What is needed of the service; gateway.Gateway has it."""

    def get_role(self, catalog: str) -> str | None:
        """GetSellingSystemSettings: the role's ARN, if one is set."""

    def put_role(self, catalog: str, identifier: str | None) -> str | None:
        """PutSellingSystemSettings: the role's ARN, if one is set now."""

    def account(self) -> str | None:
        """The account that the credentials belong to; None where that cannot be told."""


class SellingSettings:
    """The operations on the settings of a catalog.

    Args:
        service: the service.
        report: shows the user a line while an operation is under way.
        pause: waits for some seconds; tests drive it.
    """

    def __init__(
        self, service: Settings, report: Callable[[str], None], pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._service = service
        self._report = report
        self._pause = pause

    def create(self, catalog: str, identifier: str) -> str:
        """Name the role, and say what was named before; the role's ARN.

        Raises:
            ProviderError: the service refused, or could not be reached.
        """
        before = self._service.get_role(catalog)
        if before and is_same_role(identifier, before):
            self._report(f"adopted the settings of catalog {catalog}: they name {before} already")
            return before
        arn = self.update(catalog, identifier)
        if before:
            self._report(f"catalog {catalog} named {before} until now: it names {arn} from here on")
        return arn

    def read(self, catalog: str, arn: str | None = None) -> str | None:
        """The ARN of the role that is named now; None where there is none.

        Args:
            catalog: the catalog.
            arn: the role that was named last, which tells another account's settings apart.

        Raises:
            ProviderError: the service refused, or the credentials are those of another account.
        """
        now = self._service.get_role(catalog)
        if arn:
            self._check_account(catalog, _account_of(arn), _account_of(now) if now else self._service.account())
        return now

    def update(self, catalog: str, identifier: str) -> str:
        """Name another role; its ARN.

        Raises:
            ProviderError: the service refused, or could not be reached.
        """
        for delay in PROPAGATION:
            try:
                return self._put(catalog, identifier)
            except (InvalidError, NotFoundError) as refusal:
                if delay == PROPAGATION[0]:
                    self._report(f"catalog {catalog}: waiting, since a role may be too new to be known: {refusal}")
                self._pause(delay)
        return self._put(catalog, identifier)

    def delete(self, catalog: str, arn: str) -> None:
        """Name no role, unless somebody has named another one since.

        Raises:
            ProviderError: the service refused, or the credentials are those of another account.
        """
        now = self.read(catalog, arn)
        if now != arn:
            found = f"{now} since: it is left as it is" if now else "no role any more"
            self._report(f"catalog {catalog} names {found}")
            return
        try:
            left = self._service.put_role(catalog, None)
        except InvalidError:
            left = arn
        if left:
            self._report(
                f"catalog {catalog} still names {left}: the service does not clear it. It is only forgotten here; "
                "name another role where jobs are not to run as this one"
            )

    def _put(self, catalog: str, identifier: str) -> str:
        # The answer may lack the role although it is set.
        arn = self._service.put_role(catalog, identifier) or self._service.get_role(catalog)
        if arn is None:
            raise ProviderError(f"The settings of catalog {catalog} name no role after {identifier} was put there.")
        return arn

    def _check_account(self, catalog: str, owner: str, mine: str | None) -> None:
        if mine is not None and mine != owner:
            raise AccessError(
                f"The settings of catalog {catalog} are those of account {owner}, but the credentials belong to "
                f"account {mine}. Use credentials of account {owner}.",
                code="AccessDeniedException",
            )


def is_same_role(identifier: str, arn: str) -> bool:
    """Whether a role's name or ARN is this role's."""
    return identifier == arn or (not identifier.startswith("arn:") and arn.rsplit("/", 1)[-1] == identifier)


def _account_of(arn: str) -> str:
    return arn.split(":")[4]
