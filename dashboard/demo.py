"""GET /demo: a page of the demo business with the widget in it, under a strict policy. In development only."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from config.errors import NotFound
from config.settings import Environment, Settings, settings
from models.demo import DEMO_ACCOUNT_ID
from models.demo_business import PROFILE

ASSETS = Path(__file__).parent / "assets"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STYLE = (ASSETS / "demo.css").read_text()
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE = Template((ASSETS / "demo.html").read_text())


async def demo(_: Request) -> Response:
    """The page; elsewhere than in development there is none."""
    config = settings()
    if config.environment is not Environment.DEVELOPMENT:
        raise NotFound("There is nothing at this path.")
    return HTMLResponse(_page(config), headers={"Content-Security-Policy": _policy(config)})


def _origin(config: Settings) -> str:
    """Where the widget comes from: this port, or the ingress's where the dashboard has its own."""
    return config.external_url if config.dashboard_port else ""


def _policy(config: Settings) -> str:
    """No inline script or style, nothing from elsewhere, no string turned into markup."""
    source = _origin(config) or "'self'"
    return (
        f"default-src 'none'; script-src {source}; connect-src {source}; style-src 'sha256-{STYLE_HASH}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


def _page(config: Settings) -> str:
    return PAGE.substitute(
        name=escape(PROFILE.name),
        style=STYLE,
        script=escape(f"{_origin(config)}/widget.js"),
        account=DEMO_ACCOUNT_ID,
        hours=_hours(),
    )


def _hours() -> str:
    open_on = {day: f"{opens}–{closes}" for day, opens, closes in PROFILE.hours}
    return "".join(f"<div><dt>{day.capitalize()}</dt><dd>{open_on.get(day, 'closed')}</dd></div>" for day in WEEK)


ROUTES: tuple[BaseRoute, ...] = (Route("/demo", demo),)
