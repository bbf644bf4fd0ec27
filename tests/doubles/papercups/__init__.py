"""A double of a Papercups server, in memory, for tests, bench and the demo; never imported by the product.

`python -m tests.doubles.papercups --port N` runs it; `create_app()` is the ASGI application.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from tests.doubles.papercups import accounts, api, control, customers
from tests.doubles.papercups.events import Papercups
from tests.doubles.papercups.front import Front
from tests.doubles.papercups.realtime import Hub
from tests.doubles.papercups.state import Problem, World, detail


def create_app(world: World | None = None) -> Starlette:
    """The application with a fresh world, or with this one."""
    papercups = Papercups()
    papercups.world = world or papercups.world
    hub = Hub(papercups)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await papercups.close()

    async def websocket(socket: WebSocket) -> None:
        await hub.serve(socket)

    cors = Middleware(
        CORSMiddleware,
        allow_origin_regex=".*",
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Content-Type", "Authorization"],
    )
    app = Starlette(
        routes=[
            *control.ROUTES,
            *accounts.ROUTES,
            *customers.ROUTES,
            *api.ROUTES,
            WebSocketRoute("/socket/websocket", websocket),
        ],
        middleware=[Middleware(Front, papercups=papercups), cors],
        exception_handlers={Problem: _problem, 404: _no_route},
        lifespan=lifespan,
    )
    app.state.papercups = papercups
    return app


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return JSONResponse(error.body, error.status)


async def _no_route(request: Request, error: Exception) -> Response:
    return JSONResponse(detail(404).body, 404)
