"""What models cost: one table with its date, what the operator set beside it, and the arithmetic. Integers only.

Amounts are micro-units of `CURRENCY`, prices micro-units per million tokens. Every rounding is upwards: what we count is never
less than the bill.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cache

import structlog

from config.settings import settings

CURRENCY = "USD"
MICRO = 1_000_000  # micro-units in one unit of the currency, and tokens in what a price is for
PRICED_ON = date(2026, 11, 22)  # when the table was compared with the providers' lists

_SNAPSHOT = re.compile(r"-(?:20\d{2}-\d{2}-\d{2}|latest)$")

log = structlog.get_logger()


@dataclass(frozen=True)
class Price:
    """Micro-units per million tokens. `write` is a prompt token that the provider keeps for later calls, often dearer."""

    input: int
    cached: int
    output: int
    write: int

    @property
    def dearest_input(self) -> int:
        return max(self.input, self.cached, self.write)


@dataclass(frozen=True)
class Tokens:
    """What a call used, or at most will. Of `prompt`, `cached` were read from the provider's cache; `written` is None
    when nobody said how many were written to it.
    """

    prompt: int
    completion: int
    cached: int = 0
    written: int | None = None


def _price(prompt: str, cached: str, output: str, write: str | None = None) -> Price:
    """From units of the currency per million tokens."""
    return Price(_micro(prompt), _micro(cached), _micro(output), _micro(write or prompt))


def _micro(amount: str) -> int:
    return int((Decimal(amount) * MICRO).to_integral_value(ROUND_CEILING))


PRICES = {  # standard rates, the dearest of each model's life; what costs more or less here, the operator sets (MODEL_PRICES)
    "gpt-6-luna": _price("0.10", "0.01", "0.50", "0.125"),
    "gpt-6-sol": _price("2.00", "0.20", "10.00", "2.50"),
    "gpt-6-astra": _price("10.00", "1.00", "50.00", "12.50"),
    "gpt-5.6-luna": _price("1.00", "0.10", "6.00", "1.25"),
    "gpt-5.6-terra": _price("2.50", "0.25", "15.00", "3.125"),
    "gpt-5.6-sol": _price("5.00", "0.50", "30.00", "6.25"),
    "gpt-5.5": _price("5.00", "0.50", "30.00"),
    "gpt-5.4": _price("2.50", "0.25", "15.00"),
    "gpt-5": _price("1.25", "0.125", "10.00"),
    "gpt-5-mini": _price("0.25", "0.025", "2.00"),
    "gpt-4.1": _price("2.00", "0.50", "8.00"),
    "gpt-4.1-mini": _price("0.40", "0.10", "1.60"),
    "gpt-4o": _price("2.50", "1.25", "10.00"),
    "gpt-4o-mini": _price("0.15", "0.075", "0.60"),
    "text-embedding-3-small": _price("0.02", "0.02", "0"),
    "text-embedding-3-large": _price("0.13", "0.13", "0"),
}
DEAREST = Price(
    *(max(getattr(each, name) for each in PRICES.values()) for name in ("input", "cached", "output", "write"))
)


@cache
def price_of(model: str) -> Price:
    """The operator's price, else the table's, also for a dated snapshot; an unknown model is taken for the dearest."""
    name = _SNAPSHOT.sub("", model)
    own = settings().model_prices
    for known in (model, name):
        if known in own:
            return _price(*(str(part) for part in own[known]))
    if name in PRICES:
        return PRICES[name]
    log.warning("price.assumed", model=model)  # once in each process
    return DEAREST


def cost(price: Price, used: Tokens) -> int:
    """What the provider will ask for, in micro-units, rounded up. Where it may have written to its cache, it has."""
    cached = min(used.cached, used.prompt)
    fresh = used.prompt - cached
    written = fresh if used.written is None else min(used.written, fresh)
    of_fresh = written * max(price.input, price.write) + (fresh - written) * price.input
    return -(-(of_fresh + cached * price.cached + used.completion * price.output) // MICRO)


def worst_cost(price: Price, used: Tokens) -> int:
    """What it can cost at most."""
    return -(-(used.prompt * price.dearest_input + used.completion * price.output) // MICRO)
