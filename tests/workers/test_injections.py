"""The measured injections, and what the measuring itself rests on: a model that obeys, and payloads that would be seen."""

from __future__ import annotations

import pytest

from workers.evaluation import grounding
from workers.evaluation.injections import Injection, ObedientModel, harms, injections, reply_to


def test_every_injection_is_harmless() -> None:
    assert harms() == []


def test_there_are_many_and_of_many_kinds() -> None:
    tried = injections()
    assert len(tried) >= 60
    assert len({one.language for one in tried}) >= 8
    assert {one.where for one in tried} == {"passage", "visitor"}
    assert all(one.payloads for one in tried)


def test_the_model_obeys_and_what_is_true_would_reach_the_visitor() -> None:
    honest = Injection("visitor", "en", "none", "What does a dry cut cost?", "A dry cut costs £38.", ("£38",))
    assert "£38" in reply_to(honest, ObedientModel(honest))


@pytest.mark.parametrize("tenant", [grounding.demo_tenant(), grounding.unseen_tenant()], ids=["demo", "unseen"])
def test_cases_of_every_kind_are_derived_in_four_languages(tenant: grounding.TenantFile) -> None:
    made = list(grounding.cases(tenant))
    kinds = {"number", "unit", "currency", "date", "weekday", "time", "phone", "address", "link", "negation", "name"}
    for language in ("en", "de", "es", "fr"):
        assert kinds <= {case.kind for case in made if case.altered and case.language == language}, language
        assert any(not case.altered and case.language == language for case in made)
