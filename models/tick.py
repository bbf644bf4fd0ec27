"""The clock's ticks: whoever inserts (name, due_at) first runs it, so any number of clocks may run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Tick(Base):
    """One run of one periodic task; belongs to no tenant."""

    __tablename__ = "tick"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    finished_at: Mapped[datetime | None]


def claim_tick(session: Session, name: str, due_at: datetime) -> bool:
    """True for the one clock that got it."""
    statement = insert(Tick).values(name=name, due_at=due_at).on_conflict_do_nothing().returning(Tick.name)
    return session.execute(statement).first() is not None


def finish_tick(session: Session, name: str, due_at: datetime, at: datetime) -> None:
    """Note the end, and forget older ticks of this name."""
    session.execute(delete(Tick).where(Tick.name == name, Tick.due_at < due_at))
    tick = session.get(Tick, (name, due_at))
    if tick is not None:
        tick.finished_at = at


def last_finished(session: Session) -> dict[str, datetime]:
    """When each task last came to its end."""
    rows = session.execute(select(Tick.name, func.max(Tick.finished_at)).group_by(Tick.name))
    return {name: at for name, at in rows if at is not None}
