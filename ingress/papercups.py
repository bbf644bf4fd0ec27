"""Papercups' webhooks: its own envelope at an unguessable URL, and the signed form. Verify, parse, accept; never waits.

Every failure to verify is the same 401. A human sign raises the conversation's epoch in the script that accepts it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Literal

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from clients.channels.papercups.webhook import (
    Challenge,
    Event,
    Ignored,
    Incoming,
    account_id_of,
    parse_envelope,
    parse_signed,
    read_unverified,
    verify_signature,
)
from clients.channels.untrusted import read_json
from clients.queue import Acceptance
from config import metrics
from config.errors import FrontdeskError, StoreUnavailable, Unauthorized, Unavailable
from config.secrets import equal, marker_key
from ingress.accepting import accept
from ingress.body import header, read_body, refuse_declared_size
from ingress.callers import LONGEST_CREDENTIAL
from ingress.services import services
from models.access import ConnectionAccess
from models.conversation import conversation_name
from models.jobs import MessageKind, ReceiveMessage

REMEMBERED_S = 3600.0  # Papercups never repeats, double subscriptions do at once; the rows know the rest
SAME_BYTES_S = 10.0  # signed senders without ids
NOBODY = -1  # no Papercups user has this id
NO_SECRET = "unknown account"  # noqa: S105  # verified against so that an unknown account takes as long as a known one

Sign = Literal["message", "assignee", "closed"]
SIGNS: dict[str, Sign] = {
    MessageKind.HUMAN: "message",
    MessageKind.ASSIGNED: "assignee",
    MessageKind.CLOSED: "closed",
}
# Made once: an answer holds nothing of its request.
ACCEPTED = JSONResponse({"status": "accepted"}, 202)
DUPLICATE, IGNORED = JSONResponse({"status": "duplicate"}), JSONResponse({"status": "ignored"})

log = structlog.get_logger()


async def envelope(request: Request) -> Response:
    """Papercups' own webhook. The token in the path is all the authentication there is."""
    began = time.perf_counter()
    refuse_declared_size(request)
    token = request.path_params["token"]
    connection = await services(request).credentials.by_webhook_token(token) if _plausible(token) else None
    if connection is None:
        raise Unauthorized
    event = parse_envelope(
        read_json(await read_body(request)),
        bot_user_id=NOBODY if connection.bot_user_id is None else connection.bot_user_id,
        secret=marker_key(connection.tenant.tenant_id),
    )
    if isinstance(event, Challenge):
        return PlainTextResponse(event.text)
    if event.account_id is not None and not equal(event.account_id, connection.external_account_id):
        raise Unauthorized
    return await _accepted(request, connection, event, b"", "papercups", began)


async def signed(request: Request) -> Response:
    """The signed form. Only `account_id` is read before the signature holds."""
    began = time.perf_counter()
    raw = await read_body(request)
    body = read_unverified(raw)
    connection = await _verified(request, raw, account_id_of(body))
    event = parse_signed(body, delivery=header(request, b"x-papercups-delivery"))
    return await _accepted(request, connection, event, raw, "papercups_signed", began)


async def _verified(request: Request, raw: bytes, account_id: str | None) -> ConnectionAccess:
    """The connection whose secret signed these bytes.

    Raises:
        Unauthorized: nobody's. Also when verifying fails in a way nobody thought of.
    """
    try:
        connection = await services(request).credentials.by_papercups_account(account_id or "-")
        secret = connection.webhook_secret if connection is not None else ""
        holds = verify_signature(raw, header(request, b"x-papercups-signature") or "-", secret or NO_SECRET)
    except (FrontdeskError, StoreUnavailable):
        raise
    except Exception as error:
        log.error("webhook.verify.failed", error=type(error).__name__)
        raise Unauthorized from None
    if not holds or connection is None or not secret:
        raise Unauthorized
    return connection


async def _accepted(
    request: Request, connection: ConnectionAccess, event: Event, raw: bytes, source: str, began: float
) -> Response:
    """Enqueue what matters; one round trip to Redis."""
    if not isinstance(event, Incoming) or connection.tenant.suspended:
        metrics.labelled(metrics.accepted, source, "ignored").inc()
        log.debug("webhook.ignored", reason=event.reason if isinstance(event, Ignored) else "suspended")
        return IGNORED
    result = await accept(services(request), _acceptance(request, connection, event, raw))
    metrics.labelled(metrics.accepted, source, result.status).inc()
    metrics.labelled(metrics.accept_seconds, source).observe(time.perf_counter() - began)
    match result.status:
        case "accepted":
            return ACCEPTED
        case "duplicate" | "conflict":
            return DUPLICATE
        case "unchanged":
            return IGNORED
        case _:
            raise Unavailable("Too many messages of this account are waiting.")


def _acceptance(request: Request, connection: ConnectionAccess, event: Incoming, raw: bytes) -> Acceptance:
    names, kept_s = event.dedupe, REMEMBERED_S
    if not names and raw:
        names, kept_s = (f"bytes:{hashlib.sha256(raw).hexdigest()}",), SAME_BYTES_S
    connection_id = str(connection.connection_id)
    return Acceptance(
        job=_job(connection.tenant.tenant_id, connection_id, event),
        message_id=secrets.token_hex(16),
        dedupe=tuple(f"{connection_id}:{name}" for name in names),
        dedupe_ttl_s=kept_s,
        sign=SIGNS.get(event.kind),
        token="wait" if event.kind == "visitor" else "none",  # a rate token
        request_id=request.scope["frontdesk.request_id"],
    )


def _job(tenant_id: uuid.UUID, connection_id: str, event: Incoming) -> ReceiveMessage:
    return ReceiveMessage(
        tenant_id=str(tenant_id),
        kind=event.kind,
        connection_id=connection_id,
        conversation_id=conversation_name(tenant_id, connection_id, event.conversation_external_id),
        conversation_external_id=event.conversation_external_id,
        external_id=event.external_id or (secrets.token_hex(16) if event.kind == "visitor" else None),
        body=event.body,
        sent_at=event.sent_at.isoformat() if event.sent_at else None,
        accepted_at=datetime.now(UTC).isoformat(),
        customer=event.customer.as_dict() if event.customer else None,
        metadata=event.metadata or None,
        assignee=event.assignee,
    )


def _plausible(token: str) -> bool:
    return 16 <= len(token) <= LONGEST_CREDENTIAL and token.isascii() and token.isprintable()
