"""From a credential to its tenant without asking Postgres each time: a bounded cache per process.

A change of a tenant drops its entries at once, by the subscription; without one an entry is trusted for a second only.
While Postgres is away, what was known counts for five minutes more. Holds hashes of credentials, never credentials.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import structlog

from config.errors import StoreUnavailable
from models.access import (
    ConnectionAccess,
    KeyAccess,
    TenantAccess,
    access_by_account_token,
    access_by_api_key,
    access_by_papercups_account,
    access_by_webhook_token,
)

Access = TenantAccess | KeyAccess | ConnectionAccess
A = TypeVar("A", bound=Access)
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]

ENTRIES = 10_000
KNOWN_S = 60.0  # while the subscription stands
UNSURE_S = 1.0  # while it does not, and for credentials that nobody has
AWAY_S = 300.0  # how long past its time an entry counts while Postgres is away
PATIENCE_S = 1.0  # how long a slow Postgres is waited for when there is such an entry
LOOK_UPS = 256  # at once; more than this is a guessing game

log = structlog.get_logger()


@dataclass
class _Entry:
    access: Access | None
    loaded_at: float
    spared_until: float = 0.0  # Postgres was away when it was to be renewed: not asked again before


class Credentials:
    """Looks up and remembers. `loaded` is told of each tenant that was read, to pass its limits on."""

    def __init__(
        self,
        in_thread: InThread,
        *,
        subscribed: Callable[[], bool],
        loaded: Callable[[TenantAccess], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_thread = in_thread
        self._subscribed = subscribed
        self._loaded = loaded
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._flights: dict[str, asyncio.Task[Access | None]] = {}  # one per credential, for all who ask meanwhile
        self._running: set[asyncio.Task[Access | None]] = set()  # also those that a change has made worthless
        self._sure_since = 0.0
        self._changes = 0

    async def by_api_key(self, key: str) -> KeyAccess | None:
        """Who holds this secret key."""
        return await self._find("key", key, access_by_api_key)

    async def by_account_token(self, token: str) -> TenantAccess | None:
        """Whose public token this is."""
        return await self._find("account", token, access_by_account_token)

    async def by_webhook_token(self, token: str) -> ConnectionAccess | None:
        """Which connection's webhook URL holds this token."""
        return await self._find("webhook", token, access_by_webhook_token)

    async def by_papercups_account(self, account_id: str) -> ConnectionAccess | None:
        """The Papercups connection of this account's tenant."""
        return await self._find("papercups", account_id, access_by_papercups_account)

    def changed(self, tenant_id: str | None) -> None:
        """Drop what is known of a tenant and what is being read right now; None: anything may have changed."""
        self._changes += 1
        self._flights.clear()
        if tenant_id is None:
            self._sure_since = self._clock()
            return
        for name in [name for name, entry in self._entries.items() if _tenant_id(entry.access) == tenant_id]:
            del self._entries[name]

    async def close(self) -> None:
        """Let go of look-ups that still run."""
        for flight in list(self._running):
            flight.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await flight

    async def _find(self, kind: str, credential: str, load: Callable[[str], A | None]) -> A | None:
        name = kind + hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()
        entry = self._entries.get(name)
        if entry is not None:
            self._entries.move_to_end(name)
            if self._fresh(entry):
                return cast("A | None", entry.access)
        return cast("A | None", await self._load(name, partial(load, credential), entry))

    def _fresh(self, entry: _Entry) -> bool:
        sure = entry.access is not None and self._subscribed() and entry.loaded_at >= self._sure_since
        now = self._clock()
        return now - entry.loaded_at < (KNOWN_S if sure else UNSURE_S) or now < entry.spared_until

    async def _load(self, name: str, load: Callable[[], Access | None], entry: _Entry | None) -> Access | None:
        flight = self._flights.get(name)
        if flight is None:
            if len(self._running) >= LOOK_UPS:
                raise StoreUnavailable("too many credentials are being looked up")
            flight = self._flights[name] = asyncio.create_task(self._fly(name, load))
            self._running.add(flight)
            flight.add_done_callback(partial(self._landed, name))
        fallback = entry is not None and entry.access is not None and self._clock() - entry.loaded_at < AWAY_S
        try:
            return await asyncio.wait_for(asyncio.shield(flight), PATIENCE_S if fallback else None)
        except (StoreUnavailable, TimeoutError):
            if entry is None or not fallback or self._entries.get(name) is not entry:
                raise StoreUnavailable("a credential cannot be looked up") from None
            entry.spared_until = self._clock() + UNSURE_S
            return entry.access

    async def _fly(self, name: str, load: Callable[[], Access | None]) -> Access | None:
        changes, began = self._changes, self._clock()
        access = cast("Access | None", await self._in_thread(load))
        if changes == self._changes:
            self._remember(name, _Entry(access, began))
        if access is not None and self._loaded is not None:
            await self._loaded(tenant_of(access))
        return access

    def _landed(self, name: str, flight: asyncio.Task[Access | None]) -> None:
        self._running.discard(flight)
        if self._flights.get(name) is flight:
            del self._flights[name]
        if not flight.cancelled() and isinstance(flight.exception(), StoreUnavailable):  # also marks it as seen
            log.warning("credential.look_up.failed")

    def _remember(self, name: str, entry: _Entry) -> None:
        self._entries[name] = entry
        self._entries.move_to_end(name)
        while len(self._entries) > ENTRIES:
            self._entries.popitem(last=False)


def tenant_of(access: Access) -> TenantAccess:
    """The tenant behind any credential."""
    return access if isinstance(access, TenantAccess) else access.tenant


def _tenant_id(access: Access | None) -> str | None:
    return None if access is None else str(tenant_of(access).tenant_id)
