"""The wire: AWS JSON 1.0 on `/`, and the control API under `/_emulator/`."""

from __future__ import annotations

import asyncio
import json
import math
import time
import traceback
import uuid
from collections import deque
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
CALLS_KEPT = 100_000
MOST_SECONDS = 10 * 365 * 86400
"""By how much the clock can be moved at once."""


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
        self._calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self._count = 0
        self._rates: dict[tuple[str, str], Rate] = {}

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
        call = self._record(request)
        try:
            call["access_key"], call["account"] = signing.caller(request.headers, body, self._keys)
            call["request"] = _parsed(body)
        except ServiceRefusalError as refusal:
            return _refusal(refusal, call)
        fault = self._faults.next(call["operation"])
        call["fault"] = fault.kind if fault else None
        await asyncio.sleep(self._backend.switches.latency)
        if fault is None:
            return self._carry_out(call)
        if fault.kind == "latency":
            return await self._carry_out_late(call, fault)
        if fault.after_the_work:
            self._carry_out(call)
        return await _fail(request, fault, call)

    def _record(self, request: web.Request) -> dict[str, Any]:
        """Note a call; the rest is filled in as it becomes known."""
        self._count += 1
        service, _, operation = request.headers.get("X-Amz-Target", "").rpartition(".")
        call: dict[str, Any] = {
            "n": self._count,
            "time": time.time(),
            "operation": operation if service == TARGET else f"{service}.{operation}",
            "account": None,
            "access_key": None,
            "request": None,
            "error": None,
            "fault": None,
            "user_agent": request.headers.get("User-Agent", ""),
        }
        self._calls.append(call)
        return call

    async def _carry_out_late(self, call: dict[str, Any], fault: Fault) -> web.Response:
        if not fault.after_the_work:
            await asyncio.sleep(fault.seconds)
            return self._carry_out(call)
        answer = self._carry_out(call)
        await asyncio.sleep(fault.seconds)
        return answer

    def _carry_out(self, call: dict[str, Any]) -> web.Response:
        try:
            return _response(json.dumps(self._perform(call["operation"], call["account"], call["request"])), 200)
        except ServiceRefusalError as refusal:
            return _refusal(refusal, call)
        except Exception:  # noqa: BLE001  # Whatever goes wrong here is the service's own failure.
            traceback.print_exc()
            return _refusal(
                ServiceRefusalError("InternalServerException", "The emulator failed: its log says how.", 500), call
            )

    def _perform(self, operation: str, account: str, content: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation; what it changed is lasting when this returns."""
        perform = self._backend.operations.get(operation)
        if perform is None:
            raise ServiceRefusalError("UnknownOperationException", f"The emulator does not serve {operation!r}.")
        self._limit(operation, account)
        faults = validation.request_faults(operation, content)
        if faults:
            raise invalid(f"{len(faults)} member(s) of the request cannot be used.", *faults)
        self._backend.run_due()
        answer = perform(account, {name: value for name, value in content.items() if value is not None})
        self._backend.run_due()
        self._backend.store.commit()
        broken = validation.answer_faults(operation, answer)
        if broken:
            raise ValueError(f"the answer to {operation} is not as the service model has it: {broken}")
        return answer

    def _limit(self, operation: str, account: str) -> None:
        kind = "read" if operation.startswith(READS) else "write"
        rate = self._rates.setdefault((kind, account), Rate())
        if not rate.allows(getattr(self._backend.switches, f"{kind}_rate")):
            raise ServiceRefusalError("ThrottlingException", "Rate exceeded")

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
        return list(self._calls)

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
        seconds = body.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < MOST_SECONDS:
            raise ValueError(f"advance cannot be {seconds!r}: give the seconds by which to move the clock")
        clock.offset += seconds
        store.put("meta", "clock", {"offset": clock.offset})
        return await self._state(_request, body)

    async def _seed(self, _request: web.Request, body: dict[str, Any]) -> Any:
        store = self._backend.store
        kinds = {"engagements", "opportunities"}
        if not set(body) <= kinds or not all(isinstance(keys, list) for keys in body.values()):
            raise ValueError("a seed has engagements and opportunities, each a list of identifiers")
        for kind in kinds:
            for key in map(str, body.get(kind, [])):
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
        self._rates.clear()
        return {}


async def _fail(request: web.Request, fault: Fault, call: dict[str, Any]) -> web.StreamResponse:
    if fault.kind in {"error", "throttle"}:
        return _refusal(fault.refusal(), call)
    if fault.kind == "malformed":
        return _response(fault.body, 200)
    if fault.kind == "hang":
        await _hang(request, fault.seconds or math.inf)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _hang(request: web.Request, seconds: float) -> None:
    end = time.monotonic() + seconds
    # aiohttp tells of a caller who went away by nothing but this.
    while request.transport is not None and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def _refusal(refusal: ServiceRefusalError, call: dict[str, Any]) -> web.Response:
    call["error"] = refusal.code
    return _response(json.dumps(refusal.body()), refusal.status)


def _response(text: str, status: int) -> web.Response:
    headers = {
        "x-amzn-RequestId": str(uuid.uuid4()),
        # The machine's time: some SDKs set the clock that they sign with by it.
        "Date": formatdate(usegmt=True),
        "Content-Type": CONTENT_TYPE,
    }
    return web.Response(body=text.encode(), status=status, headers=headers)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
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
