"""Writes a classified turn's reply: from the tenant's own entries through the language model, each sentence checked.

The model is asked outside any transaction. Safe to run twice: an answered turn is done, an older delivery is fenced, and
a turn of which something was released is never asked again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from clients.language_model import LanguageModel, Usage
from clients.queue import Released
from config import metrics
from config.errors import Cancelled, NotYet, PermanentError, StoreUnavailable, TransientError
from config.settings import settings
from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import AnswerTurn, DeliverTurn
from models.outbound import Outbound, Part
from models.turn import Claimed, Delivery, Done, Held, Turn, TurnState, claim, reclaim, release
from models.usage import record_model_call
from workers import grounding, hand_over
from workers.broker import actor, queue, served, stopping
from workers.ends import HUMAN, INTERRUPTED, MODEL_FAILED, report_end
from workers.phrases import Phrase, is_dont_know, say
from workers.question import Question, ask_question, read_question
from workers.release import Fenced, Release, TakenOver, cited
from workers.resources import language_model, send
from workers.resume import resume

LEASE = timedelta(seconds=90)
MODEL_LIMIT = timedelta(seconds=60)  # in all tries; then a person
WITHOUT_MODEL = 1.0  # what an answer costs in the queue for which no model was asked
LOOK_EVERY_S = 1.0  # whether somebody superseded or took over while the model speaks

log = structlog.get_logger()


@dataclass
class Answer:
    """What a model said so far, sentence by sentence, and what it rests on."""

    texts: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    usage: Usage | None = None

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()


@actor(AnswerTurn, time_limit_ms=85_000)
def answer_turn(job: AnswerTurn, delivery: Delivery) -> None:
    """Claim, ask, release or record."""
    question = _claim(job, delivery)
    if question is None:
        return
    try:
        _answer(question, delivery)
    except Fenced:
        log.info("turn.answer.skipped", fenced=True)
    except StoreUnavailable:  # no fault of the model's; what has left is found by the next delivery
        _release(question.turn, delivery)
        raise
    except TransientError:
        if not _model_time_is_over(question.turn):
            _release(question.turn, delivery)
            raise
        _hand_over(question.turn, delivery, hand_over.Reason.MODEL_DOWN)
    except PermanentError:
        _hand_over(question.turn, delivery, hand_over.Reason.MODEL_REFUSED)
    except BaseException:
        _release(question.turn, delivery)
        raise


def _claim(job: AnswerTurn, delivery: Delivery) -> Question | None:
    turn_id = uuid.UUID(job.turn_id)
    with tenant_session(uuid.UUID(job.tenant_id)) as session:
        asking = ask_question(session, turn_id)
        lease = LEASE / settings().time_scale  # shorter than the turn's limit, at any scale
        match claim(session, turn_id, delivery, (TurnState.CLASSIFIED, TurnState.SENDING), lease):
            case Done():
                turn = None
            case Held(delay_ms):
                raise NotYet(delay_ms)
            case Claimed(claimed, conversation):
                turn = claimed
        if turn is None:
            reading = None
        elif turn.state == TurnState.SENDING and turn.channel:
            turn.release_claim()
            reading = None  # deliver has it
        elif turn.state == TurnState.CLASSIFIED and (
            turn.taken_over_by_human(conversation) or conversation.owner == Owner.HUMAN
        ):
            turn.move(TurnState.SILENT, "human_owns")
            reading = None
        else:
            turn.model_since = turn.model_since or now()
            turn.model = language_model().name
            reading = read_question(session, asking, turn, conversation)
    if reading is None:
        served(WITHOUT_MODEL)
    if turn is None:
        log.info("turn.answer.skipped")
        resume(job, delivery)
    elif reading is None and turn.ended:
        report_end(turn)
    return reading.question() if reading else None


def _answer(question: Question, delivery: Delivery) -> None:
    turn = question.turn
    speech = Release(turn, delivery)
    if turn.state == TurnState.SENDING and _finish_interrupted(speech):
        return
    answer = Answer()
    speech.bill = partial(_count_call, turn, delivery, answer)
    try:
        if turn.stream and not question.turn.channel:
            _stream(question, answer, speech)
        else:
            _whole(question, answer, speech, delivery)
    except TakenOver:
        speech.finish(stopped=HUMAN)
    except Cancelled:
        if stopping():
            if not speech.texts:
                raise NotYet(0) from None
            speech.finish(stopped=INTERRUPTED)
        else:
            _end_cancelled(question, speech, delivery)
    except StoreUnavailable:
        raise
    except (TransientError, PermanentError):
        if not speech.texts:
            raise
        speech.finish(stopped=MODEL_FAILED)
    finally:
        served(max(WITHOUT_MODEL, answer.usage.prompt_tokens + answer.usage.completion_tokens if answer.usage else 0))
        if speech.bill is not None and answer.usage is not None:  # nothing was recorded that it could go with
            with tenant_session(turn.tenant_id) as session:
                speech.bill(session)


def _stream(question: Question, answer: Answer, speech: Release) -> None:
    """Sentence by sentence. The first one decides whether we abstain, before anything left."""
    for sentence in _sentences(question, answer):
        if not speech.texts and is_dont_know(sentence) and _abstains(question, speech):
            return
        speech.sources = cited(question.request.passages, answer.positions)
        speech.say(sentence)
    if not speech.texts and _abstains(question, speech):
        return
    if not speech.texts:
        speech.say(say(Phrase.DONT_KNOW, language=question.language))
    elif question.reminder and not question.turn.abstained:
        speech.say(f"\n\n{question.reminder}")
    speech.finish()


def _whole(question: Question, answer: Answer, speech: Release, delivery: Delivery) -> None:
    text = question.turn.reply if question.turn.state == TurnState.SENDING else None  # stored by an earlier delivery
    if text is None:
        for _ in _sentences(question, answer):
            pass
        text = answer.text or say(Phrase.DONT_KNOW, language=question.language)
        if is_dont_know(text) and _abstains(question, speech):
            return
        if question.reminder and not question.turn.abstained:
            text = f"{text}\n\n{question.reminder}"
        speech.sources = cited(question.request.passages, answer.positions)
    else:
        speech.sources = question.turn.sources
    if question.turn.channel:
        _record_for_channel(speech, text)
    else:
        speech.say(text, whole=True)
        speech.finish()


def _sentences(question: Question, answer: Answer) -> Iterator[str]:
    """The model's checked sentences; a fixed reply passes as it is."""
    if question.fixed_reply is not None:
        answer.texts.append(question.fixed_reply)
        yield question.fixed_reply
        return
    model, splitter = language_model(), grounding.Sentences()
    with model.stream(question.request, should_stop=_watch(question.turn)) as call:
        try:
            for piece in call:
                for sentence in splitter.feed(piece):
                    yield from _checked(sentence, question, answer)
            for sentence in splitter.end(complete=call.finish_reason != "length"):
                yield from _checked(sentence, question, answer)
        finally:
            answer.usage = call.usage
            _note_outcome(model, call.finish_reason)


def _checked(sentence: str, question: Question, answer: Answer) -> Iterator[str]:
    """What of a sentence may be sent; nothing of one that its sources do not support."""
    if question.masking is not None:
        sentence = question.masking.unmask(sentence)
    checked = grounding.check(
        sentence,
        question.request.passages,
        [question.facts],
        question=question.asked,
        name=question.business,
        today=question.today,
    )
    answer.positions.extend(checked.sources)
    if checked.unsupported:
        log.info("answer.sentence_cut", reason=checked.reason)
    if checked.text is not None:
        answer.texts.append(checked.text)
        yield checked.text


def _watch(turn: Turn) -> Callable[[], bool]:
    """Whether to stop: the process ends, a newer turn took the messages, or a person took over."""
    looked = time.monotonic()

    def should_stop() -> bool:
        nonlocal looked
        if stopping():
            return True
        if time.monotonic() - looked < LOOK_EVERY_S:
            return False
        looked = time.monotonic()
        tenant_id = str(turn.tenant_id)
        if queue().superseded_by(tenant_id, str(turn.id)):
            return True
        return (queue().epoch(tenant_id, str(turn.conversation_id)) or 0) > turn.epoch

    return should_stop


def _abstains(question: Question, speech: Release) -> bool:
    """Note that we do not know; True when that was once too often and a person takes over."""
    with tenant_session(question.turn.tenant_id) as session:
        standing = reclaim(session, question.turn.id, speech.delivery)
        if standing is None:
            raise Fenced
        standing.turn.abstained = True
        # An earlier delivery may have begun to say it: too late to end otherwise.
        hands_over = question.abstentions_left <= 1 and standing.turn.state == TurnState.CLASSIFIED
        if hands_over:
            hand_over.prepare(session, standing.turn, standing.conversation, hand_over.Reason.LOW_CONFIDENCE)
    question.turn = speech.turn = standing.turn
    if hands_over:
        hand_over.announce(standing.turn)
    return hands_over


def _record_for_channel(speech: Release, text: str) -> None:
    turn, sources = speech.turn, speech.sources
    with tenant_session(turn.tenant_id) as session:
        standing = reclaim(session, turn.id, speech.delivery)
        if standing is None:
            raise Fenced
        if speech.bill is not None:
            speech.bill(session)
        standing.turn.reply, standing.turn.sources = text, sources
        standing.turn.move(TurnState.ANSWERED)
        standing.turn.release_claim()
        session.add(Outbound.pending(turn.tenant_id, turn.id, Part.REPLY, text))
    speech.bill = None
    send(DeliverTurn(tenant_id=str(turn.tenant_id), turn_id=str(turn.id)))
    log.info("turn.answered", sources=len(sources))


def _finish_interrupted(speech: Release) -> bool:
    """A redelivery of a turn being said: what was released is the reply. False when nothing had left."""
    turn = speech.turn
    if queue().fence(str(turn.tenant_id), str(turn.id), speech.fence) is Released.ENDED:
        raise Fenced  # and an older holder that wakes up now can say no more than we are about to read
    released = [event for event in queue().events(str(turn.tenant_id), str(turn.id)) if event.kind == "sentence"]
    if not released:
        return False
    speech.texts = [str(event.data["text"]) for event in released]
    speech.sources = turn.sources
    speech.finish(stopped=INTERRUPTED if turn.stream else None)
    return True


def _end_cancelled(question: Question, speech: Release, delivery: Delivery) -> None:
    """The model was stopped by a newer turn (which has ended this one) or by a person."""
    turn = question.turn
    if (queue().epoch(str(turn.tenant_id), str(turn.conversation_id)) or 0) > turn.epoch:
        speech.finish(stopped=HUMAN)
    else:
        raise Fenced


def _model_time_is_over(turn: Turn) -> bool:
    return turn.model_since is not None and now() - turn.model_since >= MODEL_LIMIT / settings().time_scale


def _hand_over(turn: Turn, delivery: Delivery, reason: hand_over.Reason) -> None:
    """To a person. A turn whose saying had begun, although nothing has left, can only fail."""
    with tenant_session(turn.tenant_id) as session:
        standing = reclaim(session, turn.id, delivery)
        if standing is None:
            return
        if standing.turn.state == TurnState.CLASSIFIED:
            hand_over.prepare(session, standing.turn, standing.conversation, reason)
        else:
            standing.turn.move(TurnState.FAILED, reason)
            standing.conversation.handed_over()
    if standing.turn.state == TurnState.HANDED_OVER:
        hand_over.announce(standing.turn)
    else:
        report_end(standing.turn)


def _release(turn: Turn, delivery: Delivery) -> None:
    with tenant_session(turn.tenant_id) as session:
        release(session, turn.id, delivery)


def _count_call(turn: Turn, delivery: Delivery, answer: Answer, session: Session) -> None:
    """Every call is counted, whatever came of it: with what is recorded of its answer, or by itself."""
    usage = answer.usage
    if usage is None:
        return
    metrics.model_tokens.labels("prompt").inc(usage.prompt_tokens)
    metrics.model_tokens.labels("completion").inc(usage.completion_tokens)
    record_model_call(
        session,
        turn.tenant_id,
        turn.id,
        call_id=f"{turn.id}:answer:{delivery.message_id}:{delivery.number}",
        model=usage.model,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reported=usage.reported,
    )


def _note_outcome(model: LanguageModel, finish_reason: str | None) -> None:
    metrics.model_calls.labels("answer", finish_reason or "failed").inc()
