"""Golden questions over HTTP: kept, run, and a configuration that is tried on them before it is live."""

from __future__ import annotations

import pytest

from models.credential import Scope
from models.token import issue_customer_token
from tests.dashboard.conftest import bearer
from tests.ingress.conftest import key
from tests.ingress.test_turns import scoped
from tests.workers.line import Line

GOLDEN, RUNS, CONFIG = "/api/v1/knowledge/golden", "/api/v1/knowledge/golden-runs", "/api/v1/customer/config"
PARKING = {"question": "Where can I park?", "expected": ["behind the bakery"]}


def add(http, tenant, **more: object) -> dict[str, object]:
    answer = http.post(GOLDEN, json=PARKING | more, headers=key(tenant.api_key))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_question_is_added_changed_listed_and_deleted(http, workers, alice):
    made, headers = add(http, alice), key(alice.api_key)
    address = f"{GOLDEN}/{made['id']}"
    changed = http.patch(address, json={"expected": None}, headers=headers).json()
    assert (changed["question"], changed["expected"]) == (PARKING["question"], None)
    assert [each["id"] for each in http.get(GOLDEN, headers=headers).json()["questions"]] == [made["id"]]
    assert http.delete(address, headers=headers).status_code == 204
    assert http.delete(address, headers=headers).status_code == 404


@pytest.mark.parametrize("body", [{"expected": []}, {"expected": [""]}, {"question": ""}, {"answer": "x"}])
def test_a_question_without_sense_is_refused(http, workers, alice, body):
    answer = http.post(GOLDEN, json=PARKING | body, headers=key(alice.api_key))
    assert answer.status_code == 422


def test_all_are_asked_now(http, workers, alice):
    headers = key(alice.api_key)
    http.post(
        "/api/v1/knowledge/entries",
        json={"question": "Where can I park?", "answer": "There is parking behind the bakery."},
        headers=headers,
    )
    add(http, alice)
    add(http, alice, question="Do you sell car tyres?", expected=["£40"])
    begun = http.post(RUNS, headers=headers)
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    Line().run_all("knowledge", patience_s=8)
    done = http.get(begun.headers["location"], headers=headers).json()
    assert (done["state"], done["asked"], done["right"], done["worse"]) == ("done", 2, 1, False)
    assert [each["missing"] for each in done["results"]] == [[], ["£40"]]
    assert [each["id"] for each in http.get(RUNS, headers=headers).json()["runs"]] == [done["id"]]
    assert http.post(f"{RUNS}/{done['id']}/activate", headers=headers).status_code == 409


def test_without_questions_there_is_nothing_to_run(http, workers, alice):
    assert http.post(RUNS, headers=key(alice.api_key)).status_code == 422


def test_a_profile_that_makes_answers_worse_waits_for_a_person(http, workers, alice):
    headers, owner = key(alice.api_key), bearer(issue_customer_token(alice.tenant_id))
    assert "trial" not in http.patch(CONFIG, json={"profile": "Phone: 0161 496 0142."}, headers=owner).json()
    add(http, alice, question="What is your phone number?", expected=["0161 496 0142"])
    view = http.patch(CONFIG, json={"profile": "No facts here.", "greeting": "Hi"}, headers=owner).json()
    assert (view["profile"], view["greeting"], view["trial"]["state"]) == ("Phone: 0161 496 0142.", "Hi", "running")
    Line().run_all("knowledge", patience_s=8)
    view = http.get(CONFIG, headers=owner).json()
    assert (view["profile"], view["trial"]["state"]) == ("Phone: 0161 496 0142.", "held")
    forced = http.post(f"{RUNS}/{view['trial']['run_id']}/activate", headers=headers).json()
    assert (forced["state"], forced["worse"]) == ("done", True)
    view = http.get(CONFIG, headers=owner).json()
    assert view["profile"] == "No facts here."
    assert "trial" not in view


def test_a_profile_that_makes_nothing_worse_goes_live_and_a_forced_one_at_once(http, workers, alice):
    owner = bearer(issue_customer_token(alice.tenant_id))
    add(http, alice, question="What is your phone number?", expected=["0161 496 0142"])
    http.patch(CONFIG, json={"profile": "Phone: 0161 496 0142."}, headers=owner)
    Line().run_all("knowledge", patience_s=8)
    assert http.get(CONFIG, headers=owner).json()["profile"] == "Phone: 0161 496 0142."
    view = http.patch(f"{CONFIG}?force=true", json={"profile": "None."}, headers=owner).json()
    assert view["profile"] == "None."
    assert "trial" not in view


def test_it_needs_its_scope(http, workers, alice):
    reads = key(scoped(alice, Scope.KNOWLEDGE_READ))
    assert http.get(GOLDEN, headers=reads).status_code == 200
    assert http.post(GOLDEN, json=PARKING, headers=reads).status_code == 403
    assert http.post(RUNS, headers=reads).status_code == 403
