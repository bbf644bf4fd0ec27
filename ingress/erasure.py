"""DELETE /api/v1/visitors/{id}: a visitor is forgotten, with all that was said, left and told. What was used stays counted.

Asks nothing and tells nothing: 204 whether there was somebody or not. A vendor's channel keeps its own copy, to be deleted
there first: what it still holds, reconciliation would find again.
"""

from __future__ import annotations

import re
import uuid
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.errors import NotFound
from ingress.callers import secret_key
from ingress.services import services
from models.acceptance import note_erased
from models.conversation import conversations_of_visitor, erase_conversations
from models.credential import Scope
from models.database import tenant_session
from models.lead import erase_leads
from models.message import visitor_words
from models.notice import erase_notices
from models.turn import turns_of

LONGEST_VISITOR = 500
EMAIL = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")

log = structlog.get_logger()


async def visitor(request: Request) -> Response:
    """The id is a conversation's `visitor_id`, or the id of any conversation of theirs."""
    shared = services(request)
    caller = await secret_key(request, Scope.VISITORS_ERASE)
    name, tenant_id = request.path_params["id"], caller.tenant.tenant_id
    if len(name) > LONGEST_VISITOR or not name.isprintable():
        raise NotFound
    spoken = await shared.threads.run(partial(_turns, tenant_id, name))
    await shared.queue.forget(str(tenant_id), [str(turn) for turn in spoken])  # first: a repeat would find no turns
    erased = await shared.threads.run(partial(_erase, tenant_id, name))
    log.info("visitor.erased", conversations=erased)
    return Response(status_code=204)


def _turns(tenant_id: uuid.UUID, name: str) -> list[uuid.UUID]:
    with tenant_session(tenant_id) as session:
        return list(turns_of(session, [found.id for found in conversations_of_visitor(session, name)]))


def _erase(tenant_id: uuid.UUID, name: str) -> int:
    """How many conversations went. A lead goes with its contact, in whichever conversation it was first left."""
    with tenant_session(tenant_id) as session:
        conversations = conversations_of_visitor(session, name)
        if not conversations:
            return 0
        ids = [found.id for found in conversations]
        words = [*visitor_words(session, ids), *(str(found.customer.get("email") or "") for found in conversations)]
        emails = {email.lower().strip(".!?") for text in words for email in EMAIL.findall(text)}
        phones = {str(found.customer["phone"]) for found in conversations if found.customer.get("phone")}
        erase_leads(session, emails, phones)
        erase_notices(session, ids)
        note_erased(session, ids)
        erase_conversations(session, ids)
        return len(ids)


ROUTES: tuple[BaseRoute, ...] = (Route("/api/v1/visitors/{id}", visitor, methods=["DELETE"]),)
