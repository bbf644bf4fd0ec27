"""What answering a turn needs, read in the claiming transaction: the visitor's words, the passages, the prompt."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from clients.language_model import ChatTurn, LanguageModel, ModelRequest, Passage
from models.base import now
from models.booking import Booking, open_booking
from models.conversation import Conversation
from models.kept_answer import Kept, ask_kept, ask_version
from models.message import Author, Message, history_of_turn, messages_of_turn
from models.own_intent import Action, ask_own_intent
from models.search import FoundChunk, search
from models.spending import Allowance, ask_allowance
from models.tenant import Tenant, TenantConfiguration, ask_configuration
from models.trip import Asked
from models.turn import Turn
from workers import booking_desk, prompts, repeatable
from workers.extractive import follows_up
from workers.intents import Intent, is_thanks
from workers.masking import Masking
from workers.paid_model import is_free
from workers.phrases import Phrase, say, spoken
from workers.spending import Account
from workers.words import search_words

HISTORY = 12  # messages
PASSAGES = 8
LONGEST_GREETING = 12  # words; whoever writes more has something to ask


@dataclass(frozen=True)
class Asking:
    """What is asked together with the claim, and arrives with it."""

    version: Asked[int]  # of what an answer is made of: read before any of it
    allowance: Asked[Allowance]
    configuration: Asked[tuple[Tenant, TenantConfiguration]]
    messages: Asked[list[Message]]
    history: Asked[list[tuple[str, str]]]
    booking: Asked[Booking | None]


def ask_question(session: Session, turn_id: uuid.UUID) -> Asking:
    """Let all that does not depend on the visitor's words travel with the session's next trip."""
    return Asking(
        ask_version(session),
        ask_allowance(session),
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
    account: Account  # whom its calls are charged to
    repeats: Repeats | None  # it may have been answered before, or be kept for others
    grounds: Grounds
    kept: Kept | None = None  # what was said to it before


@dataclass(frozen=True)
class Grounds:
    """What an answer's sentences are checked with, beside the passages."""

    facts: str  # what the business says of itself
    business: str  # its name
    today: date  # where the business is
    asked: str  # the visitor's words as they are, whatever was masked of them
    masking: Masking | None = None  # what was masked, where the business wants it


@dataclass(frozen=True)
class Repeats:
    """Under which name and version its answer is kept, and until when."""

    name: uuid.UUID
    version: int
    until: datetime


@dataclass(frozen=True)
class Reading:
    """What the claiming transaction has read; its search arrives with the commit."""

    asking: Asking
    turn: Turn
    language: str  # of our own sentences
    fixed: str | None
    reminder: str | None
    abstentions: int
    found: Asked[list[FoundChunk]] | None
    account: Account
    repeats: Repeats | None
    kept: Asked[Kept | None] | None

    def question(self) -> Question:
        """After the transaction."""
        tenant, config = self.asking.configuration.get()
        found = self.found.get() if self.found else []
        earlier = [] if self.fixed else self.asking.history.get()
        asked = [message.body for message in self.asking.messages.get()]
        public = [config.profile, config.prompt, *(f"{each.title} {each.text}" for each in found)]
        masking = Masking(public) if config.mask_personal_data else None
        leaves = masking.mask if masking else str
        request = request_for(
            tenant,
            config,
            found,
            [(author, leaves(body)) for author, body in earlier],
            [leaves(text) for text in asked],
            self.language,
            self.turn.language or config.language,
        )
        return Question(
            turn=self.turn,
            request=request,
            language=self.language,
            abstentions_left=config.abstentions_before_hand_over - self.abstentions,
            fixed_reply=self.fixed,
            reminder=self.reminder,
            account=self.account,
            repeats=self.repeats,
            grounds=Grounds(
                config.profile,
                tenant.name,
                booking_desk.local_now(tenant.time_zone).date(),
                "\n".join(asked),
                masking,
            ),
            kept=self.kept.get() if self.kept else None,
        )


def read_question(
    session: Session, asking: Asking, turn: Turn, conversation: Conversation, model: LanguageModel
) -> Reading:
    """Read it all; the session's tenant's configuration, knowledge and history, nobody else's."""
    tenant, config = asking.configuration.get()
    language = spoken(turn.language, conversation.language, config.language)
    text = "\n".join(message.body for message in asking.messages.get())
    booking = booking_desk.plan(session, asking.booking.get(), turn, conversation, tenant, config, text)
    fixed = booking.reply
    if fixed is None and turn.intent == Intent.GREETING and len(text.split()) <= LONGEST_GREETING:
        phrase = Phrase.THANKS if is_thanks(text) else Phrase.GREETING
        fixed = say(phrase, business=tenant.name, language=language)
    if fixed is None and turn.intent is not None and turn.intent not in list(Intent):
        fixed = _own_reply(session, turn.intent)
    found = None
    if not fixed:
        wanted = _in_context(text, asking.history.get()) if follows_up(text) else text
        words = f"{wanted} {search_words(wanted, config.language)}"
        found = search(session, words, limit=PASSAGES, language=config.language, turn_id=turn.id)
    account = Account(turn.tenant_id, asking.allowance.get(), turn.id, turn.public)
    repeats = None
    if fixed is None and booking.reminder is None and not asking.history.get() and not is_free(model):
        repeats = _repeats(asking, turn, text, language, model.name)
    kept = ask_kept(session, repeats.name, repeats.version) if repeats else None
    return Reading(
        asking, turn, language, fixed, booking.reminder, conversation.abstentions, found, account, repeats, kept
    )


def _repeats(asking: Asking, turn: Turn, text: str, language: str, model: str) -> Repeats | None:
    """Of a conversation's first question alone, which no earlier word explains."""
    question = repeatable.normalised(text, language)
    if question is None:
        return None
    at, zone = now(), ZoneInfo(asking.allowance.get().time_zone)
    today = at.astimezone(zone).date()
    midnight = datetime.combine(today + timedelta(days=1), time(), zone)
    name = repeatable.name_of(turn.tenant_id, question, language, model, today.isoformat())
    return Repeats(name, asking.version.get(), min(at + timedelta(seconds=repeatable.KEPT_S), midnight))


def _own_reply(session: Session, name: str) -> str | None:
    """What the tenant wrote to be said on this intent of its own."""
    found = ask_own_intent(session, name).get()
    return found[1] if found is not None and found[0] is Action.REPLY else None


def request_for(
    tenant: Tenant,
    config: TenantConfiguration,
    found: Sequence[FoundChunk],
    history: Sequence[tuple[str, str]],
    messages: Sequence[str],
    language: str,
    answered_in: str,
    tried: Mapping[str, Any] | None = None,
) -> ModelRequest:
    """What the model is asked. `language`: of our own sentences; `answered_in`: of the answer.

    `tried`: fields of the configuration to be taken as if they were live.
    """
    live = {"profile": config.profile, "tone": config.tone, "prompt": config.prompt} | dict(tried or {})
    return prompts.build(
        prompts.Business(
            tenant.name, live["profile"], live["tone"], live["prompt"], _local_time(tenant.time_zone), answered_in
        ),
        passages=[_passage(each) for each in found],
        history=[ChatTurn("user" if author == Author.VISITOR else "assistant", body) for author, body in history],
        questions=messages,
        language=language,
    )


def _passage(found: FoundChunk) -> Passage:
    return Passage(
        str(found.entry_id or found.chunk_id),
        found.title,
        found.text,
        found.score,
        found.heading_cosine if found.heading_cosine is not None else found.body_cosine,
        found.body_cosine,
        found.sentence_near,
        found.source,
    )


def _in_context(text: str, history: list[tuple[str, str]]) -> str:
    """What "and on Fridays?" asks: the visitor's last words before it are searched for too."""
    before = next((body for author, body in reversed(history) if author == Author.VISITOR), "")
    return f"{before}\n{text}".strip()


def _local_time(time_zone: str) -> str:
    """Now, in the words of the business's own clock: "Thursday 14:05, 3 December 2026"."""
    return booking_desk.local_now(time_zone).strftime("%A %H:%M, %-d %B %Y")
