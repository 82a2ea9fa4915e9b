"""Who calls: the signature of a request (AWS Signature Version 4), checked as far as the keys are known."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from partnercentral_emulator.errors import ServiceRefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "partnercentral-selling"
REGION = "us-east-1"
STAMP = "%Y%m%dT%H%M%SZ"
TOLERANCE = 300
"""Seconds that a signature may be older or newer than now."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request,"
    r"\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)


@dataclass(frozen=True)
class Key:
    """An access key that is accepted.

    Attributes:
        secret: its secret; None accepts any signature.
        account: the account it belongs to; None for the default one.
    """

    secret: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class Keys:
    """The access keys that are accepted.

    Attributes:
        default_account: the account of keys that name none.
        pinned: the accepted keys; empty accepts all.
    """

    default_account: str
    pinned: Mapping[str, Key]

    def account_of(self, access_key: str) -> str:
        """The account that a key belongs to.

        A key of twelve digits stands for the account of that number, and one that STS gave for a role tells its own.
        """
        key = self.pinned.get(access_key)
        if key and key.account:
            return key.account
        if self.pinned:
            return self.default_account
        return access_key if re.fullmatch(r"[0-9]{12}", access_key) else _told_by(access_key) or self.default_account


def _told_by(access_key: str) -> str | None:
    """The account in a temporary key: 40 bits of its base32 part, after a bit that is always set."""
    if not re.fullmatch(r"ASIA[A-Z2-7]{16}", access_key):
        return None
    bits = int.from_bytes(base64.b32decode(access_key[4:]), "big") >> 39
    number = bits & (2**40 - 1)
    return f"{number:012d}" if number < 10**12 else None


def caller(headers: Mapping[str, str], body: bytes, keys: Keys) -> tuple[str, str]:
    """The caller's access key and account.

    Raises:
        ServiceRefusalError: the request is not signed, or not so that the service would take it.
    """
    authorization = headers.get("Authorization")
    if not authorization:
        raise ServiceRefusalError("MissingAuthenticationTokenException", "Missing Authentication Token")
    parts = _AUTHORIZATION.fullmatch(authorization.strip())
    date = headers.get("X-Amz-Date", "")
    moment = _moment(date)
    if not parts or not moment or "host" not in parts[5].split(";"):
        raise ServiceRefusalError(
            "IncompleteSignatureException", "The request signature does not conform to AWS standards."
        )
    access_key, day, region, service, signed, signature = parts.groups()
    if (day, region, service) != (date[:8], REGION, SERVICE):
        raise ServiceRefusalError(
            "InvalidSignatureException",
            f"Credential should be scoped to a valid date, region and service: {REGION} and {SERVICE}.",
        )
    _check_age(moment)
    if keys.pinned and access_key not in keys.pinned:
        raise ServiceRefusalError(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    key = keys.pinned.get(access_key, Key())
    if key.secret is not None:
        expected = _signature(headers, body, signed.split(";"), Credentials(access_key, key.secret))
        if not hmac.compare_digest(expected, signature):
            raise ServiceRefusalError(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method.",
            )
    return access_key, keys.account_of(access_key)


def _check_age(signed: datetime) -> None:
    # The machine's time, whatever the emulator's: it is what the caller signed with.
    now = datetime.now(timezone.utc)
    if abs((now - signed).total_seconds()) > TOLERANCE:
        raise ServiceRefusalError(
            "InvalidSignatureException", f"Signature expired: {signed:{STAMP}} is too far from {now:{STAMP}}"
        )


def _moment(date: str) -> datetime | None:
    try:
        return datetime.strptime(date, STAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _signature(headers: Mapping[str, str], body: bytes, signed: list[str], credentials: Credentials) -> str:
    """The signature that these credentials give; none, where a checksum among the headers is not the body's."""
    if headers.get("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD") not in {
        "UNSIGNED-PAYLOAD",
        hashlib.sha256(body).hexdigest(),
    }:
        return ""
    auth = SigV4Auth(credentials, SERVICE, REGION)
    request = AWSRequest(
        method="POST",
        url=f"http://{headers.get('Host', '')}/",
        headers={name: headers.get(name, "") for name in signed},
        data=body,
    )
    request.context["timestamp"] = headers["X-Amz-Date"]
    canonical = auth.canonical_request(request)
    return str(auth.signature(auth.string_to_sign(request, canonical), request))
