from __future__ import annotations

import time

import pytest

from models.token import issue_customer_token
from tests.dashboard.conftest import bearer
from tests.ingress.conftest import SESSION, key, words

CONFIG = "/api/v1/customer/config"
EVERYTHING = {
    "name": "Alice's Bakery & Café",
    "profile": "A bakery.\nOpen daily.",
    "prompt": "Never talk about politics.",
    "tone": "Warm and brief.",
    "language": "de",
    "region": "DE",
    "time_zone": "Europe/Berlin",
    "wait_ms": 0,
    "hand_back_after_s": 3600,
    "abstentions_before_hand_over": 2,
    "hand_over_intents": ["booking", "human"],
    "allowed_origins": ["https://bakery.example", "http://localhost:3000"],
    "notify": ["alice@bakery.example"],
    "greeting": "Hi, an AI answers here.",
    "colour": "#aa00ff",
    "hours": {"monday": ["08:00", "18:00"], "saturday": [["09:00", "12:30"], ["14:00", "16:00"]]},
    "languages": ["de", "en"],
    "closed_on": ["2026-12-24", "2027-01-02"],
    "holiday_region": "DE-BY",
    "answer_minutes": 30,
    "mask_personal_data": True,
}


def test_what_was_set_is_what_is_read(http, owner, alice):
    before = http.get(CONFIG, headers=owner).json()
    assert before["tenant_id"] == str(alice.tenant_id)
    assert (before["name"], before["hand_over_intents"]) == ("Alice's Bakery", ["human", "complaint"])
    answer = http.patch(CONFIG, json=EVERYTHING, headers=owner)
    assert answer.status_code == 200
    view = http.get(CONFIG, headers=owner).json()
    assert view == answer.json()
    assert {name: view[name] for name in EVERYTHING} == EVERYTHING
    assert set(view) == {*EVERYTHING, "tenant_id", "updated_at"}
    cleared = {"wait_ms": None, "region": None, "holiday_region": None}
    assert http.patch(CONFIG, json=cleared, headers=owner).json() == {
        **view,
        "holiday_region": None,
        "wait_ms": None,
        "region": None,
        "updated_at": http.get(CONFIG, headers=owner).json()["updated_at"],
    }


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_field_can_be_set_alone(http, owner, name):
    before = http.get(CONFIG, headers=owner).json()
    answer = http.patch(CONFIG, json={name: EVERYTHING[name]}, headers=owner)
    after = answer.json()
    assert (answer.status_code, after[name]) == (200, EVERYTHING[name])
    assert {field for field in after if after[field] != before[field]} <= {name, "updated_at"}


def test_hours_are_kept_in_their_plainest_form(http, owner):
    given = {"tuesday": [["09:00", "12:00"]], "monday": [], "friday": [["09:00", "12:00"], ["12:00", "18:00"]]}
    assert http.patch(CONFIG, json={"hours": given}, headers=owner).json()["hours"] == {
        "tuesday": ["09:00", "12:00"],
        "friday": [["09:00", "12:00"], ["12:00", "18:00"]],
    }
    dates = ["2027-01-02", "2026-12-24", "2027-01-02"]
    assert http.patch(CONFIG, json={"closed_on": dates}, headers=owner).json()["closed_on"] == [
        "2026-12-24",
        "2027-01-02",
    ]


def test_human_is_always_among_the_intents_that_a_person_answers(http, owner):
    for given, kept in (
        ([], ["human"]),
        (["other", "pricing", "other"], ["pricing", "human", "other"]),
    ):
        assert http.patch(CONFIG, json={"hand_over_intents": given}, headers=owner).json()["hand_over_intents"] == kept


def test_an_allowed_origin_counts_and_a_removed_one_no_longer_within_a_second(http, workers, owner, alice):
    headers = key(alice.account_token, Origin="https://bakery.example", Prefer="respond-async")

    def becomes(status: int) -> bool:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            if http.post("/api/v1/chat", json=words(session=SESSION), headers=headers).status_code == status:
                return True
        return False

    assert becomes(403)
    http.patch(CONFIG, json={"allowed_origins": ["https://bakery.example"]}, headers=owner)
    assert becomes(202)
    http.patch(CONFIG, json={"allowed_origins": []}, headers=owner)
    assert becomes(403)


WRONG = {
    "name": ["", None, "a\u2028\nb", "x" * 201],
    "profile": [None, 1, "x" * 8001],
    "prompt": ["x" * 4001],
    "tone": ["", "x" * 301],
    "language": ["", "English", "EN", "e1"],
    "region": ["UK", "gb", "GBR", 49],
    "time_zone": [None, "", "Berlin", "/etc/localtime", "Europe"],
    "wait_ms": [-1, 10_001, 1.5, "5", True],
    "hand_back_after_s": [0, 59, 10**12, None],
    "abstentions_before_hand_over": [0, 21, None],
    "mask_personal_data": [None, "true", 1],
    "hand_over_intents": ["human", ["spam"], ["greeting"], ["Human"], [1], ["human"] * 21, None],
    "allowed_origins": [
        "https://a.example",
        ["*"],
        ["null"],
        ["https://*.a.example"],
        ["https://a.example/"],
        ["https://A.example"],
        ["https://a.example:443"],
        ["https://a.example:99999"],
        ["https://user@a.example"],
        ["ftp://a.example"],
        ["//a.example"],
        ["https://"],
        ["https://a.example\r\nX: y"],
        ["https://bücher.example"],
        ["https://a.example"] * 51,
        [None],
    ],
    "notify": [
        "a@b.example",
        ["nobody"],
        ["a@b"],
        ["a@b.example\r\nBcc: c@d.example"],
        ["a b@c.example"],
        ["<a@b.example>"],
        ["a@b.example, c@d.example"],
        ["x" * 65 + "@b.example"],
        ["a..b@c.example"],
        ["a@b.example"] * 21,
        [1],
    ],
    "greeting": [None, "x" * 501],
    "colour": ["", "red", "#fff", "#12345g", "#1234567", "url(x)"],
    "hours": [
        [],
        {"mon": ["09:00", "10:00"]},
        {"Monday": ["09:00", "10:00"]},
        {"monday": "09:00-10:00"},
        {"monday": ["09:00"]},
        {"monday": ["09:00", "10:00", "11:00"]},
        {"monday": ["9:00", "10:00"]},
        {"monday": ["09:00", "24:00"]},
        {"monday": ["10:00", "09:00"]},
        {"monday": ["09:00", "09:00"]},
        {"monday": [9, 10]},
        {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]},
        {"monday": [["13:00", "18:00"], ["09:00", "12:00"]]},
        {"monday": [["09:00", "12:00"], "13:00"]},
        {"monday": [["09:00", "12:00"], ["13:00"]]},
        {"monday": [["09:00", "10:00"]] * 7},
        {"monday": None},
        {"monday": ["٠٩:00", "10:00"]},
    ],
    "languages": ["de", ["German"], ["DE"], [""], [1], ["de"] * 21, None],
    "closed_on": [
        "2026-12-24",
        ["24.12.2026"],
        ["2026-02-30"],
        ["2026-12-24T00:00"],
        [20261224],
        ["２０２６-12-24"],
        None,
    ],
    "holiday_region": ["", "Germany", "de", "DE-XX", "XX", "DE-", 1],
    "answer_minutes": [0, 1441, 1.5, "15", None],
    "public_share": [1.0],
    "weight": [1000],
    "rate_per_s": [1000],
    "tenant_id": ["00000000-0000-0000-0000-000000000000"],
    "suspended_at": [None],
    "__class__": ["x"],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_or_unknown_field_is_named_and_changes_nothing(http, owner, name):
    before = http.get(CONFIG, headers=owner).json()
    for value in WRONG[name]:
        answer = http.patch(CONFIG, json={"greeting": "changed", name: value}, headers=owner)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input"), value
        assert answer.json()["detail"].startswith(name), value
    assert http.get(CONFIG, headers=owner).json() == before


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"\xff", b"{", b'{"greeting": NaN}', b'{"wait_ms": 1e999}', b'{"\\udfff": 1}', b"[" * 100_000]
)
def test_a_hostile_body_is_refused(http, owner, raw):
    answer = http.patch(CONFIG, content=raw, headers=owner)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")


def test_text_is_cleaned_of_what_the_database_refuses(http, owner):
    answer = http.patch(CONFIG, content=b'{"profile": "\\u0000a\\ud800b", "greeting": "\\u0000"}', headers=owner)
    assert (answer.json()["profile"], answer.json()["greeting"]) == ("a\ufffdb", "")


def test_a_large_body_is_refused(http, owner):
    answer = http.patch(CONFIG, content=b" " * (256 * 1024 + 1), headers=owner)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_the_token_names_the_tenant_and_nothing_else_does(http, owner, alice, mallory, operator):
    mallorys = bearer(issue_customer_token(mallory.tenant_id))
    before = http.get(CONFIG, headers=owner).json()
    hers = http.patch(f"{CONFIG}?tenant_id={alice.tenant_id}", json={"name": "M"}, headers=mallorys).json()
    assert (hers["tenant_id"], hers["name"]) == (str(mallory.tenant_id), "M")
    assert http.patch(CONFIG, json={"tenant_id": str(alice.tenant_id)}, headers=mallorys).status_code == 422
    assert http.get(CONFIG, headers=owner).json() == before
    for headers in ({}, operator, key(alice.api_key), bearer(alice.api_key), bearer("fdc_" + "x" * 43)):
        for method in ("GET", "PATCH"):
            answer = http.request(method, CONFIG, content=b'{"name": "x"}', headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert http.get(CONFIG, headers=owner).json() == before


def test_a_suspended_business_is_told_so(http, owner, alice, operator):
    http.post(f"/api/v1/admin/tenants/{alice.tenant_id}/suspend", headers=operator)
    answer = http.get(CONFIG, headers=owner)
    assert (answer.status_code, answer.json()["detail"]) == (403, "This account is suspended.")


def test_a_token_ends_with_its_tenant(http, owner, alice, operator, forget_tenants):
    http.delete(f"/api/v1/admin/tenants/{alice.tenant_id}?grace_days=0", headers=operator)
    forget_tenants()
    assert http.get(CONFIG, headers=owner).status_code == 401


def test_what_is_written_is_in_no_log(http, owner, operator, alice, capfd):
    canary = "canary-0815"
    http.patch(CONFIG, json={"profile": canary, "notify": [f"{canary}@b.example"]}, headers=owner)
    http.patch(CONFIG, json={canary: canary, "colour": canary}, headers=owner)
    http.patch(f"/api/v1/admin/tenants/{alice.tenant_id}", json={"name": canary}, headers=operator)
    http.get(CONFIG, headers=bearer(f"fdc_{canary}"))
    written = "".join(capfd.readouterr())
    assert canary not in written
    assert owner["Authorization"].split()[1] not in written
