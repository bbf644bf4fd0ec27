"""What paying costs in round trips to Postgres: nothing for a tenant without a cap, one for each call with one."""

from __future__ import annotations

import psycopg
import pytest

from tests.workers.line import Line, Visitor, api_visitor
from tests.workers.money import cap
from tests.workers.test_answer import ScriptedModel
from workers import answer, detect_intent

CLAIMED_AND_SAID = (
    2 + 2 + 2
)  # claim: lock, then read; the first sentence: lock, then SENDING; the end: lock, then record


@pytest.fixture
def visitor(bakery, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    scripted = ScriptedModel(["We open at 8:00 [1]."])
    for module in (answer, detect_intent):
        monkeypatch.setattr(module, "language_model", lambda: scripted)
    return api_visitor(bakery)


def trips_of_answer(line: Line, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> int:
    visitor.say("What are your opening hours?")
    while (entry := line.fetch()) and b"turn.answer" not in entry.payload:
        line.run(entry)
    assert entry is not None
    sent: list[object] = []
    execute = psycopg.Cursor.execute

    def noted(self, query, *given, **more):
        sent.append(query)
        return execute(self, query, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", noted)
        line.run(entry)
    return len(sent)


def test_without_a_cap_a_call_is_held_and_charged_on_the_way(line: Line, visitor: Visitor, monkeypatch):
    assert trips_of_answer(line, visitor, monkeypatch) == CLAIMED_AND_SAID


def test_with_a_cap_it_costs_one(line: Line, visitor: Visitor, monkeypatch):
    cap(visitor.tenant, day=10**9)
    trips_of_answer(line, visitor, monkeypatch)  # the first builds the sums
    assert trips_of_answer(line, visitor, monkeypatch) == CLAIMED_AND_SAID + 1
