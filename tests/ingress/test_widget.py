"""The widget's endpoints: signed sessions, their own history and events, and nobody else's."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import update

from config.errors import TooMany
from ingress.limits import PublicLimits
from ingress.script import ASSETS, SCRIPT, TEXTS
from ingress.visitors import PREFIX, VALID_S, Visitor, message_prefix, new_visitor, visitor_of
from models.base import now
from models.connection import api_connection_id
from models.conversation import Conversation, conversation_id, ensure_conversation
from models.database import tenant_session
from models.message import Author, Message, add_message
from models.tenant import Tenant, TenantConfiguration
from models.turn import TurnState, open_turn
from tests.ingress.conftest import SESSION, key, words

SESSION_URL, MESSAGES, EVENTS, CHAT = (
    "/api/v1/widget/session",
    "/api/v1/widget/messages",
    "/api/v1/widget/events",
    "/api/v1/chat",
)
ORIGIN = "https://bakery.example"


def begin(http, tenant, **body) -> dict:
    return http.post(SESSION_URL, json=body, headers=key(tenant.account_token)).json()


def bearing(tenant, token: str, **more: str) -> dict[str, str]:
    return key(tenant.account_token, Authorization=f"Bearer {token}", **more)


class Thread:
    """The conversation of a session, as the workers would have recorded it."""

    def __init__(self, tenant, token: str) -> None:
        self.tenant_id = tenant.tenant_id
        self.visitor = visitor_of(token, tenant.tenant_id)
        self.external_id, self.id = self._names(tenant)
        self.at = now() - timedelta(minutes=5)

    def _names(self, tenant) -> tuple[str, uuid.UUID]:
        external_id = hashlib.sha256(f"widget:{self.visitor.visitor_id.hex}".encode()).hexdigest()
        return external_id, conversation_id(tenant.tenant_id, api_connection_id(tenant.tenant_id), external_id)

    def say(self, author: Author, body: str, *, external_id: str | None = None, sources=()) -> str:
        self.at += timedelta(seconds=1)
        with tenant_session(self.tenant_id) as session:
            connection = api_connection_id(self.tenant_id)
            conversation = ensure_conversation(session, self.tenant_id, self.id, connection, self.external_id)
            turn_id = None
            if author is not Author.HUMAN:
                turn = open_turn(
                    session,
                    conversation,
                    turn_id=uuid.uuid4(),
                    at=self.at,
                    wait=timedelta(0),
                    channel=False,
                    stream=True,
                )
                turn.sources = list(sources)
                turn.move(TurnState.DELIVERED)
                turn_id = turn.id
            message = Message(
                tenant_id=self.tenant_id,
                conversation_id=self.id,
                connection_id=connection,
                external_id=external_id or uuid.uuid4().hex,
                author=author,
                body=body,
                sent_at=self.at,
                accepted_at=self.at,
                turn_id=turn_id,
                details={},
            )
            add_message(session, message)
            return str(message.id)

    def owned_by(self, owner: str) -> None:
        with tenant_session(self.tenant_id) as session:
            session.execute(update(Conversation).where(Conversation.id == self.id).values(owner=owner))


# Sessions


@pytest.mark.parametrize("how", ["header", "body", "plain body"])
def test_a_session_begins_with_the_account_token(http, alice, how):
    if how == "header":
        answer = http.post(SESSION_URL, headers=key(alice.account_token))
    elif how == "body":
        answer = http.post(SESSION_URL, json={"account_token": alice.account_token})
    else:  # what a browser may send to another origin without asking first
        body = json.dumps({"account_token": alice.account_token})
        answer = http.post(SESSION_URL, content=body, headers={"Content-Type": "text/plain"})
    session = answer.json()
    assert answer.status_code == 200
    assert len(session["token"]) >= 22
    assert (session["business"], session["continued"]) == ("Alice's Bakery", False)
    assert "AI" in session["ai_notice"]
    assert session["colour"] == "#2f6f4f"
    assert session["quick_replies"][-1]["label"] == "Talk to a person"


def test_each_visitor_is_another_and_may_come_back(http, alice):
    one, other = begin(http, alice), begin(http, alice)
    assert one["token"] != other["token"]
    again = begin(http, alice, token=one["token"])
    assert (again["token"], again["continued"]) == (one["token"], True)


def test_an_older_token_is_replaced_by_one_of_the_same_visitor(http, alice):
    known = Visitor(alice.tenant_id, uuid.uuid4(), int(time.time()) - 2 * 86_400)
    session = begin(http, alice, token=known.token())
    renewed = visitor_of(session["token"], alice.tenant_id)
    assert session["continued"]
    assert renewed.visitor_id == known.visitor_id
    assert renewed.issued_at > known.issued_at


def broken_tokens(alice, mallory) -> dict[str, str]:
    good = new_visitor(alice.tenant_id).token()
    body = good.removeprefix(PREFIX)
    return {
        "another tenant's": new_visitor(mallory.tenant_id).token(),
        "expired": Visitor(alice.tenant_id, uuid.uuid4(), int(time.time()) - VALID_S - 60).token(),
        "another visitor, same signature": PREFIX + body[:30] + ("A" if body[30] != "A" else "B") + body[31:],
        "another signature": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "shorter": good[:-4],
        "longer": good + "AAAA",
        "made up": PREFIX + "A" * 96,
        "no base64": PREFIX + "!" * 96,
        "only the prefix": PREFIX + "x" * 30,
    }


def test_a_token_that_is_not_ours_begins_anew_and_opens_nothing(http, workers, alice, mallory):
    for name, token in broken_tokens(alice, mallory).items():
        assert not begin(http, alice, token=token)["continued"], name
        assert http.get(MESSAGES, headers=bearing(alice, token)).status_code == 401, name
        assert http.get(EVENTS, headers=bearing(alice, token)).status_code == 401, name
        said = http.post(CHAT, json=words(session=token), headers=key(alice.account_token))
        assert (said.status_code, said.json()["error"]) == (401, "unauthorized"), name
    assert workers.nothing()


def test_the_session_shows_what_the_business_chose(http, alice):
    with tenant_session(alice.tenant_id) as session:
        values = {"greeting": "Fancy a bun?", "colour": "#aa3366", "hours": {"tuesday": ["08:00", "18:00"]}}
        session.execute(update(TenantConfiguration).values(**values))
    shown = begin(http, alice)
    assert (shown["greeting"], shown["colour"]) == ("Fancy a bun?", "#aa3366")
    assert [each["label"] for each in shown["quick_replies"]] == ["When are you open?", "Talk to a person"]


def test_a_session_is_refused_like_a_chat(http, alice):
    assert http.post(SESSION_URL).status_code == 401
    assert http.post(SESSION_URL, headers=key(str(uuid.uuid4()))).status_code == 401
    assert http.post(SESSION_URL, headers=key(alice.api_key)).status_code == 403
    assert http.post(SESSION_URL, headers=key(alice.account_token, Origin=ORIGIN)).status_code == 403
    wrong = http.post(SESSION_URL, json={"token": 7}, headers=key(alice.account_token))
    assert (wrong.status_code, "token" in wrong.json()["detail"]) == (422, True)
    assert http.post(SESSION_URL, content="{", headers=key(alice.account_token)).status_code == 422


def test_a_suspended_business_has_no_widget(http, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(Tenant).values(suspended_at=now()))
    assert http.post(SESSION_URL, headers=key(alice.account_token)).status_code == 403


def test_a_listed_page_may_use_it(http, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(TenantConfiguration).values(allowed_origins=[ORIGIN]))
    for path in (SESSION_URL, MESSAGES, EVENTS):
        asked = http.options(path, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
        assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = http.post(SESSION_URL, headers=key(alice.account_token, Origin=ORIGIN))
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    read = http.get(MESSAGES, headers=bearing(alice, answer.json()["token"], Origin=ORIGIN))
    assert read.headers["access-control-allow-origin"] == ORIGIN


# Sending


def test_a_message_of_the_widget_waits_like_one_of_a_channel(http, workers, alice):
    token = begin(http, alice)["token"]
    headers = key(alice.account_token, Prefer="respond-async", **{"Idempotency-Key": "k1"})
    promise = http.post(CHAT, json=words(session=token), headers=headers).json()
    job = workers.take().job
    thread = Thread(alice, token)
    assert job.widget
    assert (job.conversation_id, job.conversation_external_id) == (str(thread.id), thread.external_id)
    assert job.external_id == message_prefix(thread.visitor) + "k1"
    turn = f"/api/v1/turns/{promise['turn_id']}"
    assert http.get(turn, headers=key(alice.account_token, **{"X-Session-Id": token})).status_code == 200
    stranger = begin(http, alice)["token"]
    assert http.get(turn, headers=key(alice.account_token, **{"X-Session-Id": stranger})).status_code == 404


def test_other_sessions_are_not_the_widgets(http, workers, alice):
    for credential in (alice.account_token, alice.api_key):
        http.post(CHAT, json=words(), headers=key(credential, Prefer="respond-async"))
        assert not workers.take().job.widget


def test_a_renewed_token_repeats_the_same_message(http, workers, alice):
    old = Visitor(alice.tenant_id, uuid.uuid4(), int(time.time()) - 2 * 86_400).token()
    new = begin(http, alice, token=old)["token"]
    headers = key(alice.account_token, Prefer="respond-async", **{"Idempotency-Key": "same"})
    first, second = (http.post(CHAT, json=words(session=token), headers=headers).json() for token in (old, new))
    assert first["turn_id"] == second["turn_id"]


def test_two_visitors_may_use_the_same_idempotency_key(http, workers, alice):
    headers = key(alice.account_token, Prefer="respond-async", **{"Idempotency-Key": "same"})
    answers = [http.post(CHAT, json=words(session=begin(http, alice)["token"]), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["turn_id"] != answers[1].json()["turn_id"]


# Reading


def test_history_tells_who_said_what_when_and_on_what_it_rests(http, alice):
    token = begin(http, alice)["token"]
    assert http.get(MESSAGES, headers=bearing(alice, token)).json() == {"messages": [], "next": None}
    thread = Thread(alice, token)
    source = {"entry_id": str(uuid.uuid4()), "title": "Hours", "text": "At nine."}
    thread.say(Author.VISITOR, "When?", external_id=message_prefix(thread.visitor) + "k1")
    thread.say(Author.BOT, "At nine.", sources=[source])
    thread.say(Author.HUMAN, "Maya here.")
    human, bot, visitor = http.get(MESSAGES, headers=bearing(alice, token)).json()["messages"]
    assert (human["author"], human["text"], human["turn_id"], human["sources"]) == ("human", "Maya here.", None, [])
    assert (bot["author"], bot["text"], bot["sources"]) == ("bot", "At nine.", [source])
    assert (visitor["author"], visitor["key"], visitor["sources"]) == ("visitor", "k1", [])
    assert visitor["at"] < bot["at"] < human["at"]
    assert "key" not in bot


def test_history_comes_in_pages(http, alice):
    token = begin(http, alice)["token"]
    thread = Thread(alice, token)
    for number in range(5):
        thread.say(Author.HUMAN, str(number))
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = http.get(MESSAGES, params=query, headers=bearing(alice, token)).json()
        seen += [each["text"] for each in page["messages"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["4", "3", "2", "1", "0"]
    for query in ({"limit": "0"}, {"limit": "101"}, {"cursor": "x"}):
        assert http.get(MESSAGES, params=query, headers=bearing(alice, token)).status_code == 422


def test_nobody_reads_anothers_chat(http, alice, mallory):
    token = begin(http, alice)["token"]
    Thread(alice, token).say(Author.HUMAN, "A secret.")
    stranger = begin(http, alice)["token"]
    assert http.get(MESSAGES, headers=bearing(alice, stranger)).json()["messages"] == []
    for path in (MESSAGES, EVENTS):
        assert http.get(path, headers=bearing(mallory, token)).status_code == 401
        assert http.get(path, headers=key(alice.account_token)).status_code == 401
        assert http.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert http.get(path, headers=key(alice.account_token, Authorization=f"Basic {token}")).status_code == 401
        assert http.get(path, headers=key(alice.account_token, **{"X-Session-Id": token})).status_code == 401
        assert http.get(path, headers=key(alice.api_key, Authorization=f"Bearer {token}")).status_code == 403
        assert http.get(path, headers=bearing(alice, token, Origin=ORIGIN)).status_code == 403
        assert http.get(path, headers=bearing(alice, SESSION)).status_code == 401


# Watching


class Stream:
    """Reads a stream event by event; comments are passed over."""

    def __init__(self, response) -> None:
        assert response.status_code == 200
        self._lines = response.iter_lines()

    def next(self) -> tuple[str, dict]:
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:])
        raise AssertionError("the stream ended")


def test_what_people_do_appears_at_once(http, workers, alice):
    token = begin(http, alice)["token"]
    thread = Thread(alice, token)
    thread.say(Author.VISITOR, "Hello?")
    with http.stream("GET", EVENTS, headers=bearing(alice, token)) as response:
        stream = Stream(response)
        assert stream.next() == ("ready", {"owner": "bot"})
        message_id = thread.say(Author.HUMAN, "Maya here.")
        thread.owned_by("human")
        workers.queue.conversation_changed(str(alice.tenant_id), str(thread.id))
        assert stream.next() == ("owner", {"owner": "human"})
        name, message = stream.next()
        assert (name, message["id"], message["author"], message["text"]) == (
            "message",
            message_id,
            "human",
            "Maya here.",
        )
        thread.say(Author.BOT, "Bye.")
        workers.queue.publish(str(alice.tenant_id), str(uuid.uuid4()), "done", {"conversation_id": str(thread.id)})
        assert stream.next()[1]["text"] == "Bye."
        name, turn = stream.next()
        assert (name, turn["state"]) == ("turn", "delivered")


def test_a_lost_hint_is_made_up_for(http, workers, alice, monkeypatch):
    monkeypatch.setattr("ingress.watching.COMMENT_EVERY_S", 0.05)
    monkeypatch.setattr("ingress.watching.LOOK_EVERY_S", 0.1)
    token = begin(http, alice)["token"]
    thread = Thread(alice, token)
    with http.stream("GET", EVENTS, headers=bearing(alice, token)) as response:
        stream = Stream(response)
        assert stream.next()[0] == "ready"
        thread.say(Author.HUMAN, "Nobody told you.")
        assert stream.next()[1]["text"] == "Nobody told you."


def test_a_take_over_by_api_is_seen(http, workers, alice):
    token = begin(http, alice)["token"]
    thread = Thread(alice, token)
    thread.say(Author.VISITOR, "Hello?")
    with http.stream("GET", EVENTS, headers=bearing(alice, token)) as response:
        stream = Stream(response)
        assert stream.next()[0] == "ready"
        for owner in ("human", "bot"):
            answer = http.post(
                f"/api/v1/conversations/{thread.id}/owner", json={"owner": owner}, headers=key(alice.api_key)
            )
            assert answer.status_code == 200
            assert stream.next() == ("owner", {"owner": owner})


def test_a_visitor_has_so_many_windows_and_closing_one_makes_room(http, workers, alice, monkeypatch):
    monkeypatch.setattr("ingress.watching.PER_CONVERSATION", 1)
    token = begin(http, alice)["token"]
    with http.stream("GET", EVENTS, headers=bearing(alice, token)) as response:
        stream = Stream(response)  # kept: letting go of its lines closes the connection
        assert stream.next()[0] == "ready"
        refused = http.get(EVENTS, headers=bearing(alice, token))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
    until = time.monotonic() + 5
    while True:  # the server notices the closed connection a moment later
        with http.stream("GET", EVENTS, headers=bearing(alice, token)) as response:
            if response.status_code == 200:
                break
        assert time.monotonic() < until


def test_public_limits_give_back_what_time_brings():
    at = 0.0
    limits = PublicLimits(clock=lambda: at)
    for _ in range(2):
        limits.take("a", rate_per_s=1, burst=2)
    with pytest.raises(TooMany):
        limits.take("a", rate_per_s=1, burst=2)
    limits.take("b", rate_per_s=1, burst=2)
    at = 1.0
    limits.take("a", rate_per_s=1, burst=2)


# The script


def test_the_script_is_small_and_cached(http):
    answer = http.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 30 * 1024
    assert answer.content == SCRIPT
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    known = http.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    plain = http.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == SCRIPT
    assert len(gzip.compress(SCRIPT)) < 30 * 1024


def test_the_script_needs_nothing_that_a_strict_policy_forbids():
    text = SCRIPT.decode()
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        ".cssText",
        "document.write",
    ):
        assert forbidden not in text
    assert "style=" not in text
    hosts = text.replace("http://www.w3.org/2000/svg", "").replace("https?:", "")
    assert "http://" not in hosts
    assert "https://" not in hosts
    assert {path.suffix for path in ASSETS.rglob("*.*")} == {".js", ".css", ".json"}


# Languages


def accepting(http, tenant, accepted: str, **body: str) -> dict:
    answer = http.post(SESSION_URL, json=body, headers=key(tenant.account_token) | {"Accept-Language": accepted})
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pl, fr;q=0.4, tr;q=0.6", "tr"),
        ("pl", "en"),
        ("", "en"),
        ("*", "en"),
        ("es;q=0, nl", "nl"),
        ("de;q=2, pt", "pt"),
        ("x" * 5000, "en"),
    ],
)
def test_the_widget_speaks_the_browsers_language_where_we_do(http, alice, accepted, language):
    session = accepting(http, alice, accepted)
    assert session["language"] == language
    assert session["ai_notice"] == TEXTS[language]["session"]["ai_notice"]
    assert session["greeting"] == TEXTS[language]["session"]["greeting"].replace("{business}", "Alice's Bakery")


def test_what_the_visitor_wrote_in_last_comes_first(http, alice):
    assert accepting(http, alice, "de", language="it")["language"] == "it"
    assert accepting(http, alice, "de", language="xx")["language"] == "de"


def test_a_business_that_fixed_its_language_is_shown_in_it(http, alice):
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(TenantConfiguration).values(language="fr", languages=["fr", "ar"]))
    session = accepting(http, alice, "de-DE,de;q=0.9", language="es")
    assert (session["language"], session["quick_replies"][-1]["label"]) == ("fr", "Parler à une personne")


def test_every_text_of_the_widget_exists_in_every_language_with_the_same_slots():
    from workers.phrases import LANGUAGES

    assert set(TEXTS) == set(LANGUAGES)
    for language, texts in TEXTS.items():
        for part, english in TEXTS["en"].items():
            assert list(texts[part]) == list(english), language
            for name, text in texts[part].items():
                assert text.strip(), (language, name)
                assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[name])), (language, name)


def test_who_presses_talk_to_a_person_is_understood_in_every_language():
    from workers.intents import Intent, classify

    for language, texts in TEXTS.items():
        guess = classify(texts["session"]["person_message"])
        assert (guess.intent, guess.certain) == (Intent.HUMAN, True), language
        assert classify(texts["session"]["hours_message"]).intent == Intent.FAQ, language
