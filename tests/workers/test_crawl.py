"""One reading of a website: what a fault, a cancel, a repeated or a killed job does to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from clients.documents.blocks import Block, BlockKind, Document, Kind
from clients.web.fetch import Answer, NotReached, NotTaken
from models.base import now
from models.crawl import crawl_job
from models.database import tenant_session
from models.jobs import CrawlSource
from models.source import KnowledgeSource
from models.sources import add_website, cancel, delete_source, refresh
from models.tenant import Tenant
from tests.ingress.conftest import environment
from tests.workers.reading import Desk, chunks_of, documents_of, source_of
from workers.broker import queue
from workers.crawl import crawl
from workers.refresh import refresh_sources

SITE = "https://linden.example"


@dataclass
class Web:
    """A web made of answers: by address, a text, a status, or a function."""

    pages: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def get(self, url: str, **_: object) -> Answer:
        self.asked.append(url.removeprefix(SITE))
        if self.meanwhile is not None:
            self.meanwhile()
        found = self.pages.get(url.removeprefix(SITE), 404)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, int):
            return Answer(url, found, {})
        if isinstance(found, tuple):
            return Answer(url, found[0], found[1])
        return Answer(url, 200, {"content-type": "text/html"}, str(found).encode(), len(str(found)))


class Words:
    """Reads a page of this web: its words, and what it links to behind `->`."""

    def read(self, data: bytes, **_: object) -> Document:
        words, _, links = data.decode().partition("->")
        return Document(
            Kind.HTML, None, [Block(BlockKind.TEXT, words.strip())], links=[SITE + link for link in links.split()]
        )


@pytest.fixture
def web():
    return Web({"/": "Welcome -> /a /b", "/a": "Page A -> /c", "/b": "Page B", "/c": "Page C"})


@pytest.fixture
def desk(line, web):
    with environment(TIME_SCALE="1000"):
        yield Desk(web, Words())


def begin(tenant, **more: object) -> CrawlSource:
    job, name = crawl_job(add_website(tenant.tenant_id, f"{SITE}/", **more))
    queue().enqueue(job, message_id=name)
    return job


def again(tenant) -> None:
    job, name = refresh(tenant.tenant_id, source_of(tenant).id)
    queue().enqueue(job, message_id=name)


def texts(tenant) -> set[str]:
    return {chunk.text for of_page in chunks_of(tenant).values() for chunk in of_page}


def read(desk, tenant, **more: object) -> KnowledgeSource:
    begin(tenant, **more)
    desk.run()
    return source_of(tenant)


def test_a_site_is_read_from_its_start_on(desk, web, alice):
    source = read(desk, alice)
    assert (source.state, source.detail) == ("ready", None)
    assert texts(alice) == {"Welcome", "Page A", "Page B", "Page C"}
    assert web.asked == ["/robots.txt", "/sitemap.xml", "/", "/a", "/b", "/c"]


def test_second_run_changes_nothing(desk, web, alice):
    job = begin(alice)
    desk.run()
    before, asked = chunks_of(alice), len(web.asked)
    crawl(job, web, Words())
    assert len(web.asked) == asked
    assert {url: [chunk.id for chunk in of_page] for url, of_page in chunks_of(alice).items()} == {
        url: [chunk.id for chunk in of_page] for url, of_page in before.items()
    }


def test_a_job_delivered_twice_leaves_one_chain(desk, web, alice):
    job = begin(alice)
    crawl(job, web, Words())
    crawl(job, web, Words())  # its successor is queued already
    desk.run()
    assert sorted(web.asked) == sorted(["/robots.txt", "/sitemap.xml", "/", "/a", "/b", "/c"])


def test_a_worker_killed_after_the_record_and_before_the_next_job_loses_nothing(desk, web, alice):
    job = begin(alice)
    desk.run(2)
    queue()._redis.flushdb()
    crawl(job, web, Words())  # redelivered: it finds its step recorded, and sends what follows
    desk.run()
    assert source_of(alice).state == "ready"


def test_the_clock_wakes_a_reading_that_lost_its_job(desk, web, alice):
    begin(alice)
    desk.run(2)
    queue()._redis.flushdb()
    with tenant_session(alice.tenant_id) as session:
        session.get_one(KnowledgeSource, (alice.tenant_id, source_of(alice).id)).next_at = now()
    refresh_sources()
    desk.run()
    assert source_of(alice).state == "ready"
    assert texts(alice) == {"Welcome", "Page A", "Page B", "Page C"}


def test_the_clock_reads_again_what_is_due(desk, web, alice):
    read(desk, alice, refresh_hours=1)
    web.pages["/b"] = "Page B, new"
    with tenant_session(alice.tenant_id) as session:
        source = session.get_one(KnowledgeSource, (alice.tenant_id, source_of(alice).id))
        assert source.next_at is not None
        source.next_at = now()
    refresh_sources()
    desk.run()
    assert "Page B, new" in texts(alice)
    assert "Page B" not in texts(alice)


def test_what_is_read_only_when_asked_is_never_due(desk, web, alice):
    assert read(desk, alice, refresh_hours=None).next_at is None


def test_a_cancel_takes_effect_with_the_page_that_is_being_fetched(desk, web, alice):
    begin(alice)
    desk.run(4)
    before = texts(alice)
    web.meanwhile = lambda: cancel(alice.tenant_id, source_of(alice).id)
    desk.run()
    assert source_of(alice).state == "cancelled"
    assert texts(alice) == before
    assert len(web.asked) == 5
    web.meanwhile = None
    again(alice)
    desk.run()
    assert texts(alice) == {"Welcome", "Page A", "Page B", "Page C"}


def test_a_deleted_source_is_not_answered_from_and_its_job_records_nothing(desk, web, alice):
    begin(alice)
    desk.run(4)
    web.meanwhile = lambda: delete_source(alice.tenant_id, source_of(alice).id)
    desk.run()
    assert texts(alice) == set()
    assert chunks_of(alice, retired=True)  # old answers can be explained


def test_a_suspended_tenants_reading_waits(desk, web, alice):
    begin(alice)
    with tenant_session(alice.tenant_id) as session:
        session.get_one(Tenant, alice.tenant_id).suspended_at = now()
    desk.run()
    assert web.asked == []
    with tenant_session(alice.tenant_id) as session:
        session.get_one(Tenant, alice.tenant_id).suspended_at = None
        session.get_one(KnowledgeSource, (alice.tenant_id, source_of(alice).id)).next_at = now()
    queue()._redis.flushdb()  # the queue remembers for some seconds what it has settled
    refresh_sources()
    desk.run()
    assert source_of(alice).state == "ready"


@pytest.mark.parametrize("trouble", [500, 503, 429, NotReached("The site cannot be reached: nobody answers there.")])
def test_a_site_that_breaks_keeps_its_words(desk, web, alice, trouble):
    read(desk, alice)
    before = chunks_of(alice)
    web.pages = dict.fromkeys(("/robots.txt", "/sitemap.xml", "/", "/a", "/b", "/c"), trouble)
    for _ in range(3):
        again(alice)
        desk.run()
        source = source_of(alice)
        assert source.state == "failed"
        assert "kept" in (source.detail or "")
        assert chunks_of(alice).keys() == before.keys()
    web.pages = {"/": "Welcome back -> /a", "/a": "Page A"}
    again(alice)
    desk.run()
    assert source_of(alice).state == "ready"
    assert "Welcome back" in texts(alice)


def test_pages_that_break_keep_their_words_and_are_told(desk, web, alice):
    read(desk, alice)
    web.pages |= {"/a": 500, "/b": NotReached("The page did not arrive within 20 seconds.")}
    again(alice)
    desk.run()
    assert texts(alice) == {"Welcome", "Page A", "Page B", "Page C"}
    source = source_of(alice)
    assert (source.state, (source.detail or "")[:30]) == ("ready", "2 of 4 pages could not be read")
    documents = documents_of(alice)
    assert documents[f"{SITE}/a"].detail == "The site answered with an error (500)."
    assert documents[f"{SITE}/b"].state == "failed"


@pytest.mark.parametrize("gone", [404, 410, (302, {"location": "https://parked.example/"})])
def test_a_page_is_retired_when_it_was_missed_twice(desk, web, alice, gone):
    read(desk, alice)
    web.pages["/b"] = gone
    again(alice)
    desk.run()
    assert "Page B" in texts(alice)
    web.pages["/b"] = "Page B"
    again(alice)
    desk.run()
    web.pages["/b"] = gone  # missed, but not twice in a row
    again(alice)
    desk.run()
    assert "Page B" in texts(alice)
    again(alice)
    desk.run()
    assert "Page B" not in texts(alice)
    web.pages["/b"] = "Page B"
    again(alice)
    desk.run()
    assert "Page B" in texts(alice)


def test_a_page_that_moved_for_good_is_read_where_it_went(desk, web, alice):
    read(desk, alice)
    web.pages |= {"/b": (301, {"location": "/b2"}), "/b2": "Page B"}
    web.pages["/"] = "Welcome -> /a /b"
    again(alice)
    desk.run()
    again(alice)
    desk.run()
    assert list(chunks_of(alice)).count(f"{SITE}/b2") + list(chunks_of(alice)).count(f"{SITE}/b") == 1
    assert "Page B" in texts(alice)


def test_rules_that_forbid_a_page_take_its_words_away(desk, web, alice):
    read(desk, alice)
    web.pages["/robots.txt"] = "User-agent: *\nDisallow: /b"
    web.asked.clear()
    again(alice)
    desk.run()
    assert "/b" not in web.asked
    assert texts(alice) == {"Welcome", "Page A", "Page C"}


def test_a_site_that_forbids_everything_is_asked_for_its_rules_alone(desk, web, alice):
    web.pages["/robots.txt"] = "User-agent: *\nDisallow: /"
    assert read(desk, alice).detail == "The site's robots.txt asks not to read this page."
    assert web.asked == ["/robots.txt"]


def test_a_sitemap_that_the_rules_name_may_be_read_where_they_forbid_all_like_it(desk, web, alice):
    web.pages["/robots.txt"] = "User-agent: *\nDisallow: /*.xml\nSitemap: /maps/one.xml"
    web.pages["/maps/one.xml"] = (200, {"content-type": "text/plain"})
    read(desk, alice)
    assert web.asked[:3] == ["/robots.txt", "/maps/one.xml", "/"]


def test_rules_that_arrive_packed_beyond_reading_are_no_leave(desk, web, alice):
    web.pages["/robots.txt"] = NotTaken("The page is packed, and the packing is broken.")
    assert read(desk, alice).state == "failed"
    assert set(web.asked) == {"/robots.txt"}


def test_no_more_pages_are_read_than_allowed_and_no_deeper(desk, web, alice):
    source = read(desk, alice, max_pages=2)
    assert [path for path in web.asked if path not in {"/robots.txt", "/sitemap.xml"}] == ["/", "/a"]
    assert source.detail == "The site has more than the 2 pages that are read of it."


def test_one_page_is_a_site_of_no_depth(desk, web, alice):
    read(desk, alice, max_depth=0)
    assert web.asked == ["/robots.txt", "/"]


def test_a_start_that_leads_elsewhere_is_told(desk, web, alice):
    web.pages["/"] = (301, {"location": "https://new.example/"})
    source = read(desk, alice)
    assert source.state == "failed"
    assert source.detail == "It leads to another site (https://new.example), which is not read with this one."


def test_jobs_of_an_older_round_do_nothing(desk, web, alice):
    job = begin(alice)
    cancel(alice.tenant_id, uuid.UUID(job.source_id))
    again(alice)
    crawl(job, web, Words())
    assert web.asked == []


def test_two_crawls_of_one_host_take_turns(line, web, alice, mallory):
    from config.errors import NotYet

    first, second = begin(alice), begin(mallory)
    crawl(first, web, Words())
    with pytest.raises(NotYet) as refused:
        crawl(second, web, Words())
    assert 0 < refused.value.delay_ms <= 1000
