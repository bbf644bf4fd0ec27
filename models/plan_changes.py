"""What an operator does with plans, and every tenant's limits: through the system door, no content in sight."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from config.errors import Conflict, NotFound
from models.database import system_session
from models.plan import EFFECTIVE, EffectiveLimits, Plan, TenantLimit, effective
from models.tenant import Tenant

AT_ONCE = 500  # tenants read by one statement


def all_plans() -> list[tuple[Plan, int]]:
    """Every plan by id, with how many tenants have it."""
    tenants = select(Tenant.plan_id, func.count().label("n")).group_by(Tenant.plan_id).subquery()
    statement = select(Plan, func.coalesce(tenants.c.n, 0)).outerjoin(tenants, tenants.c.plan_id == Plan.id)
    with system_session() as session:
        return [(row[0], row[1]) for row in session.execute(statement.order_by(Plan.id))]


def add_plan(plan_id: str, values: Mapping[str, Any]) -> Plan:
    """A new plan.

    Raises:
        Conflict: there is one by that id.
    """
    statement = insert(Plan).values(id=plan_id, **values).on_conflict_do_nothing().returning(Plan)
    with system_session() as session:
        made = session.scalars(statement).one_or_none()
    if made is None:
        raise Conflict("id: there is a plan by that id.")
    return made


def change_plan(plan_id: str, values: Mapping[str, Any]) -> Plan:
    """Set what `values` name.

    Raises:
        NotFound: there is no such plan.
    """
    with system_session() as session:
        plan = session.get(Plan, plan_id, with_for_update=True)
        if plan is None:
            raise NotFound
        for name, value in values.items():
            setattr(plan, name, value)
    return plan


def every_tenants_limits(plan_id: str | None = None) -> Iterator[list[tuple[uuid.UUID, EffectiveLimits]]]:
    """The limits of all tenants, or of one plan's, `AT_ONCE` at a time and each lot in a transaction of its own."""
    statement = (
        select(Tenant.id, *EFFECTIVE)
        .join(Plan, Plan.id == Tenant.plan_id)
        .outerjoin(TenantLimit, TenantLimit.tenant_id == Tenant.id)
        .order_by(Tenant.id)
        .limit(AT_ONCE)
    )
    if plan_id is not None:
        statement = statement.where(Tenant.plan_id == plan_id)
    after: uuid.UUID | None = None
    while True:
        with system_session() as session:
            rows = session.execute(statement if after is None else statement.where(Tenant.id > after)).all()
        if rows:
            yield [(row.id, effective(row)) for row in rows]
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id
