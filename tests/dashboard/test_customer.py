"""The business's own page: opened by a link that works once, read-only, its own tenant's alone, and safe to look at."""

from __future__ import annotations

import contextlib
import re
import uuid
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import update

from config.settings import settings
from models.base import now
from models.conversation import Conversation, Owner
from models.database import tenant_session
from models.message import Author
from models.notice import Notice, NoticeKind, NoticeState, add_notice
from models.tenant import Tenant
from models.token import (
    CustomerToken,
    admin_by_token,
    customer_by_token,
    issue_admin_token,
    issue_customer_link,
    open_customer_link,
    revoke_admin_tokens,
    revoke_customer_tokens,
)
from models.turn import TurnState
from tests.dashboard.conftest import bearer
from tests.ingress.rows import recorded
from tests.ingress.test_people import lead, wrote

SCRIPT = "<script>alert('canary-4711')</script>"
PAGES = ("", "?show=conversations", "?show=leads", "?show=notices")


@pytest.fixture
def signed_in(http):
    """A browser of somebody of a business, its link opened."""
    with contextlib.ExitStack() as stack:

        def open_page(tenant) -> httpx2.Client:
            _, code = issue_customer_link(tenant.tenant_id)
            browser = stack.enter_context(httpx2.Client(base_url=http.base_url, timeout=20))
            answer = browser.post("/customer/open", data={"code": code})
            assert (answer.status_code, answer.headers["location"]) == (303, "/customer")
            return browser

        yield open_page


@pytest.fixture
def page(signed_in, alice):
    """Alice's browser."""
    return signed_in(alice)


def told(tenant, conversation: str, subject: str, *, state: NoticeState = NoticeState.SENT, **facts: str) -> uuid.UUID:
    with tenant_session(tenant.tenant_id) as session:
        name = add_notice(
            session,
            tenant.tenant_id,
            NoticeKind.HAND_OVER,
            uuid.uuid4().hex,
            recipients=["anna@bakery.example"],
            subject=subject,
            body=facts.pop("body", "Hello"),
            conversation_id=uuid.UUID(conversation),
        )
        session.execute(update(Notice).where(Notice.id == name).values(state=state, **facts))
    assert name is not None
    return name


class TestOpening:
    def test_a_link_shows_a_button_and_is_not_used_by_looking_at_it(self, http, alice):
        _, code = issue_customer_link(alice.tenant_id)
        for _ in range(3):
            answer = http.get(f"/customer/open?code={code}")
            assert answer.status_code == 200
            assert code in answer.text
            assert "set-cookie" not in answer.headers
        assert http.post("/customer/open", data={"code": code}).status_code == 303

    def test_a_link_works_once(self, http, alice):
        _, code = issue_customer_link(alice.tenant_id)
        first = http.post("/customer/open", data={"code": code})
        http.cookies.clear()
        second = http.post("/customer/open", data={"code": code})
        assert (first.status_code, second.status_code) == (303, 401)
        assert "used already" in second.text
        cookie = first.headers["set-cookie"]
        assert cookie.startswith("frontdesk_customer=fds_")
        for word in ("HttpOnly", "Path=/customer", "SameSite=lax", "Max-Age=2592000"):
            assert word in cookie
        assert "Secure" not in cookie

    def test_over_https_the_cookie_stays_there(self, http, alice, monkeypatch):
        monkeypatch.setattr("dashboard.customer._address", lambda: "https://desk.example")
        _, code = issue_customer_link(alice.tenant_id)
        assert "; Secure" in http.post("/customer/open", data={"code": code}).headers["set-cookie"]

    @pytest.mark.parametrize("code", ["", "x", "%00", "x" * 300, "ü"])
    def test_what_is_no_code_opens_nothing(self, http, code):
        answer = http.post("/customer/open", content=f"code={code}".encode())
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers

    def test_another_site_cannot_open_it_for_a_visitor(self, http, alice):
        _, code = issue_customer_link(alice.tenant_id)
        answer = http.post("/customer/open", data={"code": code}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 401
        assert open_customer_link(code) is not None

    def test_an_expired_or_revoked_link_opens_nothing(self, http, alice):
        _, code = issue_customer_link(alice.tenant_id)
        with tenant_session(alice.tenant_id) as session:
            session.execute(update(CustomerToken).values(expires_at=now() - timedelta(seconds=1)))
        assert open_customer_link(code) is None
        _, code = issue_customer_link(alice.tenant_id)
        assert revoke_customer_tokens(alice.tenant_id) == 1
        assert open_customer_link(code) is None

    @pytest.mark.parametrize("path", ["", "/conversations/x", "?show=leads"])
    def test_without_a_session_there_is_nothing_to_see(self, http, alice, path):
        token, _ = issue_customer_link(alice.tenant_id)
        for cookie in ("", "fds_nobody", token, alice.api_key):
            answer = http.get(f"/customer{path}", headers={"Cookie": f"frontdesk_customer={cookie}"})
            assert answer.status_code == 401
            assert "Alice" not in answer.text

    def test_a_session_is_no_credential_of_the_api(self, http, alice):
        _, code = issue_customer_link(alice.tenant_id)
        session = open_customer_link(code) or ""
        assert http.get("/api/v1/customer/config", headers=bearer(session)).status_code == 401


class TestLeaving:
    def test_signing_out_ends_the_session(self, page):
        kept = page.cookies["frontdesk_customer"]
        assert page.get("/customer").status_code == 200
        answer = page.post("/customer/leave")
        assert (answer.status_code, "Max-Age=0" in answer.headers["set-cookie"]) == (200, True)
        assert customer_by_token(kept) is None

    def test_another_site_cannot_sign_out(self, page):
        kept = page.cookies["frontdesk_customer"]
        page.post("/customer/leave", headers={"Sec-Fetch-Site": "cross-site"})
        assert customer_by_token(kept) is not None

    def test_revoking_ends_every_session_of_the_tenant_and_no_other(self, signed_in, page, alice, mallory):
        other = signed_in(mallory)
        assert revoke_customer_tokens(alice.tenant_id) == 2  # the token and the session
        assert page.get("/customer").status_code == 401
        assert other.get("/customer").status_code == 200

    def test_a_suspended_business_is_told_so(self, page, alice):
        with tenant_session(alice.tenant_id) as session:
            session.execute(update(Tenant).values(suspended_at=now()))
        answer = page.get("/customer")
        assert (answer.status_code, "suspended" in answer.text) == (403, True)


class TestLooking:
    def test_empty_pages_say_what_will_be_there(self, page):
        for show, words in (
            ("conversations", "No conversations yet"),
            ("leads", "No leads yet"),
            ("notices", "Nothing had"),
        ):
            assert words in page.get(f"/customer?show={show}").text
        assert page.get("/customer?show=nonsense&cursor=x").status_code == 200

    def test_a_conversation_of_a_person_says_whose_turn_it_is(self, page, alice):
        conversation, turn = recorded(alice, intent="human", state=TurnState.HANDED_OVER, reason="asked")
        wrote(alice, conversation, "A person please", turn=turn)
        with tenant_session(alice.tenant_id) as session:
            session.execute(update(Conversation).values(owner=Owner.HUMAN))
        assert "waits for your team" in page.get("/customer").text
        thread = page.get(f"/customer/conversations/{conversation}").text
        assert "handed to your team (they asked for a person)" in thread
        assert "wants: a person" in thread
        wrote(alice, conversation, "Anna here.", Author.HUMAN)
        for path in ("/customer", f"/customer/conversations/{conversation}"):
            assert "your team answered" in page.get(path).text

    def test_what_happened_is_shown(self, http, page, alice):
        conversation, turn = recorded(alice, intent="faq", confidence=0.93, sources=[{"title": "Opening hours?"}])
        wrote(alice, conversation, "When do you open?", turn=turn)
        wrote(alice, conversation, "At nine.", Author.BOT, turn=turn)
        lead(alice, conversation, name="Tom", email="tom@x.example", wish="A cake")
        told(alice, conversation, "Tom needs a person", state=NoticeState.FAILED, reason="no address")
        overview = page.get("/customer").text
        for words in (
            "Alice&#x27;s Bakery",
            "At nine.",
            "answered",
            "with the bot",
            f"/customer/conversations/{conversation}",
        ):
            assert words in overview
        assert f'/customer/conversations/{conversation}">Tom</a>' in overview
        thread = page.get(f"/customer/conversations/{conversation}").text
        assert "<h1>Tom</h1>" in thread
        for words in ("When do you open?", "wants: faq (93% sure)", "From: Opening hours?"):
            assert words in thread
        assert thread.index("When do you open?") < thread.index("At nine.")
        assert all(words in page.get("/customer?show=leads").text for words in ("Tom", "tom@x.example", "A cake"))
        notices = page.get("/customer?show=notices").text
        assert all(
            words in notices for words in ("Tom needs a person", "not sent", "(no address)", "anna@bakery.example")
        )

    def test_times_are_the_businesss_own(self, page, alice):
        with tenant_session(alice.tenant_id) as session:
            session.execute(update(Tenant).values(time_zone="Asia/Kathmandu"))
        recorded(alice)
        overview = page.get("/customer").text
        assert "Asia/Kathmandu" in overview
        assert re.search(r'<time datetime="[^"]*\+05:45">', overview)

    def test_long_lists_come_in_pages(self, page, alice):
        names = [recorded(alice, session_id=f"session-number-{number:022}")[0] for number in range(25)]
        first = page.get("/customer").text
        older = re.search(r'href="(\?show=conversations&amp;cursor=[^"]+)">Older', first)
        assert older is not None
        second = page.get("/customer" + older[1].replace("&amp;", "&")).text
        seen = re.findall(r"/customer/conversations/([0-9a-f-]+)", first + second)
        assert seen == names[::-1]
        assert "Older" not in second

    def test_nothing_that_a_visitor_wrote_is_markup(self, http, page, alice):
        conversation, turn = recorded(alice, intent=SCRIPT, reason=SCRIPT, sources=[{"title": SCRIPT}])
        wrote(alice, conversation, SCRIPT, turn=turn)
        lead(alice, conversation, name=SCRIPT, email=SCRIPT, wish='"><img src=x onerror=1>')
        told(alice, conversation, SCRIPT, body=SCRIPT, reason=SCRIPT)
        for path in (*(f"/customer{show}" for show in PAGES), f"/customer/conversations/{conversation}"):
            answer = page.get(path)
            assert answer.status_code == 200
            assert "<script" not in answer.text
            assert "<img" not in answer.text
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "script-src" not in policy
            assert not re.search(r"<[^>]*(https?://|src=|onerror)|url\(|@import", answer.text)
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["referrer-policy"] == "no-referrer"

    def test_mallorys_page_knows_nothing_of_alice(self, signed_in, alice, mallory):
        conversation, turn = recorded(alice)
        wrote(alice, conversation, "canary-4711", turn=turn)
        lead(alice, conversation, name="canary-4711")
        told(alice, conversation, "canary-4711")
        page = signed_in(mallory)
        for path in (*(f"/customer{show}" for show in PAGES), f"/customer/conversations/{conversation}"):
            assert "canary" not in page.get(path).text
        theirs, nobodys = (page.get(f"/customer/conversations/{name}") for name in (conversation, uuid.uuid4()))
        assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text) == (404, nobodys.text)

    def test_nothing_of_it_reaches_the_log(self, http, page, alice, capfd):
        conversation, turn = recorded(alice)
        wrote(alice, conversation, "canary-4711", turn=turn)
        token, code = issue_customer_link(alice.tenant_id)
        http.get(f"/customer/open?code={code}")
        http.post("/customer/open", data={"code": code})
        page.get("/customer")
        written = "".join(capfd.readouterr())
        for secret in ("canary-4711", token, code, page.cookies["frontdesk_customer"]):
            assert secret not in written


class TestInbox:
    def test_the_mails_of_a_business_are_listed_and_shown(self, http, alice):
        conversation, _ = recorded(alice)
        name = told(alice, conversation, SCRIPT, body=f"{SCRIPT}\nsecond line", reason="451 later")
        inbox = http.get("/dev/inbox", params={"account": alice.account_token})
        assert inbox.status_code == 200
        assert f"/dev/inbox/{name}?account={alice.account_token}" in inbox.text
        shown = http.get(f"/dev/inbox/{name}", params={"account": alice.account_token})
        assert f"&lt;{name}@frontdesk&gt;" in shown.text
        for answer in (inbox, shown):
            assert "<script" not in answer.text
            assert "451 later" in answer.text
            assert "default-src 'none'" in answer.headers["content-security-policy"]

    def test_a_mail_links_to_the_businesss_own_page_and_nowhere_else(self, http, alice):
        conversation, _ = recorded(alice)
        own = f"{settings().external_url}/customer/conversations/{conversation}"
        name = told(alice, conversation, "Needs you", body=f"Read it: {own}\nThey wrote: https://elsewhere.example/x")
        shown = http.get(f"/dev/inbox/{name}", params={"account": alice.account_token}).text
        assert f'<a href="{own}">{own}</a>' in shown
        assert 'href="https://elsewhere' not in shown

    def test_it_refreshes_only_when_asked(self, http, alice):
        plain = http.get("/dev/inbox", params={"account": alice.account_token})
        again = http.get("/dev/inbox", params={"account": alice.account_token, "refresh": "1"})
        assert "No mail yet" in plain.text
        assert ('http-equiv="refresh"' in plain.text, 'http-equiv="refresh"' in again.text) == (False, True)

    @pytest.mark.parametrize("account", ["nobody", "\x00", "x" * 300])
    def test_an_unknown_account_has_none(self, http, account):
        assert http.get("/dev/inbox", params={"account": account}).status_code == 404

    def test_mallorys_inbox_has_none_of_alices_mail(self, http, alice, mallory):
        name = told(alice, recorded(alice)[0], "canary")
        account = {"account": mallory.account_token}
        assert http.get(f"/dev/inbox/{name}", params=account).status_code == 404
        assert "canary" not in http.get("/dev/inbox", params=account).text

    def test_production_has_no_such_page(self, http, alice, monkeypatch):
        from dashboard import inbox

        class Production:
            environment = inbox.Environment.PRODUCTION

        monkeypatch.setattr(inbox, "settings", Production)
        for path in ("/dev/inbox", f"/dev/inbox/{uuid.uuid4()}"):
            assert http.get(path, params={"account": alice.account_token}).status_code == 404


def test_operators_tokens_end_together(stores):
    token = issue_admin_token()
    assert admin_by_token(token) is not None
    assert revoke_admin_tokens() >= 1
    assert admin_by_token(token) is None


def test_the_commands_print_what_opens_the_page_and_end_it(http, alice, capsys):
    from manage import main

    assert main(["customer", "token", "--tenant", str(alice.tenant_id)]) == 0
    printed = capsys.readouterr().out
    token = re.search(r"fdc_\S+", printed)
    link = re.search(r"http://localhost:8000(/customer/open\?code=(\S+))", printed)
    assert token is not None
    assert link is not None
    assert "<button>" in http.get(link[1]).text
    assert customer_by_token(token[0]) == alice.tenant_id
    assert main(["customer", "revoke", "--tenant", str(alice.tenant_id)]) == 0
    assert customer_by_token(token[0]) is None
    assert main(["admin", "token"]) == 0
    operator = re.search(r"fda_\S+", capsys.readouterr().out)
    assert operator is not None
    assert admin_by_token(operator[0]) is not None
    assert main(["admin", "revoke"]) == 0
    assert admin_by_token(operator[0]) is None
    with pytest.raises(SystemExit, match="There is no tenant"):
        main(["customer", "token", "--tenant", str(uuid.uuid4())])
