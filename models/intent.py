"""What a visitor may want of a business: the words that stand on turns, in configurations and in metrics."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What a visitor wants of the business."""

    PRICING = "pricing"
    BOOKING = "booking"
    FAQ = "faq"
    CONTACT = "contact"
    HUMAN = "human"
    COMPLAINT = "complaint"
    GREETING = "greeting"
    SPAM = "spam"
    OTHER = "other"


NEVER_HANDED_OVER = frozenset({Intent.GREETING, Intent.SPAM})  # the one is answered at once, the other not at all
