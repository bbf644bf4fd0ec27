"""A business from a file, and visitors who ask it: real rows, real search, the real stages one after the other.

What a queue would do between the stages is done by hand; nothing else is simulated.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from models.base import now
from models.connection import api_connection_id
from models.conversation import conversation_id
from models.database import tenant_session
from models.intent import Intent
from models.jobs import AnswerTurn, DetectIntent, MessageKind, ReceiveMessage
from models.knowledge import KnowledgeEntry
from models.tenant import configuration, create_tenant
from models.turn import Delivery, Turn, TurnState
from workers.words import language_of

LONGEST_NAME = 60


@dataclass(frozen=True)
class Fact:
    """An entry of the file."""

    question: str
    answer: str

    @property
    def text(self) -> str:
        return f"{self.question}\n{self.answer}"


@dataclass(frozen=True)
class Said:
    """How a turn ended: what was said, and whether that was that we do not know (or will pass it on)."""

    reply: str
    abstained: bool
    sources: tuple[str, ...]  # titles
    booking: bool = False  # the booking desk spoke


class Business:
    """A tenant made from a file's text and entries."""

    def __init__(self, profile: str, facts: Sequence[Fact]) -> None:
        made = create_tenant(_name(profile))
        self.tenant_id = made.tenant_id
        self._rows: dict[Fact, uuid.UUID] = {}
        with tenant_session(self.tenant_id) as session:
            _, config = configuration(session)
            config.profile = profile
            config.language = language_of(" ".join(fact.text for fact in facts) or profile)
        self.teach(facts)

    def teach(self, facts: Collection[Fact]) -> None:
        """Add entries, and wait until they can be found."""
        with tenant_session(self.tenant_id) as session:
            for fact in facts:
                self._rows[fact] = uuid.uuid4()
                session.add(
                    KnowledgeEntry(
                        tenant_id=self.tenant_id, id=self._rows[fact], question=fact.question, answer=fact.answer
                    )
                )
        embed_all(self.tenant_id)

    def forget(self, facts: Collection[Fact]) -> None:
        """Delete entries."""
        with tenant_session(self.tenant_id) as session:
            for fact in facts:
                session.delete(session.get_one(KnowledgeEntry, (self.tenant_id, self._rows.pop(fact))))

    def ask(self, *messages: str) -> Said:
        """A new visitor's messages, one turn after the other; how the last one ended."""
        visitor = uuid.uuid4().hex
        for message in messages:
            turn = self._turn(visitor, message)
        handed_over = turn.state in {TurnState.HANDED_OVER, TurnState.SILENT}
        titles = tuple(str(source["title"]) for source in turn.sources)
        booking = turn.intent == Intent.BOOKING and not titles
        return Said(turn.reply or "", turn.abstained or handed_over, titles, booking)

    def _turn(self, visitor: str, body: str) -> Turn:
        from workers import answer, detect_intent, receive

        connection, turn_id = api_connection_id(self.tenant_id), uuid.uuid4()
        names: dict[str, Any] = {"tenant_id": str(self.tenant_id), "turn_id": str(turn_id)}
        message = ReceiveMessage(
            **names,
            kind=MessageKind.VISITOR,
            connection_id=str(connection),
            conversation_id=str(conversation_id(self.tenant_id, connection, visitor)),
            conversation_external_id=visitor,
            external_id=uuid.uuid4().hex,
            body=body,
            accepted_at=now().isoformat(),
        )
        receive.receive(message, _delivery())
        detect_intent.detect_intent(DetectIntent(**names), _delivery())
        answer.answer_turn(AnswerTurn(**names), _delivery())
        with tenant_session(self.tenant_id) as session:
            return session.get_one(Turn, (self.tenant_id, turn_id))


def embed_all(tenant_id: uuid.UUID) -> None:
    """Give the tenant's new passages their vectors, as the queue's jobs would."""
    from workers.embed_chunks import embed_tenant

    embed_tenant(tenant_id)


def _delivery() -> Delivery:
    return Delivery(uuid.uuid4().hex, 1)


def _name(profile: str) -> str:
    """What the business is called, as far as its text tells: its first words."""
    return (
        re.split(r" (?:is|ist|es|est|è|é|zijn)\b|[,.;:\n]", profile, maxsplit=1)[0].strip()[:LONGEST_NAME] or "Business"
    )
