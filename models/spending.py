"""The ledger of running model calls, and what a tenant may spend.

A hold is committed before its call and goes with it: into `usage` by what was reported or, when nobody can know, by its upper
bound; or away, if the request was never written. Redis decides who may still call (clients/spending), but only what stands
here counts: a hold is taken under the generation of the sums it was granted from, and whoever rebuilds those sums raises the
generation first. So no call passes between a loss of Redis and the rebuilding, whoever was slow and wherever Redis is torn.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Index, Text, case, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant
from models.plan import EFFECTIVE_MONEY, Plan, TenantLimit
from models.tenant import Tenant, TenantConfiguration
from models.trip import Asked, Query, Row, ask, given, tell
from models.usage import Usage, UsageKind, add_usage


class Step(StrEnum):
    """How a turn's reply came about. Near the cap each step down costs less than the one before."""

    MODEL = "model"
    CHEAPER = "cheaper"  # the cheaper model
    KEPT = "kept"  # said before to the same question; costs nothing
    FAQ = "faq"  # the business's own entries, quoted
    CONTACT = "contact"  # asked for a way to be reached
    PERSON = "person"


NONE_YET = 0  # generation of a tenant whose sums were never in Redis


class ModelHold(TenantOwned, Base):
    """Money held for one call that may be running. `id` is the call's, and becomes its usage row's `work_id`."""

    __tablename__ = "model_hold"
    __table_args__ = (of_tenant(), Index("ix_model_hold_expires", "expires_at"))

    turn_id: Mapped[uuid.UUID | None]
    purpose: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    prompt_tokens: Mapped[int]  # at most, as the three below
    completion_tokens: Mapped[int]
    amount_micro: Mapped[int] = mapped_column(BigInteger)
    charged_on: Mapped[date]
    public: Mapped[bool] = mapped_column(server_default="false", default=False)
    expires_at: Mapped[datetime]  # the call cannot be running any more


class Purse(Base):
    """Which generation of a tenant's sums in Redis is valid. No row: it never had any."""

    __tablename__ = "purse"
    __table_args__ = (of_tenant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True)
class Allowance:
    """What a tenant may spend, as of now. Days and months are those of its own time zone."""

    time_zone: str
    day_micro: int | None
    month_micro: int | None
    cheaper_model: str | None
    public_share: float
    generation: int

    @property
    def capped(self) -> bool:
        return self.day_micro is not None or self.month_micro is not None

    def today(self, at: datetime | None = None) -> date:
        return (at or now()).astimezone(ZoneInfo(self.time_zone)).date()

    def public_part(self, cap: int | None) -> int | None:
        """Of a cap, what the public credential may spend."""
        return None if cap is None else int(cap * self.public_share)


@dataclass(frozen=True)
class Call:
    """One call that is about to be made, and what it can cost at most."""

    call_id: uuid.UUID
    turn_id: uuid.UUID | None
    purpose: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    amount_micro: int
    charged_on: date
    public: bool
    expires_at: datetime


@dataclass(frozen=True)
class Used:
    """What an ended call is charged."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_micro: int
    reported: bool  # False: its upper bound


_ALLOWANCE = Query(
    select(
        Tenant.time_zone,
        *EFFECTIVE_MONEY,
        TenantConfiguration.public_share,
        func.coalesce(Purse.generation, NONE_YET),
    )
    .join(Plan, Plan.id == Tenant.plan_id)
    .join(TenantConfiguration, TenantConfiguration.tenant_id == Tenant.id)
    .outerjoin(TenantLimit, TenantLimit.tenant_id == Tenant.id)
    .outerjoin(Purse, Purse.tenant_id == Tenant.id)
)


def ask_allowance(session: Session) -> Asked[Allowance]:
    """The session's tenant's, with its next trip."""
    return ask(session, _ALLOWANCE, {}, lambda rows: Allowance(*rows[0]))


# The hold

_COLUMNS = tuple(name for name in tuple(ModelHold.__table__.columns.keys()) if name != "created_at")
_VALUES = [cast(given(name), ModelHold.__table__.columns[name].type).label(name) for name in _COLUMNS]
_HOLD = Query(insert(ModelHold).from_select(_COLUMNS, select(*_VALUES)).on_conflict_do_nothing())
_HOLD_UNDER = Query(
    insert(ModelHold)
    .from_select(
        _COLUMNS,
        select(*_VALUES).select_from(Purse).where(Purse.generation == given("generation")).with_for_update(read=True),
    )
    .returning(ModelHold.id)
)


def hold(session: Session, tenant_id: uuid.UUID, call: Call) -> None:
    """Note a call that no budget bounds, before it is made."""
    tell(session, _HOLD, _values(tenant_id, call))


def hold_under(session: Session, tenant_id: uuid.UUID, call: Call, generation: int) -> Asked[bool]:
    """The same for one that a budget bounds. False: the sums it was granted from no longer count, so it must not be made."""
    values = {**_values(tenant_id, call), "generation": generation}
    return ask(session, _HOLD_UNDER, values, lambda rows: bool(rows))


def _values(tenant_id: uuid.UUID, call: Call) -> dict[str, object]:
    return {**vars(call), "tenant_id": tenant_id, "id": call.call_id}


# Its end

_DROP = Query(delete(ModelHold).where(ModelHold.id == given("call")))
_OUTDATE = Query(update(Purse).values(generation=Purse.generation + 1, updated_at=func.now()))


def charge(session: Session, tenant_id: uuid.UUID, call: Call, used: Used, *, bounded: bool) -> None:
    """The call has ended and cost this. One that no budget bounded makes the sums in Redis outdated, where there are any."""
    tell(session, _DROP, {"call": call.call_id})
    add_usage(
        session,
        tenant_id=tenant_id,
        kind=UsageKind.MODEL_CALL,
        work_id=str(call.call_id),
        turn_id=call.turn_id,
        model=call.model,
        purpose=call.purpose,
        public=call.public,
        charged_on=call.charged_on,
        **vars(used),
    )
    if not bounded and used.cost_micro:
        tell(session, _OUTDATE, {})


def let_go(session: Session, call_id: uuid.UUID) -> None:
    """The call was never made."""
    tell(session, _DROP, {"call": call_id})


def expired_holds(session: Session, at: datetime, limit: int = 500) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, call) of calls that cannot be running any more, of all tenants; for the system door."""
    rows = session.execute(
        select(ModelHold.tenant_id, ModelHold.id)
        .where(ModelHold.expires_at < at)
        .order_by(ModelHold.expires_at)
        .limit(limit)
    )
    return [(row.tenant_id, row.id) for row in rows]


def presume(session: Session, call_id: uuid.UUID, at: datetime) -> ModelHold | None:
    """Nobody knows what became of this call: it cost what it could at most. None when it has ended after all."""
    statement = select(ModelHold).where(ModelHold.id == call_id, ModelHold.expires_at < at)
    found = session.scalars(statement.with_for_update(skip_locked=True)).one_or_none()
    if found is None:
        return None
    names = ("turn_id", "purpose", "model", "prompt_tokens", "completion_tokens", "charged_on", "public")
    facts = {name: getattr(found, name) for name in names}
    add_usage(
        session,
        tenant_id=found.tenant_id,
        kind=UsageKind.MODEL_CALL,
        work_id=str(found.id),
        cost_micro=found.amount_micro,
        reported=False,
        **facts,
    )
    session.delete(found)
    return found


# Rebuilding


_NEXT_GENERATION = Query(
    insert(Purse)
    .values(tenant_id=given("tenant"), generation=NONE_YET + 1)
    .on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={"generation": Purse.generation + 1, "updated_at": func.now()},
        where=Purse.generation == given("seen"),
    )
    .returning(Purse.generation)
)
_SPENT = Query(
    select(
        Usage.charged_on,
        func.sum(Usage.cost_micro),
        func.sum(case((Usage.public, Usage.cost_micro), else_=0)),
    )
    .where(Usage.charged_on >= given("since"))
    .group_by(Usage.charged_on)
)
_RUNNING = Query(
    select(ModelHold.id, ModelHold.amount_micro, ModelHold.charged_on, ModelHold.public, ModelHold.expires_at).where(
        ModelHold.charged_on >= given("since")
    )
)


def next_generation(session: Session, tenant_id: uuid.UUID, seen: int) -> int | None:
    """The generation after the one that was seen, for one of all who saw it; from here on no hold is taken under an older one.

    Holds that are being taken are waited for, so what is read after this has them.
    """
    values = {"tenant": tenant_id, "seen": seen}
    return ask(session, _NEXT_GENERATION, values, lambda rows: int(rows[0][0]) if rows else None).get()


def spent_since(session: Session, since: date) -> Asked[list[tuple[date, int, int]]]:
    """By day: all that ended calls cost, and of it the public ones."""
    return ask(session, _SPENT, {"since": since}, lambda rows: [(day, int(all_), int(pub)) for day, all_, pub in rows])


def running_since(session: Session, since: date) -> Asked[Sequence[Row]]:
    """Id, amount, day, public and expiry of calls that have not ended."""
    return ask(session, _RUNNING, {"since": since}, lambda rows: rows)


def first_day_known(today: date) -> date:
    """Sums begin with the month in which yesterday was: another process may still be there."""
    return (today - timedelta(days=1)).replace(day=1)
