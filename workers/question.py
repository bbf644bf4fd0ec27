"""What answering a turn needs, read in the claiming transaction: the visitor's words, the passages, the prompt."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from clients.language_model import ChatTurn, ModelRequest, Passage
from models.booking import Booking, open_booking
from models.conversation import Conversation
from models.knowledge import FoundEntry, search_entries
from models.message import Author, Message, history_of_turn, messages_of_turn
from models.tenant import Tenant, TenantConfiguration, ask_configuration
from models.trip import Asked
from models.turn import Turn
from workers import booking_desk, prompts
from workers.concepts import search_words
from workers.intents import Intent, is_thanks
from workers.masking import Masking
from workers.phrases import Phrase, say

HISTORY = 12  # messages
PASSAGES = 8


@dataclass(frozen=True)
class Asking:
    """What is asked together with the claim, and arrives with it."""

    configuration: Asked[tuple[Tenant, TenantConfiguration]]
    messages: Asked[list[Message]]
    history: Asked[list[tuple[str, str]]]
    booking: Asked[Booking | None]


def ask_question(session: Session, turn_id: uuid.UUID) -> Asking:
    """Let all that does not depend on the visitor's words travel with the session's next trip."""
    return Asking(
        ask_configuration(session),
        messages_of_turn(session, turn_id),
        history_of_turn(session, turn_id, limit=HISTORY),
        open_booking(session, turn_id),
    )


@dataclass
class Question:
    """All that answering needs, read in the claiming transaction."""

    turn: Turn
    request: ModelRequest
    language: str
    abstentions_left: int
    fixed_reply: str | None  # greetings, thanks and the talk about an appointment need no model
    reminder: str | None  # how an open booking goes on, after the answer to something else
    facts: str  # the profile: what the business says of itself
    business: str  # its name
    today: date  # where the business is
    asked: str  # the visitor's words as they are, whatever was masked of them
    masking: Masking | None  # what was masked, where the business wants it


@dataclass(frozen=True)
class Reading:
    """What the claiming transaction has read; its search arrives with the commit."""

    asking: Asking
    turn: Turn
    fixed: str | None
    reminder: str | None
    abstentions: int
    found: Asked[list[FoundEntry]] | None

    def question(self) -> Question:
        """After the transaction."""
        tenant, config = self.asking.configuration.get()
        found = self.found.get() if self.found else []
        earlier = [] if self.fixed else self.asking.history.get()
        asked = [message.body for message in self.asking.messages.get()]
        public = [config.profile, config.prompt, *(f"{entry.question} {entry.answer}" for entry in found)]
        masking = Masking(public) if config.mask_personal_data else None
        leaves = masking.mask if masking else str
        request = prompts.build(
            prompts.Business(tenant.name, config.profile, config.tone, config.prompt, _local_time(tenant.time_zone)),
            passages=[Passage(str(entry.entry_id), entry.question, entry.answer, entry.score) for entry in found],
            history=[
                ChatTurn("user" if author == Author.VISITOR else "assistant", leaves(body)) for author, body in earlier
            ],
            questions=[leaves(text) for text in asked],
        )
        return Question(
            turn=self.turn,
            request=request,
            language=config.language,
            abstentions_left=config.abstentions_before_hand_over - self.abstentions,
            fixed_reply=self.fixed,
            reminder=self.reminder,
            facts=config.profile,
            business=tenant.name,
            today=booking_desk.local_now(tenant.time_zone).date(),
            asked="\n".join(asked),
            masking=masking,
        )


def read_question(session: Session, asking: Asking, turn: Turn, conversation: Conversation) -> Reading:
    """Read it all; the session's tenant's configuration, knowledge and history, nobody else's."""
    tenant, config = asking.configuration.get()
    text = "\n".join(message.body for message in asking.messages.get())
    booking = booking_desk.plan(session, asking.booking.get(), turn, conversation, tenant, config, text)
    fixed = booking.reply
    if fixed is None and turn.intent == Intent.GREETING:
        phrase = Phrase.THANKS if is_thanks(text) else Phrase.GREETING
        fixed = say(phrase, business=tenant.name, language=config.language)
    found = None if fixed else search_entries(session, f"{text} {search_words(text)}", PASSAGES)
    return Reading(asking, turn, fixed, booking.reminder, conversation.abstentions, found)


def _local_time(time_zone: str) -> str:
    """Now, in the words of the business's own clock: "Thursday 14:05, 3 December 2026"."""
    return booking_desk.local_now(time_zone).strftime("%A %H:%M, %-d %B %Y")
