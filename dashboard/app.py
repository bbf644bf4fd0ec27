"""The pages. For now the landing page: what this is and where to look; nothing is fetched from elsewhere."""

from __future__ import annotations

import base64
import hashlib

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import admin, configuration, customer, dead_letters, demo, inbox, plans, queues

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #f7f8fa; --card: #fff; --line: #dfe3e8;
  --accent: #0b5fa5 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --soft: #9aa6b5; --paper: #12161c; --card: #1a2029; --line: #2c3541; --accent: #7cc0ff } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--paper);
  color: var(--ink); font: 17px/1.55 system-ui, sans-serif }
main { width: 100%; max-width: 36rem }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem }
p { margin: 0 0 1.5rem; color: var(--soft) }
ul { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; overflow: hidden }
li + li { border-top: 1px solid var(--line) }
a { display: block; padding: 14px 18px; color: inherit; text-decoration: none }
a:hover { background: var(--paper) }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px }
strong { color: var(--accent) }
span { display: block; color: var(--soft); font-size: .92rem }
"""
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Frontdesk</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>Frontdesk</h1>
<p>AI front desks for many small businesses: visitors are answered from the business's own knowledge, leads are kept,
and a person takes over whenever one should.</p>
<ul>
<li><a href="/openapi.json"><strong>API</strong><span>The OpenAPI description of every endpoint</span></a></li>
<li><a href="/readyz"><strong>Readiness</strong><span>Whether everything is up, and what is missing</span></a></li>
<li><a href="/healthz"><strong>Health</strong><span>Whether this process lives</span></a></li>
</ul>
</main>
</body>
</html>
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


async def landing(_: Request) -> Response:
    """What this is."""
    return HTMLResponse(PAGE, headers=HEADERS)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/", landing),
    *admin.ROUTES,
    *plans.ROUTES,
    *dead_letters.ROUTES,
    *queues.ROUTES,
    *configuration.ROUTES,
    *customer.ROUTES,
    *inbox.ROUTES,
    *demo.ROUTES,
)
