"""Public holidays by country and part of it, as the library `holidays` computes them. No network; 20 MB once used."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=256)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The days of a year on which businesses of "DE" or "DE-BY" are closed by law; none of a region that is not known."""
    import holidays  # late: only tenants that name a region need it

    if not is_known(region):
        return frozenset()
    country, _, part = region.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year).keys())


def is_known(region: str) -> bool:
    """Whether it is a country's code of ISO 3166, or with a hyphen one of its parts."""
    import holidays

    country, hyphen, part = region.partition("-")
    parts = holidays.list_supported_countries(include_aliases=False).get(country) if len(country) == 2 else None
    return parts is not None and (part in parts if hyphen else True)
