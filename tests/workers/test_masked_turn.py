"""A business that wants it: what leaves for the model carries placeholders, what the visitor and the business read does not."""

from __future__ import annotations

import pytest

from models.tenant import NewTenant
from tests.workers.line import Line, Visitor, api_visitor, configure
from tests.workers.test_answer import ScriptedModel
from workers import answer, detect_intent


@pytest.fixture
def visitor(bakery: NewTenant) -> Visitor:
    return api_visitor(bakery)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(["We open at 8:00 [1]. ", "Write to EMAIL_1."])
    for module in (answer, detect_intent):
        monkeypatch.setattr(module, "language_model", lambda: scripted)
    return scripted


@pytest.mark.parametrize("masks", [True, False])
def test_a_visitors_address_reaches_the_model_only_where_the_business_has_not_said_no(
    line: Line, visitor: Visitor, model: ScriptedModel, masks: bool
) -> None:
    configure(visitor.tenant, mask_personal_data=masks)
    visitor.say("What are your opening hours? I am maya@x.example")
    line.run_all()
    (request,) = model.asked
    assert ("maya@x.example" in request.question) is not masks
    assert ("EMAIL_1" in request.question) is masks
    assert visitor.turns()[0].reply == "We open at 8:00."
