"""Snapshots that are taken once. The service keeps them for good.

May not import Pulumi, nor boto3: it speaks to the service by the gateway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from snapshot_provider import client_token
from snapshot_provider.errors import NotFoundError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from snapshot_provider.model import Identity, Snapshot

TOKENS = 64
"""How many snapshots of destroyed resources behind one token are walked through before giving up."""


class Service(Protocol):
    """What is needed of the service; gateway.Gateway has it."""

    def create_snapshot(self, identity: Identity, client_token: str) -> tuple[str, int]:
        """CreateResourceSnapshot: Arn and revision."""

    def get_snapshot(self, identity: Identity, revision: int | None = None) -> Snapshot:
        """GetResourceSnapshot: a given revision, or the latest."""


class Snapshots:
    """The operations on one snapshot.

    Args:
        service: the service.
        report: shows the user a line while an operation is under way.
    """

    def __init__(self, service: Service, report: Callable[[str], None]) -> None:
        self._service = service
        self._report = report

    def create(self, identity: Identity, token: str, *, resume: bool) -> tuple[str, int]:
        """Take a snapshot: its Arn and revision.

        Args:
            identity: what is shared.
            token: the idempotency token.
            resume: whether a snapshot that the token made before is this one, taken by a run that was interrupted.
                Otherwise it is one of a resource that was destroyed, and another is taken.

        Raises:
            ProviderError: the service refused, or could not be reached.
        """
        latest = 0 if resume else self._latest(identity)
        for _ in range(TOKENS):
            arn, revision = self._service.create_snapshot(identity, token)
            if revision > latest:
                return arn, revision
            token = client_token.derive(token, f"{arn} {revision}")
        raise ProviderError(
            f"{TOKENS} snapshots of {identity} were taken for this resource and forgotten since: "
            "give it another trigger."
        )

    def exists(self, identity: Identity, revision: int) -> bool:
        """Whether the service has this revision (GetResourceSnapshot).

        Raises:
            ProviderError: the service refused for any other reason.
        """
        try:
            self._service.get_snapshot(identity, revision)
        except NotFoundError:
            return False
        return True

    def delete(self, identity: Identity, revision: int) -> None:
        """Forget it: there is no operation that would delete it."""
        self._report(f"revision {revision} of {identity} is forgotten here; AWS keeps snapshots for good")

    def _latest(self, identity: Identity) -> int:
        try:
            return self._service.get_snapshot(identity).revision
        except NotFoundError:
            return 0
