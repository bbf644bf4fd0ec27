"""What the browser scenarios stand on: Chromium, npm's packages, pages on loopback, and the widget in a business's page."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from models.database import tenant_session
from models.message import Author, Message
from tests.scenarios.business import Business

WEB = Path(__file__).parent / "web"
INSTALLED_WITHIN_S = 90
SHOWN_WITHIN_MS = 15_000  # as patient as `wait_until`: how fast an answer is, `bench` says
PERSON = "Maya here, how can I help?"
HTML, SCRIPT = "text/html; charset=utf-8", "text/javascript; charset=utf-8"

Files = Mapping[str, tuple[str, str]]  # path -> content type, text


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "The browser scenarios need chromium (Debian: apt-get install chromium)."
    expect.set_options(timeout=SHOWN_WITHIN_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


def installed_packages() -> Path:
    """`node_modules` as `web/package-lock.json` says; npm runs when the lock is another than at its last success."""
    lock, stamp = (WEB / "package-lock.json").read_text(), WEB / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_text() != lock:
        npm = shutil.which("npm")
        assert npm, "The browser scenarios need npm (Debian: apt-get install npm)."
        ran = subprocess.run([npm, "ci"], cwd=WEB, capture_output=True, text=True, timeout=INSTALLED_WITHIN_S)
        assert ran.returncode == 0, f"npm could not install the packages of {WEB}:\n{ran.stderr}"
        stamp.write_text(lock)
    return stamp.parent


@contextmanager
def serving(files: Files, headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """A web server on loopback with these files and nothing else; its origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = files.get(self.path, (HTML, ""))
            self.send_response(200 if text else 204)
            self.send_header("Content-Type", kind)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Site:
    """A business's own page with a chat in it, and what its visitors' browsers complained about."""

    shop: Business
    origin: str
    browser: Browser
    troubles: list[str] = field(default_factory=list)

    def context(self, **how: Any) -> BrowserContext:
        """A new visitor's browser."""
        context = self.browser.new_context(**how)
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        return context

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "Failed to load resource" not in text:  # offline, or web restarts
            self.troubles.append(text)

    def page(self, **how: Any) -> Page:
        """A new visitor opens the page."""
        page = self.context(**how).new_page()
        page.goto(self.origin)
        return page

    def visit(self, **how: Any) -> Page:
        """A new visitor opens the page and, in it, the widget."""
        page = self.page(**how)
        launcher(page).click()
        return page

    def leave(self) -> None:
        """Everybody goes; nobody's browser had anything to complain about."""
        for context in self.browser.contexts:
            context.close()
        assert self.troubles == []

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
def site_with_widget(shop: Business, browser: Browser) -> Iterator[Site]:
    """A page elsewhere that allows the widget's origin and nothing else."""
    source = shop.deployment.url
    policy = (
        f"default-src 'none'; script-src {source}; connect-src {source}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    page = (
        '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">'
        f'<title>Shop</title></head><body><h1>Shop</h1><a href="/">Home</a>'
        f'<script src="{source}/widget.js" data-account="{shop.tenant.account_token}" async></script></body></html>'
    )
    with serving({"/": (HTML, page)}, {"Content-Security-Policy": policy}) as origin:
        shop.configure(allowed_origins=[origin])
        site = Site(shop, origin, browser)
        yield site
        site.leave()


# The widget's parts, as a visitor meets them


def launcher(page: Page) -> Locator:
    return page.get_by_role("button", name="Chat with")


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def bubbles(page: Page, author: str) -> Locator:
    return page.locator(f".row.{author} .bubble")
