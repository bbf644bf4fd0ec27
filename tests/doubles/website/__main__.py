"""Runs the site on loopback, beside a server that must not be asked: `python -m tests.doubles.website` prints both ports.

`/_double/journal` lists what was asked for, `/_double/change` sets a page, `/_double/other` lists what the other server saw.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.doubles.website.pages import Page, Site

DRIP_S = 0.05


class Server(ThreadingHTTPServer):
    """Counts what is asked for."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.journal: list[dict[str, Any]] = []
        self.site: Site | None = None
        self.other: Server | None = None
        self.away = False


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast("Server", self.server)
        if self.path.startswith("/_double/"):
            self._control(server)
            return
        known = self.headers.get("If-None-Match")
        server.journal.append({"path": self.path, "host": self.headers.get("Host"), "known": known is not None})
        page = self._page(server)
        if page.status == 200 and page.etag and known == page.tag():
            page = Page(status=304, headers=page.headers)
        try:
            self._answer(page)
        except OSError:
            self.close_connection = True

    do_POST = do_GET

    def _page(self, server: Server) -> Page:
        if server.away:
            return Page(b"away", 503)
        if server.site is None:
            return Page(b"never ask here", headers={"Content-Type": "text/html"})
        found = server.site.pages.get(self.path) or server.site.calendar(self.path)
        return found or Page(b"<h1>Not found</h1>", 404, {"Content-Type": "text/html"})

    def _answer(self, page: Page) -> None:
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if page.status == 200 and page.etag:
            self.send_header("ETag", page.tag())
        if page.slow:
            self.end_headers()
            for _ in range(2000):
                self.wfile.write(b"x")
                time.sleep(DRIP_S)
            return
        self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def _control(self, server: Server) -> None:
        told: Any = None
        match self.path.removeprefix("/_double/"):
            case "journal":
                told = server.journal
            case "other":
                told = server.other.journal if server.other else []
            case "site":
                assert server.site is not None
                told = {"expected": server.site.expected, "probed": sorted(server.site.probed)}
            case "reset":
                server.journal.clear()
            case "change":
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert server.site is not None
                server.away = asked.get("away", server.away)
                for path, page in asked.get("pages", {}).items():
                    body = base64.b64decode(page.pop("body", ""))
                    server.site.pages[path] = Page(body, **page)
        body = json.dumps(told).encode()
        self._answer(Page(body, headers={"Content-Type": "application/json"}, etag=False))

    def log_message(self, *_: object) -> None:
        """The journal is enough."""


def main() -> None:
    """Until it is told to stop."""
    other, server = Server(), Server()
    server.site, server.other = Site(server.server_address[1], other.server_address[1]), other
    threading.Thread(target=other.serve_forever, daemon=True).start()
    print(f"website on {server.server_address[1]}, not to be asked {other.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
