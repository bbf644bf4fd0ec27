"""A site of 200 pages and its traps: everything expected is indexed, nothing else is asked for, and the second reading takes
only what changed. The site's own journal is the truth.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

import pytest

from clients.documents.reader import Reader
from clients.web.fetch import Answer, Fetcher
from clients.web.urls import normal
from config.errors import NotYet
from models.crawl import crawl_job
from models.sources import add_website, refresh
from models.turn import Delivery
from tests.doubles.website.handle import Website, running
from tests.ingress.conftest import environment
from tests.workers.reading import Desk, chunks_of, documents_of, source_of
from workers import resources
from workers.broker import queue
from workers.crawl import crawl_source

HASTE_S = 0.3
MOST_OF_A_CALENDAR = 60


@pytest.fixture(scope="module")
def site():
    with running() as website:
        yield website


class Asking(Fetcher):
    """As patient as in production, but with the page that never ends."""

    def get(self, url: str, **more: Any) -> Answer:
        hasty = Fetcher("Frontdesk test", allow_loopback=True, total_s=HASTE_S)
        return hasty.get(url, **more) if url.endswith("/slow") else super().get(url, **more)


@pytest.fixture
def desk(line):
    reader = Reader()
    with environment(TIME_SCALE="1000"):
        yield Desk(Asking("Frontdesk test", allow_loopback=True), reader)
    reader.close()


def begin(tenant, site: Website) -> None:
    source = add_website(tenant.tenant_id, normal(site.url) or "")
    job, name = crawl_job(source)
    queue().enqueue(job, message_id=name)


def read_again(tenant) -> None:
    job, name = refresh(tenant.tenant_id, source_of(tenant).id)
    queue().enqueue(job, message_id=name)


@pytest.mark.timeout(120)
def test_a_site_is_read_and_read_again(desk, alice, site):
    begin(alice, site)
    desk.run()
    source = source_of(alice)
    assert source.state == "ready", source.detail
    expected, chunks, documents = site.expected(), chunks_of(alice), documents_of(alice)
    assert len(expected) >= 200
    missing = {url: documents[url].detail if url in documents else "never met" for url in expected if url not in chunks}
    assert missing == {}
    wrong = [url for url, words in expected.items() if not any(words in chunk.text for chunk in chunks[url])]
    assert wrong == []
    calendar = {url for url in chunks if "/calendar/" in url}
    assert set(chunks) - set(expected) - calendar <= {
        f"{site.url}/grow/",
        f"{site.url}/grow/grow/",
        f"{site.url}/grow/grow/grow/",
    }

    asked = Counter(site.asked())
    may = {url.removeprefix(site.url) for url in expected} | site.probed()
    beyond = {path for path in asked if path not in may and not path.startswith("/calendar/")}
    assert beyond == set()
    assert 0 < sum(path.startswith("/calendar/") for path in asked) <= MOST_OF_A_CALENDAR
    assert {path: times for path, times in asked.items() if times > 1} == {"/slow": 2, "/error": 2, "/alone": 2}
    assert site.asked_elsewhere() == []

    told = {url.removeprefix(site.url): document.detail for url, document in documents.items()}
    assert told["/huge"] == "It is larger than 5 MiB."
    assert told["/bomb"] == "It is larger than 5 MiB."
    assert told["/private/diary"] == "The site's robots.txt asks not to read this page."
    assert "seconds" in (told["/slow"] or "")
    assert "another site" in (told["/leave/meta"] or "")
    assert "another site" in (told["/leave/port"] or "")
    assert "circle" in (told["/hop/5"] or "")
    assert told["/print/about"] == f"It says the same as {site.url}/about."

    before = {chunk.id for of_page in chunks.values() for chunk in of_page}
    site.set("/hours", "<html><body><h1>Opening hours</h1><p>From now on we are open on Mondays too.</p></body></html>")
    site.set("/services/3", "gone", status=404)
    site.forget()
    read_again(alice)
    desk.run()
    again = chunks_of(alice)
    after = {chunk.id: chunk for of_page in again.values() for chunk in of_page}
    assert [chunk.text for name, chunk in after.items() if name not in before] == [
        "From now on we are open on Mondays too."
    ]
    assert len(before - after.keys()) == 1  # the old hours; what was missed once is kept
    assert f"{site.url}/services/3" in again
    read_again(alice)
    desk.run()
    assert f"{site.url}/services/3" not in chunks_of(alice)
    assert site.asked_elsewhere() == []


def test_without_the_allowance_this_machine_is_never_asked(line, alice, site):
    """The actor, as the process `worker` runs it: with the fetcher and the reader that the settings make."""
    site.forget()
    resources.fetcher.cache_clear()
    job, _ = crawl_job(add_website(alice.tenant_id, normal(site.url) or ""))
    with environment(TIME_SCALE="1000"):
        for _ in range(4):
            with contextlib.suppress(NotYet):
                crawl_source(job, Delivery("message", 1))
            job, _ = crawl_job(source_of(alice))
    assert source_of(alice).detail == "The address leads into a private network, where Frontdesk does not go."
    assert site.asked() == []
