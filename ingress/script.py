"""GET /widget.js: the widget as one file, put together from `assets/` when the process starts. Needs no other host."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

ASSETS = Path(__file__).parent / "assets"
PARTS = ("texts", "wire", "stream", "colour", "elements", "view", "conversation", "start")  # each uses those before it
TEXTS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ASSETS / "texts").glob("*.json"))}
CACHED_S = 300  # a new release reaches open sites within five minutes

HEADERS = {
    "Cache-Control": f"public, max-age={CACHED_S}",
    "Cross-Origin-Resource-Policy": "cross-origin",  # it is made to stand in other sites' pages
    "Access-Control-Allow-Origin": "*",
    "Vary": "Accept-Encoding",
}


def _whole() -> bytes:
    """One strict function around all parts; nothing of it is a global of the page."""
    style = (ASSETS / "widget.css").read_text()
    words = {language: texts["widget"] for language, texts in TEXTS.items()}
    given = (f"const STYLE = {json.dumps(style)};", f"const WORDS = {json.dumps(words, ensure_ascii=False)};")
    parts = [*given, *((ASSETS / f"{name}.js").read_text() for name in PARTS)]
    return ('(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n").encode()


SCRIPT = _whole()
COMPRESSED = gzip.compress(SCRIPT, 9, mtime=0)
ETAG = f'"{hashlib.sha256(SCRIPT).hexdigest()[:32]}"'


async def widget_script(request: Request) -> Response:
    """The file; compressed for whoever takes it so, not at all for whoever has it."""
    headers = {**HEADERS, "ETag": ETAG}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if ETAG in known:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", "").lower():
        return Response(COMPRESSED, media_type="text/javascript", headers=headers | {"Content-Encoding": "gzip"})
    return Response(SCRIPT, media_type="text/javascript", headers=headers)
