"""The demo page: in development, under a strict policy, with the widget of the demo business."""

from __future__ import annotations

import re

import httpx2
import pytest

from models.demo import DEMO_ACCOUNT_ID
from tests.ingress.conftest import environment, served


@pytest.fixture
def page(stores):
    from dashboard.app import ROUTES
    from ingress.app import build

    def get(**values: str) -> httpx2.Response:
        with environment(**values), served(build(ROUTES)) as url:
            return httpx2.get(f"{url}/demo", trust_env=False)

    return get


def test_there_is_none_outside_development(page):
    for where in ("test", "production"):
        answer = page(ENVIRONMENT=where)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_it_embeds_the_widget_under_a_strict_policy(page):
    answer = page(ENVIRONMENT="development")
    assert answer.status_code == 200
    assert f'<script src="/widget.js" data-account="{DEMO_ACCOUNT_ID}" async></script>' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert not re.search(r'style="|\son\w+="|https?://', answer.text)
    assert "Thursday</dt><dd>09:00–20:00" in answer.text


def test_the_widget_comes_from_the_ingress_where_the_dashboard_has_a_port_of_its_own(page):
    answer = page(ENVIRONMENT="development", DASHBOARD_PORT="9000", PUBLIC_URL="https://desk.example")
    assert 'src="https://desk.example/widget.js"' in answer.text
    assert (
        "script-src https://desk.example; connect-src https://desk.example;"
        in answer.headers["content-security-policy"]
    )
