"""The widget in a real browser: on another origin's page, under a strict policy, as a visitor meets it."""

from __future__ import annotations

import http.server
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from models.database import tenant_session
from models.message import Author, Message
from tests.scenarios.business import HOURS, PARKING, PRICE, Business
from tests.scenarios.programs import wait_until

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(120)]

PERSON = "Maya here, how can I help?"


@dataclass
class Site:
    """A business's own page, with the widget in it."""

    shop: Business
    origin: str
    browser: Browser
    troubles: list[str] = field(default_factory=list)

    def visit(self, **how: Any) -> Page:
        """A new visitor opens the page and the chat."""
        page = self.context(**how).new_page()
        page.goto(self.origin)
        launcher(page).click()
        return page

    def context(self, **how: Any) -> BrowserContext:
        context = self.browser.new_context(**how)
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        return context

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "Failed to load resource" not in text:  # offline, or web restarts
            self.troubles.append(text)

    def say_as_person(self, text: str = PERSON) -> None:
        conversation = self.shop.turns()[-1].conversation_id
        answer = self.shop.http.post(f"/api/v1/conversations/{conversation}/messages", json={"text": text})
        assert answer.status_code == 201, answer.text

    def written(self) -> list[str]:
        """What visitors wrote, as recorded."""
        with tenant_session(self.shop.tenant_id) as session:
            rows = session.query(Message).filter(Message.author == Author.VISITOR).order_by(Message.accepted_at)
            return [row.body for row in rows]


@contextmanager
def business_page(widget_from: str, account: str) -> Iterator[str]:
    """A page elsewhere that allows the widget's origin and nothing else."""
    policy = (
        f"default-src 'none'; script-src {widget_from}; connect-src {widget_from}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    page = (
        '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">'
        f'<title>Shop</title></head><body><h1>Shop</h1><a href="/">Home</a>'
        f'<script src="{widget_from}/widget.js" data-account="{account}" async></script></body></html>'
    ).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            if found:
                self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "the browser scenarios need Debian's chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def site(shop: Business, browser: Browser) -> Iterator[Site]:
    with business_page(shop.deployment.url, shop.tenant.account_token) as origin:
        shop.configure(allowed_origins=[origin])
        made = Site(shop, origin, browser)
        yield made
        for context in browser.contexts:
            context.close()
        assert made.troubles == []


def launcher(page: Page) -> Any:
    return page.get_by_role("button", name="Chat with")


def log(page: Page) -> Any:
    return page.get_by_role("log")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def bubbles(page: Page, author: str) -> Any:
    return page.locator(f".row.{author} .bubble")


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
    expect(bubbles(page, "bot").nth(2)).to_contain_text(f"{site.shop.word}hours", timeout=15_000)
    assert site.written() == [PARKING, HOURS]


def test_a_message_sent_before_a_reload_is_answered_once(site):
    site.shop.configure(wait_ms=1500)
    page = site.visit()
    ask(page, HOURS)
    expect(page.locator(".dots")).to_be_visible()
    page.reload()
    expect(bubbles(page, "bot").nth(1)).to_contain_text(f"{site.shop.word}hours", timeout=15_000)
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
    page = site.context().new_page()
    page.goto(site.origin)
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
