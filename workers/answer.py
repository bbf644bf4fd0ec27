"""Writes a classified turn's reply: from the tenant's own entries through the language model, each sentence checked.

The model is asked outside any transaction. Safe to run twice: an answered turn is done, an older delivery is fenced, and
a turn of which something was released is never asked again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from clients.language_model import ModelRequest, Usage
from clients.queue import Released
from config import metrics
from config.errors import Cancelled, NotYet, OverBudget, PermanentError, StoreUnavailable, TransientError
from config.settings import settings
from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import AnswerTurn, DeliverTurn
from models.kept_answer import Kept, keep
from models.outbound import Outbound, Part
from models.spending import Step
from models.turn import Claimed, Delivery, Done, Held, Turn, TurnState, claim, note_step, reclaim, release
from models.unanswered import note_unanswered
from workers import grounding, hand_over, last_resort
from workers.broker import actor, queue, served, stopping
from workers.ends import HUMAN, INTERRUPTED, MODEL_FAILED, report_end
from workers.paid_model import PaidModel, intend_answer
from workers.phrases import Phrase, is_dont_know, say
from workers.question import Grounds, Question, ask_question, read_question
from workers.release import Fenced, Release, TakenOver, cited
from workers.repeatable import lasts
from workers.resources import language_model, send
from workers.resume import resume
from workers.spending import Charge
from workers.words import subject

LEASE = timedelta(seconds=90)
MODEL_LIMIT = timedelta(seconds=60)  # in all tries; then a person
WITHOUT_MODEL = 1.0  # what an answer costs in the queue for which no model was asked
LOOK_EVERY_S = 1.0  # whether somebody superseded or took over while the model speaks

log = structlog.get_logger()


@dataclass
class Answer:
    """What a model said so far, sentence by sentence, and what it rests on."""

    paid: PaidModel
    texts: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    usage: Usage | None = None
    step: Step | None = None  # how it came about
    whole: bool = False  # it ended as it should, and each sentence rests on a passage: worth keeping for others
    stated: bool = False  # something about the business was said, and is supported
    cut: int = 0  # sentences that were not

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()

    @property
    def useful(self) -> bool:
        """Whether anything is left to be sent. Of an answer that was cut, a friendly word alone is not."""
        return bool(self.text) and (self.stated or not self.cut)


@actor(AnswerTurn, time_limit_ms=85_000)
def answer_turn(job: AnswerTurn, delivery: Delivery) -> None:
    """Claim, ask, release or record."""
    claimed = _claim(job, delivery)
    if claimed is None:
        return
    question, intended = claimed
    try:
        _answer(question, delivery, PaidModel(language_model(), question.account, intended=intended))
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
    except OverBudget:
        _hand_over(question.turn, delivery, hand_over.Reason.BUDGET)
    except PermanentError:
        _hand_over(question.turn, delivery, hand_over.Reason.MODEL_REFUSED)
    except BaseException:
        _release(question.turn, delivery)
        raise


def _claim(job: AnswerTurn, delivery: Delivery) -> tuple[Question, Charge | None] | None:
    """What to answer, and the hold of the call that will be made for it where that could travel along."""
    turn_id, intended = uuid.UUID(job.turn_id), None
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
            reading = read_question(session, asking, turn, conversation, language_model())
            if reading.fixed is None:
                intended = intend_answer(session, reading.account, language_model())
    if reading is None:
        served(WITHOUT_MODEL)
    if turn is None:
        log.info("turn.answer.skipped")
        resume(job, delivery)
    elif reading is None and turn.ended:
        report_end(turn)
    return (reading.question(), intended) if reading else None


def _answer(question: Question, delivery: Delivery, paid: PaidModel) -> None:
    turn = question.turn
    speech = Release(turn, delivery)
    answer = Answer(paid)
    speech.bill = partial(_count_call, question, answer)
    try:
        if turn.state == TurnState.SENDING and _finish_interrupted(speech):
            return
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
        if paid.unrecorded or (speech.bill is not None and paid.called):  # nothing was stored that it could go with
            with tenant_session(turn.tenant_id) as session:
                paid.record(session)
        paid.close()


def _stream(question: Question, answer: Answer, speech: Release) -> None:
    """Sentence by sentence. Whether we abstain is decided before anything left: until something is stated and supported,
    what is said waits.
    """
    waiting: list[str] = []
    with closing(_sentences(question, answer)) as sentences:  # so that the call has ended before it is counted
        for sentence in sentences:
            if not speech.texts and is_dont_know(sentence) and _abstains(question, speech):
                return
            waiting.append(sentence)
            if answer.stated:
                speech.sources = _sources(question, answer)
                while waiting:
                    speech.say(waiting.pop(0))
    if not speech.texts and not answer.useful:
        if not question.turn.abstained and _abstains(question, speech):
            return
        waiting = [say(Phrase.DONT_KNOW, language=question.language)]
    speech.sources = _sources(question, answer)
    for sentence in waiting:
        speech.say(sentence)
    if question.reminder and not question.turn.abstained:
        speech.say(f"\n\n{question.reminder}")
    speech.finish()


def _whole(question: Question, answer: Answer, speech: Release, delivery: Delivery) -> None:
    text = question.turn.reply if question.turn.state == TurnState.SENDING else None  # stored by an earlier delivery
    if text is None:
        for _ in _sentences(question, answer):
            pass
        text = answer.text if answer.useful else say(Phrase.DONT_KNOW, language=question.language)
        if is_dont_know(text) and _abstains(question, speech):
            return
        if question.reminder and not question.turn.abstained:
            text = f"{text}\n\n{question.reminder}"
        speech.sources = _sources(question, answer)
    else:
        speech.sources = question.turn.sources
    if question.turn.channel:
        _record_for_channel(speech, text)
    else:
        speech.say(text, whole=True)
        speech.finish()


def _sentences(question: Question, answer: Answer) -> Generator[str]:
    """The model's checked sentences, or what takes their place; a fixed reply passes as it is.

    Raises:
        OverBudget: a person has to answer.
    """
    if question.fixed_reply is not None:
        answer.texts.append(question.fixed_reply)
        answer.stated = True
        yield question.fixed_reply
    elif question.kept is not None:
        answer.step = Step.KEPT
        answer.stated = True
        answer.texts += question.kept.sentences
        yield from question.kept.sentences
    else:
        try:
            yield from _from_model(question, answer)
        except OverBudget:
            yield from _without_model(question, answer)


def _from_model(question: Question, answer: Answer) -> Iterator[str]:
    answer.whole = True
    yield from speak(question.request, question.grounds, answer, _watch(question.turn))


def speak(request: ModelRequest, grounds: Grounds, answer: Answer, should_stop: Callable[[], bool]) -> Iterator[str]:
    """The model's sentences, each checked, as they come; `answer` knows what they rest on and cost."""
    model, splitter = answer.paid, grounding.Sentences()
    with model.stream(request, should_stop=should_stop) as call:
        answer.step = model.step
        try:
            for piece in call:
                for sentence in splitter.feed(piece):
                    yield from _checked(sentence, request, grounds, answer)
            for sentence in splitter.end(complete=call.finish_reason != "length"):
                yield from _checked(sentence, request, grounds, answer)
        finally:
            answer.usage = call.usage
            answer.whole = answer.whole and call.finish_reason == "stop"
            _note_outcome(call.finish_reason)


def _without_model(question: Question, answer: Answer) -> Iterator[str]:
    """The budget has no room: the business's own entries, a way to reach the visitor, and at last a person."""
    answer.whole = False
    answer.step = Step.FAQ
    for sentence in last_resort.from_entries(question.request):
        yield from _checked(sentence, question.request, question.grounds, answer)
    if answer.texts:
        return
    answer.step = Step.CONTACT
    text = last_resort.contact_form(question.turn, question.language)
    if text is None:
        answer.step = Step.PERSON
        raise OverBudget("the budget is spent, and a person has to answer")
    answer.texts.append(text)
    yield text


def _sources(question: Question, answer: Answer) -> list[dict[str, Any]]:
    if answer.step is Step.KEPT and question.kept is not None:
        return question.kept.sources
    return cited(question.request.passages, answer.positions)


def _checked(sentence: str, request: ModelRequest, grounds: Grounds, answer: Answer) -> Iterator[str]:
    """What of a sentence may be sent; nothing of one that its sources do not support."""
    if grounds.masking is not None:
        sentence = grounds.masking.unmask(sentence)
    checked = grounding.check(
        sentence,
        request.passages,
        [grounds.facts],
        question=grounds.asked,
        name=grounds.business,
        today=grounds.today,
    )
    if checked.unsupported:  # not sent: what it rests on is not cited either
        answer.cut += 1
        answer.whole = False
        log.info("answer.sentence_cut", reason=checked.reason)
        return
    answer.positions.extend(checked.sources)
    if checked.text is None or not checked.sources:
        answer.whole = False
    if checked.text is not None:
        answer.stated = answer.stated or checked.stated
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
    """Note that we do not know, and what; True when that was once too often and a person takes over."""
    with tenant_session(question.turn.tenant_id) as session:
        standing = reclaim(session, question.turn.id, speech.delivery)
        if standing is None:
            raise Fenced
        standing.turn.abstained = True
        note_unanswered(session, standing.turn, question.request.question, subject(question.request.question))
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
        if reason is hand_over.Reason.BUDGET:
            standing.turn.step = Step.PERSON
            metrics.answer_steps.labels(Step.PERSON).inc()
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


def _count_call(question: Question, answer: Answer, session: Session) -> None:
    """Every call is counted, whatever came of it, with what is recorded of its answer; and what others may hear, too."""
    answer.paid.record(session)
    if answer.usage is not None:
        metrics.model_tokens.labels("prompt").inc(answer.usage.prompt_tokens)
        metrics.model_tokens.labels("completion").inc(answer.usage.completion_tokens)
    if answer.step is not None:
        note_step(session, question.turn.id, answer.step)
        metrics.answer_steps.labels(answer.step).inc()
    repeats = question.repeats
    if repeats is not None and answer.step is Step.MODEL and answer.whole and answer.texts and lasts(answer.text):
        kept = Kept(answer.texts, _sources(question, answer))
        keep(
            session,
            question.turn.tenant_id,
            repeats.name,
            repeats.version,
            kept,
            question.turn.conversation_id,
            repeats.until,
        )


def _note_outcome(finish_reason: str | None) -> None:
    metrics.model_calls.labels("answer", finish_reason or "failed").inc()
