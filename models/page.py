"""A page of a list that can grow: newest first, at most 100, continued by an opaque cursor that names the last row shown."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from config.errors import InvalidInput

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
LONGEST_CURSOR = 200

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Page:
    """What was asked for: how many rows, and after which one. `after` is (instant, id) of the last row shown."""

    limit: int = DEFAULT_LIMIT
    after: tuple[datetime, uuid.UUID] | None = None

    def of(self, statement: Select[*Ts], at: Column, row_id: Column) -> Select[*Ts]:
        """`statement` ordered by `at`, then id, newest first, from this page on; one row more tells whether it goes on."""
        if self.after is not None:
            statement = statement.where(tuple_(at, row_id) < tuple_(*self.after))
        return statement.order_by(at.desc(), row_id.desc()).limit(self.limit + 1)

    def cut(self, rows: Sequence[T]) -> tuple[Sequence[T], bool]:
        """The rows of this page, and whether there are more."""
        return rows[: self.limit], len(rows) > self.limit


def asked_page(query: Mapping[str, str]) -> Page:
    """The page that `limit` and `cursor` of a query ask for.

    Raises:
        InvalidInput: naming the parameter.
    """
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdecimal() and len(limit) <= 3 and 1 <= int(limit) <= MAX_LIMIT):
        raise InvalidInput(f"limit: expected a number from 1 to {MAX_LIMIT}.")
    cursor = query.get("cursor")
    return Page(int(limit), None if cursor is None else _position(cursor))


def cursor(at: datetime, row_id: uuid.UUID) -> str:
    """Where the next page goes on: after this row."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {row_id}".encode()).decode().rstrip("=")


def _position(text: str) -> tuple[datetime, uuid.UUID]:
    try:
        if len(text) > LONGEST_CURSOR:
            raise ValueError("too long")
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True).decode("ascii")
        at, _, row_id = plain.partition(" ")
        position = datetime.fromisoformat(at), uuid.UUID(row_id)
        if position[0].tzinfo is None:
            raise ValueError("no zone")
    except ValueError:  # also what is not ASCII, base64 or text
        raise InvalidInput("cursor: expected the `next` of an earlier page.") from None
    return position
