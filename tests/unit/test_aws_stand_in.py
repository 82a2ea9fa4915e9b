"""The stand-in for the aws plugin: its answers to the engine, over moto's server, and its process."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from moto.server import ThreadedMotoServer
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.rpc import UNKNOWN

from aws_stand_in import StandIn
from aws_stand_in.clients import Clients, RefusedError
from aws_stand_in.server import Provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Properties = dict[str, Any]

PARAMETER = "aws:ssm/parameter:Parameter"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"

ACCOUNT = "arn:aws:iam::123456789012"
PATTERN = json.dumps({"source": ["aws.partnercentral-selling"]})


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


READS = policy(Action="sts:GetCallerIdentity", Resource="*")
WRITES = policy(Action="sqs:SendMessage", Resource="*")
TRUSTS = policy(Action="sts:AssumeRole", Principal={"Service": "events.amazonaws.com"})

# What takes every input, the id it gets, a change in place, and what it needs to be there.
LIVES: list[tuple[str, Properties, str, Properties, list[tuple[str, Properties]]]] = [
    (
        PARAMETER,
        {"name": "/life", "type": "SecureString", "value": "a", "description": "A", "tags": {"a": "1", "b": "2"}},
        "/life",
        {"value": "b", "description": "B", "tags": {"b": "3", "c": "4"}},
        [],
    ),
    (
        RULE,
        {"name": "life", "eventPattern": PATTERN, "description": "A", "state": "DISABLED", "tags": {"a": "1"}},
        "life",
        {"state": "ENABLED", "description": "", "tags": {"b": "2"}},
        [],
    ),
    (
        TARGET,
        {"rule": "of", "arn": "arn:aws:sqs:us-east-1:123456789012:a", "targetId": "life"},
        "of-life",
        {"arn": "arn:aws:sqs:us-east-1:123456789012:b"},
        [(RULE, {"name": "of", "eventPattern": PATTERN})],
    ),
    (QUEUE, {"name": "life", "tags": {"a": "1"}}, "URL/123456789012/life", {"tags": {"b": "2"}}, []),
    (
        QUEUE_POLICY,
        {"queueUrl": "URL/123456789012/policed", "policy": READS},
        "URL/123456789012/policed",
        {"policy": WRITES},
        [(QUEUE, {"name": "policed"})],
    ),
    (
        ROLE,
        {"name": "life", "assumeRolePolicy": TRUSTS, "description": "A", "path": "/own/", "tags": {"a": "1"}},
        "life",
        {"assumeRolePolicy": TRUSTS.replace("events", "sqs"), "description": "B", "tags": {}},
        [],
    ),
    (
        ATTACHMENT,
        {"role": "attached", "policyArn": f"{ACCOUNT}:policy/attached"},
        f"attached/{ACCOUNT}:policy/attached",
        {},
        [(ROLE, {"name": "attached", "assumeRolePolicy": TRUSTS}), (POLICY, {"name": "attached", "policy": READS})],
    ),
    (
        ROLE_POLICY,
        {"name": "life", "role": "inline", "policy": READS},
        "inline:life",
        {"policy": WRITES},
        [(ROLE, {"name": "inline", "assumeRolePolicy": TRUSTS})],
    ),
    (
        POLICY,
        {"name": "life", "description": "A", "path": "/own/", "policy": READS, "tags": {"a": "1"}},
        f"{ACCOUNT}:policy/own/life",
        {"policy": WRITES, "tags": {"a": "2"}},
        [],
    ),
]


class AbortedError(Exception):
    """What gRPC would answer."""


class Context:
    """A request's connection."""

    def __init__(self, peer: str = "one") -> None:
        self._peer = peer

    def peer(self) -> str:
        return self._peer

    def abort(self, _code: Any, text: str) -> NoReturn:
        raise AbortedError(text)


class Engine:
    """Asks a provider as the engine does."""

    def __init__(self, provider: Provider, peer: str = "one") -> None:
        self._provider = provider
        self._context: Any = Context(peer)

    def check(self, token: str, news: Properties, olds: Properties | None = None, name: str = "r") -> Any:
        return self._ask("Check", provider_pb2.CheckRequest(type=token, name=name, news=bag(news), olds=bag(olds)))

    def diff(self, token: str, olds: Properties, news: Properties) -> Any:
        return self._ask("Diff", provider_pb2.DiffRequest(type=token, old_inputs=bag(olds), news=bag(news)))

    def create(self, token: str, inputs: Properties, *, preview: bool = False) -> Any:
        request = provider_pb2.CreateRequest(type=token, properties=bag(inputs), preview=preview)
        return self._ask("Create", request)

    def update(self, token: str, ident: str, olds: Properties, news: Properties, *, preview: bool = False) -> Any:
        request = provider_pb2.UpdateRequest(type=token, id=ident, olds=bag(olds), news=bag(news), preview=preview)
        return self._ask("Update", request)

    def read(self, token: str, ident: str, state: Properties | None = None, inputs: Properties | None = None) -> Any:
        request = provider_pb2.ReadRequest(type=token, id=ident, properties=bag(state), inputs=bag(inputs))
        return self._ask("Read", request)

    def delete(self, token: str, ident: str, state: Properties) -> Any:
        return self._ask("Delete", provider_pb2.DeleteRequest(type=token, id=ident, properties=bag(state)))

    def invoke(self, token: str) -> Any:
        return self._ask("Invoke", provider_pb2.InvokeRequest(tok=token))

    def configure(self, **config: str) -> Any:
        return self._ask("Configure", provider_pb2.ConfigureRequest(args=bag(config)))

    def check_config(self, **config: str) -> Any:
        return self._ask("CheckConfig", provider_pb2.CheckRequest(news=bag(config)))

    def diff_config(self, olds: Properties, news: Properties) -> Any:
        return self._ask("DiffConfig", provider_pb2.DiffRequest(olds=bag(olds), news=bag(news)))

    def _ask(self, method: str, request: Any) -> Any:
        return getattr(self._provider, method)(request, self._context)


def bag(properties: Mapping[str, Any] | None) -> Any:
    made = Struct()
    made.update(properties or {})
    return made


def plain(properties: Any) -> Properties:
    known: Properties = MessageToDict(properties)
    return known


def failures(checked: Any) -> dict[str, str]:
    return {failure.property: failure.reason for failure in checked.failures}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(scope="module")
def provider(endpoint: str) -> Provider:
    return Provider(endpoint)


@pytest.fixture
def engine(provider: Provider) -> Engine:
    return Engine(provider)


@pytest.mark.parametrize(("token", "inputs", "ident", "change", "needs"), LIVES, ids=[life[0] for life in LIVES])
def test_a_life(  # noqa: PLR0913, PLR0917
    engine: Engine, endpoint: str, token: str, inputs: Properties, ident: str, change: Properties, needs: Any
) -> None:
    inputs = {key: value.replace("URL", endpoint) if isinstance(value, str) else value for key, value in inputs.items()}
    for needed, given in needs:
        engine.create(needed, given)
    made = engine.create(token, inputs)
    assert made.id == ident.replace("URL", endpoint)
    state = plain(made.properties)
    assert state.items() >= inputs.items()

    known = engine.read(token, made.id, state, inputs)
    assert (known.id, plain(known.inputs), plain(known.properties)) == (made.id, inputs, state)
    imported = engine.read(token, made.id if token != TARGET else "of/life")
    assert imported.id == made.id
    assert engine.diff(token, plain(imported.inputs), inputs).changes == provider_pb2.DiffResponse.DIFF_NONE

    news = {**inputs, **change}
    difference = engine.diff(token, inputs, news)
    assert (set(difference.diffs), list(difference.replaces)) == (set(change), [])
    changed = plain(engine.update(token, made.id, state, news).properties)
    stays = {key: value for key, value in news.items() if value}
    assert changed.items() >= stays.items()
    assert changed.keys() == state.keys() - (news.keys() - stays.keys())

    engine.delete(token, made.id, changed)
    assert not engine.read(token, made.id, changed, news).id
    engine.delete(token, made.id, changed)


def test_a_name_is_made_once(engine: Engine) -> None:
    given = {"type": "String", "value": "a"}
    first = plain(engine.check(PARAMETER, given, name="share").inputs)
    assert first["name"].startswith("share-")
    assert len(first["name"]) == len("share-") + 7
    assert plain(engine.check(PARAMETER, given, first, name="share").inputs) == first
    assert plain(engine.check(PARAMETER, given, name="share").inputs)["name"] != first["name"]
    explicit = plain(engine.check(PARAMETER, {**given, "name": "/own"}, first).inputs)
    assert explicit == {**given, "name": "/own"}
    assert plain(engine.check(PARAMETER, given, explicit, name="share").inputs)["name"].startswith("share-")


def test_a_made_up_name_outlives_a_refresh(engine: Engine) -> None:
    inputs = plain(engine.check(QUEUE, {}, name="kept").inputs)
    made = engine.create(QUEUE, inputs)
    refreshed = engine.read(QUEUE, made.id, plain(made.properties), inputs)
    assert plain(refreshed.inputs) == inputs
    assert "__defaults" not in plain(refreshed.properties)


@pytest.mark.parametrize(
    ("change", "replaces", "delete_first"),
    [
        ({"path": "/other/"}, ["path"], True),
        ({"path": "/other/", "name": "b"}, ["name", "path"], False),
        ({"path": "/other/", "__defaults": ["name"]}, ["path"], False),
        ({"description": "B"}, [], False),
    ],
)
def test_what_replaces(engine: Engine, change: Properties, replaces: list[str], *, delete_first: bool) -> None:
    olds = {"name": "a", "assumeRolePolicy": TRUSTS}
    difference = engine.diff(ROLE, olds, {**olds, **change})
    assert (sorted(difference.replaces), difference.deleteBeforeReplace) == (replaces, delete_first)


def test_what_is_not_given_is_the_default(engine: Engine) -> None:
    olds = {"name": "a", "eventPattern": PATTERN}
    same = {**olds, "state": "ENABLED", "eventBusName": "default", "description": "", "tags": {}}
    assert engine.diff(RULE, olds, same).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert list(engine.diff(RULE, {**olds, "state": "DISABLED"}, olds).diffs) == ["state"]


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ('{"Statement": {"Action": "a:B", "Effect": "Allow"}}', True),
        ('{"Statement": [{"Effect": "Allow", "Action": ["a:B"]}]}', True),
        ('{"Statement": [{"Effect": "Deny", "Action": ["a:B"]}]}', False),
        ("no JSON", False),
    ],
)
def test_policies_are_compared_by_meaning(engine: Engine, words: str, *, same: bool) -> None:
    olds = {"name": "a", "policy": '{"Statement":[{"Effect":"Allow","Action":"a:B"}]}'}
    difference = engine.diff(POLICY, olds, {**olds, "policy": words})
    assert list(difference.diffs) == ([] if same else ["policy"])


def test_a_policy_keeps_its_words(engine: Engine) -> None:
    spaced = json.dumps(json.loads(READS), indent=2)
    made = engine.create(POLICY, {"name": "spaced", "policy": spaced})
    assert plain(made.properties)["policy"] == spaced


def test_a_policy_is_changed_more_often_than_aws_keeps_versions(engine: Engine) -> None:
    made = engine.create(POLICY, {"name": "often", "policy": READS})
    state = plain(made.properties)
    for number in range(6):
        news = {"name": "often", "policy": READS.replace('"*"', f'"arn:aws:iam::123456789012:role/{number}"')}
        state = plain(engine.update(POLICY, made.id, state, news).properties)
    assert "role/5" in state["policy"]


def test_a_preview_makes_nothing(engine: Engine) -> None:
    given = {"name": "/preview", "type": "String", "value": UNKNOWN}
    shown = plain(engine.create(PARAMETER, given, preview=True).properties)
    assert shown.items() >= {**given, "id": UNKNOWN, "arn": UNKNOWN, "version": UNKNOWN}.items()
    assert not engine.read(PARAMETER, "/preview").id
    made = engine.create(PARAMETER, {**given, "value": "a"})
    state = plain(made.properties)
    shown = plain(engine.update(PARAMETER, made.id, state, {**given, "value": "b"}, preview=True).properties)
    assert shown == {**state, "value": "b", "version": UNKNOWN}
    assert plain(engine.read(PARAMETER, made.id).properties) == state


def test_what_is_not_served_is_told_in_the_check(engine: Engine) -> None:
    told = failures(engine.check("aws:s3/bucket:Bucket", {}))[""]
    assert "stand-in for the aws plugin" in told
    assert "Parameter" in told
    assert "real plugin" in told
    told_of = failures(engine.check(PARAMETER, {"type": "String", "tier": "Advanced"}))
    assert told_of.keys() == {"tier", "value"}
    assert "description, name, tags, type and value" in told_of["tier"]
    with pytest.raises(AbortedError, match="getRegions is not served"):
        engine.invoke("aws:index/getRegions:getRegions")


@pytest.mark.parametrize(
    ("token", "ident", "form"),
    [(ATTACHMENT, "role", "role/policyArn"), (ROLE_POLICY, "role", "role:name"), (TARGET, "rule", "rule/targetId")],
)
def test_an_id_that_is_none_is_told(engine: Engine, token: str, ident: str, form: str) -> None:
    with pytest.raises(AbortedError, match=form):
        engine.read(token, ident)


def test_what_aws_refuses_is_one_line(engine: Engine) -> None:
    with pytest.raises(AbortedError, match=r"\(ValidationException\)") as refused:
        engine.create(PARAMETER, {"name": "a", "type": "String", "value": ""})
    assert "\n" not in str(refused.value)


def test_functions(engine: Engine) -> None:
    caller = plain(engine.invoke("aws:index/getCallerIdentity:getCallerIdentity"))["return"]
    assert caller["accountId"] == caller["id"] == "123456789012"
    partition = plain(engine.invoke("aws:index/getPartition:getPartition"))["return"]
    assert partition == {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def test_each_provider_has_its_region(provider: Provider) -> None:
    west, china = Engine(provider, "west"), Engine(provider, "china")
    west.configure(region="eu-west-1", profile="nobody")
    china.configure(region="cn-north-1")
    made = west.create(PARAMETER, {"name": "/west", "type": "String", "value": "a"})
    assert plain(made.properties)["region"] == "eu-west-1"
    assert ":eu-west-1:" in plain(made.properties)["arn"]
    assert not china.read(PARAMETER, "/west").id
    assert plain(china.invoke("aws:index/getPartition:getPartition"))["return"]["dnsSuffix"] == "amazonaws.com.cn"


def test_configuration(engine: Engine) -> None:
    assert not failures(engine.check_config(region="eu-west-1", profile="nobody"))
    assert "real plugin" in failures(engine.check_config(defaultTags="{}"))["defaultTags"]
    assert list(engine.diff_config({"region": "a"}, {"region": "b"}).replaces) == ["region"]
    assert not engine.diff_config({"profile": "a"}, {"profile": "b"}).diffs


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "ssm",
        "ftp://localhost",
        "https://ssm.us-east-1.amazonaws.com",
        "https://AMAZONAWS.com.",
        "https://ec2.api.aws",
    ],
)
def test_it_never_talks_to_aws(endpoint: str) -> None:
    with pytest.raises(RefusedError):
        Clients(endpoint)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process(number: signal.Signals) -> None:
    with StandIn.start() as stand_in:
        assert stand_in.env().keys() >= {"AWS_ENDPOINT_URL", "PULUMI_DEBUG_PROVIDERS", "AWS_REGION"}
        assert stand_in.client("ssm").describe_parameters()["Parameters"] == []
        stand_in._process.send_signal(number)
        assert stand_in._process.wait(timeout=20) == 0
        stand_in._log.seek(0)
        assert "Traceback" not in stand_in._log.read()


def test_a_process_that_may_not_start() -> None:
    with pytest.raises(RuntimeError, match=r"^Error: https://sqs\.us-east-1\.amazonaws\.com is AWS itself"):
        StandIn.start("https://sqs.us-east-1.amazonaws.com")
