"""/customer: one business's own read-only page. Opened by a link that works once, kept by an HttpOnly cookie.

The link only shows a button: programs that preview links do not press it. Nothing on these pages changes anything but the
session itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from config.errors import InvalidInput
from config.settings import settings
from dashboard.customer_view import Overview, Thread, conversation, conversations, leads, notices
from dashboard.lent import lent
from dashboard.sheet import HEADERS, page, text
from models.database import tenant_session
from models.page import Page, asked_page
from models.tenant import Tenant
from models.token import LIFETIME, SESSION_PREFIX, customer_by_token, open_customer_link, revoke_customer_tokens

COOKIE = "frontdesk_customer"
LONGEST_TOKEN = 200
LISTS = {"conversations": conversations, "leads": leads, "notices": notices}
ASK = "Ask whoever runs Frontdesk for you for a new link."
SEE_OTHER = 303

log = structlog.get_logger()


@dataclass(frozen=True)
class Reader:
    """Somebody of the business, by a session that counts right now."""

    tenant_id: uuid.UUID
    business: str
    zone: str


async def opened(request: Request) -> Response:
    """GET: a button. POST: the link's code becomes a session, once."""
    if request.method == "POST":
        return await _exchange(request)
    code = request.query_params.get("code", "")
    if not code or len(code) > LONGEST_TOKEN:
        return _closed("This link is not complete.")
    return page(
        "Open your page",
        "<h1>Open your page</h1><p>This link works once. After that this browser remembers you for 30 days.</p>"
        f'<form method="post" action="/customer/open"><input type="hidden" name="code" value="{text(code)}">'
        "<button>Open</button></form>",
    )


async def overview(request: Request) -> Response:
    """Conversations, leads or notices, a page at a time."""
    found = await _reader(request)
    if isinstance(found, Response):
        return found
    shown = request.query_params.get("show", "conversations")
    try:
        asked = asked_page(request.query_params)
    except InvalidInput:
        asked = Page()
    shown = shown if shown in LISTS else "conversations"
    view: Overview = await lent(request).threads.run(partial(LISTS[shown], found.tenant_id, found.zone, asked))
    tabs = "".join(
        f'<a href="?show={name}"{" aria-current=page" if name == shown else ""}>{name.capitalize()}</a>'
        for name in LISTS
    )
    rows = f"<ul>{''.join(view.rows)}</ul>" if view.rows else f"<p>{view.empty}</p>"
    older = urlencode({"show": shown, "cursor": view.next}) if view.next else ""
    return page(
        found.business,
        f"{_head(found)}<nav>{tabs}</nav>{rows}" + (f'<p><a href="?{text(older)}">Older</a></p>' if older else ""),
    )


async def thread(request: Request) -> Response:
    """One conversation: what was said, why, and from which sources."""
    found = await _reader(request)
    if isinstance(found, Response):
        return found
    try:
        name, asked = uuid.UUID(request.path_params["id"]), asked_page(request.query_params)
    except (ValueError, InvalidInput):
        return _missing()
    view: Thread | None = await lent(request).threads.run(
        partial(conversation, found.tenant_id, found.zone, name, asked)
    )
    if view is None:
        return _missing()
    older = f'<p><a href="?{text(urlencode({"cursor": view.next}))}">Earlier</a></p>' if view.next else ""
    said = f"<ol>{''.join(view.rows)}</ol>" if view.rows else "<p>Nothing was said yet.</p>"
    back = '<p><a href="/customer">All conversations</a></p>'
    return page(view.title, f"{back}<h1>{text(view.title)}</h1>{view.head}{older}{said}")


async def leave(request: Request) -> Response:
    """End this session."""
    found = await _reader(request)
    token = request.cookies.get(COOKIE, "")
    if isinstance(found, Reader) and not _crosses_sites(request):
        await lent(request).threads.run(partial(revoke_customer_tokens, found.tenant_id, token))
    answer = page("Signed out", f"<h1>Signed out</h1><p>{ASK}</p>")
    answer.delete_cookie(COOKIE, path="/customer")
    return answer


async def _exchange(request: Request) -> Response:
    if _crosses_sites(request):  # somebody else's page would sign this browser in as somebody else
        return _closed("This link has to be opened by itself.")
    code = _code(await lent(request).read_body(request))
    token = (
        await lent(request).threads.run(partial(open_customer_link, code)) if 0 < len(code) <= LONGEST_TOKEN else None
    )
    if token is None:
        return _closed("This link was used already, or is no longer valid.")
    log.info("customer.page.opened")
    answer = RedirectResponse("/customer", SEE_OTHER, HEADERS)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        path="/customer",
        secure=_address().startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return answer


def _code(form: bytes) -> str:
    """The code in a form of ours; empty when it is none."""
    try:
        return parse_qs(form.decode("ascii", "replace"), max_num_fields=4).get("code", [""])[0]
    except ValueError:  # more fields than our form has
        return ""


async def _reader(request: Request) -> Reader | Response:
    """Who reads, or the page that says why nobody does."""
    token = request.cookies.get(COOKIE, "")
    if not token.startswith(SESSION_PREFIX) or len(token) > LONGEST_TOKEN:
        return _closed("This page opens with a link made for you.")
    found = await lent(request).threads.run(partial(_known, token))
    if found is None:
        return _closed("Your session has ended.")
    return found


def _known(token: str) -> Reader | Response | None:
    tenant_id = customer_by_token(token)
    if tenant_id is None:
        return None
    with tenant_session(tenant_id) as session:
        tenant = session.get(Tenant, tenant_id)
    if tenant is None:
        return None
    if tenant.suspended_at is not None:
        return page("Suspended", "<h1>This account is suspended.</h1>", status=403)
    return Reader(tenant_id, tenant.name, tenant.time_zone)


def _crosses_sites(request: Request) -> bool:
    """Browsers say where a request comes from; those that do not are not the ones that are tricked."""
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def _address() -> str:
    config = settings()
    return config.dashboard_url or config.external_url


def _head(found: Reader) -> str:
    return (
        f"<div class=head><h1>{text(found.business)}</h1>"
        '<form method="post" action="/customer/leave"><button class="quiet">Sign out</button></form></div>'
        f"<p class=soft>What your front desk did. Times are {text(found.zone)}.</p>"
    )


def _closed(why: str) -> Response:
    return page("Not signed in", f"<h1>Not signed in</h1><p>{text(why)} {ASK}</p>", status=401)


def _missing() -> Response:
    return page(
        "Not found", '<h1>There is nothing here.</h1><p><a href="/customer">All conversations</a></p>', status=404
    )


ROUTES: tuple[BaseRoute, ...] = (
    Route("/customer", overview),
    Route("/customer/open", opened, methods=["GET", "POST"]),
    Route("/customer/leave", leave, methods=["POST"]),
    Route("/customer/conversations/{id}", thread),
)
