"""What facts are made of: an item of a text, a number where it stands, and the keys in which two of them are compared."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from workers.grounding.text import Token

Key = Hashable

FACT, WORD, LIGHT, SMALL = 1.0, 1.0, 0.35, 0.15  # what an item counts for when two clauses are compared

LONGEST_NUMBER = 20  # characters; what is longer is compared as it is written
_DIGITS = re.compile(r"[\d.,' \u00a0\u202f]+")


@dataclass(slots=True, eq=False)
class Item:
    """A fact or a word. label: what it is, in one word; raw: as written (folded for words)."""

    label: str
    raw: str
    says: tuple[Key, ...]
    needs: tuple[Key, ...]  # any of them; empty for a plain word
    weight: float
    at: int  # which token it begins with
    capital: bool = False
    side: int = 0
    small: bool = False  # a function word of the text's own language
    end: int = 0  # the token behind it; 0 when it is one token


@dataclass(slots=True)
class Reading:
    """One way to understand a number: its kind and value; `limit` is "<" (from, at least) or ">" (until, at most)."""

    kind: str
    value: Any


@dataclass(slots=True)
class Amount:
    """A number, time, date, weekday or sum where it stands, tokens `at` to `end`."""

    readings: list[Reading]
    at: int
    end: int
    label: str
    bare: bool = False  # no unit, no currency, nothing
    limit: str = ""
    rate: str = ""
    number: float = 0.0
    upto: list[Reading] = field(default_factory=list)  # the end of a range
    for_whom: tuple[str, ...] = ()  # of a sum that is no rate: who pays it, as a rate would say it
    side: int = 0  # of a word between the number and its unit: "the first three hours", "the three last days"


class Pieces:
    """The tokens of one text, and what has been found in them."""

    def __init__(self, pieces: list[Token], language: str | None) -> None:
        self.pieces = pieces
        self.words = [piece.text for piece in pieces]
        self.language = language
        self.found: list[Item] = []

    def _amount(self, at: int) -> Amount | None:
        """What number, sum, time, date or weekday begins here."""
        raise NotImplementedError

    def _is_number(self, at: int) -> bool:
        return at < len(self.pieces) and self.pieces[at].kind == "number"

    def _value(self, at: int) -> float | None:
        return number(self.pieces[at].raw)

    def _before(self, at: int) -> str:
        return self.words[at - 1] if at else ""


def number(raw: str) -> float | None:
    """ "1,000.50", "1.000,50", "1 000,50", "1'000" and "48,00" as numbers; None for what is none of these."""
    if len(raw) <= LONGEST_NUMBER and raw.isascii() and raw.isdigit():
        return float(raw)
    if len(raw) > LONGEST_NUMBER or not _DIGITS.fullmatch(raw):
        return None
    text = re.sub(r"[' \u00a0\u202f]", "", raw)
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif text.count(",") + text.count(".") == 1:
        separator = "," if "," in text else "."
        head, _, tail = text.partition(separator)
        text = head + tail if len(tail) == 3 and head.lstrip("0") and len(head) <= 3 else f"{head}.{tail}"
    else:
        groups = re.split(r"[.,]", text)
        if len(groups) > 1 and any(len(group) != 3 for group in groups[1:]):
            return None
        text = "".join(groups)
    try:
        return float(text)
    except ValueError:
        return None
