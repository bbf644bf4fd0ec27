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

from clients.language_model import ChatTurn
from config import metrics
from config.errors import NotYet, OverBudget, PermanentError, StoreUnavailable, TransientError
from config.settings import settings
from models.base import now
from models.booking import open_booking
from models.conversation import Conversation, Owner
from models.database import tenant_session
from models.intent import NEVER_HANDED_OVER
from models.intent_model import ask_active_model
from models.jobs import AnswerTurn, DetectIntent
from models.message import HAND_OFF, Author, history_of_turn, messages_of_turn
from models.own_intent import Action
from models.search import ask_vector_model
from models.spending import ask_allowance
from models.tenant import ask_configuration, configuration
from models.turn import Claimed, Delivery, Done, Held, Turn, TurnState, claim, reclaim, release
from workers import booking_desk, hand_over, intents, language
from workers.broker import actor
from workers.ends import report_end
from workers.masking import Masking
from workers.own_intents import Recognised, recognise
from workers.paid_model import PaidModel
from workers.resources import language_model, send
from workers.resume import resume
from workers.spending import Account, account_of
from workers.vectors import QuestionVector, vector_of

LEASE = timedelta(seconds=30)
HISTORY = 6  # messages the model sees beside the question

HAND_OVER_REASONS = {  # any other intent goes to a person by the business's own rule
    intents.Intent.HUMAN: hand_over.Reason.ASKED,
    intents.Intent.COMPLAINT: hand_over.Reason.COMPLAINT,
}
BEFORE_OWN = frozenset(  # where the words are clear, no intent that a tenant taught comes before these
    {intents.Intent.HUMAN, intents.Intent.COMPLAINT, intents.Intent.GREETING, intents.Intent.SPAM}
)
KEEPS_FROM_ENTRIES = frozenset({intents.Intent.COMPLAINT, intents.Intent.GREETING, intents.Intent.SPAM})
LONGEST_PLEASANTRY = 6  # words; whoever writes more has something to ask
OWN = "own"  # the metrics' label of every intent that tenants taught

log = structlog.get_logger()


@actor(DetectIntent, time_limit_ms=60_000)
def detect_intent(job: DetectIntent, delivery: Delivery) -> None:
    """Claim, guess; ask the model outside any transaction if the guess is unsure; record, send the next stage's job."""
    tenant_id, turn_id = uuid.UUID(job.tenant_id), uuid.UUID(job.turn_id)
    masks = False
    with tenant_session(tenant_id) as session:
        said, standing_booking = messages_of_turn(session, turn_id), open_booking(session, turn_id)
        ask_configuration(session)
        vector_model, own_model = ask_vector_model(session), ask_active_model(session)
        allowance = ask_allowance(session) if settings().uses_embedding_endpoint else None
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
            messages, masks = said.get(), ask_configuration(session).get()[1].mask_personal_data
            text = "\n".join(message.body for message in messages)
            turn.language = conversation.language = language.of_turn(
                text, conversation, ask_configuration(session).get()[1]
            )
            guess, in_talk = intents.classify(text), False
            wants_person = any(message.details.get("reply_action") == HAND_OFF for message in messages)
            if conversation.abstentions and intents.is_yes(text):  # to "shall I pass your question on to a person?"
                wants_person = True
            if wants_person:
                guess = intents.Guess(intents.Intent.HUMAN, 0.95, certain=True)
            elif not guess.certain and booking_desk.concerns(session, standing_booking.get(), conversation, text):
                guess, in_talk = intents.Guess(intents.Intent.BOOKING, 0.95, certain=True), True
            elif guess.intent is intents.Intent.BOOKING and standing_booking.get() is not None:
                in_talk = True
            decided = guess.certain and (in_talk or guess.intent in BEFORE_OWN or own_model.get() is None)
            if decided or conversation.owner == Owner.HUMAN:
                _record(session, turn, conversation, guess.intent, guess.confidence, "locally")
            else:
                earlier = history_of_turn(session, turn_id, limit=HISTORY)
                allowance = allowance or ask_allowance(session)
    if turn is None:
        log.info("turn.detect_intent.skipped")
        resume(job, delivery)
        return
    if not_before_ms:
        raise NotYet(not_before_ms)
    account = Account(tenant_id, allowance.get(), turn_id, turn.public) if allowance is not None else None
    leaves = Masking().mask if masks else str
    asked = leaves(text) if settings().uses_embedding_endpoint else text
    vector = _vector(turn, asked, vector_model.get(), own_model.get(), account)
    own = None
    if turn.state == TurnState.RECEIVED and vector is not None and (taught := own_model.get()) is not None:
        own = recognise(tenant_id, taught, text, vector)
    if vector_model.get() is None:
        vector = None  # nothing is searched by it
    if turn.state == TurnState.RECEIVED and (own is not None or guess.certain):
        standing = _record_later(tenant_id, turn_id, delivery, own or guess, vector)
        if standing is None:
            return
        turn = standing.turn
    elif turn.state == TurnState.RECEIVED:
        text = leaves(text)
        context = [ChatTurn(_role(author), leaves(body)) for author, body in earlier.get()]
        paid = PaidModel(language_model(), account or account_of(tenant_id, turn_id, public=turn.public))
        label, confidence = _ask_model(turn_id, tenant_id, delivery, text, context, guess, paid)
        with tenant_session(tenant_id) as session:
            ask_configuration(session)
            paid.record(session)  # whatever became of the turn meanwhile
            standing = reclaim(session, turn_id, delivery)
            if standing is not None:
                _record(session, standing.turn, standing.conversation, label, confidence, "model")
                if vector is not None:
                    vector.keep(session, tenant_id, turn_id)
        paid.close()
        if standing is None:
            log.info("turn.detect_intent.skipped", fenced=True)
            return
        turn = standing.turn
    elif vector is not None:
        vector.keep_now(tenant_id, turn_id)
    _go_on(job, turn)


def _vector(
    turn: Turn, text: str, model: str | None, own_model: uuid.UUID | None, account: Account | None
) -> QuestionVector | None:
    """For the tenant's own intents, and for the search that answers where the tenant's chunks have vectors."""
    if turn.state == TurnState.RECEIVED:
        return vector_of(text, turn.tenant_id, account) if model is not None or own_model is not None else None
    searched = turn.state == TurnState.CLASSIFIED and turn.intent != intents.Intent.GREETING
    return vector_of(text, turn.tenant_id, account) if model is not None and searched else None


def _record_later(
    tenant_id: uuid.UUID,
    turn_id: uuid.UUID,
    delivery: Delivery,
    found: Recognised | intents.Guess,
    vector: QuestionVector | None,
) -> Claimed | None:
    """What needed no language model, in a transaction of its own; None when the turn is not ours any more."""
    with tenant_session(tenant_id) as session:
        ask_configuration(session)
        standing = reclaim(session, turn_id, delivery)
        if standing is None:
            log.info("turn.detect_intent.skipped", fenced=True)
            return None
        if isinstance(found, Recognised):
            _record_own(session, standing.turn, standing.conversation, found)
        else:
            _record(session, standing.turn, standing.conversation, found.intent, found.confidence, "locally")
        if vector is not None:
            vector.keep(session, tenant_id, turn_id)
    return standing


def _record_own(session: Session, turn: Turn, conversation: Conversation, own: Recognised) -> None:
    """An intent of the tenant's own; what happens is the tenant's wish. One named like a built-in one is that one."""
    if own.name in intents.LABELS:
        _record(session, turn, conversation, intents.Intent(own.name), own.confidence, OWN)
        return
    turn.intent, turn.confidence = own.name, round(own.confidence, 3)
    metrics.intents.labels(OWN, OWN).inc()
    if turn.taken_over_by_human(conversation) or conversation.owner == Owner.HUMAN:
        turn.move(TurnState.SILENT, "human_owns")
    elif own.action is Action.HAND_OVER:
        hand_over.prepare(session, turn, conversation, hand_over.Reason.RULE)
    else:
        turn.move(TurnState.CLASSIFIED)
        turn.release_claim()


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
    paid: PaidModel,
) -> tuple[intents.Intent, float]:
    """The model's label; our own unsure guess when it is away or not paid for, so that a slow model never holds a turn here."""
    try:
        answer = paid.classify(text, context, intents.LABELS)
    except OverBudget:
        return guess.intent, guess.confidence
    except StoreUnavailable:  # no fault of the model's: the turn waits
        _give_back(turn_id, tenant_id, delivery, paid)
        raise
    except (TransientError, PermanentError):
        metrics.model_calls.labels("intent", "failed").inc()
        log.warning("turn.detect_intent.model_unavailable")
        return guess.intent, guess.confidence
    except BaseException:
        _give_back(turn_id, tenant_id, delivery, paid)
        raise
    if answer.usage is not None:
        metrics.model_calls.labels("intent", "answered").inc()
    if answer.label not in intents.LABELS or answer.confidence == 0:
        return _undecided(text, guess), guess.confidence
    return intents.Intent(answer.label), answer.confidence


def _undecided(text: str, guess: intents.Guess) -> intents.Intent:
    """Where no model can tell, a weak clue keeps no question from the entries: "it's the wrong size, can I change it?"."""
    if guess.intent in KEEPS_FROM_ENTRIES and intents.asks(text):
        return intents.Intent.FAQ
    if guess.intent is intents.Intent.GREETING and len(text.split()) > LONGEST_PLEASANTRY:
        return intents.Intent.OTHER
    return guess.intent


def _give_back(turn_id: uuid.UUID, tenant_id: uuid.UUID, delivery: Delivery, paid: PaidModel) -> None:
    with tenant_session(tenant_id) as session:
        release(session, turn_id, delivery)
        paid.record(session)
    paid.close()


def _role(author: str) -> Literal["user", "assistant"]:
    return "user" if author == Author.VISITOR else "assistant"
