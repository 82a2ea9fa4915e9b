"""The service, one method an operation: plain data in, plain data out, refusals in words.

The only module (with `schema` and `session`) that may import boto3 or botocore. Decides nothing about the life cycle.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

import tenacity
from botocore import exceptions as boto_errors
from botocore.model import ListShape, MapShape, StructureShape
from botocore.parsers import ResponseParserError

from snapshot_provider import errors
from snapshot_provider.deadline import Deadline
from snapshot_provider.errors import in_one_line
from snapshot_provider.model import Identity, Job, JobSummary, Snapshot, tags_from_list, tags_to_list
from snapshot_provider.schema import fits_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.model import OperationModel, Shape
    from mypy_boto3_partnercentral_selling import PartnerCentralSellingAPIClient

T = TypeVar("T")

SKEW = timedelta(seconds=2)
"""A difference of two clocks that is noted: an answer's Date is in whole seconds, and takes its time to arrive."""

UNTAG_LIMIT = 50
"""Most keys that one UntagResource call takes (the service model's bound)."""


class Gateway:
    """The operations on snapshot jobs, for one account.

    Args:
        client: boto3's client.
        account: the account that the credentials belong to; None where that cannot be told.
        deadline: the time limit of what the calls are made for.
        patience: seconds for which a call goes on that is refused as one too many; 0 to leave that to botocore.

    Every method raises errors.ServiceError, or one of its kinds, where the service refuses, and
    errors.ProviderError where it cannot be reached or understood. botocore has retried by then what retrying can mend.
    """

    def __init__(
        self,
        client: PartnerCentralSellingAPIClient,
        account: Callable[[], str | None] = lambda: None,
        deadline: Deadline | None = None,
        patience: float = 0.0,
    ) -> None:
        self._client = client
        self._account = account
        self._deadline = deadline or Deadline()
        self._patience = patience
        self._skew = timedelta(0)

    def create_job(self, identity: Identity, tags: Mapping[str, str], client_token: str) -> tuple[str, str]:
        """CreateResourceSnapshotJob: the Id and Arn of the new job, or of the one that the token made before."""
        request = {**_shared_resource(identity), "ClientToken": client_token}
        if tags:
            request["Tags"] = tags_to_list(tags)
        answer = self._call("CreateResourceSnapshotJob", str(identity), request)
        self._skew = _skew(answer)
        return _job_id_and_arn("CreateResourceSnapshotJob", answer)

    def clock_skew(self) -> timedelta:
        """How far the service's clock was ahead of this machine's when it last answered a create."""
        return self._skew

    def get_job(self, catalog: str, job_id: str) -> Job:
        """GetResourceSnapshotJob, without tags: the service gives them elsewhere."""
        answer = self._on_job("GetResourceSnapshotJob", catalog, job_id)

        def member(name: str) -> Any:
            return _member("GetResourceSnapshotJob", answer, name)

        answered, arn = _job_id_and_arn("GetResourceSnapshotJob", answer)
        if (answered, member("Catalog")) != (job_id, catalog):
            raise _malformed("GetResourceSnapshotJob", f"with another job than {job_id} of catalog {catalog}")
        return Job(
            id=answered,
            arn=arn,
            identity=Identity(
                catalog=member("Catalog"),
                engagement_identifier=member("EngagementId"),
                resource_type=member("ResourceType"),
                resource_identifier=member("ResourceId"),
                resource_snapshot_template_identifier=member("ResourceSnapshotTemplateName"),
            ),
            status=member("Status"),
            created_at=_timestamp(answer.get("CreatedAt")),
            resource_arn=answer.get("ResourceArn"),
            last_successful_execution_date=_timestamp(answer.get("LastSuccessfulExecutionDate")),
            last_failure=answer.get("LastFailure"),
        )

    def start_job(self, catalog: str, job_id: str) -> None:
        """StartResourceSnapshotJob."""
        self._on_job("StartResourceSnapshotJob", catalog, job_id)

    def stop_job(self, catalog: str, job_id: str) -> None:
        """StopResourceSnapshotJob."""
        self._on_job("StopResourceSnapshotJob", catalog, job_id)

    def delete_job(self, catalog: str, job_id: str) -> None:
        """DeleteResourceSnapshotJob; the service wants the job stopped first."""
        self._on_job("DeleteResourceSnapshotJob", catalog, job_id)

    def list_jobs(self, catalog: str, engagement_identifier: str | None = None) -> Iterator[str]:
        """ListResourceSnapshotJobs to its last page: the jobs' Ids."""
        return (summary.id for summary in self.list_summaries(catalog, engagement_identifier))

    def list_summaries(
        self, catalog: str, engagement_identifier: str | None = None, status: str | None = None
    ) -> Iterator[JobSummary]:
        """ListResourceSnapshotJobs to its last page."""
        # A thousand a page is the most there is: fewest calls.
        request: dict[str, Any] = {"Catalog": catalog, "MaxResults": 1000}
        if engagement_identifier:
            request["EngagementIdentifier"] = engagement_identifier
        if status:
            request["Status"] = status
        seen = set()
        while True:
            answer = self._call("ListResourceSnapshotJobs", engagement_identifier or f"catalog {catalog}", request)
            for summary in answer.get("ResourceSnapshotJobSummaries", []):
                yield JobSummary(
                    id=_member("ListResourceSnapshotJobs", summary, "Id", like="GetResourceSnapshotJob"),
                    arn=summary.get("Arn", ""),
                    engagement_identifier=summary.get("EngagementId", ""),
                    status=summary.get("Status", ""),
                )
            token = answer.get("NextToken")
            if not token:
                return
            if token in seen:
                raise _malformed("ListResourceSnapshotJobs", "with a NextToken that it gave before")
            seen.add(token)
            request["NextToken"] = token

    def list_tags(self, arn: str) -> dict[str, str]:
        """ListTagsForResource."""
        answer = self._call("ListTagsForResource", arn, {"ResourceArn": arn})
        tags = answer.get("Tags", [])
        if any("Key" not in tag or "Value" not in tag for tag in tags):
            raise _malformed("ListTagsForResource", "with a tag that lacks its key or value")
        return tags_from_list(tags)

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """TagResource."""
        self._call("TagResource", arn, {"ResourceArn": arn, "Tags": tags_to_list(tags)})

    def untag(self, arn: str, keys: tuple[str, ...]) -> None:
        """UntagResource, in as many calls as its bound on keys asks for."""
        for start in range(0, len(keys), UNTAG_LIMIT):
            chunk = list(keys[start : start + UNTAG_LIMIT])
            self._call("UntagResource", arn, {"ResourceArn": arn, "TagKeys": chunk})

    def get_snapshot(self, identity: Identity, revision: int | None = None) -> Snapshot:
        """GetResourceSnapshot: the latest revision, or a given one."""
        request = _shared_resource(identity)
        if revision is not None:
            request["Revision"] = revision
        answer = self._call("GetResourceSnapshot", str(identity), request)
        return Snapshot(
            arn=_member("GetResourceSnapshot", answer, "Arn"),
            revision=_member("GetResourceSnapshot", answer, "Revision"),
            identity=identity,
            created_at=_timestamp(answer.get("CreatedAt")),
            created_by=answer.get("CreatedBy"),
            payload=answer.get("Payload", {}),
        )

    def create_snapshot(self, identity: Identity, client_token: str) -> tuple[str, int]:
        """CreateResourceSnapshot: Arn and revision of the new snapshot, or of the one that the token made before."""
        request = {**_shared_resource(identity), "ClientToken": client_token}
        answer = self._call("CreateResourceSnapshot", str(identity), request)
        arn: str = _member("CreateResourceSnapshot", answer, "Arn")
        revision: int = _member("CreateResourceSnapshot", answer, "Revision")
        return arn, revision

    def get_role(self, catalog: str) -> str | None:
        """GetSellingSystemSettings: the ARN of the role that jobs run as, if one is set."""
        answer = self._call("GetSellingSystemSettings", f"catalog {catalog}", {"Catalog": catalog})
        return _role(answer)

    def put_role(self, catalog: str, identifier: str | None) -> str | None:
        """PutSellingSystemSettings: the ARN of the role that jobs run as from now on, if one is set.

        Args:
            catalog: the catalog.
            identifier: the role's name or ARN; None to set none.
        """
        request = {"Catalog": catalog, **({"ResourceSnapshotJobRoleIdentifier": identifier} if identifier else {})}
        return _role(self._call("PutSellingSystemSettings", f"catalog {catalog}", request))

    def account(self) -> str | None:
        """The account that the credentials belong to; None where that cannot be told."""
        return self._account()

    def check_account(self, arn: str, look: Callable[[], object] | None = None) -> None:
        """Make sure that a job that is not found is not merely another account's.

        Args:
            arn: the job's ARN.
            look: a call on the ARN that has been made; ListTagsForResource is called by default.

        Raises:
            ServiceError: the job's ARN names another account than the credentials, or may not be looked at.
        """
        owner, mine = arn.split(":")[4], self._account()
        if mine is not None and mine != owner:
            raise errors.AccessError(_other_account(arn, owner, f"account {mine}"), code="AccessDeniedException")
        try:
            look() if look else self.list_tags(arn)
        except errors.NotFoundError:
            return
        except errors.AccessError as denied:
            raise errors.AccessError(
                f"{_other_account(arn, owner, 'another account')} {denied}", code=denied.code
            ) from denied

    def _on_job(self, operation: str, catalog: str, job_id: str) -> Mapping[str, Any]:
        request = {"Catalog": catalog, "ResourceSnapshotJobIdentifier": job_id}
        return self._call(operation, f"{job_id} (catalog {catalog})", request)

    def _call(self, operation: str, subject: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        # Each attempt waits for its turn (see `pace`), so nothing more is waited for here.
        patient = tenacity.stop_after_delay(self._patience)
        while_throttled = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(errors.ThrottledError),
            stop=lambda call: self._deadline.passed() or patient(call),
            reraise=True,
        )
        return while_throttled(self._attempt, operation, subject, request)

    def _attempt(self, operation: str, subject: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        method: Callable[..., Mapping[str, Any]] = getattr(self._client, _method_name(operation))
        self._deadline.check(f"{operation} on {subject}")
        return told(operation, subject, lambda: method(**request))


class _AnswerError(Exception):
    """An answer that is not the service's; its text says with what the call was answered instead."""


def told(operation: str, subject: str, call: Callable[[], T]) -> T:
    """Make a call; whatever comes of it but an answer is put into words."""
    try:
        return call()
    except boto_errors.ClientError as error:
        raise _refusal(operation, subject, error) from error
    except boto_errors.BotoCoreError as error:
        raise _failure(operation, subject, error) from error
    except _AnswerError as error:
        raise _malformed(f"{operation} on {subject}", str(error)) from error
    except _UNREADABLE as error:
        raise _malformed(f"{operation} on {subject}", "with what cannot be read") from error


def check_answer(operation_model: OperationModel, response_dict: dict[str, Any], **_: Any) -> None:
    """Hold an answer against the service model before botocore parses it, which takes the right shape for granted.

    An error that is not in the service's form is left with its HTTP status and its text, so that botocore retries it
    as it does any, and nothing in it is taken for the service's word. For botocore's "before-parse" event.

    Raises:
        _AnswerError: the answer is none of this operation's; `told` puts it into words.
    """
    status, body = response_dict["status_code"], response_dict["body"]
    answer = _json(body)
    if status >= _FIRST_ERROR:
        if not _is_error(operation_model, answer):
            response_dict["body"] = json.dumps({"message": body.decode(errors="replace")}).encode()
        return
    if status != _SUCCESS:
        raise _AnswerError(f"with the HTTP status {status}")
    if not isinstance(answer, dict):
        raise _AnswerError("with what is not a JSON object")
    wrong = _mismatch(operation_model.output_shape, answer) if operation_model.output_shape else None
    if wrong:
        raise _AnswerError(f"with a wrong {wrong}")


def _json(body: bytes) -> Any:
    """A body's JSON value, an empty body being an empty object as it is to botocore; None for what is no JSON."""
    try:
        return json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return None


def _is_error(operation: OperationModel, answer: Any) -> bool:
    if not isinstance(answer, dict):
        return False
    named = all(isinstance(answer.get(name, ""), str) for name in ("__type", "message", "Message"))
    return named and not any(_mismatch(shape, answer) for shape in operation.error_shapes)


def _mismatch(shape: Shape, value: Any) -> str | None:
    """The name of the first part of a JSON value that is not of its shape's type; None where all are."""
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        if not isinstance(value, dict):
            return shape.name
        given = ((name, member) for name, member in shape.members.items() if value.get(name) is not None)
        return next((name for name, member in given if _mismatch(member, value[name])), None)
    if isinstance(shape, ListShape):
        return (
            None if isinstance(value, list) and not any(_mismatch(shape.member, item) for item in value) else shape.name
        )
    if isinstance(shape, MapShape):
        return (
            None
            if isinstance(value, dict) and not any(_mismatch(shape.value, item) for item in value.values())
            else shape.name
        )
    is_type = _TYPES.get(shape.type_name, lambda _: True)
    return None if is_type(value) else shape.name


def _is_text(value: Any) -> bool:
    # A lone surrogate is legal in JSON, but no text: the engine could not store it.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_timestamp(value: Any) -> bool:
    # botocore would take "May" or "10" for a time, too.
    return _is_number(value) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", value) is not None)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": _is_text,
    "timestamp": _is_timestamp,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "long": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": _is_number,
    "double": _is_number,
    "boolean": lambda value: isinstance(value, bool),
}

_SUCCESS = 200
"""The one status with which the service's protocol answers what was done."""

_FIRST_ERROR = 301
"""From here on botocore takes an answer for an error."""

# What botocore's parsers trip with over an answer that is not the service's.
_UNREADABLE = (ResponseParserError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError)


def _refusal(operation: str, subject: str, error: boto_errors.ClientError) -> errors.ServiceError:
    """Put an answer that is an error into words: what, on what, the service's reason, and the remedy."""
    body: Mapping[str, Any] = error.response
    details: Mapping[str, Any] = body.get("Error", {})
    code = in_one_line(details.get("Code", ""))
    message = in_one_line(body.get("Message") or details.get("Message") or "no reason given")
    fields = "; ".join(
        f"{item.get('FieldName') or 'request'}: {item.get('Message', '')} ({item.get('Code', '')})"
        for item in body.get("ErrorList") or []
    )
    reason = in_one_line(body.get("Reason") or "")
    remedy = _remedy(code, operation)
    parts = [
        f"{operation} on {subject} was refused: {code}{f' ({reason})' if reason else ''}: {message.rstrip('.')}.",
        f"Fields: {in_one_line(fields)}." if fields else "",
        remedy,
        _request_id(body),
    ]
    kind = _KINDS.get(code, errors.ServiceError)
    names = tuple(str(item.get("FieldName", "")) for item in body.get("ErrorList") or [])
    refusal = kind(" ".join(part for part in parts if part), code=code, fields=names)
    refusal.remedy = remedy
    return refusal


def _failure(operation: str, subject: str, error: boto_errors.BotoCoreError) -> errors.ProviderError:
    """Put a call that got no usable answer into words."""
    unknown = (errors.ProviderError, "")
    kind, remedy = next(((kind, remedy) for cause, kind, remedy in _FAILURES if isinstance(error, cause)), unknown)
    fault = kind(f"{operation} on {subject} failed: {in_one_line(error).rstrip('.')}. {remedy}".rstrip())
    fault.remedy = remedy
    return fault


_KINDS: dict[str, type[errors.ServiceError]] = {
    "AccessDeniedException": errors.AccessError,
    "ResourceNotFoundException": errors.NotFoundError,
    "ConflictException": errors.ConflictError,
    "ThrottlingException": errors.ThrottledError,
    "TooManyRequestsException": errors.ThrottledError,
    "ValidationException": errors.InvalidError,
}

_CREDENTIALS = (
    "Give boto3 working credentials: run `aws sso login`, set AWS_PROFILE or the AWS_ACCESS_KEY_ID family, "
    "or set partnercentral:profile."
)

_ENDPOINT = "Check AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING and partnercentral:endpointUrl."

_REMEDIES = {
    "ThrottlingException": "Retrying did not help: run the command again later, or with a lower --parallel.",
    "TooManyRequestsException": "Retrying did not help: run the command again later, or with a lower --parallel.",
    "InternalServerException": "The fault is the service's and retrying did not help: run the command again later.",
    "ServiceQuotaExceededException": "Delete jobs that are no longer needed, or ask AWS for a higher quota.",
    "ResourceNotFoundException": "Check the identifiers, the catalog and the account that the credentials belong to.",
    "ExpiredTokenException": f"The session has expired. {_CREDENTIALS}",
    "ExpiredToken": f"The session has expired. {_CREDENTIALS}",
    "UnrecognizedClientException": f"AWS does not know the access key. {_CREDENTIALS}",
    "InvalidClientTokenId": f"AWS does not know the access key. {_CREDENTIALS}",
    "MissingAuthenticationTokenException": f"The request was not signed. {_CREDENTIALS}",
    "InvalidSignatureException": (
        "Check the secret access key and this machine's clock: AWS refuses a signature made more than five minutes off."
    ),
    "RequestExpired": "This machine's clock is off by more than five minutes: set it right.",
}

_ALSO_NEEDED = {
    "CreateResourceSnapshotJob": (
        " (creating a job also needs partnercentral:CreateResourceSnapshot and partnercentral:GetOpportunity, "
        "and partnercentral:TagResource where it has tags)"
    ),
    "PutSellingSystemSettings": " (naming a role also needs iam:PassRole on that role)",
}

_FAILURES: tuple[tuple[type[Exception], type[errors.ProviderError], str], ...] = (
    (boto_errors.NoCredentialsError, errors.CredentialsError, _CREDENTIALS),
    (boto_errors.PartialCredentialsError, errors.CredentialsError, _CREDENTIALS),
    (boto_errors.CredentialRetrievalError, errors.CredentialsError, _CREDENTIALS),
    (boto_errors.SSOError, errors.CredentialsError, _CREDENTIALS),
    (boto_errors.TokenRetrievalError, errors.CredentialsError, _CREDENTIALS),
    (
        boto_errors.HTTPClientError,
        errors.UnreachableError,
        f"The service could not be reached or did not answer. Check the network and run the command again. {_ENDPOINT}",
    ),
    (
        boto_errors.ProxyConnectionError,
        errors.UnreachableError,
        "The proxy could not be reached. Check HTTPS_PROXY and HTTP_PROXY, or name the service's host in NO_PROXY.",
    ),
    (
        boto_errors.ConnectionError,
        errors.UnreachableError,
        f"The service could not be reached. Check the network, then run the command again. {_ENDPOINT}",
    ),
)


def _other_account(arn: str, owner: str, mine: str) -> str:
    return (
        f"{arn} was not found, but it belongs to account {owner} and the credentials perhaps to {mine}: "
        f"it is not taken for gone. Use credentials of account {owner}, or grant the caller "
        "partnercentral:ListTagsForResource."
    )


def _remedy(code: str, operation: str) -> str:
    if code in {"AccessDeniedException", "AccessDenied"}:
        action = operation if ":" in operation else f"partnercentral:{operation}"
        return f"Grant the caller {action}{_ALSO_NEEDED.get(operation, '')}."
    return _REMEDIES.get(code, "")


def _request_id(body: Mapping[str, Any]) -> str:
    request_id = body.get("ResponseMetadata", {}).get("RequestId")
    return f"Request id {in_one_line(request_id)}." if request_id else ""


def _member(operation: str, answer: Mapping[str, Any], name: str, like: str = "") -> Any:
    """A member that must be there, within the bounds of that operation's answer, or of the one that it is like."""
    value = answer.get(name)
    if not value:
        raise _malformed(operation, f"without {name}")
    if isinstance(value, str) and not fits_member(like or operation, name, value):
        raise _malformed(operation, f"with a wrong {name}")
    return value


def _shared_resource(identity: Identity) -> dict[str, Any]:
    """What is shared, as requests name it."""
    return {
        "Catalog": identity.catalog,
        "EngagementIdentifier": identity.engagement_identifier,
        "ResourceType": identity.resource_type,
        "ResourceIdentifier": identity.resource_identifier,
        "ResourceSnapshotTemplateIdentifier": identity.resource_snapshot_template_identifier,
    }


def _role(answer: Mapping[str, Any]) -> str | None:
    """The role's ARN, within the service's bounds; None where none is set."""
    name = "ResourceSnapshotJobRoleArn"
    return _member("GetSellingSystemSettings", answer, name) if answer.get(name) else None


def _job_id_and_arn(operation: str, answer: Mapping[str, Any]) -> tuple[str, str]:
    """A job's Id and its Arn, which carries its account and ends with the Id."""
    job_id, arn = _member(operation, answer, "Id"), _member(operation, answer, "Arn")
    if not re.fullmatch(rf"arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:\S*{job_id}", arn):
        raise _malformed(operation, "with a wrong Arn")
    return job_id, arn


def _skew(answer: Mapping[str, Any]) -> timedelta:
    """What the answer's Date tells of the service's clock; nothing where it is as good as this machine's."""
    try:
        date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        skew = date - datetime.now(timezone.utc)
    except (LookupError, TypeError, ValueError):
        return timedelta(0)
    return skew if abs(skew) > SKEW else timedelta(0)


def _malformed(operation: str, how: str) -> errors.MalformedAnswerError:
    fault = errors.MalformedAnswerError(
        f"{operation} was answered {how}: the endpoint does not speak as Partner Central does. {_ENDPOINT}"
    )
    fault.remedy = _ENDPOINT
    return fault


def _method_name(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")


def _timestamp(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
