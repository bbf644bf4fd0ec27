"""What happens around every request, outermost first: its id, its headers, its measure, and the net for bugs. Pure ASGI."""

from __future__ import annotations

import re
import traceback
import uuid
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config import metrics
from ingress.errors import internal_error

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
CORS = "frontdesk.cors"  # in the scope: headers an endpoint wants on whatever answer it ends with
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger()


class RequestIds:
    """Takes the caller's X-Request-Id or makes one; it goes into the log, the job and the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope["frontdesk.request_id"] = request_id

        async def identified(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, identified)


class SafeHeaders:
    """Security headers where an endpoint sets none of its own, and the CORS headers it asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                own = {name for name, _ in headers}
                headers += [header for header in SECURITY if header[0] not in own]
                headers += [(name.lower().encode(), value.encode()) for name, value in scope.get(CORS, {}).items()]
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, safe)


class Measured:
    """Counts requests by route template, never by path: a path may hold a token."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._templates: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 499  # the caller hung up

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            metrics.requests.labels(self._template(scope), method, str(status)).inc()

    def _template(self, scope: Scope) -> str:
        """Starlette notes the endpoint, not the route."""
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return "none"
        if endpoint not in self._templates:
            self._templates = {route.endpoint: route.path for route in scope["app"].routes}
        return self._templates[endpoint]


class Caught:
    """The net for bugs: 500 to the caller, class and place to the log, never a message that may quote what was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("request.failed", error=type(error).__name__, place=f"{place.filename}:{place.lineno}")
            if scope["type"] != "http" or started:
                raise ConnectionAbortedError from None  # the server closes what cannot be ended properly
            await internal_error()(scope, receive, send)


MIDDLEWARE = [Middleware(RequestIds), Middleware(SafeHeaders), Middleware(Measured), Middleware(Caught)]
