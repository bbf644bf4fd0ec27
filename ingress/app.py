"""The ingress as one application: its routes, what surrounds every request, what it opens and closes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from config.openapi import Described
from config.settings import settings
from ingress import conversations, erasure, golden, knowledge_table, leads, sources, unanswered, usage
from ingress.addresses import trusted_proxies
from ingress.chat import chat
from ingress.errors import HANDLERS
from ingress.health import PostgresState, healthz, readyz, show_metrics
from ingress.intents import ROUTES as INTENT_ROUTES
from ingress.knowledge import ROUTES as KNOWLEDGE_ROUTES
from ingress.knowledge_search import ROUTES as SEARCH_ROUTES
from ingress.limits import PublicLimits
from ingress.middleware import Surrounding
from ingress.openapi import ABOUT, DESCRIBED, openapi
from ingress.papercups import envelope, signed
from ingress.script import widget_script
from ingress.services import open_services
from ingress.shortcut import Shortcut
from ingress.turns import turn
from ingress.watching import events
from ingress.widget import messages, session

ACCEPTING = {"/papercups/webhook": signed, "/papercups/webhook/{token}": envelope, "/api/v1/chat": chat}
ROUTES: tuple[BaseRoute, ...] = (
    Route("/papercups/webhook", signed, methods=["POST"]),
    Route("/papercups/webhook/{token}", envelope, methods=["POST"]),
    Route("/api/v1/chat", chat, methods=["POST", "OPTIONS"]),
    Route("/api/v1/turns/{id}", turn, methods=["GET", "OPTIONS"]),
    *conversations.ROUTES,
    *leads.ROUTES,
    *erasure.ROUTES,
    *usage.ROUTES,
    Route("/widget.js", widget_script),
    Route("/api/v1/widget/session", session, methods=["POST", "OPTIONS"]),
    Route("/api/v1/widget/messages", messages, methods=["GET", "OPTIONS"]),
    Route("/api/v1/widget/events", events, methods=["GET", "OPTIONS"]),
    *KNOWLEDGE_ROUTES,
    *unanswered.ROUTES,
    *golden.ROUTES,
    *SEARCH_ROUTES,
    *knowledge_table.ROUTES,
    *sources.ROUTES,
    *INTENT_ROUTES,
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", show_metrics),
    Route("/openapi.json", openapi),
)


def build(more: Sequence[BaseRoute] = (), described: Described | None = None) -> Starlette:
    """The application; `more` are the dashboard's routes, for one port, and `described` what the document says of them.

    Raises:
        SettingsError: the environment is not right.
    """
    trusted_proxies(settings().trusted_proxies)  # here, where a wrong value ends in a sentence
    app = Starlette(
        routes=[*ROUTES, *more],
        middleware=[Middleware(Surrounding), Middleware(Shortcut, ACCEPTING)],
        exception_handlers=HANDLERS,
        lifespan=_lifespan,
    )
    app.state.document = (DESCRIBED | described if described else DESCRIBED).document(ABOUT)
    app.router.redirect_slashes = False  # a path with a slash too many is another path: 404, not a redirect
    return app


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with open_services() as shared:
        yield {"services": shared, "postgres": PostgresState(), "limits": PublicLimits()}
