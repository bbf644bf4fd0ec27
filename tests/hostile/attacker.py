"""Who attacks: a tenant of their own with every kind of credential, also of kinds that do not fit, doubled and made up."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from models.tenant import NewTenant
from models.token import issue_admin_token, issue_customer_link, issue_customer_token, open_customer_link
from tests.hostile.wire import Sent

Disguise = Callable[[Sent], Sent]

WEBHOOK = "/papercups/webhook/"
CREDENTIALS = ("x-api-key", "authorization", "cookie", "x-papercups-signature", "x-session-id")
PUBLIC_TOO = {"/api/v1/chat", "/api/v1/turns/{id}", "/api/v1/widget/session"}  # what the account token is for


@dataclass(frozen=True)
class Attacker:
    """Credentials that count, of one tenant; and an operator's."""

    tenant: NewTenant
    account_id: str  # at Papercups
    admin: str
    customer: str
    page: str
    widget: str

    def kinds(self) -> dict[str, Disguise]:
        """Each way to call, by name."""
        return {
            "nobody": bare,
            "account token": with_headers(("X-API-Key", self.tenant.account_token)),
            "secret key": with_headers(("X-API-Key", self.tenant.api_key)),
            "admin token": with_headers(("Authorization", f"Bearer {self.admin}")),
            "customer token": with_headers(("Authorization", f"Bearer {self.customer}")),
            "customer page": with_headers(("Cookie", f"frontdesk_customer={self.page}")),
            "widget session": self._in_widget,
            "webhook token": self._by_webhook_token,
            "signature": self._signed,
            "forged": forged,
            "twice": self._twice,
        }

    def _in_widget(self, sent: Sent) -> Sent:
        called = bare(sent).having(("X-API-Key", self.tenant.account_token), ("Authorization", f"Bearer {self.widget}"))
        return with_field(called, "session_id", self.widget)

    def _by_webhook_token(self, sent: Sent) -> Sent:
        called = bare(sent)
        if not sent.target.startswith(WEBHOOK):
            return called
        _, _, rest = sent.target.removeprefix(WEBHOOK).partition("?")
        query = f"?{rest}" if rest else ""
        return with_account(replace(called, target=f"{WEBHOOK}{self.tenant.papercups_webhook_token}{query}"), self)

    def _signed(self, sent: Sent) -> Sent:
        called = with_account(bare(sent), self)
        return called.having(("X-Papercups-Signature", signature(self.tenant.papercups_webhook_secret, called.body)))

    def _twice(self, sent: Sent) -> Sent:
        """Two credentials that count, each in its place: whose request would it be?"""
        called = bare(sent)
        doubled = (
            ("X-API-Key", self.tenant.api_key),
            ("X-API-Key", self.tenant.account_token),
            ("Authorization", f"Bearer {self.admin}"),
            ("Authorization", f"Bearer {self.customer}"),
        )
        return replace(called, headers=(*called.headers, *doubled))


def an_attacker(tenant: NewTenant, account_id: str, widget: str) -> Attacker:
    _, code = issue_customer_link(tenant.tenant_id)
    page = open_customer_link(code)
    assert page is not None
    return Attacker(tenant, account_id, issue_admin_token(), issue_customer_token(tenant.tenant_id), page, widget)


def fitting(path: str, security: list[dict[str, Any]]) -> set[str]:
    """The kinds that a described operation is for; all of them where it is for everybody."""
    schemes = {scheme for choice in security for scheme in choice}
    if path.startswith(WEBHOOK):
        return {"webhook token"}
    if not schemes or {} in security:
        return {"nobody"}
    kinds = {"admin token"} if "adminToken" in schemes else set()
    kinds |= {"customer token"} if "customerToken" in schemes else set()
    kinds |= {"customer page"} if "customerSession" in schemes else set()
    kinds |= {"signature"} if "signature" in schemes else set()
    if "visitor" in schemes:
        return kinds | {"widget session"}
    if "apiKey" in schemes:
        kinds |= {"secret key"} | ({"account token", "widget session"} if path in PUBLIC_TOO else set())
    return kinds


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def bare(sent: Sent) -> Sent:
    """Without whatever credential it came with."""
    return replace(sent, headers=tuple(each for each in sent.headers if each[0].lower() not in CREDENTIALS))


def with_headers(*headers: tuple[str, str]) -> Disguise:
    def disguised(sent: Sent) -> Sent:
        return bare(sent).having(*headers)

    return disguised


def forged(sent: Sent) -> Sent:
    """Well-formed credentials that nobody issued."""
    made_up = secrets.token_urlsafe(32)
    return bare(sent).having(
        ("X-API-Key", f"fd_{made_up}"),
        ("Authorization", f"Bearer fda_{made_up}"),
        ("Cookie", f"frontdesk_customer=fds_{made_up}"),
        ("X-Papercups-Signature", f"sha256={hashlib.sha256(made_up.encode()).hexdigest()}"),
    )


def with_account(sent: Sent, attacker: Attacker) -> Sent:
    """Where the body names an account, it names the attacker's: what follows is looked at only then."""
    found = with_field(sent, "account_id", attacker.account_id)
    body = _object(found.body)
    if body is None or not isinstance(body.get("payload"), dict):
        return found
    return replace(
        found, body=json.dumps(body | {"payload": body["payload"] | {"account_id": attacker.account_id}}).encode()
    )


def with_field(sent: Sent, name: str, value: str) -> Sent:
    """A JSON object that has the field gets this value in it."""
    body = _object(sent.body)
    if body is None or name not in body:
        return sent
    return replace(sent, body=json.dumps(body | {name: value}).encode())


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
