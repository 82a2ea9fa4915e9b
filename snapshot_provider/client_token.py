"""Idempotency tokens that are derived, so that an interrupted create can be recognised later.

The service answers a token that it has seen before with the job it made then. A token that is the same on every run
of the same program therefore finds the job of a run that was killed; one that differs for every generation of a
resource never finds a predecessor. May not import Pulumi or boto3.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "pulumi-"


def derive(*parts: str) -> str:
    """One token for these parts: the same for the same parts, different for any others.

    Returns:
        45 characters: "pulumi-" and 38 of [a-z2-7].
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()[:24]
    return PREFIX + base64.b32encode(digest).decode().rstrip("=").lower()


def choose(base: str, predecessor: str | None, taken: Callable[[str], bool]) -> str:
    """The token of the job that a resource would create now.

    Args:
        base: the resource's first token: derived from its place, or given by the user.
        predecessor: the Id of the job that the resource has now. Its successor may never be answered with it.
        taken: whether another job of the stack has a token, such as one that was renamed and left its old name to
            this one.
    """
    token = derive(base, predecessor) if predecessor else base
    while taken(token):
        token = derive(token)
    return token
