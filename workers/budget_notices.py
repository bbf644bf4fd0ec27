"""Tells a business that its budget goes to its end: one mail at 50, 80 and 95 % of a day's and a month's, each once a period.

Asked after each settled call, so a mail that a crash has lost is made up for by the next one. Sends nothing itself.
"""

from __future__ import annotations

import uuid
from datetime import date

from clients.spending import Spent
from models.database import tenant_session
from models.notice import NoticeKind, add_notice
from models.price import CURRENCY, MICRO
from models.spending import Allowance
from models.tenant import configuration
from workers import notices

STEPS = (95, 80, 50)  # percent
REMEMBERED = 10_000

_told: dict[tuple[uuid.UUID, str], None] = {}  # what this process need not ask Postgres about again


def tell_of_budget(tenant_id: uuid.UUID, allowance: Allowance, day: date, spent: Spent) -> None:
    """The highest step that was reached in each period; those below it are no news any more."""
    for period, cap, amount in (
        (f"day {day.isoformat()}", allowance.day_micro, spent.day),
        (f"month {day.isoformat()[:7]}", allowance.month_micro, spent.month),
    ):
        if not cap:
            continue
        reached = next((step for step in STEPS if amount * 100 >= cap * step), None)
        if reached is not None:
            _tell(tenant_id, f"{period} {reached}", period, reached, amount, cap)


def _tell(tenant_id: uuid.UUID, event_id: str, period: str, step: int, amount: int, cap: int) -> None:
    if (tenant_id, event_id) in _told:
        return
    with tenant_session(tenant_id) as session:
        tenant, config = configuration(session)
        made = add_notice(
            session,
            tenant_id,
            NoticeKind.BUDGET,
            event_id,
            recipients=list(dict.fromkeys(config.notify)),
            subject=f"{step} % of the budget for the {period} is spent · {tenant.name}",
            body=_body(period, step, amount, cap),
        )
    if made is not None:
        notices.send_notice_of(tenant_id, NoticeKind.BUDGET, event_id)
    if len(_told) >= REMEMBERED:
        _told.clear()
    _told[tenant_id, event_id] = None


def _body(period: str, step: int, amount: int, cap: int) -> str:
    return "\n".join(
        [
            f"Your front desk has spent {_money(amount)} of {_money(cap)} for the {period}, {step} % or more of its budget.",
            "",
            "It never spends more than that. Near the end it goes on with a cheaper model, then with the answers in your "
            "own entries, then it asks visitors how you can reach them, and at last it hands the chat to your team.",
            "",
        ]
    )


def _money(micro: int) -> str:
    return f"{micro / MICRO:.2f} {CURRENCY}" if micro >= MICRO // 100 else f"{micro / MICRO:.6f} {CURRENCY}"
