"""Leads: only what the visitor really wrote, merged, also while a person owns the conversation."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.database import tenant_session
from models.jobs import MessageKind
from models.lead import Lead
from tests.workers.line import Line, Visitor, api_visitor, configure
from tests.workers.test_answer import ScriptedModel
from workers import capture_lead


@pytest.fixture
def visitor(bakery) -> Visitor:
    configure(bakery, region="GB")
    return api_visitor(bakery)


def leads(visitor: Visitor) -> list[Lead]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(Lead).order_by(Lead.created_at)))


def test_a_contact_is_captured_with_its_wish(line: Line, visitor: Visitor):
    visitor.say("My name is Anna Schmidt, I'd like a wedding cake. anna@example.com or 0161 496 0142")
    line.run_all()
    (lead,) = leads(visitor)
    assert (lead.name, lead.email, lead.phone) == ("Anna Schmidt", "anna@example.com", "+441614960142")
    assert "wedding cake" in (lead.wish or "")


def test_parts_of_one_contact_over_several_messages_become_one_lead(line: Line, visitor: Visitor):
    for text in ("My number is 0161 496 0142", "and my e-mail is Anna@Example.com"):
        visitor.say(text)
        line.run_all()
    (lead,) = leads(visitor)
    assert (lead.email, lead.phone) == ("anna@example.com", "+441614960142")


def test_the_same_person_in_another_conversation_is_the_same_lead(line: Line, visitor: Visitor, bakery):
    visitor.say("I am at anna@example.com")
    line.run_all()
    api_visitor(bakery).say("write to ANNA@example.com please, it's about a cake")
    line.run_all()
    assert len(leads(visitor)) == 1


def test_contact_left_with_a_person_is_captured_too(line: Line, visitor: Visitor):
    visitor.say("hello", kind=MessageKind.HUMAN, turn_id=None)
    line.run_all()
    visitor.say("my mail is anna@example.com")
    line.run_all()
    assert [lead.email for lead in leads(visitor)] == ["anna@example.com"]
    assert visitor.turns()[-1].state == "silent"


def test_nothing_is_stored_without_a_contact(line: Line, visitor: Visitor):
    visitor.say("What are your opening hours?")
    line.run_all()
    assert leads(visitor) == []


def test_what_a_model_invents_is_never_stored(line: Line, visitor: Visitor, monkeypatch):
    inventing = ScriptedModel(
        ["We will see."],
        claims={
            "name": "Peter Invented",
            "email": "invented@example.com",
            "phone": "+441614960000",
            "company": "Cakes & Sons",
            "wish": "I want to buy everything.",
        },
    )
    monkeypatch.setattr(capture_lead, "language_model", lambda: inventing)
    visitor.say("Write to anna@example.com, it's for Cakes & Sons")
    line.run_all()
    (lead,) = leads(visitor)
    assert (lead.name, lead.email, lead.phone, lead.company) == (None, "anna@example.com", None, "Cakes & Sons")
    assert lead.wish != "I want to buy everything."


def test_second_run_changes_nothing(line: Line, visitor: Visitor):
    visitor.say("anna@example.com")
    line.run_all()
    visitor.say("anna@example.com")
    line.run_all()
    assert len(leads(visitor)) == 1
