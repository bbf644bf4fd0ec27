"""What chaos asks of the Papercups double: requests that stand still before or after their effect, and who sent them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx2
import pytest

from tests.doubles.papercups.handle import PapercupsDouble, running

Post = Callable[[str], "Future[httpx2.Response]"]


@pytest.fixture
def double() -> Iterator[PapercupsDouble]:
    with running() as double:
        yield double


@pytest.fixture
def account(double: PapercupsDouble) -> dict[str, str]:
    return double.seed()


@pytest.fixture
def chat(double: PapercupsDouble, account: dict[str, str]) -> str:
    return str(double.say(account_id=account["account_id"], body="Hello?")["conversation_id"])


@pytest.fixture
def post(double: PapercupsDouble, account: dict[str, str], chat: str) -> Iterator[Post]:
    """The bot's reply, sent in a thread of its own by way of `worker1`."""
    with ThreadPoolExecutor(2) as threads, httpx2.Client(trust_env=False, timeout=10) as http:

        def send(body: str) -> Future[httpx2.Response]:
            message = {"conversation_id": chat, "body": body, "type": "bot"}
            headers = {"Authorization": f"Bearer {account['bot_key']}"}
            url = f"{double.base_url}/_via/worker1/api/v1/messages"
            return threads.submit(http.post, url, json={"message": message}, headers=headers)

        yield send


def said(double: PapercupsDouble, chat: str) -> list[str]:
    return [each["body"] for each in double.journal(chat)["messages"] if each["who"] == "bot"]


def test_a_request_held_before_its_effect_has_none_until_it_is_let_go(double, chat, post):
    double.fault("hold_before", name="here")
    answer = post("Nine to five.")
    held = double.held("here")
    assert held is not None
    assert (held["via"], held["path"]) == ("worker1", "/api/v1/messages")
    assert said(double, chat) == []
    double.let_go("here")
    assert answer.result().status_code == 201
    assert said(double, chat) == ["Nine to five."]


def test_one_that_is_dropped_never_has_any(double, chat, post):
    double.fault("hold_before", name="here")
    answer = post("Nine to five.")
    assert double.held("here")
    double.let_go("here", drop=True)
    assert answer.result().status_code == 500
    assert said(double, chat) == []


def test_a_request_held_after_its_effect_is_only_not_answered_yet(double, chat, post):
    double.fault("hold_after", name="here")
    answer = post("Nine to five.")
    assert double.held("here")
    assert said(double, chat) == ["Nine to five."]
    assert not answer.done()
    double.let_go("here")
    assert answer.result().status_code == 201


def test_nobody_comes_in_time(double):
    double.fault("hold_before", name="here")
    assert double.held("here", timeout_s=0.05) is None


def test_a_path_may_have_to_fit_as_a_whole(double, account, chat):
    double.fault("answer", method="GET", path="/api/v1/conversations$", status=503)
    headers = {"Authorization": f"Bearer {account['bot_key']}"}
    one, all_of_them = f"/api/v1/conversations/{chat}", "/api/v1/conversations"
    answers = [double.http.get(path, headers=headers).status_code for path in (one, all_of_them, all_of_them)]
    assert answers == [200, 503, 200]


def test_the_journal_tells_when_a_request_was_done_and_answered(double, post):
    post("Nine to five.").result()
    journal = double.journal()
    request = journal["requests"][-1]
    assert request["at_ms"] <= request["done_ms"] <= request["answered_ms"]
    assert journal["running"] == 0
    assert journal["started_s"] > 0
