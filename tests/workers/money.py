"""For tests of budgets: a tenant with caps, its ledger, its calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from clients.language_model import Bound
from models.administration import change_tenant
from models.base import now
from models.database import tenant_session
from models.spending import ModelHold, presume
from models.tenant import NewTenant
from models.usage import Usage, UsageKind
from workers import spending
from workers.spending import Account, Wish

MODEL = "gpt-6-luna"  # 0.125 micro-units a prompt token at most, 0.5 an output token


def wish(amount: int, percent: int = 100) -> Wish:
    """A call that costs this much at most."""
    return Wish(MODEL, Bound(amount * 8, 0), percent)


def cap(tenant: NewTenant, **values: Any) -> None:
    """As an operator sets it: day, month, cheaper."""
    names = {"day": "budget_day_micro", "month": "budget_month_micro", "cheaper": "cheaper_model"}
    change_tenant(tenant.tenant_id, {names[name]: value for name, value in values.items()})


def account(tenant: NewTenant, *, public: bool = False) -> Account:
    return spending.account_of(tenant.tenant_id, public=public)


def calls(tenant: NewTenant) -> list[Usage]:
    """What was charged, oldest first."""
    with tenant_session(tenant.tenant_id) as session:
        rows = select(Usage).where(Usage.kind == UsageKind.MODEL_CALL).order_by(Usage.created_at)
        return list(session.scalars(rows))


def charged(tenant: NewTenant) -> int:
    return sum(call.cost_micro for call in calls(tenant))


def holds(tenant: NewTenant) -> list[ModelHold]:
    with tenant_session(tenant.tenant_id) as session:
        return list(session.scalars(select(ModelHold)))


def end(charge: spending.Charge) -> None:
    """Record and close, as a stage does after its call."""
    with tenant_session(charge.account.tenant_id) as session:
        charge.record(session)
    charge.close()


def presume_all(tenant: NewTenant) -> None:
    """What the clock does, long after every call has ended."""
    for hold in holds(tenant):
        with tenant_session(tenant.tenant_id) as session:
            found = presume(session, hold.id, now() + timedelta(hours=1))
        if found is not None:
            spending.purses().settle(str(tenant.tenant_id), str(hold.id), found.amount_micro)
