"""Tenants' budgets in Redis: reserve before a call, settle after it, rebuild from the ledger. README.md draws the keys."""

from clients.spending.purses import Caps, Granted, Hold, MustRebuild, Offer, Purses, Refused, Spent, Totals

__all__ = ["Caps", "Granted", "Hold", "MustRebuild", "Offer", "Purses", "Refused", "Spent", "Totals"]
