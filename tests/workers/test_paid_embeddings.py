"""Embeddings from an endpoint: each request is reserved first and counted after, by an endpoint that keeps its own bill."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from clients.embeddings import EmbeddingEndpoint, embeddings
from config.errors import OverBudget, StoreUnavailable, TransientError
from config.settings import settings
from models.base import now
from models.database import system_session, tenant_session
from models.embedding_due import EmbeddingDue, WaitsFor, tenants_behind
from models.golden import Cause, GoldenQuestion, GoldenRun, RunState, begin_run
from models.intent_model import IntentModel
from models.jobs import EmbedChunks, RunGolden
from models.price import DEAREST, Tokens, price_of, worst_cost
from models.spending import ModelHold
from models.vector import AskedVector, KnowledgeVector
from tests.doubles.embeddings import EmbeddingsDouble, running
from tests.workers.line import Line, api_visitor
from tests.workers.money import account, calls, cap, charged, holds
from tests.workers.test_own_intents import ask_training, bring
from workers import embed_chunks, presume, run_golden, train_intents, vectors
from workers.broker import queue
from workers.paid_embeddings import PaidEmbeddings, embeddings_for

ROOT = Path(__file__).parents[2]
MODEL = "bill-embedding"  # a micro-unit a token
PARKING = "Where may I park?"


@pytest.fixture
def endpoint(stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingsDouble]:
    """This process's embeddings come from an endpoint; nothing is remembered of other tests."""
    with running() as double:
        monkeypatch.setenv("EMBEDDING_BASE_URL", double.url)
        monkeypatch.setenv("EMBEDDING_MODEL", MODEL)
        monkeypatch.setenv("MODEL_PRICES", f'{{"{MODEL}": [1, 1, 0]}}')
        forget()
        yield double
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in (settings, embeddings, price_of, vectors._remembered):
        cached.cache_clear()
    for remembered in (embed_chunks._questions, embed_chunks._answers, train_intents._general):
        remembered._known.clear()


def embed(tenant) -> None:
    queue().enqueue(EmbedChunks(tenant_id=str(tenant.tenant_id)))


def embedded(tenant) -> int:
    with tenant_session(tenant.tenant_id) as session:
        return session.scalar(select(func.count()).select_from(KnowledgeVector)) or 0


def due(tenant) -> EmbeddingDue | None:
    with tenant_session(tenant.tenant_id) as session:
        return session.scalars(select(EmbeddingDue)).first()


def paying(tenant, endpoint: EmbeddingsDouble, **more: float) -> PaidEmbeddings:
    return PaidEmbeddings(EmbeddingEndpoint(None, endpoint.url, MODEL, **more), tenant.tenant_id, account(tenant))


def test_what_is_made_in_process_costs_nothing_and_is_not_counted(line: Line, bakery):
    cap(bakery, day=0)
    embed(bakery)
    line.run_all("knowledge", patience_s=8)
    api_visitor(bakery).say(PARKING)
    line.run_all()
    assert embedded(bakery) == 3
    assert calls(bakery) == []


def test_passages_are_charged_what_the_endpoint_reports(line: Line, bakery, endpoint):
    embed(bakery)
    line.run_all("knowledge")
    assert embedded(bakery) == 3
    made = calls(bakery)
    assert {(call.purpose, call.model, call.reported, call.turn_id) for call in made} == {
        ("embedding", MODEL, True, None)
    }
    assert len(made) == len(endpoint.asked)
    assert charged(bakery) == sum(call.prompt_tokens for call in made) == endpoint.tokens
    assert (holds(bakery), due(bakery)) == ([], None)


def test_second_run_changes_nothing(line: Line, bakery, endpoint):
    for _ in range(2):
        embed(bakery)
        line.run_all("knowledge")
        spent = endpoint.tokens
    assert charged(bakery) == spent
    assert len(endpoint.asked) == 3  # the passages, and the common questions and answers


def test_a_turns_question_is_charged_to_its_turn_and_asked_once(line: Line, bakery, endpoint):
    embed(bakery)
    line.run_all()
    before, visitor = charged(bakery), api_visitor(bakery)
    for _ in range(2):
        visitor.say(PARKING)
        line.run_all()
    (call,) = [call for call in calls(bakery) if call.turn_id is not None]
    assert call.turn_id == visitor.turns()[0].id
    assert (call.purpose, charged(bakery) - before) == ("embedding", 4)
    assert charged(bakery) == endpoint.tokens


def test_a_question_without_money_is_answered_by_words_alone(line: Line, bakery, endpoint):
    embed(bakery)
    line.run_all()
    spent, visitor = endpoint.tokens, api_visitor(bakery)
    cap(bakery, day=charged(bakery))
    visitor.say(PARKING)
    line.run_all()
    (turn,) = visitor.turns()
    assert turn.state == "delivered"
    assert [source["title"] for source in turn.sources] == ["Where can I park?"]
    assert endpoint.tokens == spent
    with tenant_session(bakery.tenant_id) as session:
        assert session.scalar(select(func.count()).select_from(AskedVector)) == 0


def test_a_public_question_has_the_public_share_alone(line: Line, bakery, endpoint):
    embed(bakery)
    line.run_all()
    spent = charged(bakery)
    cap(bakery, day=spent + 30)  # the worst case of the question is 25, its share half of the cap
    visitor = api_visitor(bakery)
    visitor.say(PARKING, public=True)
    line.run_all()
    assert [call.public for call in calls(bakery) if call.turn_id] == [True]
    api_visitor(bakery).say("Is there anywhere to leave a car?", public=True)
    line.run_all()
    assert charged(bakery) == spent + 4


def test_masked_questions_leave_masked(line: Line, bakery, endpoint):
    from tests.workers.line import configure

    embed(bakery)
    line.run_all()
    configure(bakery, mask_personal_data=True)
    api_visitor(bakery).say("Where may I park? My mail is ann@example.org")
    line.run_all()
    assert "ann@example.org" not in str(endpoint.asked)
    assert "Where may I park?" in str(endpoint.asked[-1])


def test_embedding_waits_for_the_budget_and_goes_on_when_it_is_raised(line: Line, bakery, endpoint):
    cap(bakery, day=1)
    embed(bakery)
    assert line.run_all("knowledge") == [("knowledge.embed", "done")]
    waiting = due(bakery)
    assert waiting is not None
    assert waiting.waits_for == WaitsFor.BUDGET
    assert (endpoint.asked, embedded(bakery), charged(bakery)) == ([], 0, 0)
    with system_session() as session:
        assert bakery.tenant_id not in tenants_behind(session, MODEL)  # not at once
    cap(bakery, day=100_000)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(update(EmbeddingDue).values(next_at=now() - timedelta(seconds=1)))
    with system_session() as session:
        assert bakery.tenant_id in tenants_behind(session, MODEL)
    embed(bakery)
    line.run_all("knowledge")
    assert (embedded(bakery), due(bakery), charged(bakery)) == (3, None, endpoint.tokens)


def test_as_many_passages_as_the_budget_has_room_for_are_embedded(line: Line, bakery, endpoint):
    cap(bakery, day=450)  # a passage's worst case, its sentence's included, is some 220
    endpoint.answer = endpoint.silent
    embed(bakery)
    line.run_all("knowledge")
    assert 0 < embedded(bakery) < 3
    assert endpoint.tokens < charged(bakery) <= 450
    assert due(bakery) is not None


def test_the_bill_never_passes_the_cap_whatever_the_endpoint_does(line: Line, bakery, endpoint):
    cap(bakery, day=400)
    number = 0

    def fickle(body):
        nonlocal number
        number += 1
        return (endpoint.cut, endpoint.silent, endpoint.usual)[number % 3](body)

    endpoint.answer = fickle
    for _ in range(12):
        embed(bakery)
        line.run_all("knowledge", patience_s=0.5)
    assert 0 < endpoint.tokens <= charged(bakery) <= 400


def test_what_the_endpoint_does_not_tell_is_presumed(line: Line, alice, endpoint):
    endpoint.answer = endpoint.silent
    paying(alice, endpoint).queries(["abcd"])
    assert [(call.reported, call.cost_micro) for call in calls(alice)] == [(False, 12)]


def test_a_timeout_and_a_lost_answer_are_presumed(line: Line, alice, endpoint):
    stands = threading.Event()

    def hang(body):
        endpoint.charge(body)
        stands.wait(10)
        return 200, None

    for answer in (endpoint.cut, hang):
        endpoint.answer = answer
        with pytest.raises(TransientError):
            paying(alice, endpoint, read_s=0.2).queries(["abcd"])
    stands.set()
    assert [(call.reported, call.cost_micro) for call in calls(alice)] == [(False, 12)] * 2
    assert endpoint.tokens <= charged(alice)


def test_only_what_was_never_made_or_refused_is_free(line: Line, alice, endpoint):
    away = PaidEmbeddings(EmbeddingEndpoint(None, "http://127.0.0.1:1/v1", MODEL), alice.tenant_id, account(alice))
    with pytest.raises(TransientError):
        away.queries(["abcd"])
    endpoint.answer = lambda _: (401, {"error": {}})
    with pytest.raises(Exception, match="401"):
        paying(alice, endpoint).queries(["abcd"])
    assert (calls(alice), holds(alice)) == ([], [])


def test_a_process_killed_within_a_request_has_its_worst_case_presumed(line: Line, alice, endpoint):
    came, goes = threading.Event(), threading.Event()

    def stand(body):
        endpoint.charge(body)
        came.set()
        goes.wait(20)
        return 200, None

    endpoint.answer = stand
    cap(alice, day=50)
    code = (
        "import sys, uuid; from workers.paid_embeddings import embeddings_for;"
        "embeddings_for(uuid.UUID(sys.argv[1])).queries(['abcd'])"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(alice.tenant_id)], cwd=ROOT, env=os.environ)
    try:
        assert came.wait(30)
    finally:
        child.kill()
        child.wait()
        goes.set()
    (hold,) = holds(alice)
    assert (hold.purpose, hold.amount_micro) == ("embedding", 12)
    endpoint.answer = endpoint.usual
    with pytest.raises(OverBudget):  # it stays held until it is presumed
        paying(alice, endpoint).queries(["x" * 28])
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(ModelHold).values(expires_at=now() - timedelta(seconds=1)))
    presume.presume_lost_calls()
    assert [(call.reported, call.cost_micro) for call in calls(alice)] == [(False, 12)]
    assert endpoint.tokens <= charged(alice)


def test_without_redis_no_bounded_request_is_made(line: Line, alice, endpoint, monkeypatch: pytest.MonkeyPatch):
    from clients.queue import connect
    from clients.spending import Purses
    from workers import spending

    cap(alice, day=1000)
    monkeypatch.setattr(spending, "purses", lambda: Purses(connect("redis://127.0.0.1:1/0", max_connections=1)))
    with pytest.raises(StoreUnavailable):
        paying(alice, endpoint).queries(["abcd"])
    assert vectors.vector_of("abcd", alice.tenant_id) is None
    assert endpoint.asked == []


def test_of_a_long_message_as_much_is_embedded_as_is_searched_for(line: Line, alice, endpoint):
    assert vectors.vector_of("Where may I park? " + "x" * 8_000, alice.tenant_id) is not None
    (asked,) = endpoint.asked[-1]["input"]
    assert (asked[:18], len(asked)) == ("Where may I park? ", 2_000)


def test_a_model_without_a_price_is_taken_for_the_dearest(line: Line, alice, endpoint):
    unknown = PaidEmbeddings(
        EmbeddingEndpoint(None, endpoint.url, "unknown-embedding"), alice.tenant_id, account(alice)
    )
    endpoint.answer = endpoint.silent
    unknown.queries(["abcd"])
    assert charged(alice) == worst_cost(DEAREST, Tokens(12, 0))


def test_an_endpoint_that_refuses_everything_is_left_alone_for_a_while(line: Line, bakery, endpoint):
    endpoint.answer = lambda _: (401, {"error": {}})
    embed(bakery)
    assert line.run_all("knowledge") == [("knowledge.embed", "done")]
    waiting = due(bakery)
    assert waiting is not None
    assert (waiting.waits_for, charged(bakery)) == (WaitsFor.ENDPOINT, 0)
    assert len(endpoint.asked) == 4  # all three together, then each


def test_training_is_paid_for_and_waits_for_the_budget(line: Line, alice, endpoint):
    bring(alice)
    cap(alice, day=1)
    ask_training(alice)
    assert [verdict for _, verdict in line.run_all("knowledge")] == ["not_yet"]
    (waiting,) = versions(alice)
    assert (waiting.state, waiting.reason) == (
        "training",
        "Waiting: the budget has no room for embedding the examples.",
    )
    cap(alice, day=100_000)
    job = train_intents.TrainIntents(tenant_id=str(alice.tenant_id), model_id=str(waiting.id))
    for _ in range(2):  # the job itself comes back in five minutes
        train_intents.train_intents(job, ANY)
    (trained,) = versions(alice)
    assert (trained.state, trained.reason) == ("ready", None)
    assert charged(alice) == endpoint.tokens > 0


def test_a_golden_run_waits_for_the_money_of_its_questions(line: Line, bakery, endpoint):
    embed(bakery)
    line.run_all("knowledge")
    cap(bakery, day=charged(bakery))
    with tenant_session(bakery.tenant_id) as session:
        session.add(GoldenQuestion(tenant_id=bakery.tenant_id, question=PARKING, expected=["behind"]))
        name = begin_run(session, bakery.tenant_id, Cause.ASKED)
    job = RunGolden(tenant_id=str(bakery.tenant_id), run_id=str(name))
    with pytest.raises(run_golden.NotYet):
        run_golden.run_golden(job, ANY)
    cap(bakery, day=None)
    run_golden.run_golden(job, ANY)
    with tenant_session(bakery.tenant_id) as session:
        run = session.get_one(GoldenRun, (bakery.tenant_id, name))
    assert (run.state, run.right_now) == (RunState.DONE, 1)
    assert charged(bakery) == endpoint.tokens


ANY = train_intents.Delivery(uuid.uuid4().hex, 1)


def versions(tenant) -> list[IntentModel]:
    with tenant_session(tenant.tenant_id) as session:
        return list(session.scalars(select(IntentModel)))


def test_requests_of_many_threads_at_once_stay_below_the_cap(line: Line, alice, endpoint):
    cap(alice, day=200)

    def ask(number: int) -> None:
        by = embeddings_for(alice.tenant_id)
        for turn in range(5):
            try:
                by.queries([f"question {number} {turn}"])
            except OverBudget:
                return

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 < endpoint.tokens == charged(alice) <= 200
    assert holds(alice) == []
