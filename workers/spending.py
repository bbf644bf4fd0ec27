"""Pays for model calls: the worst case is reserved in Redis and held in the ledger, the call is made, both are settled.

A call is charged what was reported; its upper bound when nobody can know; nothing only when it was never made. Without room for
the worst case there is no call (`OverBudget`), without Redis or Postgres neither (`StoreUnavailable`). A tenant without caps
is counted the same way in Postgres and needs no Redis.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

import structlog
from sqlalchemy.orm import Session

from clients.language_model import Bound, Usage
from clients.spending import Caps, Granted, Hold, MustRebuild, Offer, Purses, Refused, Totals
from config import metrics
from config.errors import OverBudget, PermanentError, StoreUnavailable, TransientError
from models import spending
from models.base import now
from models.database import tenant_session
from models.price import Tokens, cost, price_of, worst_cost
from models.spending import Allowance, Call
from models.usage import Purpose
from workers.broker import queue
from workers.budget_notices import tell_of_budget

HOLD_S = 150.0  # longer than any stage that waits for a model may run
NEAR_CAP = 95  # percent of a cap from which on only the cheaper model is asked, and nothing but answers paid
REBUILDING_S = 3.0  # how long a call waits for the sums; then it comes back later
PAUSE_S = 0.02
LOCKS = 32

log = structlog.get_logger()
_rebuilding = [threading.Lock() for _ in range(LOCKS)]  # one thread of a process rebuilds a tenant's sums


@dataclass(frozen=True)
class Account:
    """Whom calls are charged to. `public`: asked with the public credential, which has a share of the budget."""

    tenant_id: uuid.UUID
    allowance: Allowance
    turn_id: uuid.UUID | None = None
    public: bool = False

    @property
    def caps(self) -> Caps:
        allowance = self.allowance
        share = allowance.public_part if self.public else lambda _: None
        return Caps(
            allowance.day_micro, allowance.month_micro, share(allowance.day_micro), share(allowance.month_micro)
        )


@dataclass(frozen=True)
class Wish:
    """A call that may be made: what it can use at most, and how far it may fill the caps."""

    model: str
    bound: Bound
    percent: int = 100

    @property
    def amount(self) -> int:
        return worst_cost(price_of(self.model), Tokens(self.bound.prompt_tokens, self.bound.completion_tokens))


class Charge:
    """One call's money, from hold to end. `record` travels with the caller's transaction, `close` follows its commit."""

    def __init__(self, account: Account, call: Call, *, bounded: bool) -> None:
        self.account, self.call, self.bounded = account, call, bounded
        self._used: Usage | None = None
        self._made: bool | None = None  # None: it may be running
        self._cost = 0
        self.recorded = False

    def ended(self, used: Usage | None) -> None:
        """What the call used, as reported or at most; None: it was never made, or refused free of charge."""
        self._used, self._made = used, used is not None

    def lost(self) -> None:
        """Nobody knows what it used."""
        self._made = True

    def record(self, session: Session) -> None:
        """Let the ledger know, within the caller's transaction; once more where that one came to nothing."""
        if self._made is None:
            return
        self.recorded = True
        if not self._made:
            spending.let_go(session, self.call.call_id)
            return
        used = self._charged()
        self._cost = used.cost_micro
        spending.charge(session, self.account.tenant_id, self.call, used, bounded=self.bounded)

    def _charged(self) -> spending.Used:
        call, used = self.call, self._used
        if used is None or not used.reported:
            return spending.Used(call.prompt_tokens, call.completion_tokens, 0, call.amount_micro, reported=False)
        tokens = Tokens(used.prompt_tokens, used.completion_tokens, used.cached_tokens, used.written_tokens)
        charged = cost(price_of(call.model), tokens)
        if charged > call.amount_micro:
            log.error("spending.bound.exceeded", model=call.model, purpose=call.purpose)
        return spending.Used(used.prompt_tokens, used.completion_tokens, used.cached_tokens, charged, reported=True)

    def close(self) -> None:
        """After the commit. What is not told to Redis now stays held there until the sums are rebuilt."""
        if not self.recorded:
            return
        call = self.call
        ending = (
            "settled" if self._used is not None and self._used.reported else "presumed" if self._made else "released"
        )
        metrics.charges.labels(call.purpose, ending).inc()
        metrics.spent_micro.labels(call.purpose).inc(self._cost)
        if not self.bounded:
            return
        tenant_id = str(self.account.tenant_id)
        try:
            spent = purses().settle(tenant_id, str(call.call_id), self._cost)
        except StoreUnavailable:
            return
        if spent is not None and self._made:
            with suppress(StoreUnavailable):  # the next call makes up for it
                tell_of_budget(self.account.tenant_id, self.account.allowance, call.charged_on, spent)


@lru_cache(maxsize=1)
def purses() -> Purses:
    """This process's front of the budgets in Redis."""
    return Purses(queue().client)


def intend(session: Session, account: Account, purpose: Purpose, wish: Wish) -> Charge | None:
    """Within a stage's claiming transaction: the hold of a call that no budget bounds. None: it has to be reserved."""
    if _bounded(account, (wish,)):
        return None
    call = _call(account, purpose, wish)
    spending.hold(session, account.tenant_id, call)
    return Charge(account, call, bounded=False)


def reserve(account: Account, purpose: Purpose, wishes: Sequence[Wish]) -> tuple[Charge, int]:
    """Money for the first of these calls that fits, held in Redis and in the ledger; and which one it is.

    Raises:
        OverBudget: none fits.
        StoreUnavailable: a store is away, or the sums are being rebuilt.
    """
    if not _bounded(account, wishes):
        call = _call(account, purpose, wishes[0])
        with tenant_session(account.tenant_id) as session:
            spending.hold(session, account.tenant_id, call)
        return Charge(account, call, bounded=False), 0
    generation, until, rebuilt = account.allowance.generation, time.monotonic() + REBUILDING_S, False
    call = _call(account, purpose, wishes[0])
    while time.monotonic() < until:
        match _granted(account, call, wishes, generation):
            case Granted(number, granted):
                charge = _held(account, _for(call, wishes[number]), granted)
                if charge is not None:
                    return charge, number
                purses().settle(str(account.tenant_id), str(call.call_id), 0)
                call = _call(account, purpose, wishes[0])
            case Refused(stale) if rebuilt or not stale:
                metrics.charges.labels(purpose, "refused").inc()
                raise OverBudget("the budget has no room for this call")
            case _:
                pass
        generation, rebuilt = rebuild(account.tenant_id, generation), True
    raise StoreUnavailable("the budget's sums are being rebuilt")


def _bounded(account: Account, wishes: Sequence[Wish]) -> bool:
    """Whether Redis must be asked: what costs nothing in any case needs no budget."""
    return account.allowance.capped and any(wish.amount for wish in wishes)


def _call(account: Account, purpose: Purpose, wish: Wish) -> Call:
    at = now()
    return Call(
        call_id=uuid.uuid4(),
        turn_id=account.turn_id,
        purpose=purpose,
        model=wish.model,
        prompt_tokens=wish.bound.prompt_tokens,
        completion_tokens=wish.bound.completion_tokens,
        amount_micro=wish.amount,
        charged_on=account.allowance.today(at),
        public=account.public,
        expires_at=at + timedelta(seconds=HOLD_S),
    )


def _for(call: Call, wish: Wish) -> Call:
    """The same call, as the wish that was granted."""
    prompt_tokens, completion_tokens = wish.bound.prompt_tokens, wish.bound.completion_tokens
    return replace(
        call,
        model=wish.model,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        amount_micro=wish.amount,
    )


def _granted(account: Account, call: Call, wishes: Sequence[Wish], generation: int) -> Granted | Refused | MustRebuild:
    return purses().reserve(
        str(account.tenant_id),
        str(call.call_id),
        day=call.charged_on.isoformat(),
        public=account.public,
        generation=generation,
        expires_ms=int(call.expires_at.timestamp() * 1000),
        caps=account.caps,
        offers=[Offer(wish.amount, wish.percent) for wish in wishes],
    )


def _held(account: Account, call: Call, generation: int) -> Charge | None:
    """The granted call in the ledger; None when its grant came from sums that no longer count."""
    with tenant_session(account.tenant_id) as session:
        held = spending.hold_under(session, account.tenant_id, call, generation)
    return Charge(account, call, bounded=True) if held.get() else None


def rebuild(tenant_id: uuid.UUID, seen: int) -> int:
    """Put the ledger's sums into Redis, unless somebody else is at it. Returns the generation to go on with.

    Whoever gets to raise the generation rebuilds. One that dies in between leaves a generation that Redis does not have, and
    the next to come raises it again.
    """
    with _rebuilding[tenant_id.int % LOCKS]:
        with tenant_session(tenant_id) as session:
            generation = spending.next_generation(session, tenant_id, seen)
            allowance = spending.ask_allowance(session).get()
            since = spending.first_day_known(allowance.today())
            if generation is not None:
                spent, running = spending.spent_since(session, since), spending.running_since(session, since)
        if generation is None:
            time.sleep(PAUSE_S * (1 + random.random()))  # noqa: S311  # so that they do not all come back at once
            return allowance.generation
        totals = [Totals(day.isoformat(), amount, public) for day, amount, public in spent.get()]
        holds = [
            Hold(str(call_id), int(amount), day.isoformat(), public, int(expires_at.timestamp() * 1000))
            for call_id, amount, day, public, expires_at in running.get()
        ]
        built = purses().build(str(tenant_id), generation, since.isoformat(), totals, holds)
    log.info("spending.rebuilt", tenant_id=str(tenant_id), holds=len(holds), built=built)
    return generation


@contextmanager
def paid(account: Account, purpose: Purpose, wish: Wish) -> Iterator[Charge]:
    """A call of its own, such as an embedding or a check: reserved before the block, recorded after it in its own transaction.

    The block tells the charge what was used (`ended`); without a word it is charged its upper bound.
    """
    charge, _ = reserve(account, purpose, (wish,))
    try:
        yield charge
        if charge._made is None:
            charge.lost()
    except (TransientError, PermanentError) as error:
        if error.free:
            charge.ended(None)
        else:
            charge.lost()
        raise
    except BaseException:
        charge.lost()
        raise
    finally:
        with tenant_session(account.tenant_id) as session:
            charge.record(session)
        charge.close()


def account_of(tenant_id: uuid.UUID, turn_id: uuid.UUID | None = None, *, public: bool = False) -> Account:
    """For whoever has no transaction at hand that could bring the allowance along."""
    with tenant_session(tenant_id) as session:
        allowance = spending.ask_allowance(session)
    return Account(tenant_id, allowance.get(), turn_id, public)
