"""The widget: begin or continue a visitor's session, read what was said in it. It sends by POST /api/v1/chat."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from clients.channels.untrusted import parse, read_json
from config.errors import Forbidden, Unauthorized
from ingress.addresses import client_address
from ingress.body import read_body
from ingress.callers import LONGEST_CREDENTIAL, LONGEST_SESSION, Caller, identify, preflight
from ingress.limits import PublicLimits
from ingress.rates import tell
from ingress.script import TEXTS
from ingress.services import Services, services
from ingress.visitors import Visitor, message_prefix, new_visitor, visitor_of
from models.access import TenantAccess, WidgetLook
from models.database import tenant_session
from models.page import Page, asked_page
from models.thread import said

SESSIONS = (5.0, 100)  # rate per second and burst of one address; one for each page that is opened
READS = (10.0, 100)
LONGEST_ACCEPTED = 500  # of a browser's header; what is behind that nobody wants
ACCEPTED = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*)?")


class SessionInput(BaseModel):
    """The body; all of it may be missing."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    account_token: Annotated[str | None, Field(max_length=LONGEST_CREDENTIAL)] = None
    token: Annotated[str | None, Field(max_length=LONGEST_SESSION)] = None
    language: Annotated[str | None, Field(max_length=10)] = None


@dataclass(frozen=True)
class Seat:
    """A visitor whose token was checked, and the one conversation that belongs to it."""

    shared: Services
    limits: PublicLimits
    caller: Caller
    address: str  # hashed
    conversation_id: uuid.UUID
    key_prefix: str
    scope: Scope  # of the request, for what its answer tells

    def take(self, what: str, rate_per_s: float, burst: int) -> None:
        """Raises TooMany."""
        left = self.limits.take(f"{what}:{self.address}", rate_per_s=rate_per_s, burst=burst)
        tell(self.scope, left, rate_per_s)


async def session(request: Request) -> Response:
    """A signed token for a new visitor, or for the one who was here before; and how the widget looks."""
    if request.method == "OPTIONS":
        return await preflight(request)
    raw = await read_body(request)
    asked = parse(SessionInput, read_json(raw)) if raw.strip() else SessionInput()
    caller = await identify(request, asked.account_token)
    _only_public(caller)
    left = request.state.limits.take(f"session:{_address(request)}", rate_per_s=SESSIONS[0], burst=SESSIONS[1])
    tell(request.scope, left, SESSIONS[0])
    visitor, continued = _visitor(caller, asked.token)
    language = _language(caller.tenant.widget, asked.language, request.headers.get("accept-language", ""))
    return JSONResponse(_as_json(caller.tenant, visitor, continued, language))


async def messages(request: Request) -> Response:
    """What was said in the visitor's own conversation, newest first, by whom, when, and from which sources."""
    if request.method == "OPTIONS":
        return await preflight(request)
    seat = await seated(request)
    seat.take("messages", *READS)
    page = asked_page(request.query_params)
    tenant_id = seat.caller.tenant.tenant_id
    found, following = await seat.shared.threads.run(
        partial(_page, tenant_id, seat.conversation_id, seat.key_prefix, page)
    )
    return JSONResponse({"messages": found, "next": following})


async def seated(request: Request) -> Seat:
    """The visitor behind `Authorization: Bearer` and X-API-Key.

    Raises:
        Unauthorized, Forbidden: as `identify`; and for a token that is missing, forged, expired or another tenant's.
    """
    caller = await identify(request)
    _only_public(caller)
    given = request.headers.getlist("authorization")
    scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized
    visitor = visitor_of(token.strip(), caller.tenant.tenant_id)
    return Seat(
        shared=services(request),
        limits=request.state.limits,
        caller=caller,
        address=_address(request),
        conversation_id=caller.conversation(visitor.token())[0],
        key_prefix=message_prefix(visitor),
        scope=request.scope,
    )


def _only_public(caller: Caller) -> None:
    if not caller.public:
        raise Forbidden("This needs the account token, not a secret key.")


def _visitor(caller: Caller, token: str | None) -> tuple[Visitor, bool]:
    """Who holds the token, with a new one when it is stale; somebody new when it is not ours (any more)."""
    tenant_id = caller.tenant.tenant_id
    try:
        known = visitor_of(token or "", tenant_id)
    except Unauthorized:
        return new_visitor(tenant_id), False
    return (new_visitor(tenant_id, known.visitor_id) if known.stale else known), True


def _language(look: WidgetLook, remembered: str | None, accepted: str) -> str:
    """Of our texts: what the visitor wrote in last time, else their browser's, else the business's; within what it allows."""
    quality: dict[str, float] = {}
    for each in accepted[:LONGEST_ACCEPTED].split(","):
        if match := ACCEPTED.fullmatch(each):
            quality.setdefault(match[1].lower(), float(match[2] or 1))
    browsers = sorted((name for name in quality if quality[name] > 0), key=lambda name: -quality[name])
    allowed = [name for name in TEXTS if not look.languages or name in look.languages]
    wanted = [remembered, *browsers, look.language, *look.languages]
    return next((name for name in wanted if name in allowed), "en")


def _as_json(tenant: TenantAccess, visitor: Visitor, continued: bool, language: str) -> dict[str, Any]:
    look, texts = tenant.widget, TEXTS[language]["session"]
    hours = {"label": texts["hours_label"], "message": texts["hours_message"]}
    person = {"label": texts["person_label"], "message": texts["person_message"]}
    return {
        "token": visitor.token(),
        "valid_until": datetime.fromtimestamp(visitor.valid_until, UTC).isoformat(),
        "now": datetime.now(UTC).isoformat(),
        "continued": continued,
        "business": tenant.name,
        "greeting": look.greeting or texts["greeting"].replace("{business}", tenant.name),
        "ai_notice": texts["ai_notice"],
        "colour": look.colour,
        "language": language,
        "quick_replies": [hours, person] if look.has_hours else [person],
        "chat_url": "/api/v1/chat",
        "history_url": "/api/v1/widget/messages",
        "events_url": "/api/v1/widget/events",
    }


def _page(
    tenant_id: uuid.UUID, conversation_id: uuid.UUID, key_prefix: str, page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    with tenant_session(tenant_id) as session:
        return said(session, conversation_id, key_prefix, page)


def _address(request: Request) -> str:
    peer = request.client.host if request.client else None
    address = client_address(peer, request.headers.getlist("x-forwarded-for"), services(request).trusted)
    return hashlib.sha256(address.encode()).hexdigest()[:32]
