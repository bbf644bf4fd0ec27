"""Repeated questions are answered with what was said before, until anything that answer rests on changes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, text, update

from models.base import Base
from models.conversation import Conversation
from models.database import tenant_session
from models.kept_answer import KeptAnswer
from models.knowledge import KnowledgeEntry
from models.tenant import Tenant
from tests.workers.conftest import teach
from tests.workers.line import Line, Visitor, api_visitor, configure
from tests.workers.money import calls, holds
from tests.workers.test_answer import ScriptedModel
from workers import answer, capture_lead, detect_intent, presume, repeatable

RESTED_ON = {"knowledge_entry", "knowledge_chunk", "tenant_configuration", "tenant"}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(["There is free parking behind the bakery [1]."])
    for module in (answer, detect_intent, capture_lead):
        monkeypatch.setattr(module, "language_model", lambda: scripted)
    return scripted


def ask(line: Line, tenant, question: str = "Where can I park?", **more) -> Visitor:
    visitor = api_visitor(tenant)
    visitor.say(question, **more)
    line.run_all()
    return visitor


def steps(*visitors: Visitor) -> list[str | None]:
    return [visitor.turns()[-1].step for visitor in visitors]


def test_the_second_to_ask_hears_what_the_first_heard(line: Line, bakery, model: ScriptedModel):
    first, second = ask(line, bakery), ask(line, bakery, "  where can I PARK ")
    assert steps(first, second) == ["model", "kept"]
    told = [(visitor.turns()[-1].reply, visitor.turns()[-1].sources) for visitor in (first, second)]
    assert told[0] == told[1]
    assert told[0][1]
    assert sorted(call.purpose or "" for call in calls(bakery)) == ["answer", "intent", "intent"]
    assert (len(model.asked), holds(bakery)) == (1, [])


def test_a_stream_says_it_sentence_by_sentence(line: Line, bakery, model: ScriptedModel):
    model.pieces = ["There is free parking [1]. ", "It is behind the bakery [1]."]
    ask(line, bakery)
    visitor = api_visitor(bakery)
    job = visitor.say("Where can I park?", stream=True)
    line.run_all()
    assert [kind for kind, _ in visitor.events(job.turn_id)] == ["sentence", "sentence", "sources", "done"]


def test_tenants_do_not_share(line: Line, bakery, mallory, model: ScriptedModel):
    teach(mallory)
    assert steps(ask(line, bakery), ask(line, mallory)) == ["model", "model"]


@pytest.mark.parametrize("changed", ["added", "edited", "deleted", "configuration", "name", "time zone"])
def test_whatever_it_rests_on_makes_it_worthless_by_changing(line: Line, bakery, model: ScriptedModel, changed: str):
    ask(line, bakery)
    with tenant_session(bakery.tenant_id) as session:
        match changed:
            case "added":
                session.add(KnowledgeEntry(tenant_id=bakery.tenant_id, question="Bikes?", answer="In the yard."))
            case "edited":
                session.execute(update(KnowledgeEntry).values(answer="Parking moved."))
            case "deleted":
                session.execute(delete(KnowledgeEntry).where(KnowledgeEntry.question.contains("gluten")))
            case "name":
                session.execute(update(Tenant).values(name="New name"))
            case "time zone":
                session.execute(update(Tenant).values(time_zone="Asia/Tokyo"))
    if changed == "configuration":
        configure(bakery, profile="We moved.")
    assert steps(ask(line, bakery)) == ["model"]


def test_every_table_that_answers_rest_on_raises_the_version(stores, bakery):
    with tenant_session(bakery.tenant_id) as session:
        rows = session.execute(
            text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'raise_answer_version'")
        )
        assert {name for (name,) in rows} == RESTED_ON & set(Base.metadata.tables)


def test_what_an_earlier_word_explains_is_not_taken_from_others(line: Line, bakery, model: ScriptedModel):
    ask(line, bakery)
    visitor = ask(line, bakery, "Do you sell gluten-free bread?")
    visitor.say("Where can I park?")
    line.run_all()
    assert steps(visitor) == ["model"]


@pytest.mark.parametrize(
    "pieces",
    [
        ["There is free parking. It costs £99 [1]."],  # cut
        ["Welcome! ", "There is free parking behind the bakery [1]."],  # rests on nothing
        ["There is free parking behind the bakery today [1]."],  # said of a moment
        ["I'm sorry, I don't have that information."],
    ],
)
def test_only_what_is_fully_grounded_and_lasts_is_kept(line: Line, bakery, model: ScriptedModel, pieces):
    model.pieces = pieces
    assert steps(ask(line, bakery), ask(line, bakery)) == ["model", "model"]


def test_it_goes_with_the_conversation_it_was_said_in(line: Line, bakery, model: ScriptedModel):
    visitor = ask(line, bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(delete(Conversation).where(Conversation.id == visitor.conversation_id))
        assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 0


def test_it_lasts_some_hours_and_is_swept_then(line: Line, bakery, model: ScriptedModel):
    ask(line, bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(update(KeptAnswer).values(expires_at=func.now()))
    assert steps(ask(line, bakery)) == ["model"]
    with tenant_session(bakery.tenant_id) as session:
        session.execute(update(KeptAnswer).values(expires_at=func.now()))
    presume.forget_kept_answers()
    with tenant_session(bakery.tenant_id) as session:
        assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 0


@pytest.mark.parametrize(
    "question",
    [
        "Are you open now?",
        "Are you open on Saturday?",
        "¿Están abiertos hoy?",
        "Wann habt ihr morgen offen?",
        "Êtes-vous ouverts demain ?",
        "My name is Anna, where can I park?",
        "Where is my order 123 456 789?",
        "Write to anna@example.org",
        "x" * 301,
        "?!",
    ],
)
def test_questions_of_the_moment_or_of_a_person_are_not_repeated_for_others(question: str):
    assert [repeatable.normalised(question, language) for language in repeatable.LANGUAGES] == [None] * 8


def test_questions_in_other_words_for_us_are_not_kept():
    assert repeatable.normalised("Где можно припарковаться?", "ru") is None


def test_questions_are_alike_whatever_their_case_marks_and_spaces():
    assert repeatable.normalised("  What are your  OPENING hours?? ", "en") == "what are your opening hours"
