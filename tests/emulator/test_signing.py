"""Who may call, and what a body that no SDK would send is answered with: requests signed by hand."""

from __future__ import annotations

import http.client
import json
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from partnercentral_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = "AWSPartnerCentralSelling.ListResourceSnapshotJobs"
BODY = b'{"Catalog": "AWS"}'


def signed(
    emulator: Emulator, body: bytes = BODY, *, target: str = LIST, scope: str = "us-east-1/partnercentral-selling"
) -> dict[str, str]:
    """The headers of a request that is signed with the secret `secret`."""
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", f"{emulator.url}/", headers=headers, data=body)
    region, service = scope.split("/")
    SigV4Auth(Credentials("AKID", "secret"), service, region).add_auth(request)
    return {**dict(request.headers.items()), "Host": urlsplit(emulator.url).netloc}


def post(emulator: Emulator, headers: dict[str, str], body: bytes = BODY) -> tuple[int, str, str]:
    """The status, the code and the text of an answer."""
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=5)
    try:
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        content: dict[str, Any] = json.loads(answer.read())
        assert answer.headers["x-amzn-RequestId"]
        assert answer.headers["Date"]
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.0"
        return answer.status, content.get("__type", ""), content.get("Message", "")
    finally:
        connection.close()


@pytest.fixture(scope="module")
def pinned() -> Iterator[Emulator]:
    with Emulator.start("--credentials=AKID:secret") as emulator:
        yield emulator


def test_a_signed_request_is_answered(pinned: Emulator) -> None:
    assert post(pinned, signed(pinned)) == (200, "", "")


@pytest.mark.parametrize("scope", ["eu-west-1/partnercentral-selling", "us-east-1/s3"])
def test_the_scope_is_one_region_and_service(emulator: Emulator, scope: str) -> None:
    status, code, text = post(emulator, signed(emulator, scope=scope))
    assert (status, code) == (400, "InvalidSignatureException")
    assert "Credential should be scoped to" in text


@pytest.mark.parametrize(("minutes", "accepted"), [(-6, False), (-4, True), (4, True), (6, False)])
def test_a_signature_ages(emulator: Emulator, minutes: int, accepted: bool) -> None:  # noqa: FBT001
    date = (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")
    headers = signed(emulator)
    headers["X-Amz-Date"] = date
    headers["Authorization"] = re.sub(r"/\d{8}/", f"/{date[:8]}/", headers["Authorization"])
    status, code, text = post(emulator, headers)
    assert status == (200 if accepted else 400)
    assert accepted or (code == "InvalidSignatureException" and text.startswith("Signature expired"))


@pytest.mark.parametrize("date", ["", "yesterday", "20261399T000000Z"])
def test_a_signature_has_a_date(emulator: Emulator, date: str) -> None:
    status, code, _ = post(emulator, {**signed(emulator), "X-Amz-Date": date})
    assert (status, code) == (400, "IncompleteSignatureException")


def test_the_host_is_signed(emulator: Emulator) -> None:
    headers = signed(emulator)
    headers["Authorization"] = headers["Authorization"].replace(";host;", ";")
    assert post(emulator, headers)[1] == "IncompleteSignatureException"


def test_a_body_that_was_not_signed_is_refused(pinned: Emulator) -> None:
    other = b'{"Catalog": "Sandbox"}'
    assert post(pinned, signed(pinned), other)[1] == "InvalidSignatureException"
    # Nor does a checksum of the signed body help.
    request = AWSRequest("POST", f"{pinned.url}/", headers={"X-Amz-Target": LIST}, data=BODY)
    auth = SigV4Auth(Credentials("AKID", "secret"), "partnercentral-selling", "us-east-1")
    request.headers["X-Amz-Content-SHA256"] = auth.payload(request)
    auth.add_auth(request)
    headers = {**dict(request.headers.items()), "Host": urlsplit(pinned.url).netloc}
    assert post(pinned, headers)[0] == 200
    assert post(pinned, headers, other)[1] == "InvalidSignatureException"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"text"', b"[" * 100_000])
def test_bodies_that_are_no_json_object(emulator: Emulator, body: bytes) -> None:
    status, code, _ = post(emulator, signed(emulator, body), body)
    assert (status, code) == (400, "SerializationException")


@pytest.mark.parametrize(
    "target", ["ListResourceSnapshotJobs", "DynamoDB.ListResourceSnapshotJobs", "AWSPartnerCentralSelling.Dance"]
)
def test_targets_that_are_no_operation(emulator: Emulator, target: str) -> None:
    status, code, text = post(emulator, signed(emulator, target=target))
    assert (status, code) == (400, "UnknownOperationException")
    assert "does not serve" in text


def test_an_unsigned_call_is_recorded_too(emulator: Emulator) -> None:
    post(emulator, {"X-Amz-Target": LIST})
    (call,) = emulator.calls()
    assert (call["operation"], call["error"]) == ("ListResourceSnapshotJobs", "MissingAuthenticationTokenException")
    assert call["account"] is call["access_key"] is call["request"] is call["fault"] is None
