"""A turn: one reply's worth of work, its states, and how a stage claims it. The row is the truth, the queue a hint.

RECEIVED -> CLASSIFIED -> ANSWERED -> SENDING -> DELIVERED
    |           |             |          '-> UNKNOWN -> (read back) -> DELIVERED | SENDING once more | FAILED
    '-----------+-------------+-> HANDED_OVER | SUPERSEDED | SILENT | FAILED
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Text, or_, select, text, true, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import Base, TenantOwned, now, of_tenant, within_tenant
from models.conversation import OF_TURN, Conversation
from models.entity import first, objects, put
from models.message import Message
from models.outbound import drop_unsent
from models.page import Page
from models.trip import Asked, Query, ask, given, tell


class TurnState(StrEnum):
    """Where a turn stands. The first six are unfinished or being said, the rest are ends."""

    RECEIVED = "received"  # messages recorded, waiting for the visitor's pause
    CLASSIFIED = "classified"  # the intent is known
    ANSWERED = "answered"  # the reply is written, not yet released
    SENDING = "sending"  # being released: the point of no return for superseding
    UNKNOWN = "unknown"  # the channel did not say whether it stored the reply
    DELIVERED = "delivered"  # said
    HANDED_OVER = "handed_over"  # a person owns the conversation
    SUPERSEDED = "superseded"  # a newer turn took its messages
    SILENT = "silent"  # nothing said, for a reason
    FAILED = "failed"  # could not be said; a person was told


UNFINISHED = (TurnState.RECEIVED, TurnState.CLASSIFIED, TurnState.ANSWERED, TurnState.SENDING, TurnState.UNKNOWN)
SUPERSEDABLE = (TurnState.RECEIVED, TurnState.CLASSIFIED, TurnState.ANSWERED)
ENDS_BEFORE_RELEASE = {TurnState.HANDED_OVER, TurnState.SUPERSEDED}

MAX_SUPERSESSIONS = 2  # a turn's messages may change turns this often
SUPERSEDE_WITHIN = timedelta(seconds=15)  # of the oldest message; then the turn is answered
WAIT_CAP = 3  # times the wait, from the first message


class Turn(TenantOwned, Base):
    """One reply's worth of work on one or more visitor messages of one conversation."""

    __tablename__ = "turn"
    __table_args__ = (
        of_tenant(),
        within_tenant("conversation_id", "conversation"),
        Index("ix_turn_conversation", "tenant_id", "conversation_id", "position"),
        Index(
            "ix_turn_unfinished",
            "updated_at",
            postgresql_where=text("state IN ('received','classified','answered','sending','unknown')"),
        ),
    )
    travels = True

    conversation_id: Mapped[uuid.UUID]
    position: Mapped[int]  # order within the conversation
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)  # why it ended as it did, a stable word
    epoch: Mapped[int] = mapped_column(BigInteger)  # the conversation's when the turn opened
    channel: Mapped[bool]  # the reply leaves through a vendor's chat; else its caller waits or reads it later
    stream: Mapped[bool] = mapped_column(server_default="false", default=False)
    language: Mapped[str | None] = mapped_column(Text)  # ISO 639, of the visitor's words; None until they were read
    intent: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float | None]
    reply: Mapped[str | None] = mapped_column(Text)  # what was released, or is about to be
    sources: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]", default=list)
    model: Mapped[str | None] = mapped_column(Text)
    step: Mapped[str | None] = mapped_column(Text)  # how its reply came about: models/spending.py's steps
    public: Mapped[bool] = mapped_column(server_default="false", default=False)  # asked with the public credential
    abstained: Mapped[bool] = mapped_column(server_default="false", default=False)
    request_id: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime]  # not answered before: the visitor may still be typing
    first_at: Mapped[datetime]  # when its own first message was accepted
    oldest_at: Mapped[datetime]  # its oldest message, taken-over ones included
    supersessions: Mapped[int] = mapped_column(server_default="0", default=0)
    superseded_by: Mapped[uuid.UUID | None]
    claim_message: Mapped[str | None] = mapped_column(Text)  # queue message id of the holder
    claim_delivery: Mapped[int | None]
    claim_until: Mapped[datetime | None]
    model_since: Mapped[datetime | None]  # first try to reach the model
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def move(self, state: TurnState, reason: str | None = None) -> None:
        """Enter a state, guarded: an ended turn stays as it ended; some ends exist only before the first release."""
        if self.ended:
            raise StateError(f"a {self.state} turn cannot become {state}")
        if state in ENDS_BEFORE_RELEASE and self.state not in SUPERSEDABLE:
            raise StateError(f"a turn being said cannot become {state}")
        self.state, self.updated_at = state, now()
        if reason is not None:
            self.reason = reason
        if state not in UNFINISHED:
            self.ended_at = self.updated_at
            self.release_claim()

    @property
    def ended(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def claimed(self) -> bool:
        """Whether a stage works on it right now."""
        return self.claim_until is not None and self.claim_until > now()

    def taken_over_by_human(self, conversation: Conversation, known_epoch: int | None = None) -> bool:
        """Whether a human sign came after this turn opened; `known_epoch` is Redis's, which may be ahead of the row's."""
        return max(conversation.epoch, known_epoch or 0) > self.epoch

    def release_claim(self) -> None:
        self.claim_message = self.claim_delivery = self.claim_until = None

    def may_be_superseded(self, at: datetime) -> bool:
        """Nothing released, and its messages have neither waited nor moved too often."""
        return (
            self.state in SUPERSEDABLE
            and self.supersessions < MAX_SUPERSESSIONS
            and at - self.oldest_at < SUPERSEDE_WITHIN
        )


class StateError(Exception):
    """A move the drawing does not have: a bug, or a stage that lost its claim."""


@dataclass(frozen=True)
class Delivery:
    """Which delivery of which queue message a stage is working for."""

    message_id: str
    number: int


@dataclass(frozen=True)
class Done:
    """There is nothing left to do for this stage."""


@dataclass(frozen=True)
class Held:
    """Somebody else is at it, or an older turn of the conversation is unfinished."""

    delay_ms: int


@dataclass(frozen=True)
class Claimed:
    """The stage holds the turn; both rows are locked until the transaction ends."""

    turn: Turn
    conversation: Conversation


HELD_BY_OLDER_MS = 200  # at least; a tenth of what it has waited already, so that a long wait costs little
HELD_BY_OTHER_MAX_MS = 5_000


def open_turn(
    session: Session,
    conversation: Conversation,
    *,
    turn_id: uuid.UUID,
    at: datetime,
    wait: timedelta,
    channel: bool,
    stream: bool,
    public: bool = False,
    request_id: str | None = None,
) -> Turn:
    """A new turn at the end of the conversation."""
    turn = Turn(
        tenant_id=conversation.tenant_id,
        id=turn_id,
        conversation_id=conversation.id,
        position=conversation.next_position,
        state=TurnState.RECEIVED,
        epoch=conversation.epoch,
        channel=channel,
        stream=stream,
        public=public,
        request_id=request_id,
        due_at=at + wait,
        first_at=at,
        oldest_at=at,
        updated_at=now(),
    )
    conversation.next_position += 1
    session.add(turn)
    put(session)  # before its messages are told to belong to it
    return turn


_LOCK_OF_TURN = Query(select(Conversation).where(Conversation.id == OF_TURN).with_for_update())
_TURN_AND_OLDER = Query(
    select(Turn).where(
        Turn.conversation_id == OF_TURN,
        or_(Turn.id == given("turn"), Turn.state.in_(UNFINISHED)),
    )
)


def lock_turn(session: Session, turn_id: uuid.UUID) -> tuple[Turn, Conversation] | None:
    """A turn with its conversation, both as of now: the conversation's lock is taken first, always."""
    turn, conversation, _ = _locked(session, turn_id)
    return (turn, conversation) if turn and conversation else None


def _locked(session: Session, turn_id: uuid.UUID) -> tuple[Turn | None, Conversation | None, bool]:
    """The turn, its conversation, and whether an older turn of it is unfinished.

    Two statements, lock, then look: each sees what was committed when it began. They go before what was asked already.
    """
    names = {"turn": turn_id}
    turns = ask(session, _TURN_AND_OLDER, names, objects(session, Turn, _TURN_AND_OLDER), at=0)
    conversation = ask(session, _LOCK_OF_TURN, names, first(session, Conversation, _LOCK_OF_TURN), at=0).get()
    if conversation is None:
        return None, None, False
    return _among(turns.get(), turn_id, conversation)


def _among(
    turns: list[Turn], turn_id: uuid.UUID, conversation: Conversation
) -> tuple[Turn | None, Conversation | None, bool]:
    turn = next(each for each in turns if each.id == turn_id)
    older = any(each.position < turn.position and not each.ended for each in turns)
    return turn, conversation, older


def claim(
    session: Session, turn_id: uuid.UUID, delivery: Delivery, states: tuple[TurnState, ...], lease: timedelta
) -> Done | Held | Claimed:
    """Take the turn for one stage.

    A redelivery of the same message takes over its own claim at once; an older delivery finds itself fenced (Done).
    A turn waits for older unfinished turns of its conversation.
    """
    turn, conversation, older_unfinished = _locked(session, turn_id)
    if turn is None or conversation is None or turn.state not in states:
        return Done()
    if turn.claimed and turn.claim_message != delivery.message_id:
        left_ms = int((turn.claim_until - now()).total_seconds() * 1000) if turn.claim_until else 0
        return Held(max(50, min(left_ms, HELD_BY_OTHER_MAX_MS)))
    if turn.claim_message == delivery.message_id and (turn.claim_delivery or 0) > delivery.number:
        return Done()
    if older_unfinished:
        waited_ms = int((now() - turn.oldest_at).total_seconds() * 1000)
        return Held(max(HELD_BY_OLDER_MS, min(waited_ms // 10, HELD_BY_OTHER_MAX_MS)))
    turn.claim_message, turn.claim_delivery = delivery.message_id, delivery.number
    turn.claim_until = now() + lease
    return Claimed(turn, conversation)


def reclaim(session: Session, turn_id: uuid.UUID, delivery: Delivery) -> Claimed | None:
    """The turn again, to record what a stage did, if its claim still stands; None when it was fenced.

    Ending a turn drops its claim, so a stage whose turn was superseded meanwhile records nothing.
    """
    locked = lock_turn(session, turn_id)
    if locked is None:
        return None
    turn, conversation = locked
    if (turn.claim_message, turn.claim_delivery) != (delivery.message_id, delivery.number):
        return None
    return Claimed(turn, conversation)


def release(session: Session, turn_id: uuid.UUID, delivery: Delivery) -> None:
    """Give the claim back without a result; nothing happens when another delivery holds it."""
    tell(session, _RELEASE, {"turn": turn_id, "message": delivery.message_id, "number": delivery.number})


_RELEASE = Query(
    update(Turn)
    .where(
        Turn.id == given("turn"),
        Turn.claim_message == given("message"),
        Turn.claim_delivery == given("number"),
    )
    .values(claim_message=None, claim_delivery=None, claim_until=None)
)
_NOTE_STEP = Query(update(Turn).where(Turn.id == given("turn")).values(step=given("step")))
_NEWEST_UNFINISHED = Query(
    select(Turn)
    .where(Turn.conversation_id == given("conversation"), Turn.state.in_(UNFINISHED))
    .order_by(Turn.position.desc())
    .limit(1)
)


def ask_newest_unfinished(session: Session, conversation_id: uuid.UUID) -> Asked[Turn | None]:
    """The open turn that a new message may join or supersede. Ask behind the conversation's lock."""
    names = {"conversation": conversation_id}
    return ask(session, _NEWEST_UNFINISHED, names, first(session, Turn, _NEWEST_UNFINISHED))


def supersede(session: Session, old: Turn, new: Turn, wait: timedelta) -> None:
    """The newer turn takes the older one's messages and inherits how long they have waited: the cap counts from the first."""
    new.first_at = old.first_at
    new.due_at = min(new.due_at, old.first_at + WAIT_CAP * wait)
    session.execute(update(Message).where(Message.turn_id == old.id).values(turn_id=new.id))
    if old.state == TurnState.ANSWERED:
        drop_unsent(session, old.id)
    new.supersessions = old.supersessions + 1
    new.oldest_at = old.oldest_at
    old.superseded_by = new.id
    old.move(TurnState.SUPERSEDED)


def newest_turns(session: Session, conversation_id: uuid.UUID, page: Page) -> Sequence[Turn]:
    """A conversation's turns, newest first; one more than the page holds when there are more."""
    statement = select(Turn).where(Turn.conversation_id == conversation_id)
    return session.scalars(page.of(statement, Turn.first_at, Turn.id)).all()


def last_turns(session: Session, conversations: Collection[uuid.UUID]) -> dict[uuid.UUID, Turn]:
    """The newest turn of each of these conversations that has one; one look into the index for each."""
    asked = select(Conversation.id).where(Conversation.id.in_(conversations)).subquery()
    newest = select(Turn).where(Turn.conversation_id == asked.c.id).order_by(Turn.position.desc()).limit(1).lateral()
    found = session.scalars(select(aliased(Turn, newest)).select_from(asked.join(newest, true())))
    return {turn.conversation_id: turn for turn in found}


def took_step(session: Session, conversation_id: uuid.UUID, step: str) -> bool:
    """Whether a reply of this conversation came about so."""
    statement = select(Turn.id).where(Turn.conversation_id == conversation_id, Turn.step == step).limit(1)
    return session.scalar(statement) is not None


def note_step(session: Session, turn_id: uuid.UUID, step: str) -> None:
    """How the turn's reply came about; with the transaction that records it."""
    tell(session, _NOTE_STEP, {"turn": turn_id, "step": step})


def turns_named(session: Session, turns: Collection[uuid.UUID]) -> dict[uuid.UUID, Turn]:
    """These turns, by id."""
    return {turn.id: turn for turn in session.scalars(select(Turn).where(Turn.id.in_(turns)))}


def turns_of(session: Session, conversations: Collection[uuid.UUID]) -> Sequence[uuid.UUID]:
    """The ids of all turns of these conversations."""
    return session.scalars(select(Turn.id).where(Turn.conversation_id.in_(conversations))).all()


def superseded_by(session: Session, turn: Turn) -> list[Turn]:
    """The last turns whose place this one took."""
    return list(
        session.scalars(
            select(Turn)
            .where(Turn.conversation_id == turn.conversation_id, Turn.superseded_by == turn.id)
            .order_by(Turn.position.desc())
            .limit(20)
        )
    )


@dataclass(frozen=True)
class StuckTurn:
    """A turn the sweep looks at: ids and times only, readable without a tenant."""

    tenant_id: uuid.UUID
    turn_id: uuid.UUID
    state: TurnState
    channel: bool
    oldest_at: datetime


def stuck_turns(session: Session, *, untouched_since: datetime, limit: int = 500) -> list[StuckTurn]:
    """Unfinished turns nobody has touched for a while and nobody holds, of all tenants; for the system door."""
    rows = session.execute(
        select(Turn.tenant_id, Turn.id, Turn.state, Turn.channel, Turn.oldest_at)
        .where(
            Turn.state.in_(UNFINISHED),
            Turn.updated_at < untouched_since,
            Turn.due_at < untouched_since,
            or_(Turn.claim_until.is_(None), Turn.claim_until < now()),
        )
        .order_by(Turn.updated_at)
        .limit(limit)
    )
    return [StuckTurn(row.tenant_id, row.id, TurnState(row.state), row.channel, row.oldest_at) for row in rows]
