"""Statements that travel to Postgres together: one round trip where one per statement would be made.

What a transaction asks and tells waits, in order, until an answer is needed or the transaction ends; then everything goes as
one text (simple protocol, so any pooler will do). The first trip opens the transaction and enters its role, the last commits.
Values are quoted by libpq. Statements that SQLAlchemy's session runs itself send first what waits: order is never changed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

import psycopg
from psycopg import sql
from psycopg.adapt import Transformer
from psycopg.types.json import Jsonb
from sqlalchemy import BindParameter, Connection, bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

T = TypeVar("T")
Row = tuple[Any, ...]
Values = Mapping[str, Any]

TRIP = "trip"  # where a session, and the connection it uses, remember theirs
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_GIVEN = object()
_ENTERED = 2  # results of what opens the transaction: BEGIN, SELECT


def given(name: str) -> BindParameter[Any]:
    """A parameter whose value comes with each trip."""
    return bindparam(name, _GIVEN)


def made(default: Any) -> Any:
    """What a column's default, one that Python makes, comes to."""
    return default.arg(None) if default.is_callable else default.arg


_PLAIN: dict[type, Callable[[Any], bytes]] = {  # a third of what asking psycopg costs; each stands before a cast
    type(None): lambda _: b"NULL",
    bool: lambda value: b"true" if value else b"false",
    int: lambda value: b"%d" % value if value >= 0 else b"(%d)" % value,
    uuid.UUID: lambda value: b"'%s'" % str(value).encode(),
    datetime: lambda value: b"'%s'" % value.isoformat().encode(),
}


class Query:
    """A statement compiled once: its text between the parameters, what fills them, and the keys of its columns."""

    def __init__(self, statement: Any) -> None:
        compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.keys: tuple[str, ...] = tuple(statement.exported_columns.keys())
        self._made = {column.key: column.default for column in compiled.insert_prefetch}
        self._json = {name for name, bind in compiled.binds.items() if isinstance(bind.type, JSONB)}
        fixed = {name: _quoted(value) for name, value in compiled.params.items() if value is not _GIVEN}
        pieces = [piece.replace("%%", "%") for piece in _PLACEHOLDER.split(str(compiled))]
        texts, self._names = [pieces[0]], list[str]()
        for name, following in zip(pieces[1::2], pieces[2::2], strict=True):
            if name in fixed and name not in self._made:
                texts[-1] += fixed[name] + following
            else:
                self._names.append(name)
                texts.append(following)
        self._texts = [text.encode() for text in texts]

    def text(self, quoted: Callable[[Any], Any], values: Values) -> bytes:
        """The statement with its values written out."""
        parts = self._texts[:1]
        for name, following in zip(self._names, self._texts[1:], strict=True):
            value = values[name] if name in values else made(self._made[name])
            plain = _PLAIN.get(type(value))  # of exactly these types, of which none can hold a quote
            if plain is not None:
                parts += plain(value), following
            else:
                parts += quoted(Jsonb(value) if name in self._json else value), following
        return b"".join(parts)


def _quoted(constant: Any) -> str:
    """A state, a limit, a missing value: words of ours, for which no connection need be asked how it quotes."""
    return str(sql.Literal(str(constant) if isinstance(constant, StrEnum) else constant).as_string())


class Asked(Generic[T]):
    """An answer that comes with the next trip."""

    def __init__(self, trip: Trip, read: Callable[[list[Row]], T]) -> None:
        self._trip, self._read = trip, read
        self._rows: list[Row] | None = None
        self._answer: list[T] = []

    def arrived(self, rows: list[Row]) -> None:
        self._rows = rows

    def get(self) -> T:
        """The answer; what waits is sent if it has not come yet. After the transaction it is there in any case."""
        if not self._answer:
            if self._rows is None:
                self._trip.go()
            if self._rows is None:
                raise RuntimeError("the trip that asked this has failed")
            self._answer.append(self._read(self._rows))
        return self._answer[0]


class Trip:
    """What one transaction has to send. `enter` opens it, as the first statements of the first trip."""

    def __init__(self, session: Session, enter: str) -> None:
        self._session = session
        self._enter: bytes | None = enter.encode()
        self._waiting: list[tuple[Query, Values, Asked[Any] | None]] = []
        self._connection: Connection | None = None
        session.info[TRIP] = self

    def add(self, query: Query, values: Values, asked: Asked[Any] | None = None, *, at: int | None = None) -> None:
        self._waiting.insert(len(self._waiting) if at is None else at, (query, values, asked))

    def meet(self, connection: Connection) -> None:
        """The session has taken this connection; the transaction is opened by whatever is sent first."""
        self._connection = connection
        connection.info[TRIP] = self

    def leave(self) -> None:
        """The transaction is over; the connection goes back to the pool."""
        if self._connection is not None and not (self._connection.closed or self._connection.invalidated):
            self._connection.info.pop(TRIP, None)

    def go(self, *, commit: bool = False) -> None:
        """Send what waits, and with `commit` the end of the transaction.

        Raises:
            DBAPIError: as SQLAlchemy does for its own statements.
        """
        if not self._waiting and commit is (self._enter is not None):
            return  # open already, and nothing to send; or nothing was ever asked, and there is nothing to end
        waiting, self._waiting = self._waiting, []
        connection = self._session.connection()
        enter, self._enter = self._enter, None
        driver = cast("psycopg.Connection[Row]", connection.connection.driver_connection)
        quoted = Transformer(driver).as_literal
        try:
            texts = [query.text(quoted, values) for query, values, _ in waiting]
            text = b";".join([*([enter] if enter else ()), *texts, *([b"COMMIT"] if commit else ())])
            results = _results(driver, text)
        except psycopg.Error as error:
            lost = driver.closed
            if lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost, dialect=_DIALECT
            ) from error
        except BaseException as error:  # a time limit that struck while the answer was on its way
            connection.invalidate(error)
            raise
        for (_, _, asked), rows in zip(waiting, results[_ENTERED if enter else 0 :], strict=False):
            if asked is not None:
                asked.arrived(rows)


def trip_of(session: Session) -> Trip:
    trip: Trip = session.info[TRIP]
    return trip


def ask(
    session: Session, query: Query, values: Values, read: Callable[[list[Row]], T], *, at: int | None = None
) -> Asked[T]:
    """Let a question travel with the session's next trip; a lock takes place `at` 0, before all that waits."""
    asked = Asked(trip_of(session), read)
    trip_of(session).add(query, values, asked, at=at)
    return asked


def tell(session: Session, query: Query, values: Values) -> None:
    """Let a statement travel whose answer nobody needs; at the latest with the end of the transaction."""
    trip_of(session).add(query, values)


def _results(driver: psycopg.Connection[Row], text: bytes) -> list[list[Row]]:
    """The rows of each statement; none for one that returns none."""
    with driver.cursor() as cursor:
        cursor.execute(text)
        results = []
        while True:
            results.append(cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else [])
            if not cursor.nextset():
                return results
