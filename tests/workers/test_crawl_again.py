"""The second reading of a site whose server says what has not changed: it finds what a first reading would find."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clients.web.fetch import Answer
from models.sources import cancel
from tests.ingress.conftest import environment
from tests.workers.reading import Desk, documents_of, source_of
from tests.workers.test_crawl import SITE, Web, Words, again, begin, read, texts
from workers.url_variants import SEEN_OFTEN


@dataclass
class TaggedWeb(Web):
    """Every page has an ETag, and is not sent to who has it."""

    def get(self, url: str, *, etag: str | None = None, **more: object) -> Answer:
        answer = super().get(url, **more)
        tag = f'"{hash(answer.body)}"'
        if answer.status == 200 and etag == tag:
            return Answer(url, 304, {"etag": tag})
        return Answer(url, answer.status, {**answer.headers, "etag": tag}, answer.body, answer.received)


@pytest.fixture
def web():
    return TaggedWeb({"/": "Welcome -> /a /b", "/a": "Page A -> /c", "/b": "Page B", "/c": "Page C"})


@pytest.fixture
def desk(line, web):
    with environment(TIME_SCALE="1000"):
        yield Desk(web, Words())


ALL = {"Welcome", "Page A", "Page B", "Page C"}


def test_a_page_that_failed_once_is_found_behind_one_that_has_not_changed(desk, web, alice):
    web.pages["/b"] = 500
    read(desk, alice)
    assert texts(alice) == ALL - {"Page B"}
    web.pages["/b"] = "Page B"
    again(alice)
    desk.run()
    assert texts(alice) == ALL


def test_a_reading_that_was_cancelled_goes_on_behind_what_has_not_changed(desk, web, alice):
    begin(alice)
    desk.run(3)
    cancel(alice.tenant_id, source_of(alice).id)
    assert texts(alice) == {"Welcome"}
    again(alice)
    desk.run()
    assert texts(alice) == ALL


def test_a_page_that_is_allowed_again_comes_back(desk, web, alice):
    web.pages["/robots.txt"] = "User-agent: *\nDisallow: /b"
    read(desk, alice)
    assert texts(alice) == ALL - {"Page B"}
    web.pages["/robots.txt"] = ""
    again(alice)
    desk.run()
    assert texts(alice) == ALL


def test_a_server_that_says_unchanged_to_who_has_nothing_leaves_no_empty_page(desk, web, alice):
    web.pages["/b"] = 304
    read(desk, alice)
    found = documents_of(alice)[f"{SITE}/b"]
    assert (found.state, found.content_hash) == ("failed", None)


@pytest.mark.parametrize("order", ["Welcome -> /b /new", "Welcome -> /new /b"])
def test_words_that_moved_without_a_redirect_are_never_lost(desk, web, alice, order):
    read(desk, alice)
    web.pages |= {"/": order.replace(" /b", " /a /b"), "/b": 404, "/new": "Page B"}
    for _ in range(3):
        again(alice)
        desk.run()
        assert texts(alice) == ALL
    assert documents_of(alice)[f"{SITE}/new"].state == "indexed"
    assert documents_of(alice)[f"{SITE}/b"].content_hash is None


def test_who_says_the_same_as_a_page_that_breaks_is_not_asked_for_ever(desk, web, alice):
    web.pages |= {"/": "Welcome -> /a /b /twin", "/twin": "Page B"}
    read(desk, alice)
    web.pages["/b"] = 500
    web.asked.clear()
    again(alice)
    desk.run()
    assert texts(alice) == ALL
    assert web.asked.count("/twin") == 1


@dataclass
class SessionWeb(Web):
    """Writes something new into the query of every link."""

    count: int = 0

    def get(self, url: str, **more: object) -> Answer:
        answer = super().get(url.partition("?")[0], **more)
        words, arrow, links = answer.body.decode().partition("->")
        self.count += 1
        fresh = " ".join(f"{link}?visit={self.count}" for link in links.split())
        return Answer(url, answer.status, answer.headers, f"{words}{arrow}{fresh}".encode(), answer.received)


def test_a_site_that_writes_something_new_into_every_link_ends(line, alice):
    everywhere = " ".join(f"/{number}" for number in range(12))
    web = SessionWeb({"/": f"Welcome -> {everywhere}"} | {f"/{n}": f"Page {n} -> / {everywhere}" for n in range(12)})
    with environment(TIME_SCALE="1000"):
        read(Desk(web, Words()), alice)
    assert texts(alice) == {"Welcome", *(f"Page {number}" for number in range(12))}
    assert len(web.asked) <= 2 + 13 + SEEN_OFTEN
    assert any("nothing that matters" in (document.detail or "") for document in documents_of(alice).values())


def test_a_parameter_that_makes_a_difference_once_is_asked_for_always(desk, web, alice):
    sold_out = [f"/shop?id={number}" for number in range(10)]
    web.pages = {"/": "Welcome -> " + " ".join([*sold_out, "/shop?id=10", "/shop?id=11"])}
    web.pages |= dict.fromkeys(sold_out, "Sold out") | {"/shop?id=10": "Soap", "/shop?id=11": "Combs"}
    read(desk, alice)
    assert texts(alice) == {"Welcome", "Sold out", "Soap", "Combs"}


def test_parameters_in_another_order_are_one_address(desk, web, alice):
    web.pages = {"/": "Welcome -> /find?a=1&b=2 /find?b=2&a=1", "/find?a=1&b=2": "Found"}
    read(desk, alice)
    assert "/find?b=2&a=1" not in web.asked
    assert texts(alice) == {"Welcome", "Found"}
