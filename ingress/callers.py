"""Who calls: the credential in X-API-Key, what it may do, from which origin, and which conversation a session names."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from config.errors import Forbidden, InvalidInput, Unauthorized
from config.secrets import API_KEY_PREFIX
from config.settings import Environment
from ingress.middleware import WANTED
from ingress.services import services
from ingress.visitors import Visitor, is_token, visitor_of
from models.access import TenantAccess
from models.conversation import conversation_id
from models.credential import Scope

LONGEST_CREDENTIAL = 200
LONGEST_SESSION = 200
SHORTEST_PUBLIC_SESSION = 22  # 128 bits in base64: with the public token the session is the only secret
PREFLIGHT_S = 600


@dataclass(frozen=True)
class Caller:
    """A tenant's public account token, or one of its secret keys."""

    tenant: TenantAccess
    credential: str  # "public", or the key's id
    scopes: frozenset[str]

    @property
    def public(self) -> bool:
        return self.credential == "public"

    def may(self, scope: Scope) -> None:
        """Raises Forbidden unless the key has the scope."""
        if scope not in self.scopes:
            raise Forbidden(f"This credential lacks the scope {scope}.")

    def visitor(self, session_id: str) -> Visitor | None:
        """The widget's visitor whose signed token this session is; None for a session of the caller's own making.

        Raises:
            Unauthorized: it says that it is such a token, but is forged, expired or of another tenant.
        """
        return visitor_of(session_id, self.tenant.tenant_id) if self.public and is_token(session_id) else None

    def conversation(self, session_id: str) -> tuple[uuid.UUID, str]:
        """Id and external id of a session's conversation. Bound to the class of credential: the hash holds both.

        Raises:
            Unauthorized: as `visitor`.
        """
        if (visitor := self.visitor(session_id)) is not None:
            named = f"widget:{visitor.visitor_id.hex}"
        else:
            named = f"{'public' if self.public else 'secret'}:{session_id}"
        external_id = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()
        connection_id = self.tenant.api_connection_id
        return conversation_id(self.tenant.tenant_id, connection_id, external_id), external_id

    def session(self, session_id: str) -> str:
        """The session as usable by this credential.

        Raises:
            InvalidInput: too short for a bearer secret.
        """
        if self.public and len(session_id) < SHORTEST_PUBLIC_SESSION:
            raise InvalidInput(
                f"session_id: with the account token it is a secret and needs at least {SHORTEST_PUBLIC_SESSION} "
                "random characters."
            )
        return session_id


async def identify(request: Request, account_token: str | None = None) -> Caller:
    """The caller, its origin checked, its tenant active. Without the header, `account_token` from the body counts.

    Raises:
        Unauthorized: no credential, more than one, or nobody's.
        Forbidden: the origin is not allowed, or the tenant is suspended.
    """
    given = request.headers.getlist("x-api-key") or ([account_token] if account_token else [])
    credential = given[0] if len(given) == 1 else ""
    if not 0 < len(credential) <= LONGEST_CREDENTIAL or not _visible(credential):
        raise Unauthorized
    known = services(request).credentials
    if credential.startswith(API_KEY_PREFIX):
        key = await known.by_api_key(credential)
        caller = Caller(key.tenant, str(key.key_id), key.scopes) if key else None
    else:
        tenant = await known.by_account_token(credential)
        caller = Caller(tenant, "public", frozenset({Scope.CHAT})) if tenant else None
    if caller is None:
        raise Unauthorized
    if caller.public:
        _check_origin(request, caller.tenant)
    if caller.tenant.suspended:
        raise Forbidden("This account is suspended.")
    return caller


async def secret_key(request: Request, scope: Scope) -> Caller:
    """The caller, who holds a secret key with this scope.

    Raises:
        Unauthorized, Forbidden: as `identify`; and for the account token.
    """
    caller = await identify(request)
    if caller.public:
        raise Forbidden("This needs a secret key.")
    caller.may(scope)
    return caller


def _check_origin(request: Request, tenant: TenantAccess) -> None:
    """A browser on a listed page may read the answer; one on another page is refused. No Origin: not a browser."""
    origins = request.headers.getlist("origin")
    if not origins:
        return
    config = services(request).settings
    ours = {config.external_url} if config.environment is Environment.DEVELOPMENT else set()
    if ours and config.public_url is None:  # the demo page, however this machine is called
        ours |= {f"http://{name}:{config.port}" for name in ("127.0.0.1", "[::1]")}
    if len(origins) > 1 or origins[0] not in tenant.allowed_origins | ours:
        raise Forbidden("This origin is not allowed to use the account token.")
    request.scope.setdefault(WANTED, {}).update(
        {
            "Access-Control-Allow-Origin": origins[0],
            "Access-Control-Expose-Headers": "Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, "
            "Preference-Applied",
            "Vary": "Origin",
        }
    )


async def preflight(request: Request) -> Response:
    """What a browser asks first. It names no tenant yet, so every origin may ask; the real request is checked."""
    origin = request.headers.get("origin", "")
    if not origin or len(origin) > LONGEST_CREDENTIAL or not _visible(origin):
        return Response(status_code=204, headers={"Vary": "Origin"})
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-API-Key, X-Session-Id, Idempotency-Key, Prefer, "
            "X-Request-Id",
            "Access-Control-Max-Age": str(PREFLIGHT_S),
            "Vary": "Origin",
        },
    )


def _visible(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
