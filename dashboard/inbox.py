"""/dev/inbox: the mails a business would have got, read from its notices. There is no such page in production."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.errors import NotFound
from config.settings import Environment, settings
from dashboard.lent import lent
from dashboard.sheet import facts, page, text, when, zone_of
from models.access import access_by_account_token
from models.database import required, tenant_session
from models.demo import DEMO_ACCOUNT_ID
from models.notice import Notice, newest_notices
from models.page import Page, asked_page, cursor
from models.tenant import configuration

REFRESH_S = 3
LONGEST_TOKEN = 200
STATES = {"pending": ("wait", "waiting"), "sent": ("good", "sent"), "failed": ("bad", "not sent")}


@dataclass(frozen=True)
class Inbox:
    """One tenant's."""

    business: str
    zone: tzinfo
    addresses: list[str]
    notices: Sequence[Notice]
    next: str | None


async def inbox(request: Request) -> Response:
    """The newest mails of the demo business, or of the one whose account token is asked for."""
    account = _account(request)
    found = await lent(request).threads.run(partial(_inbox, account, asked_page(request.query_params)))
    refreshes = "refresh" in request.query_params
    query = {} if account == DEMO_ACCOUNT_ID else {"account": account}
    again, label = (query, "Stop refreshing") if refreshes else ({**query, "refresh": "1"}, "Refresh by itself")
    rows = "".join(_row(notice, found.zone, query) for notice in found.notices)
    older = f'<p><a href="?{text(urlencode({**query, "cursor": found.next}))}">Older</a></p>' if found.next else ""
    return page(
        f"Inbox · {found.business}",
        f"<h1>Development inbox</h1><p class=soft>Mail to {text(found.business)} "
        f"({text(', '.join(found.addresses) or 'no addresses yet')}). Nothing here has left this machine unless SMTP_URL is "
        f'set.</p><p><a href="/dev/inbox?{text(urlencode(again))}">{label}</a></p>'
        + (f"<ul>{rows}</ul>{older}" if rows else "<p>No mail yet. Ask for a person, or leave an e-mail address.</p>"),
        refresh_s=REFRESH_S if refreshes else None,
    )


async def mail(request: Request) -> Response:
    """One mail, as its reader gets it."""
    account = _account(request)
    try:
        name = uuid.UUID(request.path_params["id"])
    except ValueError:
        raise NotFound from None
    notice, zone = await lent(request).threads.run(partial(_mail, account, name))
    colour, state = STATES[notice.state]
    rows = [
        ("Subject", notice.subject),
        ("To", ", ".join(notice.recipients)),
        ("Message-ID", notice.message_id),
        ("Told of", notice.kind.replace("_", " ")),
        ("Reason", notice.reason),
    ]
    back = urlencode({} if account == DEMO_ACCOUNT_ID else {"account": account})
    return page(
        notice.subject,
        f'<p><a href="/dev/inbox?{text(back)}">Inbox</a></p><h1>{text(notice.subject)}</h1>'
        f"<p>{when(notice.created_at, zone)} · <span class={colour}>{state}</span></p>{facts(rows)}"
        f"<article><pre>{_linked(notice.body)}</pre></article>",
    )


def _row(notice: Notice, zone: tzinfo, query: dict[str, str]) -> str:
    colour, state = STATES[notice.state]
    address = f"/dev/inbox/{notice.id}?{urlencode(query)}"
    why = f'<p class="soft">{text(notice.reason)}</p>' if notice.reason else ""
    return (
        f'<li><a href="{text(address)}">{text(notice.subject)}</a><p class=head>{when(notice.created_at, zone)}'
        f"<span class={colour}>{state}</span></p>{why}</li>"
    )


def _linked(body: str) -> str:
    """The text, with the addresses of the business's own page made into links; nothing else becomes one."""
    config = settings()
    page_of_business = re.escape(text(f"{config.dashboard_url or config.external_url}/customer/"))
    return re.sub(rf"{page_of_business}[\w/-]+", lambda found: f'<a href="{found[0]}">{found[0]}</a>', text(body))


def _account(request: Request) -> str:
    if settings().environment is Environment.PRODUCTION:
        raise NotFound("There is nothing at this path.")
    return request.query_params.get("account") or DEMO_ACCOUNT_ID


def _tenant(account: str) -> uuid.UUID:
    tenant = access_by_account_token(account) if len(account) <= LONGEST_TOKEN and "\x00" not in account else None
    if tenant is None:
        raise NotFound
    return tenant.tenant_id


def _inbox(account: str, asked: Page) -> Inbox:
    with tenant_session(_tenant(account)) as session:
        tenant, config = configuration(session)
        rows, more = asked.cut(newest_notices(session, asked))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return Inbox(tenant.name, zone_of(tenant.time_zone), config.notify, rows, following)


def _mail(account: str, name: uuid.UUID) -> tuple[Notice, tzinfo]:
    tenant_id = _tenant(account)
    with tenant_session(tenant_id) as session:
        notice = required(session, Notice, (tenant_id, name))
        return notice, zone_of(configuration(session)[0].time_zone)


ROUTES: tuple[BaseRoute, ...] = (Route("/dev/inbox", inbox), Route("/dev/inbox/{id}", mail))
