"""The dashboard as it runs: beside the ingress in one application; an operator and each tenant's owner with their tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ingress.conftest import base_url, http, meanwhile, serve, workers  # noqa: F401  # fixtures


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def forget_tenants(monkeypatch: pytest.MonkeyPatch, stores) -> Callable[[], None]:
    """The clock's pass, with time for all that other tests deleted."""
    from workers import forget

    monkeypatch.setattr(forget, "WITHIN_S", 60.0)
    return forget.forget_tenants


@pytest.fixture
def operator(stores) -> dict[str, str]:
    from models.token import issue_admin_token

    return bearer(issue_admin_token())


@pytest.fixture
def owner(alice) -> dict[str, str]:
    from models.token import issue_customer_token

    return bearer(issue_customer_token(alice.tenant_id))
