"""The plugin's protocol: what the engine asks, answered from the table of types."""

from __future__ import annotations

import functools
import hashlib
import os
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from grpc import StatusCode
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
from pulumi.runtime.rpc import UNKNOWN

from aws_stand_in.clients import Clients, RefusedError, is_gone
from aws_stand_in.resources import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grpc import ServicerContext

    from aws_stand_in.resources import Kind

# The engine warns of a plugin that is older than the SDK.
VERSION = "7.9999.0"
FUNCTIONS = ("aws:index/getCallerIdentity:getCallerIdentity", "aws:index/getPartition:getPartition")
# What the bridge, too, keeps among the inputs: those that it made up.
DEFAULTS = "__defaults"
# They change what every resource is, so leaving them out would go unnoticed.
_REFUSED_CONFIG = ("defaultTags", "ignoreTags")


def _in_words(method: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Answer an error with one line of text."""

    @functools.wraps(method)
    def answer(self: Provider, request: Any, context: ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except (RefusedError, ClientError, BotoCoreError) as error:
            text = " ".join(str(error).split())
        except Exception as error:  # noqa: BLE001  # A mistake of the stand-in's own is told in a line, too.
            text = f"the stand-in for the aws plugin failed: {type(error).__name__}: {error}"
        return context.abort(StatusCode.UNKNOWN, text)

    return answer


class Provider(ResourceProviderServicer):
    """The plugin `aws`, as far as it is served."""

    def __init__(self, endpoint: str) -> None:
        """Serve what an endpoint holds.

        Args:
            endpoint: the URL of what plays AWS.

        Raises:
            RefusedError: the endpoint is none, or AWS itself.
        """
        self._default = Clients(endpoint)
        self._by_region: dict[str, Clients] = {"": self._default}
        # Each provider of a program has a connection of its own, by which its requests are known.
        self._by_connection: dict[str, Clients] = {}

    def Handshake(self, request: Any, context: Any) -> Any:
        # Secrets are not accepted: the engine takes them out of what it asks, and puts them back into the answers.
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        return Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=f'{{"name": "aws", "version": "{VERSION}"}}')

    def CheckConfig(self, request: Any, context: Any) -> Any:
        reason = "the stand-in for the aws plugin does not do this: tag each resource, or use the real plugin"
        return _checked(_plain(request.news), {key: reason for key in _REFUSED_CONFIG if key in request.news})

    def DiffConfig(self, request: Any, context: Any) -> Any:
        moved = _plain(request.olds).get("region") != _plain(request.news).get("region")
        return _difference({"region": provider_pb2.PropertyDiff.UPDATE_REPLACE} if moved else {})

    def Configure(self, request: Any, context: Any) -> Any:
        region = _plain(request.args).get("region", "")
        if region not in self._by_region:
            self._by_region[region] = Clients(self._default.endpoint, region)
        self._by_connection[context.peer()] = self._by_region[region]
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    @_in_words
    def Check(self, request: Any, context: Any) -> Any:
        try:
            kind = _kind(request.type)
        except RefusedError as error:
            return _checked({}, {"": str(error)})
        olds, news = _plain(request.olds), _plain(request.news)
        faults = {
            key: f"the stand-in for the aws plugin does not know this input of {request.type}: it knows "
            f"{_enumerated(kind.inputs)}; for more, use the real plugin"
            for key in news.keys() - kind.inputs.keys() - {DEFAULTS}
        }
        faults |= {key: "it is required" for key, item in kind.inputs.items() if item.required and key not in news}
        if kind.named and kind.named not in news:
            seed = request.randomSeed or os.urandom(16)
            made_up = f"{request.name}-{hashlib.sha256(seed).hexdigest()[:7]}"
            kept = kind.named in olds.get(DEFAULTS, ())
            news |= {kind.named: olds[kind.named] if kept else made_up, DEFAULTS: [kind.named]}
        return _checked(news, faults)

    @_in_words
    def Diff(self, request: Any, context: Any) -> Any:
        kind = _kind(request.type)
        olds, news = _plain(request.old_inputs), _plain(request.news)
        changes = {}
        for key, item in kind.inputs.items():
            if item.means(olds.get(key)) != item.means(news.get(key)):
                word = "ADD" if key not in olds else "DELETE" if key not in news else "UPDATE"
                changes[key] = provider_pb2.PropertyDiff.Kind.Value(f"{word}_REPLACE" if item.replaces else word)
        # A name that was given is taken as long as the old resource has it.
        taken = kind.named in news and kind.named not in {*changes, *news.get(DEFAULTS, ())}
        return _difference(changes, delete_first=taken)

    @_in_words
    def Create(self, request: Any, context: Any) -> Any:
        kind, inputs = _kind(request.type), _plain(request.properties)
        if request.preview:
            state = _state(kind, _whole(kind, inputs), self._clients(context))
            state |= dict.fromkeys(("id", *kind.outputs), UNKNOWN)
            return provider_pb2.CreateResponse(properties=_struct(state))
        ident = kind.create(self._clients(context), _whole(kind, inputs))
        state = self._read(kind, context, ident, inputs)
        return provider_pb2.CreateResponse(id=ident, properties=_struct(state))

    @_in_words
    def Read(self, request: Any, context: Any) -> Any:
        kind, inputs = _kind(request.type), _plain(request.inputs)
        known = _plain(request.properties)
        state = self._read(kind, context, request.id, {**known, **inputs})
        if not state:
            return provider_pb2.ReadResponse()
        now = {
            key: state[key]
            for key, item in kind.inputs.items()
            if key in state and (key in inputs or item.means(state[key]) != item.means(None))
        }
        now |= {DEFAULTS: inputs[DEFAULTS]} if DEFAULTS in inputs else {}
        return provider_pb2.ReadResponse(id=state["id"], properties=_struct(state), inputs=_struct(now))

    @_in_words
    def Update(self, request: Any, context: Any) -> Any:
        kind, olds, news = _kind(request.type), _plain(request.olds), _plain(request.news)
        old, new = {**olds, **_whole(kind, olds)}, _whole(kind, news)
        if request.preview:
            state = _state(kind, {**olds, **new}, self._clients(context)) | dict.fromkeys(kind.moving, UNKNOWN)
        else:
            kind.update(self._clients(context), request.id, old, new)
            state = self._read(kind, context, request.id, {**olds, **news})
        return provider_pb2.UpdateResponse(properties=_struct(state))

    @_in_words
    def Delete(self, request: Any, context: Any) -> Any:
        kind, olds = _kind(request.type), _plain(request.properties)
        try:
            kind.delete(self._clients(context), request.id, {**olds, **_whole(kind, olds)})
        except ClientError as error:
            if not is_gone(error):
                raise
        return Empty()

    @_in_words
    def Invoke(self, request: Any, context: Any) -> Any:
        if request.tok not in FUNCTIONS:
            raise RefusedError(_unserved(request.tok))
        aws = self._clients(context)
        if request.tok.endswith("getCallerIdentity"):
            caller = aws["sts"].get_caller_identity()
            found = {"accountId": caller["Account"], "arn": caller["Arn"], "userId": caller["UserId"]}
            return provider_pb2.InvokeResponse(**{"return": _struct({**found, "id": caller["Account"]})})
        name, suffix = aws.partition()
        reverse = ".".join(reversed(suffix.split(".")))
        found = {"id": name, "partition": name, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}
        return provider_pb2.InvokeResponse(**{"return": _struct(found)})

    @_in_words
    def Call(self, request: Any, context: Any) -> Any:
        raise RefusedError(_unserved(request.tok))

    def _clients(self, context: Any) -> Clients:
        return self._by_connection.get(context.peer(), self._default)

    def _read(self, kind: Kind, context: Any, ident: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """A resource's state, with its policies in the words that are known if they mean the same."""
        aws = self._clients(context)
        try:
            found = kind.read(aws, ident, known)
        except ClientError as error:
            if not is_gone(error):
                raise
            found = {}
        for key, item in kind.inputs.items():
            if item.is_json and key in known and key in found and item.means(found[key]) == item.means(known[key]):
                found[key] = known[key]
        return _state(kind, found, aws) if found else {}


def _kind(token: str) -> Kind:
    if token not in KINDS:
        raise RefusedError(_unserved(token))
    return KINDS[token]


def _unserved(token: str) -> str:
    return (
        f"{token} is not served: this is the stand-in for the aws plugin, which serves "
        f"{_enumerated([*KINDS, *FUNCTIONS])}; for the rest, use the real plugin"
    )


def _enumerated(names: Any) -> str:
    *most, last = sorted(name.rpartition(":")[2] for name in names)
    return f"{', '.join(most)} and {last}"


def _whole(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs, with what AWS takes for those that are not given."""
    return {key: inputs.get(key, item.default) for key, item in kind.inputs.items()}


def _state(kind: Kind, found: Mapping[str, Any], aws: Clients) -> dict[str, Any]:
    """What goes into the state: nothing empty, and the region of what is of one."""
    state = {key: value for key, value in found.items() if value not in (None, "", {}) and not key.startswith("__")}
    return {**state, "region": aws.region} if kind.regional else state


def _plain(properties: Any) -> dict[str, Any]:
    """Properties as Python's own values; those that are null are not given."""
    return {key: value for key, value in MessageToDict(properties).items() if value is not None}


def _struct(properties: Mapping[str, Any]) -> Struct:
    made = Struct()
    made.update(properties)
    return made


def _checked(inputs: Mapping[str, Any], faults: Mapping[str, str]) -> Any:
    failures = [provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in sorted(faults.items())]
    return provider_pb2.CheckResponse(inputs=_struct(inputs), failures=failures)


def _difference(changes: Mapping[str, Any], *, delete_first: bool = False) -> Any:
    """The answer to a diff, from what happens to each property."""
    names = {key: provider_pb2.PropertyDiff.Kind.Name(change) for key, change in changes.items()}
    replaces = [key for key, name in names.items() if name.endswith("_REPLACE")]
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=list(changes),
        replaces=replaces,
        deleteBeforeReplace=bool(replaces) and delete_first,
        detailedDiff={key: provider_pb2.PropertyDiff(kind=change, inputDiff=True) for key, change in changes.items()},
        hasDetailedDiff=True,
    )
