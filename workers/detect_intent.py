"""Decides what a turn's visitor wants: locally where the words are clear, by the language model where they are not.

Safe to run twice: a classified turn is done; an older delivery is fenced.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import structlog
from sqlalchemy.orm import Session

from clients.language_model import ChatTurn, Classification
from config import metrics
from config.errors import NotYet, PermanentError, TransientError
from models.base import now
from models.booking import open_booking
from models.conversation import Conversation, Owner
from models.database import tenant_session
from models.intent import NEVER_HANDED_OVER
from models.jobs import AnswerTurn, DetectIntent
from models.message import HAND_OFF, Author, history_of_turn, messages_of_turn
from models.tenant import ask_configuration, configuration
from models.turn import Claimed, Delivery, Done, Held, Turn, TurnState, claim, reclaim, release
from models.usage import record_model_call
from workers import booking_desk, hand_over, intents
from workers.broker import actor
from workers.ends import report_end
from workers.masking import Masking
from workers.resources import language_model, send
from workers.resume import resume

LEASE = timedelta(seconds=30)
HISTORY = 6  # messages the model sees beside the question

HAND_OVER_REASONS = {  # any other intent goes to a person by the business's own rule
    intents.Intent.HUMAN: hand_over.Reason.ASKED,
    intents.Intent.COMPLAINT: hand_over.Reason.COMPLAINT,
}

log = structlog.get_logger()


@actor(DetectIntent, time_limit_ms=60_000)
def detect_intent(job: DetectIntent, delivery: Delivery) -> None:
    """Claim, guess; ask the model outside any transaction if the guess is unsure; record, send the next stage's job."""
    tenant_id, turn_id = uuid.UUID(job.tenant_id), uuid.UUID(job.turn_id)
    masks = False
    with tenant_session(tenant_id) as session:
        said, standing_booking = messages_of_turn(session, turn_id), open_booking(session, turn_id)
        ask_configuration(session)
        match claim(session, turn_id, delivery, (TurnState.RECEIVED,), LEASE):
            case Done():
                turn = None
            case Held(delay_ms):
                raise NotYet(delay_ms)
            case Claimed(claimed, conversation):
                turn = claimed
        not_before_ms = 0
        if turn is not None and turn.due_at > now():
            turn.release_claim()
            not_before_ms = int((turn.due_at - now()).total_seconds() * 1000) + 1
        elif turn is not None:
            messages = said.get()
            text = "\n".join(message.body for message in messages)
            guess = intents.classify(text)
            wants_person = any(message.details.get("reply_action") == HAND_OFF for message in messages)
            if conversation.abstentions and intents.is_yes(text):  # to "shall I pass your question on to a person?"
                wants_person = True
            if wants_person:
                guess = intents.Guess(intents.Intent.HUMAN, 0.95, certain=True)
            elif not guess.certain and booking_desk.concerns(session, standing_booking.get(), conversation, text):
                guess = intents.Guess(intents.Intent.BOOKING, 0.95, certain=True)
            if guess.certain or conversation.owner == Owner.HUMAN:
                _record(session, turn, conversation, guess.intent, guess.confidence, "locally")
            else:
                earlier = history_of_turn(session, turn_id, limit=HISTORY)
                masks = configuration(session)[1].mask_personal_data
    if turn is None:
        log.info("turn.detect_intent.skipped")
        resume(job, delivery)
        return
    if not_before_ms:
        raise NotYet(not_before_ms)
    if turn.state == TurnState.RECEIVED:
        leaves = Masking().mask if masks else str
        text = leaves(text)
        context = [ChatTurn(_role(author), leaves(body)) for author, body in earlier.get()]
        label, confidence, classification = _ask_model(turn_id, tenant_id, delivery, text, context, guess)
        with tenant_session(tenant_id) as session:
            ask_configuration(session)
            _count_call(session, turn, delivery, classification)  # whatever became of the turn meanwhile
            standing = reclaim(session, turn_id, delivery)
            if standing is not None:
                _record(session, standing.turn, standing.conversation, label, confidence, "model")
        if standing is None:
            log.info("turn.detect_intent.skipped", fenced=True)
            return
        turn = standing.turn
    _go_on(job, turn)


def _record(
    session: Session, turn: Turn, conversation: Conversation, intent: intents.Intent, confidence: float, how: str
) -> None:
    turn.intent, turn.confidence = intent, round(confidence, 3)
    metrics.intents.labels(intent, how).inc()
    if turn.taken_over_by_human(conversation) or conversation.owner == Owner.HUMAN:
        turn.move(TurnState.SILENT, "human_owns")
    elif intent is intents.Intent.SPAM:
        turn.move(TurnState.SILENT, "spam")
    elif _is_for_a_person(session, intent):
        reason = HAND_OVER_REASONS.get(intent, hand_over.Reason.RULE)
        hand_over.prepare(session, turn, conversation, reason)
    else:
        turn.move(TurnState.CLASSIFIED)
        turn.release_claim()


def _is_for_a_person(session: Session, intent: intents.Intent) -> bool:
    """Whoever asks for a person gets one; what else a person answers, the business has set."""
    if intent is intents.Intent.HUMAN or intent in NEVER_HANDED_OVER:
        return intent is intents.Intent.HUMAN
    _, config = configuration(session)
    return intent in config.hand_over_intents


def _go_on(job: DetectIntent, turn: Turn) -> None:
    if turn.state == TurnState.CLASSIFIED:
        send(AnswerTurn(tenant_id=job.tenant_id, turn_id=job.turn_id))
    elif turn.state == TurnState.HANDED_OVER:
        hand_over.announce(turn)
    else:
        report_end(turn)
    log.info("turn.classified", intent=turn.intent, confidence=turn.confidence)


def _ask_model(
    turn_id: uuid.UUID,
    tenant_id: uuid.UUID,
    delivery: Delivery,
    text: str,
    context: Sequence[ChatTurn],
    guess: intents.Guess,
) -> tuple[intents.Intent, float, Classification | None]:
    """The model's label; our own unsure guess when the model is away, so that a slow model never holds a turn here."""
    try:
        answer = language_model().classify(text, context, intents.LABELS)
    except (TransientError, PermanentError):
        metrics.model_calls.labels("intent", "failed").inc()
        log.warning("turn.detect_intent.model_unavailable")
        return guess.intent, guess.confidence, None
    except BaseException:
        with tenant_session(tenant_id) as session:
            release(session, turn_id, delivery)
        raise
    if answer.label not in intents.LABELS or answer.confidence == 0:
        return guess.intent, guess.confidence, answer
    return intents.Intent(answer.label), answer.confidence, answer


def _count_call(session: Session, turn: Turn, delivery: Delivery, answer: Classification | None) -> None:
    if answer is None or answer.usage is None:
        return
    metrics.model_calls.labels("intent", "answered").inc()
    record_model_call(
        session,
        turn.tenant_id,
        turn.id,
        call_id=f"{turn.id}:intent:{delivery.message_id}:{delivery.number}",
        model=answer.usage.model,
        prompt_tokens=answer.usage.prompt_tokens,
        completion_tokens=answer.usage.completion_tokens,
        reported=answer.usage.reported,
    )


def _role(author: str) -> Literal["user", "assistant"]:
    return "user" if author == Author.VISITOR else "assistant"
