"""A tenant's budget as people look at it, from the ledger: what may be spent, what is, what calls that run may still cost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.database import tenant_session
from models.price import CURRENCY
from models.spending import Allowance, ask_allowance, first_day_known, running_since, spent_since
from models.tenant import Tenant
from models.usage import DayOfModel, used_between


@dataclass(frozen=True)
class Period:
    """A day or a month so far."""

    cap_micro: int | None
    spent_micro: int
    held_micro: int

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Budget:
    """Today and this month, in the tenant's own time zone."""

    allowance: Allowance
    today: date
    day: Period
    month: Period

    def as_json(self) -> dict[str, Any]:
        return {
            "currency": CURRENCY,
            "time_zone": self.allowance.time_zone,
            "today": self.today.isoformat(),
            "day": self.day.as_json(),
            "month": self.month.as_json(),
        }


def budget_of(tenant_id: uuid.UUID) -> Budget | None:
    """None: there is no such tenant."""
    with tenant_session(tenant_id) as session:
        if session.get(Tenant, tenant_id) is None:
            return None
        allowance = ask_allowance(session).get()
        today = allowance.today()
        since = first_day_known(today)
        spent, running = spent_since(session, since), running_since(session, since)
    ended = [(day, amount) for day, amount, _ in spent.get()]
    held = [(day, int(amount)) for _, amount, day, *_ in running.get()]

    def period(cap: int | None, first: date) -> Period:
        return Period(cap, *(sum(amount for day, amount in each if day >= first) for each in (ended, held)))

    month = today.replace(day=1)
    return Budget(allowance, today, period(allowance.day_micro, today), period(allowance.month_micro, month))


def usage_of(tenant_id: uuid.UUID, first: date, last: date) -> list[DayOfModel]:
    """By day, model and purpose."""
    with tenant_session(tenant_id) as session:
        return used_between(session, first, last)
