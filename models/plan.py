"""Plans, what a tenant has of its own beside its plan, and the limits that follow: its own where there are any.

Redis is told of them by whoever changed them, by whoever loads a tenant, and every minute by the clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Text, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.errors import InvalidInput
from models.base import Base, of_tenant
from models.tenant import Tenant

NAMES = ("weight", "rate_per_s", "burst", "concurrency")
MONEY = ("budget_day_micro", "budget_month_micro", "cheaper_model")  # what models may cost; the queue need not know


class Plan(Base):
    """What is sold: how much service a tenant gets beside others, how often it may start work, how much of it at once."""

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    weight: Mapped[float] = mapped_column(server_default="1")
    rate_per_s: Mapped[float] = mapped_column(server_default="20")
    burst: Mapped[int] = mapped_column(server_default="100")
    concurrency: Mapped[int | None]  # at once in each queue; None: as many as there are workers
    budget_day_micro: Mapped[int | None] = mapped_column(BigInteger)  # models/price.py; None: no cap
    budget_month_micro: Mapped[int | None] = mapped_column(BigInteger)
    cheaper_model: Mapped[str | None] = mapped_column(Text)  # near the cap; None: OPENAI_MODEL_CHEAP
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TenantLimit(Base):
    """What one tenant has instead of its plan's; None is the plan's."""

    __tablename__ = "tenant_limit"
    __table_args__ = (of_tenant(),)

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    weight: Mapped[float | None]
    rate_per_s: Mapped[float | None]
    burst: Mapped[int | None]
    concurrency: Mapped[int | None]
    budget_day_micro: Mapped[int | None] = mapped_column(BigInteger)
    budget_month_micro: Mapped[int | None] = mapped_column(BigInteger)
    cheaper_model: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


@dataclass(frozen=True)
class EffectiveLimits:
    """What holds for a tenant, in the units of the columns."""

    weight: float
    rate_per_s: float
    burst: int
    concurrency: int | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class LimitsView:
    """A tenant's limits and where each comes from."""

    plan_id: str
    limits: EffectiveLimits
    of_plan: frozenset[str]  # of NAMES and MONEY
    money: Mapping[str, Any]  # by the names in MONEY


def _either(names: tuple[str, ...]) -> tuple[ColumnElement[Any], ...]:
    return tuple(func.coalesce(getattr(TenantLimit, name), getattr(Plan, name)).label(name) for name in names)


EFFECTIVE, EFFECTIVE_MONEY = _either(NAMES), _either(MONEY)
_OF_TENANT = (
    select(
        Tenant.plan_id,
        *EFFECTIVE,
        *EFFECTIVE_MONEY,
        *(getattr(TenantLimit, name).label(f"own_{name}") for name in (*NAMES, *MONEY)),
    )
    .join(Plan, Plan.id == Tenant.plan_id)
    .outerjoin(TenantLimit, TenantLimit.tenant_id == Tenant.id)
)


def limits_of_tenant(session: Session) -> LimitsView:
    """The limits of the session's tenant."""
    row = session.execute(_OF_TENANT).one()
    of_plan = frozenset(name for name in (*NAMES, *MONEY) if getattr(row, f"own_{name}") is None)
    return LimitsView(row.plan_id, effective(row), of_plan, {name: getattr(row, name) for name in MONEY})


def change_limits(session: Session, tenant: Tenant, values: Mapping[str, Any]) -> None:
    """Set what `values` name, of NAMES, MONEY and `plan`; None returns to the plan's. The tenant's row is locked.

    Raises:
        InvalidInput: there is no such plan.
    """
    plan_id = values.get("plan")
    if plan_id is not None:
        if session.get(Plan, plan_id) is None:
            raise InvalidInput("plan: there is none by that id.")
        tenant.plan_id = plan_id
    own = {name: values[name] for name in (*NAMES, *MONEY) if name in values}
    if own:
        session.execute(
            insert(TenantLimit)
            .values(tenant_id=tenant.id, **own)
            .on_conflict_do_update(index_elements=["tenant_id"], set_={**own, "updated_at": func.now()})
        )


def effective(row: Row[Any]) -> EffectiveLimits:
    """The limits in a row that holds EFFECTIVE."""
    return EffectiveLimits(row.weight, row.rate_per_s, row.burst, row.concurrency)
