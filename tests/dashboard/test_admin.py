from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from models.base import now
from models.database import tenant_session
from models.knowledge import KnowledgeEntry
from models.tenant import Tenant, create_tenant
from models.token import issue_customer_token
from tests.dashboard.conftest import bearer
from tests.ingress.conftest import key, words
from tests.ingress.rows import recorded
from tests.ingress.test_papercups import hook, message

TENANTS = "/api/v1/admin/tenants"
SECRETS = {"tenant_id", "account_token", "api_key", "papercups_webhook_url", "papercups_webhook_secret"}


def address(tenant, more: str = "") -> str:
    return f"{TENANTS}/{tenant.tenant_id}{more}"


def say(http, tenant) -> int:
    return http.post("/api/v1/chat", json=words(), headers=key(tenant.api_key, Prefer="respond-async")).status_code


def row(tenant) -> Tenant | None:
    with tenant_session(tenant.tenant_id) as session:
        return session.get(Tenant, tenant.tenant_id)


def test_a_new_tenant_gets_what_the_command_prints_and_works_at_once(http, workers, operator):
    answer = http.post(TENANTS, json={"name": " Zoë's Cafe ", "time_zone": "Europe/Paris"}, headers=operator)
    made = answer.json()
    assert (answer.status_code, set(made)) == (201, SECRETS)
    assert answer.headers["location"] == f"{TENANTS}/{made['tenant_id']}"
    view = http.get(answer.headers["location"], headers=operator).json()
    assert (view["name"], view["time_zone"], view["suspended_at"]) == ("Zoë's Cafe", "Europe/Paris", None)
    assert view["account_token"] == made["account_token"]
    assert not {made["api_key"], made["papercups_webhook_secret"]} & set(map(str, view.values()))
    async_ = key(made["api_key"], Prefer="respond-async")
    assert http.post("/api/v1/chat", json=words(), headers=async_).status_code == 202


def test_a_papercups_account_belongs_to_one_tenant(http, operator):
    body = {"name": "One", "papercups_account_id": str(uuid.uuid4())}
    first = http.post(TENANTS, json=body, headers=operator)
    assert first.json()["account_token"] == body["papercups_account_id"]
    second = http.post(TENANTS, json=body | {"name": "Two"}, headers=operator)
    assert (second.status_code, second.json()["error"]) == (409, "conflict")
    assert "papercups_account_id" in second.json()["detail"]


@pytest.mark.parametrize(
    "more",
    [
        {"papercups_api_key": "k"},
        {"papercups_api_key": "k", "papercups_account_id": "a"},  # no server configured
    ],
)
def test_a_bot_key_needs_its_account_and_a_server(http, operator, more):
    answer = http.post(TENANTS, json={"name": "x"} | more, headers=operator)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("papercups_")


def test_all_tenants_are_listed_in_pages_newest_first(http, operator, alice, mallory):
    made = [create_tenant(f"T{number}") for number in range(3)]
    seen: list[str] = []
    cursor = ""
    for _ in range(2):
        page = http.get(f"{TENANTS}?limit=2{cursor}", headers=operator).json()
        assert len(page["tenants"]) == 2
        seen += [view["tenant_id"] for view in page["tenants"]]
        cursor = f"&cursor={page['next']}"
    assert seen == [str(tenant.tenant_id) for tenant in (*reversed(made), mallory)]
    whole = http.get(f"{TENANTS}?limit=100", headers=operator).json()["tenants"]
    assert [view["created_at"] for view in whole] == sorted((view["created_at"] for view in whole), reverse=True)
    assert datetime.fromisoformat(whole[0]["created_at"]).tzinfo is not None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=²", "cursor=x", "cursor=", "cursor=" + "A" * 300]
)
def test_a_wrong_page_is_named(http, operator, query):
    answer = http.get(f"{TENANTS}?{query}", headers=operator)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.partition("=")[0])


def test_a_change_is_stored_and_leaves_the_rest(http, operator, alice):
    body = {"name": "Alice & Co", "weight": 2, "rate_per_s": 0.5, "burst": 3}
    assert http.patch(address(alice), json=body, headers=operator).status_code == 200
    view = http.get(address(alice), headers=operator).json()
    assert {name: view[name] for name in body} == body
    assert view["time_zone"] == "UTC"


def test_a_changed_rate_holds_within_a_second(http, workers, operator, alice):
    assert say(http, alice) == 202
    http.patch(address(alice), json={"rate_per_s": 0.01, "burst": 1}, headers=operator)
    assert 429 in [say(http, alice) for _ in range(3)]


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"name": 5},
        {"name": "a\nb"},
        {"name": "x" * 201},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"weight": 0},
        {"weight": "1"},
        {"weight": True},
        {"rate_per_s": -1},
        {"burst": 0},
        {"burst": 1.5},
        {"concurrency": 0},
        {"concurrency": 1001},
        {"concurrency": "3"},
        {"plan": "nobody-sells-this"},
        {"plan": None},
        {"plan": "Default"},
        {"suspended_at": None},
        {"id": "x"},
        {"tenant_id": "x"},
    ],
)
def test_a_wrong_field_is_named_and_changes_nothing(http, operator, alice, body):
    before = http.get(address(alice), headers=operator).json()
    answer = http.patch(address(alice), json=body, headers=operator)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert next(iter(body)) in answer.json()["detail"]
    assert http.get(address(alice), headers=operator).json() == before


HOSTILE = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff\xfe",
    b'{"name": NaN}',
    b'{"weight": 1e999}',
    b'{"burst": 1' + b"0" * 5000 + b"}",
    b'{"\\ud800": 1}',
    b'{"a\\u0000": 1}',
    b'{"name": {"a": 1}}',
    b"[" * 100_000,
    b'{"' + b"k" * 100_000 + b'": 1}',
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_body_is_refused_in_one_sentence(http, operator, alice, raw):
    for method, path in (("POST", TENANTS), ("PATCH", address(alice))):
        answer = http.request(method, path, content=raw, headers=operator)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
        assert len(answer.json()["detail"]) < 300


def test_null_bytes_and_lone_surrogates_are_cleaned(http, operator, alice):
    answer = http.patch(address(alice), content=b'{"name": "A\\u0000lice \\ud800"}', headers=operator)
    assert (answer.status_code, answer.json()["name"]) == (200, "Alice \ufffd")


def test_a_suspended_tenant_is_refused_and_its_webhooks_ignored_until_it_is_resumed(http, workers, operator, alice):
    assert say(http, alice) == 202
    workers.take()
    assert http.post(address(alice, "/suspend"), headers=operator).json()["suspended_at"] is not None
    answer = http.post("/api/v1/chat", json=words(), headers=key(alice.api_key))
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert "suspended" in answer.json()["detail"]
    assert http.post("/api/v1/chat", json=words(), headers=key(alice.account_token)).status_code == 403
    hooked = http.post(hook(alice), json=message(alice))
    assert (hooked.status_code, hooked.json()) == (200, {"status": "ignored"})
    assert workers.nothing()
    assert http.post(address(alice, "/resume"), headers=operator).json()["suspended_at"] is None
    assert say(http, alice) == 202
    assert http.post(hook(alice), json=message(alice)).status_code == 202


def test_suspending_twice_keeps_the_first_time(http, operator, alice):
    first = http.post(address(alice, "/suspend"), headers=operator).json()
    assert http.post(address(alice, "/suspend"), headers=operator).json() == first


def test_deleting_suspends_at_once_and_resuming_undoes_it(http, workers, operator, alice):
    answer = http.delete(address(alice), headers=operator)
    assert answer.status_code == 202
    grace = datetime.fromisoformat(answer.json()["delete_after"]) - now()
    assert timedelta(days=6, hours=23) < grace <= timedelta(days=7)
    assert say(http, alice) == 403
    back = http.post(address(alice, "/resume"), headers=operator).json()
    assert (back["suspended_at"], back["delete_after"]) == (None, None)
    assert say(http, alice) == 202


@pytest.mark.parametrize("days", ["-1", "366", "x", "1.5", ""])
def test_a_wrong_grace_is_named(http, operator, alice, days):
    answer = http.delete(f"{address(alice)}?grace_days={days}", headers=operator)
    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (422, "grace_days")
    assert row(alice).suspended_at is None


def test_the_clock_forgets_only_those_whose_grace_has_passed(http, workers, operator, alice, mallory, forget_tenants):
    recorded(alice)
    with tenant_session(alice.tenant_id) as session:
        session.add(KnowledgeEntry(tenant_id=alice.tenant_id, question="q", answer="a"))
    resumed = create_tenant("Resumed")
    http.delete(f"{address(alice)}?grace_days=0", headers=operator)
    http.delete(f"{address(resumed)}?grace_days=0", headers=operator)
    http.post(address(resumed, "/resume"), headers=operator)
    http.delete(f"{address(mallory)}?grace_days=1", headers=operator)
    forget_tenants()
    forget_tenants()  # twice changes nothing
    assert row(alice) is None
    assert row(resumed) is not None
    assert row(mallory) is not None
    assert http.get(address(alice), headers=operator).status_code == 404
    with tenant_session(alice.tenant_id) as session:
        from models import Base

        for table in Base.metadata.sorted_tables:
            if "tenant_id" in table.columns:
                assert session.execute(table.select()).all() == [], table.name


@pytest.mark.parametrize("more", ["", "/suspend", "/resume"])
def test_an_unknown_tenant_is_not_found(http, operator, more):
    for name in (str(uuid.uuid4()), "x", "00000000-0000-0000-0000-00000000000", "{" + str(uuid.uuid4()) + "}"):
        for method in ("POST",) if more else ("GET", "PATCH", "DELETE"):
            answer = http.request(method, f"{TENANTS}/{name}{more}", content=b"{}", headers=operator)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_only_an_operators_token_opens_it(http, alice, operator, owner):
    from models.token import issue_customer_token

    mallorys = bearer(issue_customer_token(alice.tenant_id))
    wrong = [
        {},
        owner,
        mallorys,
        key(alice.api_key),
        bearer(alice.api_key),
        bearer("fda_" + "x" * 43),
        {"Authorization": "Bearer"},
        {"Authorization": operator["Authorization"].removeprefix("Bearer ")},
        {"Authorization": operator["Authorization"] + "x"},
        {"Authorization": "Basic " + operator["Authorization"].removeprefix("Bearer ")},
        {"Authorization": "Bearer fda_é".encode("latin-1")},
    ]
    before = http.get(address(alice), headers=operator).json()
    for headers in wrong:
        for method, path in (
            ("GET", TENANTS),
            ("POST", TENANTS),
            ("GET", address(alice)),
            ("PATCH", address(alice)),
            ("DELETE", address(alice)),
            ("POST", address(alice, "/suspend")),
            ("POST", address(alice, "/resume")),
        ):
            answer = http.request(method, path, content=b'{"name":"x"}', headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert http.get(address(alice), headers=operator).json() == before
    assert http.get(
        TENANTS, headers={"Authorization": operator["Authorization"].replace("Bearer", "bEARER")}
    ).is_success


def test_a_token_that_was_revoked_or_is_too_old_is_refused_at_once(http, operator, alice):
    from sqlalchemy import update

    from models.database import system_session
    from models.token import AdminToken, CustomerToken, issue_admin_token

    for change in ({"revoked_at": now()}, {"expires_at": now()}):
        other, customers = bearer(issue_admin_token()), bearer(issue_customer_token(alice.tenant_id))
        assert http.get(TENANTS, headers=other).is_success
        assert http.get("/api/v1/customer/config", headers=customers).is_success
        with system_session() as session:
            newest = session.query(AdminToken.id).order_by(AdminToken.created_at.desc()).limit(1).scalar()
            session.execute(update(AdminToken).where(AdminToken.id == newest).values(change))
        with tenant_session(alice.tenant_id) as session:
            session.execute(update(CustomerToken).values(change))
        assert http.get(TENANTS, headers=other).status_code == 401
        assert http.get("/api/v1/customer/config", headers=customers).status_code == 401
        assert http.get(TENANTS, headers=operator).is_success


def test_what_the_dashboard_borrows_the_ingress_has(stores):
    from dashboard.lent import Lent
    from ingress.services import Services

    wanted = {*Lent.__annotations__, *(name for name in vars(Lent) if not name.startswith("_"))}
    assert wanted == {"settings", "queue", "threads", "read_body"}
    assert wanted <= {*Services.__dataclass_fields__, *vars(Services)}
