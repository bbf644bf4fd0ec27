"""Connects a tenant to its Papercups account: a bot user of its own with its own key, the webhook, the widget's greeting.

Looks before it creates, so running it again after a fault goes on where it stopped, and once more changes nothing. Only
the connection's row is ours to remember; the bot's password is derived from SECRET_KEY, never stored or shown.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from clients.channels import Unknown
from clients.channels.papercups import PapercupsClient
from clients.channels.papercups.onboarding import SCOPE, Dashboard, Registrar, Subscription
from clients.queue import AsyncQueue, connect_async
from config.errors import PermanentError, TransientError
from config.secrets import credential_hash, derived_key, equal, new_token
from config.settings import settings
from models.papercups import PapercupsTenant, connect_account, held_by_another, papercups_tenant
from models.tenant import PapercupsAccount

KEY_LABEL = "Frontdesk"
WEBHOOK_PATH = "/papercups/webhook/"
LONGEST_URL = 255  # Papercups' column
SHORTEST_PASSWORD = 8  # Papercups' rule
SAYS_AI = "You are chatting with an AI assistant; a person takes over whenever you ask."
CHAT_WINDOW = "https://YOUR-CHAT-WINDOW.example"

_TELLS_AI = re.compile(r"\b(?:AI|A\.I\.|KI|IA|artificial|artificielle|künstliche|bot|chatbot|robot|automated)\b")


class NotConnected(Exception):
    """What is in the way and what to do about it, in sentences for the person at the command line."""


@dataclass(frozen=True)
class Wish:
    """What the operator asked for. `public_url` is where Papercups reaches Frontdesk."""

    tenant_id: uuid.UUID
    papercups_url: str
    email: str
    password: str
    company: str | None  # register this account unless the login works
    public_url: str
    bot_email: str | None = None


@dataclass(frozen=True)
class Connected:
    """The account as it now answers."""

    account_id: str
    bot_user_id: int
    name: str
    colour: str

    def snippet(self, papercups_url: str, chat_window_url: str | None) -> str:
        """What the business puts into its pages. The chat window must be named: the widget's own default is gone."""
        settings_of_page = {
            "token": self.account_id,
            "baseUrl": papercups_url.rstrip("/"),
            "iframeUrlOverride": (chat_window_url or CHAT_WINDOW).rstrip("/"),
            "title": self.name,
            "primaryColor": self.colour,
        }
        script = json.dumps({"config": settings_of_page}, indent=2, ensure_ascii=False).replace("<", "\\u003c")
        return (
            f"<script>\nwindow.Papercups = {script};\n</script>\n"
            f'<script async defer src="{papercups_url.rstrip("/")}/widget.js"></script>'
        )


def connect(wish: Wish, tell: Callable[[str], None]) -> Connected:
    """The whole sequence; `tell` hears of each step as it is done.

    Raises:
        NotConnected: not finished. What was done stays, and the same command goes on from there.
    """
    try:
        return _connect(wish, tell)
    except (PermanentError, TransientError, Unknown) as error:
        raise NotConnected(
            f"Stopped: {error}. Run the same command again: it goes on from here and makes nothing twice."
        ) from error


def _connect(wish: Wish, tell: Callable[[str], None]) -> Connected:
    tenant = papercups_tenant(wish.tenant_id)
    if tenant is None:
        raise NotConnected(f"There is no tenant {wish.tenant_id}.")
    admin = _log_in(wish, tell)
    if held_by_another(admin.account_id, wish.tenant_id):
        raise NotConnected(
            f"Another tenant answers for the Papercups account {admin.account_id} already; two would both answer its "
            "visitors. Use another account."
        )
    bot = _bot(wish, tenant, admin, tell)
    url = _webhook(wish, tenant, admin, bot, tell)
    _check_verified(admin, url, wish)
    tell("webhook       subscribed and verified")
    _greet(wish, tenant, admin, tell)
    admin.log_out()
    return Connected(admin.account_id, bot.bot_user_id or 0, tenant.name, tenant.colour)


def _log_in(wish: Wish, tell: Callable[[str], None]) -> Dashboard:
    """The administrator's session; the account is registered first if it has to be."""
    registrar = Registrar(wish.papercups_url)
    session = registrar.log_in(wish.email, wish.password)
    if session is None and wish.company is not None:
        if len(wish.password) < SHORTEST_PASSWORD:
            raise NotConnected(f"Papercups wants a password of {SHORTEST_PASSWORD} characters or more.")
        registrar.register(wish.company, wish.email, wish.password)
        tell(f"account       registered for {wish.company}")
        session = registrar.log_in(wish.email, wish.password)
    if session is None:
        raise NotConnected(
            "Papercups does not know this e-mail with this password. Check both, or name the company with --company "
            "to register a new account."
        )
    tell(f"account       {session.account_id}, signed in")
    return session


def _bot(wish: Wish, tenant: PapercupsTenant, admin: Dashboard, tell: Callable[[str], None]) -> PapercupsAccount:
    """The bot's user and key: the one we have if it still works, else made step by step."""
    known = tenant.account
    if known is not None and known.account_id == admin.account_id and known.api_key is not None:
        me = PapercupsClient(wish.papercups_url, known.api_key, 0, marker_secret=b"", account_id=None)
        try:
            bot = _checked(me, admin, known.api_key, wish)
        except PermanentError:
            tell("bot           its key is no longer accepted; it gets a new one")
        else:
            tell("bot           has its user and key already")
            return bot
    email = wish.bot_email or _bot_email(wish.email)
    if email.casefold() == wish.email.casefold():
        raise NotConnected("The bot needs a user of its own: its e-mail must not be the administrator's.")
    session = _bot_session(wish, admin, email, tell)
    session.set_display_name(f"{tenant.name} (AI assistant)")
    key = next(
        (each for each in session.api_keys() if each.label == KEY_LABEL and each.user_id == session.user_id), None
    )
    if key is None:
        key = session.create_key(KEY_LABEL)
        tell("key           made, the bot's own")
    session.log_out()
    client = PapercupsClient(wish.papercups_url, key.value, session.user_id, marker_secret=b"")
    return _checked(client, admin, key.value, wish)


def _bot_session(wish: Wish, admin: Dashboard, email: str, tell: Callable[[str], None]) -> Dashboard:
    registrar, password = Registrar(wish.papercups_url), _bot_password(wish.tenant_id, admin.account_id)
    session = registrar.log_in(email, password)
    if session is None:
        if any(user.email.casefold() == email.casefold() for user in admin.users()):
            raise NotConnected(
                f"The account has a user {email} whose password is not ours (made under another SECRET_KEY, or by "
                "hand). Name another e-mail for the bot with --bot-email."
            )
        registrar.accept_invitation(admin.invite(), email, password)
        session = registrar.log_in(email, password)
        if session is None:
            raise TransientError("Papercups took the invitation but the bot cannot sign in")
        tell(f"bot           user {email} made by invitation")
    if session.account_id != admin.account_id:
        raise NotConnected(f"{email} is a user of another Papercups account. Name another with --bot-email.")
    return session


def _checked(client: PapercupsClient, admin: Dashboard, key: str, wish: Wish) -> PapercupsAccount:
    """The account with this key, once Papercups has said whose it is."""
    me = client.me()
    if me.role == "admin" or me.user_id == admin.user_id:
        raise NotConnected(
            f"The key belongs to {me.email}, an administrator: whatever that person writes would look like the bot's. "
            "Name another e-mail for the bot with --bot-email, so that it gets a user of its own."
        )
    if me.account_id != admin.account_id:
        raise NotConnected(f"The key belongs to another Papercups account, {me.account_id}.")
    return PapercupsAccount(me.account_id, wish.papercups_url, key, me.user_id)


def _webhook(
    wish: Wish, tenant: PapercupsTenant, admin: Dashboard, bot: PapercupsAccount, tell: Callable[[str], None]
) -> str:
    """Store the connection, then have exactly one subscription at the URL that the row knows. Returns the URL."""
    found = [each for each in admin.subscriptions() if WEBHOOK_PATH in each.webhook_url]
    ours = [each for each in found if _is_current(each, tenant.webhook_token_hash)]
    kept = next((each for each in ours if each.verified), ours[0] if ours else None)
    token = _token(kept) if kept else new_token()
    url = f"{wish.public_url.rstrip('/')}{WEBHOOK_PATH}{token}"
    if len(url) > LONGEST_URL:
        raise NotConnected(f"The webhook's address would be {len(url)} characters long; Papercups takes {LONGEST_URL}.")
    connect_account(wish.tenant_id, bot, None if kept else token)  # first: Papercups asks the URL at once
    asyncio.run(_announce(wish.tenant_id))
    tell("connection    stored")
    if kept is None:
        admin.subscribe(url)
    elif not (kept.verified and kept.webhook_url == url and SCOPE in (kept.scope or "")):
        admin.subscribe_again(kept.id, url)
    for each in found:
        ends_here = each.webhook_url.startswith(f"{wish.public_url.rstrip('/')}{WEBHOOK_PATH}")
        if each is not kept and (each in ours or ends_here):
            admin.unsubscribe(each.id)  # left behind by a fault: its address is answered no more
    return url


def _is_current(subscription: Subscription, token_hash: str | None) -> bool:
    return token_hash is not None and equal(credential_hash(_token(subscription)), token_hash)


def _token(subscription: Subscription) -> str:
    return urlsplit(subscription.webhook_url).path.rpartition("/")[2]


def _check_verified(admin: Dashboard, url: str, wish: Wish) -> None:
    if not any(each.webhook_url == url and each.verified for each in admin.subscriptions()):
        raise NotConnected(
            f"Papercups could not verify the webhook: from its own network it must reach {wish.public_url} within 5 "
            "seconds. Set PUBLIC_URL (or --public-url) to an address that Papercups can reach, see that `web` runs, "
            "and run the same command again."
        )


def _greet(wish: Wish, tenant: PapercupsTenant, admin: Dashboard, tell: Callable[[str], None]) -> None:
    """The widget's first words must say that an AI answers; a business's own greeting is kept and completed."""
    before = Registrar(wish.papercups_url).greeting(admin.account_id)
    greeting = tenant.greeting or before or f"Hello, and welcome to {tenant.name}!"
    if not _TELLS_AI.search(greeting):
        greeting = f"{greeting} {SAYS_AI}"
    if greeting != before:
        admin.set_greeting(greeting)
    tell("widget        its greeting says that an AI answers")


def _bot_email(admin_email: str) -> str:
    """A sub-address of the administrator's, so that mail to the bot reaches a person."""
    name, _, host = admin_email.rpartition("@")
    return f"{name}+frontdesk@{host}"


def _bot_password(tenant_id: uuid.UUID, account_id: str) -> str:
    return base64.urlsafe_b64encode(derived_key(f"papercups bot:{tenant_id}:{account_id}")).decode().rstrip("=")


async def _announce(tenant_id: uuid.UUID) -> None:
    """Every process drops what it cached of the tenant, before Papercups' first webhook."""
    configured = settings()
    queue = AsyncQueue(connect_async(configured.redis_url, ca=configured.redis_ca, max_connections=1))
    try:
        await queue.publish_invalidation(str(tenant_id))
    finally:
        await queue.close()
