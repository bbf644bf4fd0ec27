"""Says an answer to a caller of the API or the widget, sentence by sentence; the conversation in Postgres is the channel.

The first sentence passes a transaction (epoch unchanged, state SENDING), each one a script that checks the epoch and
appends it to the turn's numbered events: what was released is what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from clients.language_model import Passage
from clients.queue import Released
from models.conversation import Conversation
from models.database import tenant_session
from models.message import add_message
from models.turn import Delivery, Turn, TurnState, reclaim
from models.usage import record_reply
from workers import booking_desk
from workers.broker import queue
from workers.ends import HUMAN, report_end
from workers.hand_over import said


class Fenced(Exception):
    """The turn is no longer this delivery's: superseded, ended, or taken over by a redelivery."""


class TakenOver(Exception):
    """A person took the conversation; nothing more may be said."""


@dataclass
class Release:
    """One answer on its way out. `texts` is what has left so far."""

    turn: Turn
    delivery: Delivery
    texts: list[str] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    fence: int = 0  # of the claim this answer is written under
    bill: Callable[[Session], None] | None = None  # counts the model's call; None once that is recorded

    def __post_init__(self) -> None:
        if self.turn.claim_until is not None:
            self.fence = int(self.turn.claim_until.timestamp() * 1000)

    def say(self, text: str, whole: bool = False) -> None:
        """Let one sentence go (or with `whole` the entire reply, stored first so that a redelivery says the same).

        Raises:
            Fenced: somebody else has the turn.
            TakenOver: a human sign came first.
        """
        if not self.texts:
            self._begin(text if whole else None)
        outcome = queue().release(
            str(self.turn.tenant_id),
            str(self.turn.conversation_id),
            str(self.turn.id),
            number=len(self.texts) + 1,
            kind="sentence",
            data={"text": text},
            epoch=self.turn.epoch,
            fence=self.fence,
        )
        if outcome is Released.HUMAN:
            raise TakenOver
        if outcome is not Released.SENT:
            raise Fenced
        self.texts.append(text)

    def _begin(self, reply: str | None) -> None:
        with tenant_session(self.turn.tenant_id) as session:
            standing = reclaim(session, self.turn.id, self.delivery)
            if standing is None:
                raise Fenced
            turn = standing.turn
            if turn.taken_over_by_human(standing.conversation):
                raise TakenOver
            if turn.state != TurnState.SENDING:
                turn.move(TurnState.SENDING)
            turn.sources = self.sources
            if reply is not None:
                turn.reply = reply
        self.turn = turn

    def finish(self, stopped: str | None = None) -> None:
        """Record what was said; DELIVERED, or SILENT when nothing left. Then tell whoever waits."""
        with tenant_session(self.turn.tenant_id) as session:
            standing = reclaim(session, self.turn.id, self.delivery)
            if standing is None:
                return
            booked = self._record(session, standing.turn, standing.conversation, stopped)
            if self.bill is not None:
                self.bill(session)
        self.turn, self.bill = standing.turn, None
        if booked:
            booking_desk.tell_business(self.turn)
        if self.texts and self.sources and not stopped:
            queue().publish(str(self.turn.tenant_id), str(self.turn.id), "sources", {"sources": self.sources})
        report_end(self.turn)

    def _record(self, session: Session, turn: Turn, conversation: Conversation, stopped: str | None) -> bool:
        """True when the business is to be told of an appointment."""
        if not self.texts:
            turn.reply, turn.sources = None, []
            turn.move(TurnState.SILENT, stopped or HUMAN)
            return False
        turn.reply = "".join(self.texts).strip()
        turn.sources = self.sources
        turn.move(TurnState.DELIVERED, stopped)
        add_message(session, said(turn, conversation, turn.reply))
        record_reply(session, turn.tenant_id, turn.id)
        conversation.abstentions = conversation.abstentions + 1 if turn.abstained else 0
        return booking_desk.carry_out(session, turn, conversation)


def cited(passages: Sequence[Passage], positions: Sequence[int]) -> list[dict[str, Any]]:
    """The passages an answer rests on, in the order cited, once each."""
    return [_source(passages[at]) for at in dict.fromkeys(positions)]


def _source(passage: Passage) -> dict[str, Any]:
    named = {"entry_id": passage.entry_id, "title": passage.title, "text": passage.text}
    return named if passage.url is None else named | {"url": passage.url}
