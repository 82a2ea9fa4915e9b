"""The wire: AWS JSON 1.0 on `/`, and the control API under `/_emulator/`."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from dataclasses import asdict
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from aiohttp import web

from partnercentral_emulator import signing, validation
from partnercentral_emulator.errors import ServiceRefusalError, invalid
from partnercentral_emulator.faults import READS, Fault, Faults, Rate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from partnercentral_emulator.backend import Backend

TARGET = "AWSPartnerCentralSelling"
CONTENT_TYPE = "application/x-amz-json-1.0"


class Api:
    """Answers requests out of a backend.

    Args:
        backend: the service's rules.
        keys: who may call.
    """

    def __init__(self, backend: Backend, keys: signing.Keys) -> None:
        self._backend = backend
        self._keys = keys
        self._initial = backend.switches
        self._faults = Faults()
        self._calls: list[dict[str, Any]] = []
        self._rates = {"read": Rate(), "write": Rate()}

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(client_max_size=2**22)
        application.router.add_post("/", self._answer)
        for method, path, handler in (
            ("GET", "health", self._health),
            ("GET", "state", self._state),
            ("GET", "switches", self._show_switches),
            ("PATCH", "switches", self._change_switches),
            ("GET", "calls", self._show_calls),
            ("DELETE", "calls", self._clear_calls),
            ("GET", "faults", self._show_faults),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._clear_faults),
            ("POST", "clock", self._advance),
            ("POST", "seed", self._seed),
            ("POST", "jobs/{id}", self._change_job),
            ("POST", "opportunities/{id}/change", self._change_opportunity),
            ("POST", "reset", self._reset),
        ):
            application.router.add_route(method, f"/_emulator/{path}", _control(handler))
        return application

    # The service ---------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        operation = request.headers.get("X-Amz-Target", "").removeprefix(f"{TARGET}.")
        call: dict[str, Any] = {
            "operation": operation,
            "error": None,
            "fault": None,
            "user_agent": request.headers.get("User-Agent", ""),
        }
        self._calls.append(call)
        fault = self._faults.next(operation)
        call["fault"] = fault.kind if fault else None
        late = fault.seconds if fault and fault.kind == "latency" else 0
        await asyncio.sleep(self._backend.switches.latency + late)
        if fault and fault.when == "before" and fault.kind != "latency":
            return await self._fail(request, fault, call)
        try:
            status, answer = 200, self._perform(operation, request, body, call)
        except ServiceRefusalError as refusal:
            call["error"] = refusal.code
            status, answer = refusal.status, refusal.body()
        if fault and fault.when == "after" and fault.kind != "latency":
            return await self._fail(request, fault, call)
        return self._response(json.dumps(answer), status)

    def _perform(self, operation: str, request: web.Request, body: bytes, call: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation; what it changed is lasting when this returns."""
        call["access_key"], call["account"] = signing.caller(request.headers, body, self._keys)
        content = call["request"] = _parsed(body)
        perform = self._backend.operations.get(operation)
        if perform is None:
            raise ServiceRefusalError("UnknownOperationException", f"The emulator does not serve {operation!r}.")
        model = validation.service().operation_model(operation)
        kind = "read" if operation.startswith(READS) else "write"
        if not self._rates[kind].allows(getattr(self._backend.switches, f"{kind}_rate")):
            raise ServiceRefusalError("ThrottlingException", "Rate exceeded")
        faults = validation.faults(model.input_shape, content)
        if faults:
            raise invalid(f"{len(faults)} member(s) of the request cannot be used.", *faults)
        self._backend.run_due()
        answer = perform(call["account"], {name: value for name, value in content.items() if value is not None})
        self._backend.run_due()
        self._backend.store.commit()
        broken = validation.faults(model.output_shape, answer)
        if broken:
            print(f"answer to {operation} is not as the service model has it: {broken}", file=sys.stderr)  # noqa: T201
            raise ServiceRefusalError("InternalServerException", "The emulator's answer was not valid.", status=500)
        return answer

    async def _fail(self, request: web.Request, fault: Fault, call: dict[str, Any]) -> web.StreamResponse:
        if fault.kind == "error":
            call["error"] = fault.code
            members = {"Reason": "BUSINESS_VALIDATION_FAILED"} if fault.code == "ValidationException" else {}
            refusal = ServiceRefusalError(fault.code, fault.message, fault.status, members)
            return self._response(json.dumps(refusal.body()), refusal.status)
        if fault.kind == "malformed":
            return self._response(fault.body, 200)
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds or 86400)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _response(self, text: str, status: int) -> web.Response:
        headers = {
            "x-amzn-RequestId": str(uuid.uuid4()),
            "Date": formatdate(self._backend.clock.now(), usegmt=True),
            "Content-Type": CONTENT_TYPE,
        }
        return web.Response(text=text, status=status, headers=headers)

    # Control -------------------------------------------------------------------------------------------------------

    async def _health(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        return {"ok": True}

    async def _state(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        self._backend.run_due()
        self._backend.store.commit()
        return self._backend.state()

    async def _show_switches(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        return asdict(self._backend.switches)

    async def _change_switches(self, _request: web.Request, body: dict[str, Any]) -> Any:
        self._backend.switches = self._backend.switches.changed(body)
        if "stale_reads" in body:
            self._backend.forget_stale()
        return asdict(self._backend.switches)

    async def _show_calls(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        return self._calls

    async def _clear_calls(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        self._calls.clear()
        return {}

    async def _show_faults(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        return self._faults.all()

    async def _add_fault(self, _request: web.Request, body: dict[str, Any]) -> Any:
        self._faults.add(body)
        return self._faults.all()

    async def _clear_faults(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        self._faults.clear()
        return {}

    async def _advance(self, _request: web.Request, body: dict[str, Any]) -> Any:
        clock, store = self._backend.clock, self._backend.store
        clock.offset += float(body["advance"])
        store.put("meta", "clock", {"offset": clock.offset})
        return await self._state(_request, body)

    async def _seed(self, _request: web.Request, body: dict[str, Any]) -> Any:
        store = self._backend.store
        for kind in ("engagements", "opportunities"):
            for key in body.get(kind, []):
                store.put(kind, key, store.all(kind).get(key, {"Revision": 1}))
        store.commit()
        return {}

    async def _change_job(self, request: web.Request, body: dict[str, Any]) -> Any:
        self._backend.change_job(request.match_info["id"], body)
        self._backend.store.commit()
        return {}

    async def _change_opportunity(self, request: web.Request, _body: dict[str, Any]) -> Any:
        self._backend.change_opportunity(request.match_info["id"])
        return await self._state(request, {})

    async def _reset(self, _request: web.Request, _body: dict[str, Any]) -> Any:
        self._backend.store.clear()
        self._backend.forget_stale()
        self._backend.switches = self._initial
        self._backend.clock.offset = 0.0
        self._faults.clear()
        self._calls.clear()
        return {}


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body or b"{}")
    except ValueError as error:
        raise ServiceRefusalError("SerializationException", "The request is not JSON.") from error
    if not isinstance(content, dict):
        raise ServiceRefusalError("SerializationException", "The request is not a JSON object.")
    return content


def _control(
    handler: Callable[[web.Request, dict[str, Any]], Awaitable[Any]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer a control request in JSON, for callers on this machine that are no web page."""

    async def answer(request: web.Request) -> web.Response:
        host = request.headers.get("Host", "").rsplit(":", 1)[0]
        if host not in {"127.0.0.1", "localhost", "[::1]"} or "Origin" in request.headers:
            return web.json_response({"error": "the control API is for programs on this machine"}, status=403)
        try:
            return web.json_response(await handler(request, _parsed(await request.read())))
        except ServiceRefusalError as refusal:
            return web.json_response({"error": refusal.message}, status=400)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except KeyError as error:
            return web.json_response({"error": f"there is no {error}"}, status=404)

    return answer
