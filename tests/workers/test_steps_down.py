"""Near the cap quality steps down, visibly and never silently: cheaper model, entries, contact form, person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from clients.language_model import ModelRequest, Usage, answer_bound
from models.database import tenant_session
from models.price import Tokens, price_of, worst_cost
from models.turn import Turn, TurnState
from tests.workers.line import Line, Visitor, api_visitor
from tests.workers.money import calls, cap, charged, holds
from tests.workers.test_answer import ScriptedModel
from workers import answer, capture_lead, detect_intent, last_resort

PLENTY = 10**9
DEAR, CHEAP = "gpt-6-sol", "gpt-6-luna"


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(["We open at 8:00 [1]. ", "We close at 18:00 [1]."], name=DEAR)
    for module in (answer, detect_intent, capture_lead):
        monkeypatch.setattr(module, "language_model", lambda: scripted)
    return scripted


def ask(line: Line, visitor: Visitor, text: str = "What are your opening hours?") -> Turn:
    visitor.say(text)
    line.run_all()
    return visitor.turns()[-1]


def worst(request: ModelRequest, name: str) -> int:
    bound = answer_bound(request)
    return worst_cost(price_of(name), Tokens(bound.prompt_tokens, bound.completion_tokens))


def test_with_room_the_model_answers_and_is_charged_what_it_reported(
    line: Line, visitor: Visitor, model: ScriptedModel
):
    cap(visitor.tenant, day=PLENTY)
    turn = ask(line, visitor)
    assert (turn.state, turn.step) == (TurnState.DELIVERED, "model")
    (call,) = calls(visitor.tenant)
    # 40 prompt tokens at 2.50 (they may have been written to the provider's cache), 20 of output at 10.00 a million
    assert (call.cost_micro, call.turn_id, call.purpose) == (300, turn.id, "answer")
    assert holds(visitor.tenant) == []


def test_near_the_cap_the_cheaper_model_is_asked(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=PLENTY, cheaper=CHEAP)
    assert ask(line, visitor).step == "model"
    whole = worst(model.asked[0], DEAR)
    cap(visitor.tenant, day=charged(visitor.tenant) + whole)  # it would fit, but fill more than its part
    turn = ask(line, visitor)
    assert (turn.state, turn.step) == (TurnState.DELIVERED, "cheaper")
    assert model.asked[-1].model == CHEAP
    assert [call.model for call in calls(visitor.tenant)] == [DEAR, CHEAP]


def test_without_room_the_entries_are_quoted(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=1)
    turn = ask(line, visitor, "Do you sell gluten-free bread?")
    assert (turn.state, turn.step) == (TurnState.DELIVERED, "faq")
    assert turn.reply == "Yes, we bake gluten-free bread every Tuesday. It costs £4.50."
    assert [source["title"] for source in turn.sources] == ["Do you sell gluten-free bread?"]
    assert (model.asked, calls(visitor.tenant)) == ([], [])


def test_what_no_entry_answers_asks_for_contact_once_then_a_person_takes_over(
    line: Line, visitor: Visitor, model: ScriptedModel
):
    cap(visitor.tenant, day=1)
    turn = ask(line, visitor, "Do you repair violins, and how long does it take?")
    assert (turn.state, turn.step, turn.reply) == (TurnState.DELIVERED, "contact", last_resort.ASK_CONTACT["en"])
    turn = ask(line, visitor, "Or do you repair cellos?")
    assert (turn.state, turn.reason, turn.step) == (TurnState.HANDED_OVER, "budget", "person")
    assert turn.reply
    assert calls(visitor.tenant) == []


def test_who_left_contact_is_not_asked_for_it(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=1)
    visitor.say("Do you repair violins? I am at anna@example.org.")
    line.run_all("receive")
    line.run_all("lead")
    line.run_all()
    turn = visitor.turns()[-1]
    assert (turn.state, turn.step) == (TurnState.HANDED_OVER, "person")
    assert calls(visitor.tenant) == []


def test_a_stream_steps_down_like_a_whole_reply(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=1)
    job = visitor.say("Do you sell gluten-free bread?", stream=True)
    line.run_all()
    assert [kind for kind, _ in visitor.events(job.turn_id)] == ["sentence", "sentence", "sources", "done"]
    assert visitor.turns()[-1].step == "faq"


def test_an_unpaid_intent_is_guessed_locally(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=1)
    turn = ask(line, visitor, "hmm, and the bread thing, what do you think")
    assert turn.intent is not None
    assert calls(visitor.tenant) == []


def test_every_call_of_a_turn_is_counted_for_its_purpose(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=PLENTY)
    first = ask(line, visitor, "hmm, and the gluten thing, what do you think")
    second = ask(line, visitor, "Do you sell gluten-free bread? Write to anna@example.org.")
    told = [(call.turn_id, call.purpose) for call in calls(visitor.tenant)]
    assert sorted(purpose for turn_id, purpose in told if turn_id == first.id) == ["answer", "intent"]
    assert sorted(purpose for turn_id, purpose in told if turn_id == second.id) == ["answer", "intent", "lead"]
    assert holds(visitor.tenant) == []


def test_a_call_whose_process_dies_stays_held_until_it_is_presumed(line: Line, visitor: Visitor, model: ScriptedModel):
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    cap(visitor.tenant, day=PLENTY)
    model.pieces = [die]
    visitor.say("What are your opening hours?")
    while (entry := line.fetch()) and b"turn.answer" not in entry.payload:
        line.run(entry)
    assert entry is not None
    with pytest.raises(Killed):
        line.run(entry)
    (call,) = calls(visitor.tenant)  # a kill -9 would leave the hold; an exception is recorded as presumed
    assert not call.reported
    assert call.cost_micro == worst(model.asked[0], DEAR)


def test_without_a_cap_the_hold_travels_with_the_claim(line: Line, visitor: Visitor, model: ScriptedModel):
    seen = []

    def look() -> None:
        seen.extend(holds(visitor.tenant))

    model.pieces = [look, "We open at 8:00 [1]."]
    ask(line, visitor)
    assert [hold.purpose for hold in seen] == ["answer"]
    assert [call.work_id for call in calls(visitor.tenant)] == [str(seen[0].id)]
    assert holds(visitor.tenant) == []


def test_a_call_that_was_never_made_costs_nothing(line: Line, visitor: Visitor, model: ScriptedModel):
    visitor.say("Hello!")  # a greeting needs no model
    line.run_all()
    assert (calls(visitor.tenant), holds(visitor.tenant)) == ([], [])


def test_half_of_the_budget_is_the_public_credentials(line: Line, visitor: Visitor, model: ScriptedModel):
    cap(visitor.tenant, day=PLENTY)
    ask(line, visitor)
    whole = worst(model.asked[0], DEAR)
    cap(visitor.tenant, day=charged(visitor.tenant) + whole + whole // 2)
    stranger = api_visitor(visitor.tenant)
    stranger.say("Do you sell gluten-free bread?", public=True)
    line.run_all()
    assert stranger.turns()[-1].step == "faq"
    assert ask(line, api_visitor(visitor.tenant), "Do you sell gluten-free bread?").step == "model"


def test_reported_tokens_of_the_providers_cache_are_cheaper(line: Line, visitor: Visitor, model: ScriptedModel):
    from workers import spending

    bound = spending.Wish(DEAR, answer_bound(ModelRequest("s", (), "q", (), 10)))
    account = spending.account_of(visitor.tenant.tenant_id)
    with spending.paid(account, spending.Purpose.ANSWER, bound) as charge:
        charge.ended(Usage(DEAR, 100, 0, True, cached_tokens=90, written_tokens=0))
    with tenant_session(visitor.tenant.tenant_id) as session:
        row = session.scalars(select(spending.spending.Usage)).one()
    assert (row.cached_tokens, row.cost_micro) == (90, 10 * 2 + 18)


def test_without_redis_a_turn_waits(
    line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
):
    from clients.queue import connect
    from clients.spending import Purses
    from workers import spending

    cap(visitor.tenant, day=PLENTY)
    there, away = spending.purses(), Purses(connect("redis://127.0.0.1:1/0", max_connections=1))
    monkeypatch.setattr(spending, "purses", lambda: away)
    visitor.say("hmm, and the gluten thing, what do you think")
    for _ in range(2):  # it is received, then its intent waits
        line.run(line.fetch())
    assert line.ran == [("message.receive", "done"), ("turn.detect_intent", "transient")]
    assert not visitor.turns()[-1].claimed
    monkeypatch.setattr(spending, "purses", lambda: there)
    line.run_all()
    assert visitor.turns()[-1].state == TurnState.DELIVERED
