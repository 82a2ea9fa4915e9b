"""Whatever is declared, configured or answered: a foreseeable fault in words, or a result that is right."""

from __future__ import annotations

import copy
import itertools
import json
import os
import re
import socket
from dataclasses import replace
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar
from unittest.mock import patch

import pytest
import regex
from botocore.awsrequest import AWSResponse
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pulumi.output import Unknown

from snapshot_provider import lifecycle, session
from snapshot_provider.config import Settings
from snapshot_provider.deadline import Deadline
from snapshot_provider.errors import ConfigurationError, MalformedAnswerError, NotFoundError, ProviderError
from snapshot_provider.gateway import Gateway
from snapshot_provider.lifecycle import Lifecycle
from snapshot_provider.model import Declared, Identity, Job, TagChange
from snapshot_provider.pace import Paces
from snapshot_provider.provider import JobProvider, SettingsProvider, SnapshotProvider
from snapshot_provider.selling_settings import SellingSettings
from snapshot_provider.session import Connection, connect
from snapshot_provider.snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from snapshot_provider.dynamic import ConfiguredProvider

P = TypeVar("P", bound="ConfiguredProvider")
HERE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=150,
    deadline=timedelta(seconds=10),
    suppress_health_check=HERE,
)
# `make compat` asks whether it works there at all.
settings.register_profile("brief", parent=settings.get_profile("ci"), max_examples=10)
settings.register_profile("long", parent=settings.get_profile("ci"), derandomize=False, max_examples=5000)
PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

CATALOG, JOB_ID, OTHER_ID = "Sandbox", "job-0123456789abc", "job-zzzzzzzzzzzzz"
ARN = f"arn:aws:partnercentral:us-east-1:123456789012:catalog/Sandbox/resource-snapshot-job/{JOB_ID}"
ROLE = "arn:aws:iam::123456789012:role/Jobs"
GOOD: dict[str, Any] = {
    "catalog": CATALOG,
    "engagement_identifier": "eng-0123456789abcd",
    "resource_type": "Opportunity",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
    "desired_status": "Running",
    "client_token": "token",
    "tags": {"team": "a"},
}
IDENTITY = Identity.from_props(GOOD)
JOB = "ResourceSnapshotJob"
UNREADABLE = re.compile(r"NoneType|Traceback|object has no attribute|[A-Z]\w*Error\b|[^\S ]|[\x00-\x1f\x7f]")

# Inputs --------------------------------------------------------------------------------------------------------------

text = st.text(st.characters(), max_size=20)
almost = st.builds(
    lambda good, end: end.join((good, "")),
    st.sampled_from([value for value in GOOD.values() if isinstance(value, str)] + [JOB_ID, ARN, "10m", "1h30m"]),
    st.sampled_from(["", "\n", "\r\n", "\0", " ", "\u2028", "\ud800", "\u0663", "x"]),
)
long = st.builds(
    lambda part, count: part * count,
    st.sampled_from(["1", "a", "O", "1h", "aws:", "\ud83d", "é ", "[", "{"]),
    st.just(20_000),
)
scalar = st.none() | st.booleans() | st.integers(-(2**1000), 2**1000) | st.floats() | text | almost | long
UNKNOWN: Any = Unknown()  # type: ignore[no-untyped-call]  # The SDK's own.
unknown = st.just(UNKNOWN)
anything = st.recursive(
    scalar | unknown,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text | almost, inner, max_size=3),
    max_leaves=6,
)
role = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["role_arn", "session_name", "external_id", "duration", "x"], anything)
)
props = {
    **dict.fromkeys([*GOOD, "wait_for_snapshot", "adopt", "siblings", "unheard-of"], anything),
    "tags": st.dictionaries(text | almost, anything, max_size=4) | anything,
    "timeouts": st.dictionaries(st.sampled_from(["create", "update", "delete", "x"]), anything) | anything,
    "connection": st.fixed_dictionaries(
        {}, optional={"profile": anything, "endpoint_url": anything, "assume_role": role | anything}
    )
    | anything,
}
bags = st.fixed_dictionaries({}, optional=props) | st.builds(
    lambda name_and_value: {**GOOD, name_and_value[0]: name_and_value[1]},
    st.sampled_from(sorted(props)).flatmap(lambda name: st.tuples(st.just(name), props[name])),
)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("something was called")

    monkeypatch.setattr(socket.socket, "connect", refused)


def configured(config: dict[str, Any] | None = None) -> JobProvider:
    return with_config(JobProvider(), config)


def with_config(provider: P, config: dict[str, Any] | None = None) -> P:
    provider.configure(SimpleNamespace(config=SimpleNamespace(_props=config or {})))  # type: ignore[arg-type]
    return provider


@cache
def service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("partnercentral-selling", "service-2"))


def assert_valid(inputs: dict[str, Any]) -> None:
    """The request that would be sent, held against the service model by botocore and by each pattern."""
    operation = service().operation_model("CreateResourceSnapshotJob")
    shape = operation.input_shape
    assert shape is not None
    request = {
        "Catalog": inputs["catalog"],
        "ClientToken": inputs.get("client_token", "token"),
        "EngagementIdentifier": inputs["engagement_identifier"],
        "ResourceType": inputs["resource_type"],
        "ResourceIdentifier": inputs["resource_identifier"],
        "ResourceSnapshotTemplateIdentifier": inputs["resource_snapshot_template_identifier"],
    }
    request = {name: value for name, value in request.items() if not isinstance(value, Unknown)}
    tags = {} if isinstance(inputs["tags_all"], Unknown) else inputs["tags_all"]
    known = {key: value for key, value in tags.items() if not isinstance(value, Unknown)}
    strings = [(shape.members[name], value) for name, value in request.items()]
    tag = service().shape_for("Tag").members  # type: ignore[attr-defined]
    strings += [(tag["Key"], key) for key in known] + [(tag["Value"], value) for value in known.values()]
    for member, value in strings:
        assert regex.fullmatch(member.metadata.get("pattern", "(?s).*"), value), (member.name, value)
        assert value in (getattr(member, "enum", None) or [value])
    if len(request) == 6:
        full = {**request, "Tags": [{"Key": key, "Value": value} for key, value in known.items()] or None}
        full = {name: value for name, value in full.items() if value is not None}
        report = ParamValidator().validate(full, shape)
        assert not report.has_errors(), report.generate_report()
        json.dumps(full, ensure_ascii=False).encode()


@settings(PROFILE, max_examples=PROFILE.max_examples * 4)
@example({**GOOD, "timeouts": {"create": "1" * 60_000}})
@example({**GOOD, "timeouts": {"create": UNKNOWN}})
@example({**GOOD, "connection": {"assume_role": {"role_arn": UNKNOWN}}})
@example({**GOOD, "connection": {"assume_role": {"role_arn": "arn:aws:iam::123456789012:role/x", "duration": 10**400}}})
@example({**GOOD, "tags": {"team": 10**400}})
@example({**GOOD, "client_token": "\ud800"})
@example({**GOOD, "connection": {"profile": "[" * 60_000}})
@example({**GOOD, "connection": {"endpoint_url": "http://["}})
@example({**GOOD, "siblings": 5})
@example({**GOOD, "wait_for_snapshot": UNKNOWN})
@given(bags)
def test_any_inputs_are_taken_or_told(bag: dict[str, Any]) -> None:
    provider = configured()
    before = copy.copy(bag), repr(bag)
    result = provider.check({}, bag)
    assert (bag, repr(bag)) == before
    for failure in result.failures:
        assert failure.property.split(".")[0].split("[")[0] in props
        assert failure.reason.strip()
        assert len(failure.property + failure.reason) < 3000
        (failure.property + failure.reason).encode()
    if not result.failures:
        assert_valid(result.inputs)
        again = provider.check({}, result.inputs)
        assert (again.inputs, again.failures) == (result.inputs, [])


@settings(PROFILE)
@given(bags, anything | st.sampled_from(["Jobs", ROLE]), anything)
def test_any_inputs_of_the_others_are_taken_or_told(bag: dict[str, Any], identifier: Any, triggers: Any) -> None:
    bag |= {"resource_snapshot_job_role_identifier": identifier, "triggers": triggers}
    for provider in (with_config(SettingsProvider()), with_config(SnapshotProvider())):
        result = provider.check({}, bag)
        for failure in result.failures:
            assert failure.property in {*props, "resource_snapshot_job_role_identifier", "triggers"}
            assert failure.reason.strip()
            assert len(failure.property + failure.reason) < 3000
        if not result.failures:
            again = provider.check({}, result.inputs)
            assert (again.inputs, again.failures) == (result.inputs, [])
            old = {**result.inputs, "resource_snapshot_job_role_arn": ROLE, "arn": ARN, "revision": 1.0}
            assert provider.diff("id", old, result.inputs).replaces in (None, [])


@settings(PROFILE)
@given(bags, bags)
def test_any_state_is_taken(olds: dict[str, Any], news: dict[str, Any]) -> None:
    configured().check(olds, news)


# Configuration -------------------------------------------------------------------------------------------------------

KEYS = [
    "region",
    "catalog",
    "idempotencyScope",
    "profile",
    "assumeRole",
    "assumeRoles",
    "endpointUrl",
    "maxAttempts",
    "retryMode",
    "connectTimeout",
    "readTimeout",
    "allowedAccountIds",
    "forbiddenAccountIds",
    "defaultTags",
    "ignoreTags",
    "unheardOf",
]
members = ["roleArn", "sessionName", "externalId", "duration", "durationSeconds", "tags", "keys", "keyPrefixes"]
plain = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(members) | text, inner, max_size=3),
    max_leaves=6,
)
configs = st.dictionaries(st.sampled_from(KEYS) | text, plain | plain.map(json.dumps), max_size=4).map(
    lambda config: {f"partnercentral:{key}": value for key, value in config.items()}
)


@settings(PROFILE, max_examples=PROFILE.max_examples * 2)
@example({"partnercentral:defaultTags": "[" * 60_000})
@example({"partnercentral:maxAttempts": 10**400})
@example({"partnercentral:endpointUrl": "http://["})
@given(configs)
def test_any_configuration_is_taken_or_told_by_check(config: dict[str, Any]) -> None:
    try:
        Settings.from_config(config)
    except ConfigurationError as fault:
        (told,) = configured(config).check({}, dict(GOOD)).failures
        assert told.reason == str(fault)
        assert "partnercentral:" in told.reason
        assert len(told.reason) < 8000
        told.reason.encode()


@pytest.mark.parametrize("url", ["http://[", "http://a:99999", "http://a_b", "https://a..b", "http://x:y", "http://-"])
def test_an_endpoint_that_no_client_takes(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a URL"):
        Settings.from_config({"partnercentral:endpointUrl": url})


# Answers -------------------------------------------------------------------------------------------------------------

Answer = tuple[int, bytes]
WELL: dict[str, dict[str, Any]] = {
    "CreateResourceSnapshotJob": {"Id": JOB_ID, "Arn": ARN},
    "GetResourceSnapshotJob": {
        "Id": JOB_ID,
        "Arn": ARN,
        "Catalog": CATALOG,
        "EngagementId": IDENTITY.engagement_identifier,
        "ResourceType": "Opportunity",
        "ResourceId": IDENTITY.resource_identifier,
        "ResourceArn": "arn:aws:partnercentral:us-east-1:123456789012:catalog/Sandbox/opportunity/O1234567",
        "ResourceSnapshotTemplateName": IDENTITY.resource_snapshot_template_identifier,
        "CreatedAt": "2026-01-01T00:00:00Z",
        "LastSuccessfulExecutionDate": "2026-01-01T00:00:00Z",
        "LastFailure": "none to speak of",
        "Status": "Running",
    },
    "ListResourceSnapshotJobs": {
        "ResourceSnapshotJobSummaries": [
            {"Id": JOB_ID, "Arn": ARN, "EngagementId": IDENTITY.engagement_identifier, "Status": "Running"}
        ]
    },
    "ListTagsForResource": {"Tags": [{"Key": "team", "Value": "a"}]},
}
OTHERS: dict[str, dict[str, Any]] = {
    "GetSellingSystemSettings": {"Catalog": CATALOG, "ResourceSnapshotJobRoleArn": ROLE},
    "PutSellingSystemSettings": {"Catalog": CATALOG, "ResourceSnapshotJobRoleArn": ROLE},
    "CreateResourceSnapshot": {"Arn": ARN, "Revision": 2},
    "GetResourceSnapshot": {"Catalog": CATALOG, "Arn": ARN, "Revision": 1, "CreatedAt": "2026-01-01T00:00:00Z"},
}
GONE = (400, json.dumps({"__type": "ResourceNotFoundException", "Message": "no such job"}).encode())
ANSI = "\x1b[31mred\x1b[0m\r\n\x07\u202e" + "long " * 500

jsons = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        [JOB_ID, OTHER_ID, ARN, "arn:aws", "arn:::::", CATALOG, "May", "9999-12-31T23:59:59-14:00", ANSI]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Key", "Value", "Id", "Arn", "Message", "FieldName", "Code"]) | text, inner, max_size=3
        )
    ),
    max_leaves=5,
)
codes = st.sampled_from(
    ["ResourceNotFoundException", "ConflictException", "ValidationException", "AccessDeniedException", "x#Odd:y", ANSI]
)
errors = st.fixed_dictionaries(
    {}, optional={"__type": codes | jsons, "Message": jsons, "message": jsons, "Reason": jsons, "ErrorList": jsons}
)
raw = st.sampled_from(
    [b"", b"null", b"<html><body>log in</body></html>", b"\xff\xfe\0", b'{"Id": "job', b"[" * 20_000, b" " * 5000]
) | st.binary(max_size=30)
statuses = st.sampled_from([100, 199, 200, 201, 204, 299, 300, 301, 302, 304, 400, 403, 404, 413, 429, 500, 503, 599])


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@st.composite
def answers(draw: st.DrawFn, operation: str) -> Answer:
    well = {**WELL, **OTHERS}.get(operation, {})
    kind = draw(st.sampled_from(["well", "member", "member", "missing", "other", "error", "raw", "gone"]))
    if kind == "member" and well:
        return 200, encoded({**well, draw(st.sampled_from([*well, "NextToken", "Extra"])): draw(jsons)})
    if kind == "missing" and well:
        return 200, encoded({name: value for name, value in well.items() if name != draw(st.sampled_from(list(well)))})
    if kind == "other":
        return draw(statuses), encoded(draw(jsons))
    if kind == "error":
        return draw(st.just(400) | statuses), encoded(draw(errors))
    if kind == "raw":
        return draw(st.just(200) | statuses), draw(raw)
    return GONE if kind == "gone" else (200, encoded(well) if well else b"")


OPERATIONS = (
    *WELL,
    "StartResourceSnapshotJob",
    "StopResourceSnapshotJob",
    "DeleteResourceSnapshotJob",
    "TagResource",
    "UntagResource",
)
worlds = st.fixed_dictionaries(
    {operation: st.lists(answers(operation), min_size=1, max_size=3) for operation in OPERATIONS}
)
other_worlds = st.fixed_dictionaries(
    {operation: st.lists(answers(operation), min_size=1, max_size=3) for operation in OTHERS}
)
World = dict[str, list[Answer]]


class _Raw:
    """What botocore reads an answer's body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body


class Service:
    """One client for all examples, whose every call is answered out of a world; the last answer is given for ever."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.asked: list[str] = []
        self.given: list[tuple[str, Answer]] = []
        self._world: World = {}
        connection.client.meta.events.register("before-send", self._answer)  # type: ignore[arg-type]  # It may answer.

    def become(self, world: World) -> Lifecycle:
        self._world = {name: list(answers) for name, answers in world.items()}
        self.asked, self.given, lines = [], [], list[str]()
        ticks = itertools.count()
        # Every look at the clock is a second: what would go on for ever ends.
        deadline = Deadline(400, clock=lambda: float(next(ticks)))
        gateway = Gateway(self.connection.client, self.connection.account, deadline)
        return Lifecycle(gateway, lines.append, pause=lambda _: None, deadline=deadline)

    def gateway(self, world: World) -> Gateway:
        self.become(world)
        return Gateway(self.connection.client, lambda: "123456789012")

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().split(".")[-1]
        left = self._world[operation]
        status, body = left.pop(0) if len(left) > 1 else left[0]
        self.asked.append(operation)
        self.given.append((operation, (status, body)))
        headers: Any = {"x-amzn-requestid": "\x1b[1mid"}
        return AWSResponse(request.url, status, headers, _Raw(body))


@pytest.fixture(scope="module")
def remote() -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setattr("time.sleep", lambda _: None)
        patch.setattr(Paces, "attach", lambda *_: None)
        patch.setattr(lifecycle, "STALE_READS", (0, 0))
        settings_ = replace(Settings(), endpoint_url="http://127.0.0.1:9", max_attempts=2, retry_mode="standard")
        yield Service(connect(settings_))


def is_gone(answer: Answer) -> bool:
    status, body = answer
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return status > 300 and isinstance(told, dict) and told.get("__type") == "ResourceNotFoundException"


def told_or(operation: Callable[[], Any]) -> Any:
    """What an operation gives, or a fault that reads well."""
    try:
        return operation()
    except ProviderError as fault:
        shown = str(fault)
        assert shown.strip()
        assert not UNREADABLE.search(shown.replace("HTTP status", "")), shown
        assert len(shown) < 12_000
        return fault


def assert_right(job: Job, job_id: str = JOB_ID) -> None:
    assert job.id == job_id
    assert job.arn.endswith(job_id)
    assert job.arn.count(":") >= 5
    assert job.identity.catalog == CATALOG
    state = [
        job.status,
        job.created_at or "",
        job.resource_arn or "",
        job.last_failure or "",
        *(job.tags or {}).items(),
    ]
    assert all(isinstance(value, str) for value in state[:4])
    json.dumps(state, ensure_ascii=False).encode()


DECLARED = Declared(IDENTITY, "Running", {"team": "b"}, "token")
WORLD: World = {operation: [(200, encoded(WELL[operation]) if operation in WELL else b"")] for operation in OPERATIONS}


@settings(PROFILE)
@given(world=worlds)
def test_a_read(remote: Service, world: World) -> None:
    job = told_or(lambda: remote.become(world).read(CATALOG, JOB_ID, ARN))
    if job is None:
        assert any(is_gone(answer) for name, answer in remote.given if name in ("Get" + JOB, "ListTagsForResource"))
    elif isinstance(job, Job):
        assert_right(job)


@settings(PROFILE, max_examples=PROFILE.max_examples * 2)
@given(world=worlds, adopt=st.sampled_from([False, True, JOB_ID]), status=st.sampled_from(["Running", "Stopped"]))
def test_a_create(remote: Service, world: World, *, adopt: str | bool, status: str) -> None:
    declared = replace(DECLARED, adopt=adopt, desired_status=status)
    job = told_or(lambda: remote.become(world).create(declared))
    if isinstance(job, Job):
        assert job.identity == IDENTITY
        assert_right(job, job.id)
        assert re.fullmatch("job-[0-9a-z]{13}", job.id)
        assert (job.status, job.tags) == (status, {"team": "b"})


@settings(PROFILE)
@given(world=worlds)
def test_an_update(remote: Service, world: World) -> None:
    old = Job(JOB_ID, ARN, IDENTITY, "Running", tags={"team": "a", "x": ""})
    job = told_or(lambda: remote.become(world).update(old, TagChange({"team": "b"}, ("x",)), "Stopped"))
    if isinstance(job, Job):
        assert (job.id, job.status, job.tags) == (JOB_ID, "Stopped", {"team": "b"})


@settings(PROFILE)
@given(world=worlds)
def test_a_delete(remote: Service, world: World) -> None:
    fault = told_or(lambda: remote.become(world).delete(CATALOG, JOB_ID, "Running", ARN))
    if fault is None:
        answers = [answer for name, answer in remote.given if name in ("Stop" + JOB, "Delete" + JOB)]
        status, body = answers[-1]
        assert is_gone(answers[-1]) or (status == 200 and (not body or isinstance(json.loads(body), dict)))


@settings(PROFILE)
@given(world=other_worlds)
def test_the_settings_of_a_catalog(remote: Service, world: World) -> None:
    def operations(gateway: Gateway) -> SellingSettings:
        return SellingSettings(gateway, lambda _: None, lambda _: None)

    for run in (
        lambda: operations(remote.gateway(world)).create(CATALOG, "Jobs"),
        lambda: operations(remote.gateway(world)).read(CATALOG, ROLE) or ROLE,
        lambda: operations(remote.gateway(world)).update(CATALOG, ROLE),
    ):
        arn = told_or(run)
        if not isinstance(arn, ProviderError):
            assert re.fullmatch(r"arn:aws:iam::\d{12}:role/[-+=,.@_a-zA-Z0-9/]+", arn)
    told_or(lambda: operations(remote.gateway(world)).delete(CATALOG, ROLE))


@settings(PROFILE)
@given(world=other_worlds, resume=st.booleans())
def test_a_snapshot(remote: Service, world: World, *, resume: bool) -> None:
    taken = told_or(lambda: Snapshots(remote.gateway(world), lambda _: None).create(IDENTITY, "token", resume=resume))
    if not isinstance(taken, ProviderError):
        arn, revision = taken
        assert arn.startswith("arn:")
        assert revision >= 1
    told_or(lambda: Snapshots(remote.gateway(world), lambda _: None).exists(IDENTITY, 1))


@settings(PROFILE)
@given(world=worlds)
def test_a_list(remote: Service, world: World) -> None:
    remote.become(world)
    listed = told_or(lambda: list(Gateway(remote.connection.client).list_summaries(CATALOG)))
    if not isinstance(listed, ProviderError):
        assert all(re.fullmatch("job-[0-9a-z]{13}", summary.id) for summary in listed)


@settings(PROFILE)
@given(world=worlds)
def test_state_is_json(remote: Service, world: World) -> None:
    remote.become(world)
    provider = configured()
    inputs = provider.check({}, dict(GOOD)).inputs
    with patch.object(session, "connect", lambda _: remote.connection), patch.dict(session._shared, clear=True):
        created = told_or(lambda: provider.create(inputs))
        assert created.id is not None if not isinstance(created, ProviderError) else True
        remote.become(world)
        read = told_or(lambda: provider.read(JOB_ID, {**inputs, "arn": ARN}))
    for result in (created, read):
        if not isinstance(result, ProviderError):
            json.dumps(result.outs, ensure_ascii=False).encode()
            assert all(isinstance(value, (str, dict)) for value in result.outs.values())


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"[]", b"null", b'"ok"', b"\xff"])
def test_a_login_page_never_deletes(remote: Service, body: bytes) -> None:
    with pytest.raises(MalformedAnswerError, match="not a JSON object"):
        remote.become({**WORLD, "DeleteResourceSnapshotJob": [(200, body)]}).delete(CATALOG, JOB_ID, "Stopped")


def test_pages_that_come_round_again_end(remote: Service) -> None:
    pages = [(200, encoded({"NextToken": token})) for token in ("a", "b", "a", "b")]
    remote.become({"ListResourceSnapshotJobs": pages})
    with pytest.raises(MalformedAnswerError, match="NextToken that it gave before"):
        list(Gateway(remote.connection.client).list_jobs(CATALOG))


def test_another_job_is_not_taken_for_the_one_asked_for(remote: Service) -> None:
    other = json.dumps(WELL["GetResourceSnapshotJob"]).replace(JOB_ID, OTHER_ID).encode()
    with pytest.raises(MalformedAnswerError, match="another job"):
        remote.become({**WORLD, "GetResourceSnapshotJob": [(200, other)]}).read(CATALOG, JOB_ID)


def test_a_page_of_a_proxy_is_retried_and_never_taken_for_gone(remote: Service) -> None:
    job = remote.become({**WORLD, "GetResourceSnapshotJob": [(503, b"\xff"), *WORLD["GetResourceSnapshotJob"]]}).read(
        CATALOG, JOB_ID
    )
    assert job is not None
    with pytest.raises(ProviderError, match="404") as told:
        remote.become({**WORLD, "GetResourceSnapshotJob": [(404, b"<html>Not Found</html>")]}).read(CATALOG, JOB_ID)
    assert not isinstance(told.value, NotFoundError)


def test_a_refusal_is_harmless_on_a_terminal(remote: Service) -> None:
    body = {
        "__type": "ValidationException",
        "Message": ANSI * 400,
        "Reason": ANSI,
        "ErrorList": [{"FieldName": ANSI}] * 99,
    }
    fault = told_or(
        lambda: remote.become({**WORLD, "GetResourceSnapshotJob": [(400, encoded(body))]}).read(CATALOG, JOB_ID)
    )
    assert "[31mred" in str(fault)
    assert str(fault).isprintable()
    assert len(str(fault)) < 4000
