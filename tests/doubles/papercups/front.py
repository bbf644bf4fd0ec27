"""What stands before every request of the double: HTTPS redirect, journal, ordered faults. Pure ASGI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.doubles.papercups.events import Papercups
from tests.doubles.papercups.state import Fault, Record, detail

LIMIT_BYTES = 8 * 1024 * 1024
_REQUEST_FAULTS = {
    "answer",
    "hang",
    "store_answer",
    "store_hang",
    "store_late",
    "store_cut",
    "hold_before",
    "hold_after",
}
VIA = "/_via/"  # `/_via/NAME/api/…` is `/api/…`, and the journal says that it came by NAME
_PLAIN_HTTP_HOSTS = {"localhost", "127.0.0.1"}


class Front:
    """Journals /api requests and carries out the faults ordered for them."""

    def __init__(self, app: ASGIApp, papercups: Papercups) -> None:
        self._app = app
        self._papercups = papercups

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope, via = _without_via(scope)
        if scope["type"] != "http" or scope["path"].startswith("/_double/") or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if (away := _to_https(scope, headers)) is not None:
            await away(scope, receive, send)
            return
        body = b"".join([chunk async for chunk in _chunks(receive)])
        if len(body) > LIMIT_BYTES:
            await Response(status_code=413)(scope, receive, send)
            return
        world = self._papercups.world
        account_id = self._account_of(headers)
        noted: Record = {"at_ms": world.at_ms(), "method": scope["method"], "path": scope["path"], "status": None}
        noted |= {"query": scope["query_string"].decode("latin-1"), "body": _readable(body), "account_id": account_id}
        noted |= {"x_forwarded_proto": headers.get("x-forwarded-proto"), "via": via}
        world.requests.append(noted)
        fault = world.take_fault(_REQUEST_FAULTS, account_id, method=scope["method"], path=scope["path"])
        noted["fault"] = fault.kind if fault else None
        world.running += 1
        try:
            answer = await self._answer(fault, scope, body, noted)
        finally:
            world.running -= 1
        noted["status"] = answer.status_code
        if fault and fault.kind == "store_cut":
            await _cut(answer, send)
            return
        await answer(scope, receive, send)
        noted["answered_ms"] = world.at_ms()

    async def _answer(self, fault: Fault | None, scope: Scope, body: bytes, noted: Record) -> Response:
        match fault:
            case None:
                return await self._ask(scope, body, noted)
            case Fault(kind="answer"):
                return _ordered(fault)
            case Fault(kind="hang"):
                await asyncio.sleep(fault.delay_ms / 1000)
                return JSONResponse(detail(500).body, 500)
            case Fault(kind="store_late"):
                await asyncio.sleep(fault.delay_ms / 1000)
                return await self._ask(scope, body, noted)
            case Fault(kind="store_hang"):
                answer = await self._ask(scope, body, noted)
                await asyncio.sleep(fault.delay_ms / 1000)
                return answer
            case Fault(kind="hold_before"):
                if await self._papercups.holds.stand(fault.name, noted):
                    return await self._ask(scope, body, noted)
                return JSONResponse(detail(500).body, 500)
            case Fault(kind="hold_after"):
                answer = await self._ask(scope, body, noted)
                await self._papercups.holds.stand(fault.name, noted)
                return answer
            case Fault(kind="store_answer"):
                await self._ask(scope, body, noted)
                return _ordered(fault)
            case _:
                return await self._ask(scope, body, noted)

    async def _ask(self, scope: Scope, body: bytes, noted: Record) -> Response:
        """The application's whole answer; it sees a caller who never hangs up. `done_ms` is when it was made."""
        parts: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            parts.append(message)

        await self._app(scope, receive, send)
        answer = Response(b"".join(part.get("body", b"") for part in parts[1:]), parts[0]["status"])
        answer.raw_headers = list(parts[0]["headers"])
        noted["done_ms"] = self._papercups.world.at_ms()
        return answer

    def _account_of(self, headers: dict[str, str]) -> str | None:
        world, header = self._papercups.world, headers.get("authorization", "")
        value = header.removeprefix("Bearer ")
        for key in world.keys.values():
            if key["value"] == value:
                return str(key["account_id"])
        user_id = world.sessions.get(header)
        return str(world.users[user_id]["account_id"]) if user_id is not None else None


def _without_via(scope: Scope) -> tuple[Scope, str | None]:
    if scope["type"] != "http" or not scope["path"].startswith(VIA):
        return scope, None
    via, _, rest = scope["path"].removeprefix(VIA).partition("/")
    return {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}, via


def _to_https(scope: Scope, headers: dict[str, str]) -> Response | None:
    """A production build sends plain HTTP away, unless a proxy says it was HTTPS or the host is this machine."""
    host = headers.get("host", "")
    if host.partition(":")[0] in _PLAIN_HTTP_HOSTS or headers.get("x-forwarded-proto") == "https":
        return None
    target = f"https://{host}{scope['path']}"
    return Response(status_code=301 if scope["method"] in {"GET", "HEAD"} else 307, headers={"Location": target})


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    total = 0
    while total <= LIMIT_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        total += len(message.get("body", b""))
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


def _readable(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def _ordered(fault: Fault) -> Response:
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    if fault.body:
        return Response(fault.body, fault.status, headers)
    return JSONResponse(detail(500).body if fault.status >= 500 else {}, fault.status, headers)


async def _cut(answer: Response, send: Send) -> None:
    """Half an answer: the server closes the connection of a caller it still owes the rest."""
    await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": bytes(answer.body)[:20], "more_body": True})
