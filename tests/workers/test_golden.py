"""Golden questions: asked in runs, compared with before; a trial goes live only when answers do not get worse."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from models.database import system_session, tenant_session
from models.golden import (
    Cause,
    GoldenQuestion,
    GoldenRun,
    RunState,
    begin_run,
    tenants_of_another_model,
)
from models.jobs import EmbedChunks, RunGolden
from models.knowledge import KnowledgeEntry
from models.tenant import configuration
from models.turn import Delivery
from models.vector import KnowledgeSpace, KnowledgeVector
from tests.workers.line import Line
from tests.workers.test_answer import ScriptedModel
from workers import golden_overdue, rehearse, run_golden
from workers.broker import queue
from workers.embed_chunks import embed_tenant

HOURS = ("When are you open?", ["8:00 to 18:00"])
TYRES = ("Do you sell car tyres?", None)


def ask_always(tenant, *questions: tuple[str, list[str] | None]) -> None:
    with tenant_session(tenant.tenant_id) as session:
        for question, expected in questions:
            session.add(GoldenQuestion(tenant_id=tenant.tenant_id, question=question, expected=expected))


def begin(tenant, cause: Cause = Cause.ASKED, candidate: Mapping[str, Any] | None = None) -> uuid.UUID:
    with tenant_session(tenant.tenant_id) as session:
        return begin_run(session, tenant.tenant_id, cause, candidate)


def run(tenant, name: uuid.UUID | str, number: int = 1) -> None:
    run_golden.run_golden(RunGolden(tenant_id=str(tenant.tenant_id), run_id=str(name)), Delivery("m", number))


def stored(tenant, name: uuid.UUID) -> GoldenRun:
    with tenant_session(tenant.tenant_id) as session:
        return session.get_one(GoldenRun, (tenant.tenant_id, name))


def live(tenant) -> str:
    with tenant_session(tenant.tenant_id) as session:
        return configuration(session)[1].prompt


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """Answers by the prompt it is given: wrong where it is told to be silly."""

    class Obedient(ScriptedModel):
        def stream(self, request, *, should_stop):
            silly = "silly" in request.system
            self.pieces = ["I don't have that information." if silly else "We are open from 8:00 to 18:00 [1]."]
            return super().stream(request, should_stop=should_stop)

    made = Obedient([])
    for module in (rehearse, run_golden):
        monkeypatch.setattr(module, "language_model", lambda: made)
    return made


def test_a_run_says_what_is_right_and_what_is_missing(line: Line, bakery):
    ask_always(bakery, HOURS, TYRES, ("Where can I park?", ["underground"]))
    name = begin(bakery)
    run(bakery, name)
    found = stored(bakery, name)
    assert (found.state, found.asked, found.right_now, found.right_before) == (RunState.DONE, 3, 2, None)
    assert {each["question"]: each["missing"] for each in found.results} == {
        "When are you open?": [],
        "Do you sell car tyres?": [],
        "Where can I park?": ["underground"],
    }
    assert found.model == "extractive"


def test_second_run_changes_nothing(line: Line, bakery):
    ask_always(bakery, HOURS)
    name = begin(bakery)
    run(bakery, name)
    before = stored(bakery, name).results
    run(bakery, name, number=2)
    assert stored(bakery, name).results == before


def test_a_run_is_compared_with_the_one_before(line: Line, bakery):
    ask_always(bakery, HOURS, TYRES)
    run(bakery, begin(bakery))
    with tenant_session(bakery.tenant_id) as session:
        for entry in session.query(KnowledgeEntry).filter(KnowledgeEntry.question.contains("opening")):
            session.delete(entry)
    name = begin(bakery, Cause.KNOWLEDGE)
    run(bakery, name)
    found = stored(bakery, name)
    assert (found.right_now, found.right_before, found.worse, found.state) == (1, 2, True, RunState.DONE)


def test_a_trial_that_is_no_worse_goes_live(line: Line, bakery, model: ScriptedModel):
    ask_always(bakery, HOURS)
    name = begin(bakery, Cause.CONFIGURATION, {"prompt": "Be kind."})
    run(bakery, name)
    found = stored(bakery, name)
    assert (found.state, found.right_now, found.right_before) == (RunState.DONE, 1, 1)
    assert found.live_at is not None
    assert live(bakery) == "Be kind."


def test_a_trial_that_gets_worse_is_held(line: Line, bakery, model: ScriptedModel):
    ask_always(bakery, HOURS)
    name = begin(bakery, Cause.CONFIGURATION, {"prompt": "Be silly."})
    run(bakery, name)
    found = stored(bakery, name)
    assert (found.state, found.right_now, found.right_before, found.live_at) == (RunState.HELD, 0, 1, None)
    assert live(bakery) == ""


def test_what_a_run_costs_is_counted(line: Line, bakery, model: ScriptedModel):
    from models.usage import Usage

    ask_always(bakery, HOURS)
    name = begin(bakery, Cause.CONFIGURATION, {"prompt": "Be kind."})
    run(bakery, name)
    with tenant_session(bakery.tenant_id) as session:
        assert [(row.purpose, row.prompt_tokens) for row in session.query(Usage)] == [("answer", 40)] * 2


def test_a_newer_trial_takes_the_older_ones_place_and_its_other_fields(line: Line, bakery):
    first = begin(bakery, Cause.CONFIGURATION, {"prompt": "One", "tone": "Warm"})
    second = begin(bakery, Cause.CONFIGURATION, {"prompt": "Two"})
    assert stored(bakery, first).state == RunState.REPLACED
    assert stored(bakery, second).candidate == {"prompt": "Two", "tone": "Warm"}


def test_changed_knowledge_is_run_once_it_has_settled(line: Line, bakery):
    ask_always(bakery, HOURS)
    for _ in range(2):
        queue().enqueue(EmbedChunks(tenant_id=str(bakery.tenant_id)))
    assert [name for name, _ in line.run_all("knowledge", patience_s=8)] == ["knowledge.embed", "knowledge.embed"]
    assert queue().fetch("p", ("knowledge",), 1, call="1:1").next_due_ms > 10_000
    run(bakery, "")
    with tenant_session(bakery.tenant_id) as session:
        assert [row.cause for row in session.query(GoldenRun)] == [Cause.KNOWLEDGE]


def causes(tenant) -> list[str]:
    with tenant_session(tenant.tenant_id) as session:
        return [row.cause for row in session.query(GoldenRun).order_by(GoldenRun.created_at)]


def test_nothing_is_asked_again_while_nothing_has_changed(line: Line, bakery):
    ask_always(bakery, HOURS)
    for _ in range(2):
        run(bakery, "")
    assert causes(bakery) == [Cause.KNOWLEDGE]
    with tenant_session(bakery.tenant_id) as session:
        session.add(KnowledgeEntry(tenant_id=bakery.tenant_id, question="New?", answer="Yes."))
    run(bakery, "")
    assert causes(bakery) == [Cause.KNOWLEDGE] * 2


def test_another_model_is_noticed_by_the_clock_and_asked_once(line: Line, bakery, mallory, monkeypatch):
    ask_always(bakery, HOURS)
    ask_always(mallory, HOURS)
    run(bakery, "")

    def behind(model: str) -> set[uuid.UUID]:
        with system_session() as session:
            return {bakery.tenant_id, mallory.tenant_id} & set(tenants_of_another_model(session, model))

    assert behind("extractive") == set()
    assert behind("scripted") == {bakery.tenant_id}  # Mallory's were never asked
    other = ScriptedModel(["We are open from 8:00 to 18:00 [1]."])
    for module in (rehearse, run_golden, golden_overdue):
        monkeypatch.setattr(module, "language_model", lambda: other)
    for number in (2, 3):
        golden_overdue.golden_overdue(number)
    line.run_all("knowledge", patience_s=20)
    assert causes(bakery) == [Cause.KNOWLEDGE, Cause.MODEL]
    assert behind(other.name) == set()
    assert causes(mallory) == []


def test_a_run_whose_job_was_lost_goes_on(line: Line, bakery):
    ask_always(bakery, HOURS)
    with tenant_session(bakery.tenant_id) as session:
        begun = begin_run(session, bakery.tenant_id, Cause.MODEL, model="extractive")
    run(bakery, "")
    assert stored(bakery, begun).state == RunState.DONE
    assert causes(bakery) == [Cause.MODEL]


def test_vectors_of_another_model_are_a_change(line: Line, bakery):
    ask_always(bakery, HOURS)
    embed_tenant(bakery.tenant_id)
    run(bakery, "")
    with tenant_session(bakery.tenant_id) as session:
        session.query(KnowledgeVector).update({"model": "older"})
        session.query(KnowledgeSpace).update({"model": "older"})
    embed_tenant(bakery.tenant_id)
    run(bakery, "")
    assert causes(bakery) == [Cause.KNOWLEDGE] * 2


def test_without_golden_questions_nothing_is_run(line: Line, bakery):
    queue().enqueue(EmbedChunks(tenant_id=str(bakery.tenant_id)))
    line.run_all("knowledge", patience_s=8)
    assert queue().fetch("p", ("knowledge",), 1, call="1:1").next_due_ms is None
    run(bakery, "")
    with tenant_session(bakery.tenant_id) as session:
        assert session.query(GoldenRun).all() == []


def test_a_fact_is_found_whatever_its_case_accents_and_spaces():
    assert run_golden.holds("Das kostet 13,90 € im Café.", "CAFE")
    assert run_golden.holds("from 8:00\nto 18:00", "8:00 to 18:00")
    assert not run_golden.holds("from 8:00", "18:00")
