"""What a business has set reaches the pipeline: which messages a person answers, and that a suspended one is left alone."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models.base import now
from models.database import tenant_session
from models.intent import Intent
from models.jobs import ReconcileConnection
from models.tenant import Tenant
from models.turn import TurnState
from tests.workers.line import api_visitor, configure
from tests.workers.test_deliver import Desk
from workers.broker import queue
from workers.phrases import Phrase, say

PRICE = "How much does the gluten-free bread cost?"
COMPLAINT = "I want to complain, your service was terrible."


def ask(line, tenant, text: str):
    visitor = api_visitor(tenant)
    visitor.say(text)
    line.run_all()
    return visitor.turns()[-1]


def test_an_intent_of_the_businesss_list_goes_to_a_person(line, bakery):
    assert ask(line, bakery, PRICE).state == TurnState.DELIVERED
    configure(bakery, hand_over_intents=["human", "pricing"])
    turn = ask(line, bakery, PRICE)
    assert (turn.intent, turn.state, turn.reason) == (Intent.PRICING, TurnState.HANDED_OVER, "rule")
    assert turn.reply == say(Phrase.RULE)


def test_a_complaint_taken_off_the_list_is_answered(line, bakery):
    assert ask(line, bakery, COMPLAINT).reason == "complaint"
    configure(bakery, hand_over_intents=["human"])
    turn = ask(line, bakery, COMPLAINT)
    assert (turn.intent, turn.state) == (Intent.COMPLAINT, TurnState.DELIVERED)


def test_a_weak_clue_of_a_complaint_keeps_no_question_from_the_entries(line, bakery):
    asked = "You put the wrong bread in my bag, are you open tomorrow?"
    assert ask(line, bakery, asked).intent == Intent.FAQ


@pytest.mark.parametrize("listed", [[], ["pricing"], ["spam", "greeting"]])
def test_whoever_asks_for_a_person_gets_one_whatever_the_list_says(line, bakery, listed):
    configure(bakery, hand_over_intents=listed)
    turn = ask(line, bakery, "I want to talk to a real person, please.")
    assert (turn.intent, turn.state, turn.reason) == (Intent.HUMAN, TurnState.HANDED_OVER, "asked")
    assert ask(line, bakery, "Hello!").state == TurnState.DELIVERED


def test_a_suspended_business_is_not_answered_until_it_is_resumed(line, papercups):
    desk = Desk(papercups)  # the customer wrote; nothing told us

    def reconcile(*, suspended: bool) -> list[str]:
        with tenant_session(desk.tenant.tenant_id) as session:
            session.execute(update(Tenant).values(suspended_at=now() if suspended else None))
        names = {"tenant_id": str(desk.tenant.tenant_id), "connection_id": str(desk.visitor.connection_id)}
        queue().enqueue(ReconcileConnection(**names))
        return [name for name, _ in line.run_all()]

    assert reconcile(suspended=True) == ["connection.reconcile"]
    assert desk.replies() == []
    assert "message.receive" in reconcile(suspended=False)
    assert len(desk.replies()) == 1
