"""Serves `command:local:Command` to the engine: the plugin is a binary that no package registry has.

It runs the commands as the plugin does: `create` with `environment`, `delete` with what `create` printed besides.
"""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class CommandPlugin(ResourceProviderServicer):
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="1.2.1")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        assert request.type == "command:local:Command"
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        changed = request.old_inputs != request.news
        changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changes)

    def Create(self, request: Any, context: Any) -> Any:
        properties = MessageToDict(request.properties)
        printed = self._run(context, properties, "create")
        state = Struct()
        state.update({**properties, "stdout": printed.removesuffix("\n")})
        return provider_pb2.CreateResponse(id="command", properties=state)

    def Update(self, request: Any, context: Any) -> Any:
        """Where there is no `update`, `create` runs again."""
        properties, before = MessageToDict(request.news), MessageToDict(request.olds)
        printed = self._run(context, properties, "create", PULUMI_COMMAND_STDOUT=before["stdout"])
        state = Struct()
        state.update({**properties, "stdout": printed.removesuffix("\n")})
        return provider_pb2.UpdateResponse(properties=state)

    def Delete(self, request: Any, context: Any) -> Any:
        properties = MessageToDict(request.properties)
        self._run(context, properties, "delete", PULUMI_COMMAND_STDOUT=properties["stdout"])
        return Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return Empty()

    def _run(self, context: Any, properties: Mapping[str, Any], name: str, **more: str) -> str:
        environment = {**self._environment, **properties.get("environment", {}), **more}
        command = ["/bin/sh", "-c", properties[name]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            context.abort(grpc.StatusCode.UNKNOWN, f"{name} failed: {done.stderr}")
        return done.stdout


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Serve it while the commands run with an environment; what makes the engine use it."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    add_ResourceProviderServicer_to_server(CommandPlugin({**os.environ, **environment}), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": f"command:{port}"}
    finally:
        server.stop(grace=1).wait()
