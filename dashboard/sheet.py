"""The look of the plain pages: one column for a phone, light and dark, nothing fetched from anywhere, no script.

Everything that was written by somebody goes through `text`; `page` sets the policy that would stop what slipped through.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from html import escape
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, Response

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566272; --paper: #f7f8fa; --card: #fff; --line: #dfe3e8;
  --accent: #0b5fa5; --good: #1c6b41; --bad: #b3261e; --wait: #8a5300 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --soft: #9aa6b5; --paper: #12161c; --card: #1a2029; --line: #2c3541; --accent: #7cc0ff;
    --good: #7bd3a0; --bad: #ff9a92; --wait: #f0b866 } }
* { box-sizing: border-box }
body { margin: 0; padding: 20px 16px 48px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main { max-width: 44rem; margin: 0 auto }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem }
p { margin: 0 0 1rem }
a { color: var(--accent) }
.soft, time { color: var(--soft); font-size: .9rem }
nav { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 1rem 0; border-bottom: 1px solid var(--line) }
nav a { padding: 8px 0; text-decoration: none }
nav a[aria-current] { color: inherit; border-bottom: 3px solid var(--accent); font-weight: 600 }
ul, ol { list-style: none; margin: 0 0 1rem; padding: 0 }
li, article { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px;
  margin: 0 0 10px }
li > :last-child, article > :last-child { margin-bottom: 0 }
li p { margin: .25rem 0 }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 12px }
.head h1 { flex: 1 1 12rem }
.good { color: var(--good) } .bad { color: var(--bad) } .wait { color: var(--wait) }
.visitor { margin-right: 12% } .bot, .human { margin-left: 12%; border-left: 3px solid var(--accent) }
.said { white-space: pre-wrap }
pre { white-space: pre-wrap; font: inherit; margin: 0 }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 14px; margin: 0 0 1rem }
dt { color: var(--soft) } dd { margin: 0 }
button { font: inherit; padding: 10px 18px; border: 1px solid var(--accent); border-radius: 8px; background: var(--accent);
  color: var(--card); cursor: pointer }
button.quiet { background: none; color: var(--accent); border: 0; padding: 0; text-decoration: underline }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}


def page(title: str, body: str, *, status: int = 200, refresh_s: int | None = None) -> Response:
    """The whole document; `title` is plain text, `body` markup."""
    again = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    document = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{again}'
        f'<meta name="robots" content="noindex">\n<title>{text(title)}</title>\n<style>{STYLE}</style>\n'
        f"</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return HTMLResponse(document, status, HEADERS)


def text(value: object) -> str:
    """What somebody wrote, as text and nothing else."""
    return escape(str(value), quote=True)


def shortened(value: str, characters: int = 160) -> str:
    """One line of it."""
    line = " ".join(value.split())
    return line if len(line) <= characters else line[: characters - 1] + "…"


def facts(rows: Sequence[tuple[str, object]]) -> str:
    """Names and values; what is not known is left out."""
    return "<dl>" + "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows if value) + "</dl>"


def zone_of(name: str) -> tzinfo:
    """A tenant's time zone; UTC when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return UTC


def when(at: datetime | None, zone: tzinfo) -> str:
    """An instant on the business's own clock."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f'<time datetime="{local.isoformat()}">{local:%a} {local.day} {local:%b %Y, %H:%M}</time>'
