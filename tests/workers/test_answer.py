"""Answering: whole and streamed, abstaining, faults of the model, people who come in between."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import pytest
from sqlalchemy import select

from clients.language_model import ChatTurn, Classification, Extraction, ModelRequest, Usage
from config.errors import Cancelled, PermanentError, TransientError
from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import AnswerTurn, MessageKind
from models.message import Author, Message
from models.turn import TurnState
from models.unanswered import UnansweredQuestion, note_unanswered
from models.usage import Usage as UsageRow
from tests.workers.line import Line, Visitor, api_visitor, configure
from workers import answer, detect_intent
from workers.broker import queue
from workers.phrases import is_dont_know


@dataclass
class ScriptedModel:
    """A language model that says what it is told. A piece may be an exception, or a function called when reached."""

    pieces: Sequence[str | Exception | Callable[[], None]]
    name: str = "scripted"
    label: str = "faq"
    claims: Mapping[str, str] = field(default_factory=dict)
    asked: list[ModelRequest] = field(default_factory=list)

    def stream(self, request: ModelRequest, *, should_stop: Callable[[], bool]) -> ScriptedCall:
        self.asked.append(request)
        return ScriptedCall(self, should_stop)

    def classify(self, text: str, history: Sequence[ChatTurn], labels: Mapping[str, str]) -> Classification:
        return Classification(self.label, 0.7, Usage(self.name, 5, 1, True))

    def extract(self, texts: Sequence[str], fields: Mapping[str, str]) -> Extraction:
        return Extraction(self.claims, Usage(self.name, 7, 2, True))


@dataclass
class ScriptedCall:
    model: ScriptedModel
    should_stop: Callable[[], bool]
    usage: Usage | None = None
    finish_reason: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def __iter__(self) -> Iterator[str]:
        self.usage = Usage(self.model.name, 100, 50, reported=False)
        for piece in self.model.pieces:
            if self.should_stop():
                raise Cancelled("stopped")
            if isinstance(piece, Exception):
                raise piece
            if callable(piece):
                piece()
            else:
                yield piece
        self.usage, self.finish_reason = Usage(self.model.name, 40, 20, reported=True), "stop"


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(["We open at 8:00 [1]. ", "We close at 18:00 [1]."])
    for module in (answer, detect_intent):
        monkeypatch.setattr(module, "language_model", lambda: scripted)
    return scripted


def usage(visitor: Visitor) -> list[tuple[str, int, bool]]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        rows = session.scalars(select(UsageRow).order_by(UsageRow.kind)).all()
        return [(row.kind, row.prompt_tokens, row.reported) for row in rows]


def bodies(visitor: Visitor, author: Author) -> list[str]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(Message.body).where(Message.author == author).order_by(Message.accepted_at)))


def test_a_whole_reply_is_stored_counted_and_told(line: Line, visitor: Visitor, model: ScriptedModel):
    job = visitor.say("What are your opening hours?")
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.state, turn.reply) == (TurnState.DELIVERED, "We open at 8:00. We close at 18:00.")
    assert [source["title"] for source in turn.sources] == ["What are your opening hours?"]
    assert [kind for kind, _ in visitor.events(job.turn_id)] == ["sentence", "sources", "done"]
    assert usage(visitor) == [("model_call", 40, True), ("reply", 0, True)]
    assert bodies(visitor, Author.BOT) == [turn.reply]


def test_a_stream_leaves_sentence_by_sentence(line: Line, visitor: Visitor, model: ScriptedModel):
    job = visitor.say("What are your opening hours?", stream=True)
    line.run_all()
    events = visitor.events(job.turn_id)
    assert [kind for kind, _ in events] == ["sentence", "sentence", "sources", "done"]
    assert "".join(data["text"] for kind, data in events if kind == "sentence").strip() == visitor.turns()[0].reply


def test_a_take_over_between_two_sentences_stops_the_stream(line: Line, visitor: Visitor, model: ScriptedModel):
    def take_over() -> None:
        queue().raise_epoch(visitor.tenant_id, str(visitor.conversation_id))

    model.pieces = ["We open at 8:00. ", "We close at 18:00. ", take_over, "We open at 8:00. ", "We close at 18:00."]
    job = visitor.say("What are your opening hours?", stream=True)
    line.run_all()
    events = visitor.events(job.turn_id)
    assert [kind for kind, _ in events if kind != "sources"] == ["sentence", "stopped"]
    (turn,) = visitor.turns()
    assert (turn.state, turn.reason, turn.reply) == (TurnState.DELIVERED, "human", "We open at 8:00.")


def test_a_take_over_before_the_first_sentence_silences_the_turn(line: Line, visitor: Visitor, model: ScriptedModel):
    model.pieces = [lambda: queue().raise_epoch(visitor.tenant_id, str(visitor.conversation_id)), "We open at 8:00."]
    job = visitor.say("What are your opening hours?")
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.state, turn.reason, turn.reply) == (TurnState.SILENT, "human", None)
    assert [kind for kind, _ in visitor.events(job.turn_id)] == ["stopped"]
    assert bodies(visitor, Author.BOT) == []


def test_a_take_over_recorded_while_the_model_runs_silences_the_turn(
    line: Line, visitor: Visitor, model: ScriptedModel
):
    sign = visitor.message("Anna here", kind=MessageKind.HUMAN, turn_id=None)

    def take_over() -> None:
        queue().enqueue(sign)
        Line().run_all("receive")

    model.pieces = [take_over, "We open at 8:00."]
    visitor.say("What are your opening hours?")
    line.run_all()
    assert visitor.turns()[0].state == TurnState.SILENT
    assert bodies(visitor, Author.BOT) == []


def test_a_newer_message_while_the_model_runs_supersedes_the_turn(line: Line, visitor: Visitor, model: ScriptedModel):
    second = visitor.message("And on Sunday?", accepted_at=(now() + timedelta(seconds=1)).isoformat())

    def write_again() -> None:
        if len(visitor.turns()) == 1:
            queue().enqueue(second)
            Line().run_all("receive")

    model.pieces = [write_again, "We open at 8:00."]
    first = visitor.say("What are your opening hours?")
    line.run_all()
    assert [turn.state for turn in visitor.turns()] == [TurnState.SUPERSEDED, TurnState.DELIVERED]
    assert [kind for kind, _ in visitor.events(first.turn_id)] == ["superseded"]
    assert model.asked[-1].question == "What are your opening hours?\nAnd on Sunday?"
    assert len(bodies(visitor, Author.BOT)) == 1
    assert [kind for kind, *_ in usage(visitor)].count("model_call") == 2  # the cancelled call is counted too


def test_a_model_that_is_away_for_a_minute_hands_over(line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch):
    model.pieces = [TransientError("away")]
    visitor.say("What are your opening hours?")
    line.run_all("receive")
    line.run_all("turn")
    assert line.run(line.fetch("answer")) == "transient"
    assert visitor.turns()[0].state == TurnState.CLASSIFIED
    monkeypatch.setattr(answer, "MODEL_LIMIT", timedelta(0))
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.state, turn.reason) == (TurnState.HANDED_OVER, "model_down")
    assert visitor.conversation().owner == Owner.HUMAN
    assert turn.reply is not None


def test_a_model_that_refuses_hands_over_at_once(line: Line, visitor: Visitor, model: ScriptedModel):
    model.pieces = [PermanentError("refused")]
    visitor.say("What are your opening hours?")
    line.run_all()
    assert [(turn.state, turn.reason) for turn in visitor.turns()] == [(TurnState.HANDED_OVER, "model_refused")]


def test_a_stream_that_breaks_after_a_sentence_says_so_and_never_asks_again(
    line: Line, visitor: Visitor, model: ScriptedModel
):
    model.pieces = ["We open at 8:00. ", "We close at 18:00. ", "And ", TransientError("truncated")]
    job = visitor.say("What are your opening hours?", stream=True)
    line.run_all()
    assert [kind for kind, _ in visitor.events(job.turn_id) if kind != "sources"] == ["sentence", "sentence", "stopped"]
    assert (visitor.turns()[0].state, len(model.asked)) == (TurnState.DELIVERED, 1)


def test_a_redelivery_that_finds_released_sentences_stores_them(line: Line, visitor: Visitor, model: ScriptedModel):
    def killed() -> None:
        raise KeyboardInterrupt

    model.pieces = ["We open at 8:00. ", "We close at 18:00. ", "Monday to Friday. ", killed]
    job = visitor.say("What are your opening hours?", stream=True)
    line.run_all("receive")
    line.run_all("turn")
    with pytest.raises(KeyboardInterrupt):
        line.run(line.fetch("answer"))
    queue().goodbye(line.process)
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.state, turn.reason) == (TurnState.DELIVERED, "interrupted")
    assert turn.reply == "We open at 8:00. We close at 18:00."
    assert visitor.events(job.turn_id)[-1][0] == "stopped"
    assert len(model.asked) == 1


def test_not_knowing_is_said_and_the_third_time_in_a_row_a_person_takes_over(
    line: Line, visitor: Visitor, model: ScriptedModel
):
    from workers.phrases import Phrase, say

    model.pieces = [say(Phrase.DONT_KNOW)]
    for _ in range(3):
        visitor.say("Do you sell car tyres?")
        line.run_all()
    assert [turn.state for turn in visitor.turns()] == ["delivered", "delivered", "handed_over"]
    assert visitor.turns()[2].reason == "low_confidence"


def test_a_yes_to_our_offer_of_a_person_is_one(line: Line, visitor: Visitor, model: ScriptedModel):
    from workers.phrases import Phrase, say

    model.pieces = [say(Phrase.DONT_KNOW)]
    for text in ("Do you sell car tyres?", "yes please"):
        visitor.say(text)
        line.run_all()
    assert [(turn.state, turn.reason) for turn in visitor.turns()][1] == (TurnState.HANDED_OVER, "asked")


def test_second_run_changes_nothing(line: Line, visitor: Visitor, model: ScriptedModel):
    job = visitor.say("What are your opening hours?")
    line.run_all()
    queue().enqueue(AnswerTurn(tenant_id=visitor.tenant_id, turn_id=job.turn_id))
    queue().enqueue(detect_intent.DetectIntent(tenant_id=visitor.tenant_id, turn_id=job.turn_id))
    line.run_all()
    assert len(model.asked) == 1
    assert [kind for kind, *_ in usage(visitor)] == ["model_call", "reply"]


def test_a_turn_waits_for_an_older_one_of_its_conversation(line: Line, visitor: Visitor, model: ScriptedModel):
    configure(visitor.tenant, wait_ms=0)
    visitor.say("What are your opening hours?")
    line.run_all("receive")
    line.run_all("turn")  # classified: the first is being answered
    with tenant_session(visitor.tenant.tenant_id) as session:
        from models.turn import lock_turn

        turn, _ = lock_turn(session, visitor.turns()[0].id)
        turn.supersessions = 2  # may not be superseded any more
    visitor.say("And where can I park?")
    line.run_all("receive")
    entry = line.fetch("turn")
    assert line.run(entry) == "not_yet"
    line.run_all()
    assert [turn.state for turn in visitor.turns()] == ["delivered", "delivered"]


def test_the_unsure_guess_is_decided_by_the_model_and_counted(line: Line, visitor: Visitor, model: ScriptedModel):
    model.label = "complaint"
    visitor.say("hmm well the thing with the thing")
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.intent, turn.state, turn.reason) == ("complaint", TurnState.HANDED_OVER, "complaint")
    assert usage(visitor) == [("model_call", 5, True)]


def test_one_tenants_question_never_meets_anothers_entries(line: Line, bakery, mallory, model: ScriptedModel):
    other = api_visitor(mallory)
    other.say("What are your opening hours?")
    line.run_all()
    assert model.asked[-1].passages == ()
    assert uuid.UUID(other.tenant_id) == mallory.tenant_id


def test_a_sentence_that_no_passage_supports_is_cut_and_the_rest_is_said(
    line: Line, visitor: Visitor, model: ScriptedModel
):
    model.pieces = ["We open at 8:00 [1]. ", "A visit costs £99."]
    visitor.say("What are your opening hours?")
    line.run_all()
    (turn,) = visitor.turns()
    assert (turn.reply, turn.abstained) == ("We open at 8:00.", False)


@pytest.mark.parametrize("stream", [False, True])
def test_when_nothing_useful_is_left_the_turn_abstains_and_lists_the_question(
    line: Line, visitor: Visitor, model: ScriptedModel, stream: bool
):
    model.pieces = ["A visit costs £99."]
    job = visitor.say("What does a visit cost?", stream=stream)
    line.run_all()
    (turn,) = visitor.turns()
    assert is_dont_know(turn.reply or "")
    assert (turn.state, turn.abstained, turn.sources) == (TurnState.DELIVERED, True, [])
    assert [kind for kind, _ in visitor.events(job.turn_id)] == ["sentence", "done"]
    with tenant_session(visitor.tenant.tenant_id) as session:
        assert [row.text for row in session.scalars(select(UnansweredQuestion))] == ["What does a visit cost?"]


def test_a_redelivery_counts_an_unanswered_question_once(line: Line, visitor: Visitor, model: ScriptedModel):
    visitor.say("What does a visit cost?")
    line.run_all()
    (turn,) = visitor.turns()
    for _ in range(2):
        with tenant_session(visitor.tenant.tenant_id) as session:
            note_unanswered(session, turn, "What does a visit cost?", "price visit")
    with tenant_session(visitor.tenant.tenant_id) as session:
        assert [row.times for row in session.scalars(select(UnansweredQuestion))] == [1]


def test_a_follow_up_is_searched_with_what_was_asked_before(line: Line, visitor: Visitor, model: ScriptedModel):
    visitor.say("Do you sell gluten-free bread?")
    line.run_all()
    visitor.say("and how much is that?")
    line.run_all()
    assert "Do you sell gluten-free bread?" in [passage.title for passage in model.asked[-1].passages]
