"""GET /api/v1/turns/{id}: state and reply of one turn, for a secret key or for the session it belongs to."""

from __future__ import annotations

import uuid
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from config.errors import NotFound
from ingress.callers import LONGEST_SESSION, Caller, identify, preflight
from ingress.feed import read_turn
from ingress.promises import promised
from ingress.services import services
from models.credential import Scope


async def turn(request: Request) -> Response:
    """One turn; a stranger's, an unknown and a malformed id get the same answer."""
    if request.method == "OPTIONS":
        return await preflight(request)
    shared = services(request)
    caller = await identify(request)
    if not caller.public:
        caller.may(Scope.TURNS_READ)
    turn_id = path_id(request)
    tenant_id = caller.tenant.tenant_id
    view = await shared.threads.run(partial(read_turn, tenant_id, turn_id))
    view = view or await promised(shared, tenant_id, str(turn_id))
    if view is None or not _may_read(request, caller, view["conversation_id"]):
        raise NotFound
    return JSONResponse(view)


def path_id(request: Request) -> uuid.UUID:
    """The id in the path.

    Raises:
        NotFound: it is none.
    """
    text = request.path_params["id"]
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        raise NotFound from None
    if str(parsed) != text.lower():  # braces, urn: and missing hyphens are other spellings of an id, not ours
        raise NotFound
    return parsed


def _may_read(request: Request, caller: Caller, conversation_id: str) -> bool:
    if not caller.public:
        return True
    sessions = request.headers.getlist("x-session-id")
    if len(sessions) != 1 or not 0 < len(sessions[0]) <= LONGEST_SESSION:
        return False
    return str(caller.conversation(sessions[0])[0]) == conversation_id
