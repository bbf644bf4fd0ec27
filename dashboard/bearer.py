"""Who calls the operators' and customers' JSON API: `Authorization: Bearer` and a token that counts right now.

Every failure is the same 401. Looked up each time: a revoked token is refused at once.
"""

from __future__ import annotations

import uuid
from functools import partial

from starlette.requests import Request

from config.errors import Forbidden, Unauthorized
from dashboard.lent import lent
from models.database import tenant_session
from models.tenant import Tenant
from models.token import ADMIN_PREFIX, CUSTOMER_PREFIX, admin_by_token, customer_by_token

LONGEST_TOKEN = 200


async def administrator(request: Request) -> uuid.UUID:
    """The id of the operator's token.

    Raises:
        Unauthorized: none, more than one, or not one that counts.
    """
    token_id = await lent(request).threads.run(partial(admin_by_token, _token(request, ADMIN_PREFIX)))
    if token_id is None:
        raise Unauthorized
    return token_id


async def customer(request: Request) -> uuid.UUID:
    """The tenant whose token this is.

    Raises:
        Unauthorized: none, more than one, or not one that counts.
        Forbidden: the tenant is suspended.
    """
    return await lent(request).threads.run(partial(_customer, _token(request, CUSTOMER_PREFIX)))


def _customer(token: str) -> uuid.UUID:
    tenant_id = customer_by_token(token)
    if tenant_id is None:
        raise Unauthorized
    with tenant_session(tenant_id) as session:
        tenant = session.get(Tenant, tenant_id)
    if tenant is None:
        raise Unauthorized
    if tenant.suspended_at is not None:
        raise Forbidden("This account is suspended.")
    return tenant_id


def _token(request: Request, prefix: str) -> str:
    """The token as sent; what cannot be one is refused without asking Postgres."""
    given = request.headers.getlist("authorization")
    scheme, _, token = (given[0] if len(given) == 1 else "").partition(" ")
    if scheme.lower() != "bearer" or len(token) > LONGEST_TOKEN or not token.startswith(prefix) or not token.isascii():
        raise Unauthorized
    return token
