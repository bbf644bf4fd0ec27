"""How an intent's name is read: as words, the way a visitor might say them."""

from __future__ import annotations

import re

_JOINTS = re.compile(r"[_\-/.:]+|(?<=[a-zà-ÿ])(?=[A-Z])")


def spoken(name: str) -> str:
    """`card_arrival`, `card-arrival` and `cardArrival` are all "card arrival"."""
    return " ".join(_JOINTS.sub(" ", name).split()).casefold() or name
