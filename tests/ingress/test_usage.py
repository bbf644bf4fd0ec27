"""What a tenant's models cost, over the API: its own alone, by day, model and purpose."""

from __future__ import annotations

import pytest

from models.credential import ApiKey, Scope
from models.database import tenant_session
from tests.ingress.conftest import key
from tests.workers.money import MODEL, cap
from tests.workers.test_spending import pay

USAGE = "/api/v1/usage"


@pytest.fixture
def paid(workers, alice):
    cap(alice, day=100, month=1000)
    pay(alice, 60, used=10)
    pay(alice, 20)
    return alice


def test_a_business_reads_what_its_models_cost(http, paid):
    answer = http.get(USAGE, headers=key(paid.api_key))
    assert answer.status_code == 200, answer.text
    view = answer.json()
    day = view["budget"]["today"]
    assert (view["from"], view["to"], view["cost_micro"]) == (day[:8] + "01", day, 30)
    assert view["budget"] == {
        "currency": "USD",
        "time_zone": "UTC",
        "today": day,
        "day": {"cap_micro": 100, "spent_micro": 30, "held_micro": 0},
        "month": {"cap_micro": 1000, "spent_micro": 30, "held_micro": 0},
    }
    assert view["usage"] == [
        {
            "day": day,
            "model": MODEL,
            "purpose": "answer",
            "calls": 2,
            "presumed": 1,
            "prompt_tokens": 240,
            "cached_tokens": 0,
            "completion_tokens": 0,
            "cost_micro": 30,
        }
    ]


def test_nobody_reads_anothers(http, paid, mallory):
    view = http.get(USAGE, headers=key(mallory.api_key)).json()
    assert (view["cost_micro"], view["usage"]) == (0, [])
    assert http.get(USAGE, headers=key(paid.account_token)).status_code == 403
    assert http.get(USAGE).status_code == 401


def test_it_needs_its_scope(http, paid):
    with tenant_session(paid.tenant_id) as session:
        session.add(ApiKey.issued(paid.tenant_id, "fd_chat_only", [Scope.CHAT]))
    assert http.get(USAGE, headers=key("fd_chat_only")).status_code == 403


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("from=2020-01-01", "from"),
    ],
)
def test_a_wrong_day_is_named(http, paid, query: str, named: str):
    answer = http.get(f"{USAGE}?{query}", headers=key(paid.api_key))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{named}:")
