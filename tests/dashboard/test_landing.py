from __future__ import annotations

import re

from starlette.testclient import TestClient

from dashboard.app import ROUTES
from ingress.app import build


def test_the_landing_page_says_what_this_is_and_fetches_nothing():
    answer = TestClient(build(ROUTES)).get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert {"/openapi.json", "/readyz", "/healthz"} == set(re.findall(r'href="([^"]+)"', answer.text))
    assert not re.search(r"src=|url\(|https?://|@import", answer.text)
    assert 'name="viewport"' in answer.text
    assert "prefers-color-scheme: dark" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
