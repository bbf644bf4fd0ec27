"""The front of the budget scripts, for threads. A store that is away raises: without Redis there is no call.

Knows nothing of prices, time zones or the ledger: days and months are names, amounts integers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import redis

from clients.queue.connection import twice
from clients.queue.scripts import Argument, Scripts

LAYOUT = 1
KEPT_MS = 40 * 86_400_000  # a tenant that calls no model for so long is rebuilt when it does
ALL = 100  # percent
_LUA = Path(__file__).parent / "lua"


@dataclass(frozen=True)
class Caps:
    """What may be spent; None: as much as one likes. The public share is a part of the whole, not beside it."""

    day: int | None
    month: int | None
    public_day: int | None = None
    public_month: int | None = None


@dataclass(frozen=True)
class Offer:
    """What a call may cost at most, and how far (percent) it may fill the caps."""

    amount: int
    percent: int = ALL


@dataclass(frozen=True)
class Granted:
    """The money is held."""

    offer: int  # from 0
    generation: int


@dataclass(frozen=True)
class Refused:
    """No offer fits. `stale`: holds are in the way whose calls are over; the ledger knows what became of them."""

    stale: bool


@dataclass(frozen=True)
class MustRebuild:
    """Redis does not know, or may have forgotten, what was spent."""


@dataclass(frozen=True)
class Spent:
    """What is settled, without what is held."""

    day: int
    month: int


@dataclass(frozen=True)
class Hold:
    """Money held for a call that has not ended."""

    call_id: str
    amount: int
    day: str
    public: bool
    expires_ms: int


@dataclass(frozen=True)
class Totals:
    """What was spent on one day, as the ledger has it."""

    day: str
    amount: int
    of_public: int


class Purses:
    """One per process, over the queue's connections."""

    def __init__(self, client: redis.Redis, scripts: Scripts | None = None) -> None:
        self._redis = client
        self._scripts = scripts or Scripts(client)

    def reserve(
        self,
        tenant_id: str,
        call_id: str,
        *,
        day: str,
        public: bool,
        generation: int,
        expires_ms: int,
        caps: Caps,
        offers: Sequence[Offer],
    ) -> Granted | Refused | MustRebuild:
        """Hold the first of `offers` that fits into all caps. `day` is ISO; `generation` the lowest that is believed."""
        limits = [caps.day, caps.month, caps.public_day, caps.public_month]
        raw = self._run(
            "reserve",
            tenant_id,
            *(call_id, day, _month(day), f"{_month(day)}-01", generation, expires_ms, int(public)),
            *("" if limit is None else limit for limit in limits),
            *(part for offer in offers for part in (offer.amount, offer.percent)),
        )
        match raw[0]:
            case b"granted":
                return Granted(int(raw[1]) - 1, int(raw[2]))
            case b"refused":
                return Refused(raw[1] == b"1")
            case _:
                return MustRebuild()

    def settle(self, tenant_id: str, call_id: str, amount: int) -> Spent | None:
        """A call cost this much, or nothing; None when its hold is not here."""
        raw = self._run("settle", tenant_id, call_id, amount)
        return Spent(int(raw[0]), int(raw[1])) if raw else None

    def build(
        self, tenant_id: str, generation: int, first_day: str, totals: Sequence[Totals], holds: Sequence[Hold]
    ) -> bool:
        """The ledger's state since `first_day`, the first of a month; False when a younger one is here."""
        sums: dict[str, int] = {}

        def add(day: str, amount: int, of_public: int, *, settled: bool) -> None:
            for name, held in (("", amount), ("p", of_public), ("s", amount if settled else 0)):
                for period in (f"{name}d:{day}", f"{name}m:{_month(day)}"):
                    sums[period] = sums.get(period, 0) + held

        for total in totals:
            add(total.day, total.amount, total.of_public, settled=True)
        for hold in holds:
            add(hold.day, hold.amount, hold.amount if hold.public else 0, settled=False)
        pairs: list[tuple[str, str | int]] = [*sums.items(), *((hold.call_id, _text(hold)) for hold in holds)]
        flat: list[Argument] = [part for pair in pairs for part in pair]
        return bool(self._run("build", tenant_id, generation, first_day, KEPT_MS, len(sums), *flat))

    def forget(self, tenant_id: str) -> None:
        """The tenant is gone for good."""
        twice(lambda: self._redis.delete(*_keys(tenant_id)))

    def _run(self, name: str, tenant_id: str, *arguments: Argument) -> list[bytes]:
        text, sha = source(name)
        found: list[bytes] = self._scripts.run_on(_keys(tenant_id), text, sha, *arguments)
        return found


@cache
def source(name: str) -> tuple[bytes, str]:
    """A script's text and its hash."""
    text = (_LUA / f"{name}.lua").read_bytes()
    return text, hashlib.sha1(text, usedforsecurity=False).hexdigest()


def _keys(tenant_id: str) -> tuple[str, str]:
    """Sums and holds; the tenant is the hash tag, so both are on one node."""
    return f"{{fdm{LAYOUT}:{tenant_id}}}:sums", f"{{fdm{LAYOUT}:{tenant_id}}}:holds"


def _month(day: str) -> str:
    return day[:7]


def _text(hold: Hold) -> str:
    """As reserve.lua writes it; a hold of the ledger has no offer to remember."""
    return f"1|{hold.amount}|{hold.day}|{_month(hold.day)}|{int(hold.public)}|{hold.expires_ms}"
