"""POST /api/v1/chat: one message in, its reply out, as JSON, as events or later. Accepted by one script, no Postgres."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from clients.channels.untrusted import clean, parse, read_json
from clients.queue import Acceptance, Bucket
from config import metrics
from config.errors import Conflict, InvalidInput, StoreUnavailable, TooMany, Unavailable
from ingress.accepting import accept
from ingress.addresses import client_address
from ingress.body import read_body, refuse_declared_size
from ingress.callers import LONGEST_SESSION, Caller, identify, preflight
from ingress.feed import Feed, ended
from ingress.promises import promise, unanswered
from ingress.rates import tell
from ingress.services import services
from ingress.streaming import EventStream, frames
from ingress.visitors import message_prefix
from models.credential import Scope
from models.jobs import MessageKind, ReceiveMessage

ANSWER_WITHIN_S = 25.0  # most proxies give up at 30
REMEMBERED_S = 86_400.0  # an Idempotency-Key
IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,128}")
LONGEST_MESSAGE = 8000
PER_SESSION = (1.0, 10)  # rate per second and burst of one public session
PER_ADDRESS = (5.0, 50)  # of one address: an office shares it

log = structlog.get_logger()


def _trimmed(value: object) -> object:
    return clean(value).strip() if isinstance(value, str) else value


class ChatInput(BaseModel):
    """The body. Unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    session_id: Annotated[str, Field(min_length=1, max_length=LONGEST_SESSION)]
    message: Annotated[str, BeforeValidator(_trimmed), Field(min_length=1, max_length=LONGEST_MESSAGE)]

    def fingerprint(self, conversation: str) -> str:
        """What must be the same when an Idempotency-Key is repeated."""
        return hashlib.sha256(json.dumps([conversation, self.message]).encode()).hexdigest()


async def chat(request: Request) -> Response | ASGIApp:
    """Accept one message of a session and answer in the form the caller prefers."""
    if request.method == "OPTIONS":
        return await preflight(request)
    began = time.perf_counter()
    refuse_declared_size(request)
    shared = services(request)
    caller = await identify(request)
    caller.may(Scope.CHAT)
    key = _idempotency_key(request)
    asked = parse(ChatInput, read_json(await read_body(request)))
    caller.session(asked.session_id)
    streams = "text/event-stream" in request.headers.get("accept", "").lower()
    acceptance = _acceptance(request, caller, asked, key, stream=streams)
    turn_id = acceptance.job.turn_id or ""
    async with AsyncExitStack() as held:
        waiter = await held.enter_async_context(shared.answers.waiting(turn_id))
        feed = Feed(shared, waiter, caller.tenant.tenant_id, turn_id)
        first = await _accept(request, caller, acceptance)
        metrics.labelled(metrics.accept_seconds, "api").observe(time.perf_counter() - began)
        if first is not None and first != turn_id:
            await feed.join(first)
        if streams:
            return EventStream(frames(feed), held.pop_all(), {"Location": _location(feed.turn_id)})
        promised = unanswered(feed.turn_id, acceptance.job.conversation_id)
        if _responds_async(request):
            return await _later(feed, caller, promised, {"Preference-Applied": "respond-async"})
        end = await feed.end(ANSWER_WITHIN_S)
        if end is not None:
            return JSONResponse(end)
        view = await feed.row() or promised
        return JSONResponse(view) if ended(view) else await _later(feed, caller, view, {})


def _acceptance(request: Request, caller: Caller, asked: ChatInput, key: str | None, *, stream: bool) -> Acceptance:
    conversation_id, external_conversation = caller.conversation(asked.session_id)
    visitor = caller.visitor(asked.session_id)
    if key is None:
        external_id = uuid.uuid4().hex
    elif visitor is not None:
        external_id = message_prefix(visitor) + key  # readable: the widget is told its own keys again
    else:
        # The public credential is everybody's: there a key is one visitor's, or two would meet at "1".
        holder = f"{caller.credential}:{external_conversation}" if caller.public else caller.credential
        external_id = hashlib.sha256(f"{holder}:{key}".encode()).hexdigest()
    job = ReceiveMessage(
        tenant_id=str(caller.tenant.tenant_id),
        kind=MessageKind.VISITOR,
        connection_id=str(caller.tenant.api_connection_id),
        conversation_id=str(conversation_id),
        conversation_external_id=external_conversation,
        external_id=external_id,
        body=asked.message,
        accepted_at=datetime.now(UTC).isoformat(),
        turn_id=str(uuid.uuid4()),
        stream=stream,
        widget=visitor is not None,
        public=caller.public,
    )
    return Acceptance(
        job=job,
        message_id=uuid.uuid4().hex,
        dedupe=(f"api:{external_id}",) if key else (),
        dedupe_ttl_s=REMEMBERED_S,
        fingerprint=asked.fingerprint(external_conversation) if key else "",
        token="refuse",  # noqa: S106  # what to do without a rate token
        buckets=_public_buckets(request, caller, external_conversation) if caller.public else (),
        channel=services(request).answers.channel,
        request_id=request.scope["frontdesk.request_id"],
    )


def _public_buckets(request: Request, caller: Caller, session: str) -> tuple[Bucket, ...]:
    """A public token is known to everybody: one session, one address and all of them together have limits."""
    peer = request.client.host if request.client else None
    address = client_address(peer, request.headers.getlist("x-forwarded-for"), services(request).trusted)
    share = caller.tenant.public_share
    return (
        Bucket(f"session:{session[:32]}", *PER_SESSION),
        Bucket(f"address:{hashlib.sha256(address.encode()).hexdigest()[:32]}", *PER_ADDRESS),
        Bucket("public", caller.tenant.rate_per_s * share, max(1, int(caller.tenant.burst * share))),
    )


async def _accept(request: Request, caller: Caller, acceptance: Acceptance) -> str | None:
    """The turn that answers: the promised one, or the first one's of a repeat. The answer will tell the tightest limit.

    Raises:
        Conflict, TooMany, Unavailable, StoreUnavailable: nothing was accepted.
    """
    accepted = await accept(services(request), acceptance)
    metrics.labelled(metrics.accepted, "api", accepted.status).inc()
    if accepted.limit is not None:
        rates = {bucket.name: bucket.rate_per_s for bucket in acceptance.buckets}
        tell(request.scope, accepted.limit, rates.get(accepted.limit.name, caller.tenant.rate_per_s))
    match accepted.status:
        case "conflict":
            raise Conflict("This Idempotency-Key was used with another body.")
        case "limited":
            raise TooMany("Too many messages. Please wait a moment.", retry_after_ms=accepted.retry_after_ms)
        case "full":
            raise Unavailable("Too many messages are waiting to be answered.")
        case _:
            return accepted.turn_id


async def _later(feed: Feed, caller: Caller, view: dict[str, Any], headers: dict[str, str]) -> Response:
    """202 with the address where the turn can be read from now on."""
    try:
        await promise(feed.shared, caller.tenant.tenant_id, view["turn_id"], view["conversation_id"])
    except StoreUnavailable:
        log.warning("turn.promise.failed")  # the row will tell
    body = {name: view[name] for name in ("turn_id", "conversation_id", "state")}
    return JSONResponse(body, 202, {"Location": _location(view["turn_id"]), **headers})


def _location(turn_id: str) -> str:
    return f"/api/v1/turns/{turn_id}"


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not IDEMPOTENCY_KEY.fullmatch(given[0]):
        raise InvalidInput("Idempotency-Key: expected one value of 1 to 128 visible ASCII characters.")
    return given[0]


def _responds_async(request: Request) -> bool:
    preferences = ",".join(request.headers.getlist("prefer")).lower().split(",")
    return any(preference.split(";")[0].strip() == "respond-async" for preference in preferences)
