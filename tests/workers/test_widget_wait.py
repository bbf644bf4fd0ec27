"""A widget's messages belong together like a channel's; a program's do not wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.connection import api_connection_id
from models.database import tenant_session
from models.tenant import DEFAULT_WAIT_MS, TenantConfiguration
from models.turn import TurnState
from tests.workers.line import Visitor


@pytest.fixture
def visitor(bakery) -> Visitor:
    return Visitor(bakery, "a-session", api_connection_id(bakery.tenant_id))


@pytest.mark.parametrize(
    ("widget", "configured", "waited"), [(True, None, DEFAULT_WAIT_MS), (False, None, 0), (True, 0, 0)]
)
def test_the_wait_is_the_widgets_own(line, bakery, visitor, widget, configured, waited):
    with tenant_session(bakery.tenant_id) as session:
        session.execute(update(TenantConfiguration).values(wait_ms=configured))
    visitor.say("When do you open?", widget=widget)
    line.run(line.fetch("receive"))
    (turn,) = visitor.turns()
    assert turn.due_at - turn.first_at == timedelta(milliseconds=waited)


def test_three_quick_messages_are_one_reply(line, visitor):
    for body in ("Hello", "When do you open", "on Monday?"):
        visitor.say(body, widget=True, stream=True)
    line.run_all()
    assert [turn.state for turn in visitor.turns()].count(TurnState.DELIVERED) == 1
    assert {turn.reason for turn in visitor.turns() if turn.state == TurnState.SUPERSEDED} == {"joined"}
