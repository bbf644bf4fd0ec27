"""What answering a turn needs, read in the claiming transaction: the visitor's words, the passages, the prompt."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from clients.language_model import ChatTurn, ModelRequest, Passage
from models.booking import Booking, open_booking
from models.conversation import Conversation
from models.knowledge import search_entries
from models.message import Author, Message, history_of_turn, messages_of_turn
from models.tenant import Tenant, TenantConfiguration, ask_configuration
from models.trip import Asked
from models.turn import Turn
from workers import booking_desk, prompts
from workers.concepts import search_words
from workers.intents import Intent, is_thanks
from workers.phrases import Phrase, say

HISTORY = 12  # messages
PASSAGES = 8


@dataclass(frozen=True)
class Asking:
    """What is asked together with the claim, and arrives with it."""

    configuration: Asked[tuple[Tenant, TenantConfiguration]]
    messages: Asked[list[Message]]
    history: Asked[list[Message]]
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


def read_question(session: Session, asking: Asking, turn: Turn, conversation: Conversation) -> Question:
    """Read it all; the session's tenant's configuration, knowledge and history, nobody else's."""
    tenant, config = asking.configuration.get()
    messages = asking.messages.get()
    text = "\n".join(message.body for message in messages)
    booking = booking_desk.plan(session, asking.booking.get(), turn, conversation, tenant, config, text)
    fixed = booking.reply
    if fixed is None and turn.intent == Intent.GREETING:
        phrase = Phrase.THANKS if is_thanks(text) else Phrase.GREETING
        fixed = say(phrase, business=tenant.name, language=config.language)
    found = [] if fixed else search_entries(session, f"{text} {search_words(text)}", PASSAGES).get()
    earlier = [] if fixed else asking.history.get()
    request = prompts.build(
        prompts.Business(tenant.name, config.profile, config.tone, config.prompt, _local_time(tenant.time_zone)),
        passages=[Passage(str(entry.entry_id), entry.question, entry.answer, entry.score) for entry in found],
        history=[
            ChatTurn("user" if message.author == Author.VISITOR else "assistant", message.body) for message in earlier
        ],
        questions=[message.body for message in messages],
    )
    return Question(
        turn=turn,
        request=request,
        language=config.language,
        abstentions_left=config.abstentions_before_hand_over - conversation.abstentions,
        fixed_reply=fixed,
        reminder=booking.reminder,
        facts=config.profile,
    )


def _local_time(time_zone: str) -> str:
    """Now, in the words of the business's own clock: "Thursday 14:05, 3 December 2026"."""
    return booking_desk.local_now(time_zone).strftime("%A %H:%M, %-d %B %Y")
