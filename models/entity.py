"""Rows to objects and back without SQLAlchemy's loader and unit of work, which cost more than the statement they run.

What is read here is an ordinary persistent object of its session: SQLAlchemy's own queries, `get` and flush see it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Table, insert, inspect, update
from sqlalchemy.orm import InstanceState, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.base import TenantOwned
from models.trip import Query, Row, Values, given, made, trip_of

EntityT = TypeVar("EntityT")


def objects(session: Session, entity: type[EntityT], query: Query) -> Callable[[list[Row]], list[EntityT]]:
    """What reads a query's rows as objects of the session, as of now: one it holds already is brought up to date."""
    return lambda rows: [loaded(session, entity, query.keys, row) for row in rows]


def first(session: Session, entity: type[EntityT], query: Query) -> Callable[[list[Row]], EntityT | None]:
    """The first row as an object, None without rows."""
    return lambda rows: loaded(session, entity, query.keys, rows[0]) if rows else None


def loaded(session: Session, entity: type[EntityT], keys: Sequence[str], row: Row) -> EntityT:
    """One row as a persistent object."""
    values = dict(zip(keys, row, strict=True))
    mapper = inspect(entity)
    identity = mapper.identity_key_from_primary_key([values[column.key] for column in mapper.primary_key])
    known = session.identity_map.get(identity)
    if known is not None:
        for key, value in values.items():
            set_committed_value(known, key, value)
        return cast("EntityT", known)
    found = mapper.class_manager.new_instance()
    state = inspect(found)
    state.dict.update(
        values
    )  # from here on as in sqlalchemy.orm.loading, which has no public form: `add` costs thrice this
    state.key, state.session_id = identity, session.hash_key
    session.identity_map._add_unpresent(state, identity)
    state._commit_all(state.dict, session.identity_map)
    return cast("EntityT", found)


def put(session: Session) -> bool:
    """Let what the session's objects have become travel, new ones first. False when there is more than that can say."""
    new, changed = list(session.new), list(session.dirty)
    if session.deleted or not all(_travels(each) for each in (*new, *changed)):
        return False
    trip = trip_of(session)
    for each in new:
        trip.add(*_insertion(each))
        session.expunge(each)
        make_transient_to_detached(each)
        session.add(each)
    for each in changed:
        if update_ := _update(each):
            trip.add(*update_)
    return True


def _travels(found: object) -> bool:
    return isinstance(found, TenantOwned) and found.travels


def _insertion(found: object) -> tuple[Query, Values]:
    """The insertion of a new object. What it does not say is NULL, or its column's default."""
    values = inspect(found, raiseerr=True).dict
    table = _table(found)
    for column in table.columns:
        if column.key not in values and (column.default is not None or column.server_default is None):
            values[column.key] = made(column.default) if column.default is not None else None
    said = {column.key: values[column.key] for column in table.columns if column.key in values}
    return _inserts(table, tuple(said)), said


def _update(found: object) -> tuple[Query, Values] | None:
    """What changed since it was read."""
    state = cast("InstanceState[Any]", inspect(found, raiseerr=True))
    values, before = state.dict, state.committed_state
    keys = tuple(key for key in before if before[key] != values[key])
    if not keys:
        return None
    table = _table(found)
    said = {key: values[key] for key in keys}
    for key in keys:
        set_committed_value(found, key, values[key])
    return _updates(table, keys), said | {f"_{key}": values[key] for key in _primary_key(table)}


@cache
def _inserts(table: Table, keys: tuple[str, ...]) -> Query:
    return Query(insert(table).values({key: given(key) for key in keys}))


@cache
def _updates(table: Table, keys: tuple[str, ...]) -> Query:
    statement = update(table).values({key: given(key) for key in keys})
    return Query(statement.where(*(column == given(f"_{column.key}") for column in table.primary_key)))


def _primary_key(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.primary_key)


def _table(found: object) -> Table:
    return cast("Table", inspect(type(found)).local_table)
