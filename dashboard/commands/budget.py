"""`manage.py budget`: what a tenant's models may cost and do cost."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant


def add_to(commands: Commands[Parser]) -> None:
    """show, set."""
    budget = add_group(commands, "budget", "What a tenant's models may cost.")
    shown = add(budget, "show", show, "Print the budget, what is spent of it, and this month by day and model.")
    add_tenant(shown)
    changed = add(budget, "set", change, "Set caps; they hold for the next call. What is not named stays as it is.")
    add_tenant(changed)
    changed.add_argument(
        "--day", metavar="AMOUNT", type=_amount, help="in the currency, such as 1.50; none: the plan's"
    )
    changed.add_argument("--month", metavar="AMOUNT", type=_amount, help="the same for a month")
    changed.add_argument("--cheaper-model", metavar="NAME", help="asked near the cap; none: the plan's")


def show(asked: argparse.Namespace) -> int:
    from models.budget import budget_of, usage_of
    from models.price import CURRENCY

    budget = budget_of(asked.tenant)
    if budget is None:
        raise SystemExit("There is no tenant by that id.")
    for name, period in (("day", budget.day), ("month", budget.month)):
        cap = "no cap" if period.cap_micro is None else f"of {_money(period.cap_micro)}"
        held = f", and {_money(period.held_micro)} held for calls that run" if period.held_micro else ""
        print(f"{name:<6} {_money(period.spent_micro)} {CURRENCY} spent, {cap}{held}")
    print(f"days and months of {budget.allowance.time_zone}, today is {budget.today}")
    for row in usage_of(asked.tenant, budget.today.replace(day=1), budget.today):
        print(f"{row.day}  {row.model:<24} {row.purpose:<10} {row.calls:>6} calls  {_money(row.cost_micro)}")
    return 0


def change(asked: argparse.Namespace) -> int:
    from config.errors import NotFound
    from models.administration import change_tenant

    given = {"budget_day_micro": asked.day, "budget_month_micro": asked.month, "cheaper_model": asked.cheaper_model}
    values = {name: None if value == "none" else value for name, value in given.items() if value is not None}
    if not values:
        raise SystemExit("Name at least one of --day, --month and --cheaper-model.")
    try:
        change_tenant(asked.tenant, values)
    except NotFound:
        raise SystemExit("There is no tenant by that id.") from None
    return show(asked)


def _amount(text: str) -> int | str:
    """Micro-units; "none" stays."""
    if text == "none":
        return text
    try:
        micro = Decimal(text) * 1_000_000
    except InvalidOperation:
        raise argparse.ArgumentTypeError("expected an amount such as 1.50, or none") from None
    if not 0 <= micro <= 10**15 or micro != int(micro):
        raise argparse.ArgumentTypeError("expected an amount from 0, with at most six decimals")
    return int(micro)


def _money(micro: int) -> str:
    return f"{micro / 1_000_000:.6f}"
