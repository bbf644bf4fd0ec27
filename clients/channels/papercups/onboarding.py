"""Papercups' dashboard API, as far as connecting an account needs it: accounts, users, keys, subscriptions, the widget.

Synchronous, for the command line. Never retries and never trusts an answer; whoever calls looks before creating.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from clients.channels import Refused, Unknown
from clients.channels.http import Answer, call
from clients.channels.papercups.address import server
from clients.channels.papercups.wire import UserId
from clients.channels.untrusted import ExternalId, Line, ModelT, parse, read_json
from config.errors import InvalidInput, PermanentError, TransientError

LIMIT_BYTES = 4 * 1024 * 1024  # an account's users come whole, without paging
TOTAL_S = 25.0  # subscribing waits while Papercups verifies the URL: 8 s to connect, 5 s to be answered
SCOPE = "conversation:updated"  # without it that event is never sent, and a person's take-over goes unnoticed


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class User(_Wire):
    """A user of the account."""

    id: UserId
    email: Line
    role: Line = ""


class Key(_Wire):
    """A personal API key; Papercups shows its value again whenever it is asked."""

    id: ExternalId
    value: ExternalId
    label: Line = ""
    user_id: UserId


class Subscription(_Wire):
    """Where webhooks go. One that was not verified gets nothing, for ever."""

    id: ExternalId
    webhook_url: Line
    scope: Line | None = None
    verified: bool = False


class _LoggedIn(_Wire):
    user_id: UserId
    account_id: ExternalId
    token: ExternalId


class _Invitation(_Wire):
    id: ExternalId


class _WidgetSettings(_Wire):
    greeting: Line | None = None


@dataclass(frozen=True, slots=True)
class Registrar:
    """What a Papercups server offers to whoever has no session yet."""

    base_url: str

    def register(self, company: str, email: str, password: str) -> None:
        """A new account with its administrator.

        Raises:
            Refused: registration is closed, or Papercups names what is wrong.
        """
        self._register({"company_name": company, "email": email}, password)

    def accept_invitation(self, invitation: str, email: str, password: str) -> None:
        """Try to become a user of the inviting account; only a login tells whether it worked.

        Papercups creates an invited user twice in one request, so its answer to a success is an error.
        """
        with suppress(PermanentError, TransientError, Unknown):
            self._register({"invite_token": invitation, "email": email}, password)

    def log_in(self, email: str, password: str) -> Dashboard | None:
        """A session, or None when e-mail or password are wrong."""
        try:
            answer = _ask(self.base_url, "POST", "/api/session", {"user": {"email": email, "password": password}})
        except Refused as error:
            if error.status == 401:
                return None
            raise
        wire = _one(_LoggedIn, answer)
        return Dashboard(self.base_url, wire.user_id, wire.account_id, wire.token)

    def greeting(self, account_id: str) -> str | None:
        """What the account's widget says first, None when nobody has set it."""
        path = f"/api/widget_settings?account_id={quote(account_id, safe='')}"
        return _one(_WidgetSettings, _ask(self.base_url, "GET", path)).greeting

    def _register(self, who: dict[str, str], password: str) -> None:
        user = {**who, "password": password, "password_confirmation": password}
        _ask(self.base_url, "POST", "/api/registration", {"user": user})


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One user's session; it lives for half an hour."""

    base_url: str
    user_id: int
    account_id: str
    _token: str = field(repr=False)

    def users(self) -> list[User]:
        return _many(User, self._ask("GET", "/api/users"))

    def invite(self) -> str:
        """An invitation for one more user, good for three days. For administrators."""
        return _one(_Invitation, self._ask("POST", "/api/user_invitations", {})).id

    def api_keys(self) -> list[Key]:
        return _many(Key, self._ask("GET", "/api/personal_api_keys"))

    def create_key(self, label: str) -> Key:
        return _one(Key, self._ask("POST", "/api/personal_api_keys", {"label": label}))

    def subscriptions(self) -> list[Subscription]:
        return _many(Subscription, self._ask("GET", "/api/event_subscriptions"))

    def subscribe(self, url: str) -> None:
        """Papercups asks the URL for its challenge before it answers."""
        self._ask("POST", "/api/event_subscriptions", _subscription(url))

    def subscribe_again(self, subscription_id: str, url: str) -> None:
        """Verify once more. The URL always goes along: a change without it would lose the verification."""
        self._ask("PUT", f"/api/event_subscriptions/{quote(subscription_id, safe='')}", _subscription(url))

    def unsubscribe(self, subscription_id: str) -> None:
        self._ask("DELETE", f"/api/event_subscriptions/{quote(subscription_id, safe='')}")

    def set_display_name(self, name: str) -> None:
        self._ask("PUT", "/api/profile", {"user_profile": {"display_name": name, "full_name": name}})

    def set_greeting(self, text: str) -> None:
        self._ask("PUT", "/api/widget_settings", {"widget_settings": {"greeting": text}})

    def log_out(self) -> None:
        """End the session; one that cannot be ended ends by itself."""
        with suppress(PermanentError, TransientError, Unknown):
            self._ask("DELETE", "/api/session")

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        return _ask(self.base_url, method, path, body, token=self._token)


def _subscription(url: str) -> dict[str, object]:
    return {"event_subscription": {"webhook_url": url, "scope": SCOPE}}


def _ask(base_url: str, method: str, path: str, body: object = None, *, token: str | None = None) -> Answer:
    """One call.

    Raises:
        Refused: Papercups says no; the sentence is ours, with Papercups' own words where it gave any.
        TransientError: it certainly changed nothing, and may work later.
        Unknown: it may have been carried out.
    """
    address, headers = server(base_url)
    if token is not None:
        headers["Authorization"] = token  # raw: the word Bearer would make it fail
    content = None if body is None else json.dumps(body).encode()
    if content is not None:
        headers["Content-Type"] = "application/json"
    answer = call(
        method, f"{address}{path}", headers=headers, content=content, limit_bytes=LIMIT_BYTES, total_s=TOTAL_S
    )
    if 200 <= answer.status < 300:
        return answer
    reason = _reason(answer)
    if answer.status >= 500 and reason is None:
        if method == "GET":
            raise TransientError(f"Papercups answered {answer.status}")
        raise Unknown(f"Papercups answered {answer.status}")
    raise Refused(f"Papercups answered {answer.status}" + (f" ({reason})" if reason else ""), status=answer.status)


def _reason(answer: Answer) -> str | None:
    """What Papercups says is wrong, in its own words: a message, or fields with theirs. It is a 500 when registering."""
    try:
        value = read_json(answer.body)
    except InvalidInput:
        return None
    error = value.get("error") if isinstance(value, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    fields = error.get("errors")
    if isinstance(fields, Mapping) and fields:
        return "; ".join(_field(str(name), texts) for name, texts in list(fields.items())[:5])
    message = error.get("message")
    return _printable(message) if isinstance(message, str) else None


def _field(name: str, texts: object) -> str:
    first = texts[0] if isinstance(texts, list) and texts else texts
    return _printable(f"{name} {first}")


def _printable(text: str) -> str:
    return "".join(character for character in text[:200] if character.isprintable())


def _data(answer: Answer) -> object:
    try:
        value = read_json(answer.body)
    except InvalidInput:
        raise TransientError(f"Papercups answered {answer.status} without JSON: is this a Papercups server?") from None
    return value.get("data") if isinstance(value, Mapping) else None


def _one(model: type[ModelT], answer: Answer) -> ModelT:
    return _parsed(model, _data(answer))


def _many(model: type[ModelT], answer: Answer) -> list[ModelT]:
    items = _data(answer)
    if not isinstance(items, list):
        raise TransientError("Papercups' answer holds no list")
    return [_parsed(model, item) for item in items]


def _parsed(model: type[ModelT], value: object) -> ModelT:
    try:
        return parse(model, value, "data")
    except InvalidInput as error:
        raise TransientError(f"Papercups' answer makes no sense: {error.detail}") from None
