"""Whether a role's trust policy lets a service assume it: plain documents, nothing asked of anybody."""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTION = "sts:AssumeRole"


class Trust(Enum):
    """What a trust policy says of a service."""

    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    """Allowed, or denied, under a condition that only a call shows the truth of."""
    DENIED = "denied"
    ABSENT = "absent"
    """Not mentioned, which is a refusal."""


def trust_in(policy: Mapping[str, Any], service: str) -> Trust:
    """What a trust policy says of a service that calls sts:AssumeRole. A Deny wins over every Allow.

    Args:
        policy: the role's AssumeRolePolicyDocument.
        service: the service principal, such as "events.amazonaws.com".
    """
    matching = [
        statement
        for statement in _listed(policy.get("Statement"))
        if isinstance(statement, dict) and _names_action(statement) and _names_service(statement, service)
    ]
    denied = [statement for statement in matching if statement.get("Effect") == "Deny"]
    allowed = [statement for statement in matching if statement.get("Effect") == "Allow"]
    if not all(statement.get("Condition") for statement in denied):
        return Trust.DENIED
    if not allowed:
        return Trust.ABSENT
    if denied or all(statement.get("Condition") for statement in allowed):
        return Trust.CONDITIONAL
    return Trust.ALLOWED


def _names_action(statement: Mapping[str, Any]) -> bool:
    if "NotAction" in statement:
        return not _fits_any(ACTION, statement["NotAction"])
    return _fits_any(ACTION, statement.get("Action"))


def _fits_any(action: str, patterns: Any) -> bool:
    """Whether an action is one of those that patterns stand for: `*` and `?` are wild, case does not matter."""
    # A bracket is a letter to IAM, and a set of letters to fnmatch.
    escaped = (str(pattern).lower().replace("[", "[[]") for pattern in _listed(patterns))
    return any(fnmatchcase(action.lower(), pattern) for pattern in escaped)


def _names_service(statement: Mapping[str, Any], service: str) -> bool:
    if "NotPrincipal" in statement:
        return not _is_among(service, statement["NotPrincipal"])
    return _is_among(service, statement.get("Principal"))


def _is_among(service: str, principals: Any) -> bool:
    if not isinstance(principals, dict):
        return bool(principals == "*")
    # {"AWS": "*"} is everybody, as "*" is.
    return "*" in _listed(principals.get("AWS")) or bool({service, "*"} & set(_listed(principals.get("Service"))))


def _listed(value: Any) -> list[Any]:
    """IAM lets one thing stand without its list."""
    return value if isinstance(value, list) else [] if value is None else [value]
