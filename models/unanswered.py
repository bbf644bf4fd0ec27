"""Questions the bot could not answer: listed for the business, the same question once, until it is answered or dismissed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, now, of_tenant, within_tenant
from models.knowledge import KnowledgeEntry
from models.page import Page
from models.trip import Query, given, tell
from models.turn import Turn

LONGEST_TEXT = 500

_CONTACT = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|(?<![\w£$€])\+?\(?\d[\d ()/.-]{6,}\d")  # of the visitor's own


class UnansweredState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = (
        "answered"  # an entry answers it now, or somebody said so; asked again without an answer it is open again
    )
    DISMISSED = "dismissed"  # not the business's matter: it is counted on, but stays out of the list


class UnansweredQuestion(TenantOwned, Base):
    """One question, however often and in whichever words it was asked. It goes with the turn that asked it last.

    subject: what it is about; one row for each. text: as it was asked last, without addresses and phone numbers.
    """

    __tablename__ = "unanswered_question"
    __table_args__ = (
        of_tenant(),
        within_tenant("turn_id", "turn"),
        UniqueConstraint("tenant_id", "subject"),
        Index("ix_unanswered_question_last", "tenant_id", "state", "last_at", "id"),
        Index("ix_unanswered_question_turn", "tenant_id", "turn_id"),
    )

    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    times: Mapped[int] = mapped_column(server_default="1", default=1)
    state: Mapped[str] = mapped_column(Text, server_default=UnansweredState.OPEN, default=UnansweredState.OPEN)
    turn_id: Mapped[uuid.UUID]
    entry_id: Mapped[uuid.UUID | None]  # the entry made from it
    last_at: Mapped[datetime]


_ADDED = insert(UnansweredQuestion).values(
    tenant_id=given("tenant"),
    id=given("id"),
    subject=given("subject"),
    text=given("text"),
    times=1,
    state=UnansweredState.OPEN,
    turn_id=given("turn"),
    last_at=given("at"),
)
_NOTE = Query(
    _ADDED.on_conflict_do_update(
        index_elements=["tenant_id", "subject"],
        set_={
            "times": UnansweredQuestion.times + 1,
            "text": _ADDED.excluded.text,
            "turn_id": _ADDED.excluded.turn_id,
            "last_at": _ADDED.excluded.last_at,
            "state": case(
                (UnansweredQuestion.state == UnansweredState.ANSWERED, UnansweredState.OPEN),
                else_=UnansweredQuestion.state,
            ),
        },
        where=UnansweredQuestion.turn_id != _ADDED.excluded.turn_id,  # a redelivery of the same turn counts once
    )
)


def note_unanswered(session: Session, turn: Turn, text: str, subject: str) -> None:
    """List what the turn asked, or count it once more; travels with the session's next trip."""
    plain = _CONTACT.sub("…", " ".join(text.split()))[:LONGEST_TEXT].strip()
    if not plain or not subject:
        return
    values = {
        "tenant": turn.tenant_id, "id": uuid.uuid4(), "subject": _CONTACT.sub("…", subject), "text": plain,
        "turn": turn.id, "at": now(),
    }  # fmt: skip
    tell(session, _NOTE, values)


def newest_unanswered(session: Session, page: Page, state: UnansweredState) -> Sequence[UnansweredQuestion]:
    """The session's tenant's questions in this state, asked last first; one more than the page holds when there are more."""
    statement = select(UnansweredQuestion).where(UnansweredQuestion.state == state)
    return session.scalars(page.of(statement, UnansweredQuestion.last_at, UnansweredQuestion.id)).all()


def lock_unanswered(session: Session, tenant_id: uuid.UUID, name: uuid.UUID) -> UnansweredQuestion | None:
    """One question, its row locked until the transaction ends."""
    return session.get(UnansweredQuestion, (tenant_id, name), with_for_update=True, populate_existing=True)


def make_entry(session: Session, found: UnansweredQuestion, answer: str, question: str | None = None) -> KnowledgeEntry:
    """An entry that answers it from now on, in better words than the visitor's where some are given. Its row is locked."""
    made = KnowledgeEntry(tenant_id=found.tenant_id, question=question or found.text, answer=answer)
    session.add(made)
    session.flush()
    session.refresh(made)
    found.state, found.entry_id = UnansweredState.ANSWERED, made.id
    return made
