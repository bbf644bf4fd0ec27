"""A visitor in a page that uses Papercups' own published browser client: the bot answers, then a person does.

Papercups is the double, a process of its own; `@papercups-io/browser` keeps it honest: it was written for the real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.scenarios.browsing import HTML, PERSON, SCRIPT, WEB, Site, ask, serving
from tests.scenarios.business import CANARY, HOURS, PARKING, Business

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(120)]

FOR_A_PERSON = f"I want to talk to a real person please {CANARY}"
UNKNOWN = f"Do you sell submarines? {CANARY}"


@pytest.fixture
def site(shop: Business, browser: Browser, packages: Path) -> Iterator[Site]:
    """The shop's page, which knows its Papercups account and where Papercups is."""
    page = Template((WEB / "papercups.html").read_text()).substitute(
        account=shop.account["account_id"], papercups=shop.deployment.double.base_url
    )
    client = (packages / "@papercups-io/browser/dist/index.es.js").read_text()
    with serving({"/": (HTML, page), "/papercups.js": (SCRIPT, client)}) as origin:
        site = Site(shop, origin, browser)
        yield site
        site.leave()


def said(page: Page, author: str) -> Locator:
    return page.locator(f"li.{author}")


def chat_of(page: Page) -> str:
    chat = page.locator("body").get_attribute("data-conversation")
    assert chat, "the client has a conversation"
    return chat


def test_a_visitor_is_answered_by_the_bot_and_then_by_a_person(site):
    shop, page = site.shop, site.page()
    ask(page, HOURS)
    expect(said(page, "bot")).to_contain_text([f"{shop.word}hours"])
    ask(page, FOR_A_PERSON)
    expect(said(page, "bot")).to_have_count(2)
    expect(said(page, "bot").nth(1)).to_contain_text("a person")

    chat = chat_of(page)
    shop.ended(chat, turns=2)
    (note,) = shop.notes(chat)
    assert "asked for a person" in note
    conversation = shop.deployment.double.conversation(chat)
    assert (conversation["assignee_id"], conversation["priority"]) == (None, "priority")

    shop.person_writes(chat, PERSON)
    expect(said(page, "human")).to_have_text([PERSON])
    ask(page, PARKING)
    turns = shop.ended(chat, turns=3)
    assert [turn.state for turn in turns] == ["delivered", "handed_over", "silent"]

    shop.person_writes(chat, "Yes, behind the house.")  # after it nothing can be on its way any more
    expect(said(page, "human")).to_have_text([PERSON, "Yes, behind the house."])
    expect(said(page, "visitor")).to_have_text([HOURS, FOR_A_PERSON, PARKING])
    expect(said(page, "bot")).to_have_text(shop.said(chat))
    expect(page.get_by_text(note)).to_have_count(0)


def test_after_a_reload_the_button_below_an_unknown_answer_still_brings_a_person(site):
    shop, page = site.shop, site.page()
    ask(page, UNKNOWN)
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    page.reload()
    expect(said(page, "visitor")).to_have_text([UNKNOWN])
    page.get_by_role("button", name="Talk to a person").click()
    expect(said(page, "bot")).to_have_count(2)
    turns = shop.ended(chat_of(page), turns=2)
    assert [(turn.state, turn.reason) for turn in turns][1] == ("handed_over", "asked")
    shop.person_writes(chat_of(page), PERSON)
    expect(said(page, "human")).to_have_text([PERSON])
    expect(said(page, "bot")).to_have_text(shop.said(chat_of(page)))
