"""The widget in a real browser: on another origin's page, under a strict policy, as a visitor meets it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios.browsing import PERSON, ask, bubbles, launcher, log
from tests.scenarios.business import HOURS, PARKING, PRICE
from tests.scenarios.programs import wait_until

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(120)]


def test_an_answer_comes_with_its_source_and_is_there_after_a_reload(site):
    page = site.visit()
    expect(page.get_by_text("An AI assistant answers here.")).to_be_visible()
    ask(page, HOURS)
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}hours")
    page.get_by_text("1 source").click()
    expect(page.locator("details li strong")).to_have_text("What are your opening hours?")
    page.reload()
    expect(bubbles(page, "visitor")).to_have_text([HOURS])  # open, as it was left
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}hours")
    expect(bubbles(page, "bot")).to_have_count(2)
    expect(page.get_by_text("1 source")).to_have_count(1)
    assert len(site.shop.ended()) == 1


def test_another_visitor_sees_nothing_of_it(site):
    page = site.visit()
    ask(page, HOURS)
    expect(bubbles(page, "bot")).to_have_count(2)
    page = site.visit()
    expect(bubbles(page, "bot")).to_have_count(1)  # the greeting
    expect(bubbles(page, "visitor")).to_have_count(0)


def test_three_quick_messages_get_one_answer(site):
    site.shop.configure(wait_ms=700)
    page = site.visit()
    for text in ("Hello there", "one question:", HOURS):
        ask(page, text)
    expect(bubbles(page, "visitor")).to_have_count(3)
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}hours")
    expect(page.locator(".dots")).to_be_hidden()
    site.shop.ended(turns=3)
    expect(bubbles(page, "bot")).to_have_count(2)
    assert site.written() == ["Hello there", "one question:", HOURS]


def test_a_person_takes_over_and_is_seen_as_one(site):
    page = site.visit()
    page.get_by_role("button", name="Talk to a person").click()
    expect(bubbles(page, "bot").nth(1)).to_contain_text("passing this chat on to a person")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()
    expect(page.get_by_text("A person will answer you here")).to_be_visible()
    site.say_as_person()
    expect(bubbles(page, "human")).to_have_text([PERSON])
    expect(page.locator(".row.human .name")).to_contain_text("A person from Shop")
    ask(page, PRICE)
    site.shop.ended(turns=2)
    expect(bubbles(page, "bot")).to_have_count(2)  # nobody answers for the person
    page.get_by_role("button", name="Close chat").first.click()
    site.say_as_person("Still there?")
    expect(page.get_by_role("button", name="1 new message")).to_be_visible()
    page.get_by_role("button", name="1 new message").click()
    expect(bubbles(page, "human")).to_have_text([PERSON, "Still there?"])


def test_a_message_written_offline_is_sent_once_when_the_network_is_back(site):
    page = site.visit()
    ask(page, PARKING)
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}parking")
    page.context.set_offline(True)
    ask(page, HOURS)
    expect(page.get_by_text("Not sent yet. Trying again …")).to_be_visible()
    page.context.set_offline(False)
    expect(bubbles(page, "bot").nth(2)).to_contain_text(f"{site.shop.word}hours")
    assert site.written() == [PARKING, HOURS]


def test_a_message_sent_before_a_reload_is_answered_once(site):
    site.shop.configure(wait_ms=1500)
    page = site.visit()
    ask(page, HOURS)
    expect(page.locator(".dots")).to_be_visible()
    page.reload()
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}hours")
    expect(bubbles(page, "visitor")).to_have_count(1)
    site.shop.ended()
    expect(bubbles(page, "bot")).to_have_count(2)
    assert site.written() == [HOURS]


def test_it_comes_back_when_web_was_away(site):
    page = site.visit()
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_text("A person will answer you here")).to_be_visible()
    site.shop.deployment.programs["web"].kill()
    ask(page, PRICE)
    expect(page.get_by_text("Trying again …").first).to_be_visible()
    site.shop.deployment.restart("web")
    wait_until(lambda: site.written()[-1] == PRICE, "the message arrives", 30)
    site.say_as_person()
    expect(bubbles(page, "human")).to_have_text([PERSON], timeout=30_000)
    expect(page.get_by_text("Trying again …")).to_have_count(0)


def test_two_windows_of_one_visitor_show_the_same(site):
    page = site.visit()
    ask(page, HOURS)
    expect(bubbles(page, "bot")).to_have_count(2)
    other = page.context.new_page()
    other.goto(site.origin)
    launcher(other).click()
    expect(bubbles(other, "visitor")).to_have_text([HOURS])
    ask(other, PARKING)
    expect(bubbles(other, "bot").nth(2)).to_contain_text(f"{site.shop.word}parking")
    expect(bubbles(page, "visitor")).to_have_text([HOURS, PARKING])
    expect(bubbles(page, "bot").nth(2)).to_contain_text(f"{site.shop.word}parking")


def test_what_is_written_is_never_markup(site):
    page = site.visit()
    hostile = '<img src=x onerror="document.title=1"> https://example.com/a?b=1. <b>bold</b>'
    ask(page, hostile)
    expect(bubbles(page, "visitor")).to_have_text([hostile])
    site.shop.ended()
    site.say_as_person(hostile)
    expect(bubbles(page, "human")).to_have_text([hostile])
    expect(bubbles(page, "human").locator("a")).to_have_attribute("href", "https://example.com/a?b=1")
    assert page.locator(".row img, .row b").count() == 0
    assert page.title() == "Shop"


def test_a_number_in_an_arabic_sentence_is_read_from_left_to_right(site):
    page = site.visit()
    said = "اتصل بنا على 0161 496 0142، السعر £28"
    ask(page, said)
    expect(bubbles(page, "visitor")).to_have_text([said])
    numbers = bubbles(page, "visitor").locator("bdi[dir=ltr]")
    expect(numbers).to_have_text(["0161 496 0142", "£28"])


def test_a_token_that_was_tampered_with_begins_anew(site):
    page = site.visit()
    ask(page, HOURS)
    expect(bubbles(page, "bot")).to_have_count(2)
    page.evaluate(
        """() => { const name = Object.keys(localStorage)[0]; const kept = JSON.parse(localStorage[name]);
        kept.token = kept.token.slice(0, 40) + (kept.token[40] === "A" ? "B" : "A") + kept.token.slice(41);
        localStorage[name] = JSON.stringify(kept); }"""
    )
    page.reload()
    expect(bubbles(page, "bot")).to_have_count(1)
    ask(page, PARKING)
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}parking")
    expect(bubbles(page, "visitor")).to_have_text([PARKING])


def test_nothing_is_kept_before_the_visitor_writes(site):
    page = site.visit()
    expect(bubbles(page, "bot")).to_have_count(1)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.context.cookies() == []


def focused(page: Page) -> Callable[[], str]:
    return lambda: page.evaluate(
        "(e => e && (e.getAttribute('aria-label') || e.id || e.textContent))"
        "(document.querySelector('[data-frontdesk-widget]').shadowRoot.activeElement)"
    )


def test_it_can_be_used_by_keyboard_alone(site):
    page = site.page()
    launcher(page).wait_for()
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page)() == "Your message"
    expect(page.get_by_role("dialog", name="Shop")).to_be_visible()
    page.keyboard.type("Hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("again")
    page.keyboard.press("Enter")
    expect(bubbles(page, "visitor")).to_have_text(["Hello\nagain"], use_inner_text=True)
    expect(log(page)).to_have_attribute("aria-live", "polite")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert "Chat with" in focused(page)()


def test_on_a_phone_it_is_the_page_and_keeps_the_focus(site):
    page = site.visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, reduced_motion="reduce")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_attribute("aria-modal", "true")
    box = dialog.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    assert focused(page)() == "title"  # the keyboard of the phone does not come up by itself
    stops = set()
    for _ in range(8):
        page.keyboard.press("Tab")
        stops.add(focused(page)())
    assert None not in stops
    assert {"Your message", "Send message", "Close chat"} <= stops
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.style.overflow") == ""


def test_a_page_that_is_not_allowed_shows_no_chat(site):
    site.shop.configure(allowed_origins=["https://elsewhere.example"])
    site.shop.deployment.redis.publish("{fd1}:tenants", str(site.shop.tenant_id))
    page = site.context().new_page()
    with page.expect_console_message(lambda message: "not available here" in message.text):
        page.goto(site.origin)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        assert launcher(page).count() == 0
    site.troubles.clear()  # what it says to the page's maker
