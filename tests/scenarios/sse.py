"""Server-sent events as a caller reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.scenarios.business import HOURS, Business

Event = tuple[str, dict[str, Any]]


@contextmanager
def chat(shop: Business, session: str, message: str = HOURS, **headers: str) -> Iterator[Iterator[Event]]:
    """The events of one streamed answer, as they come."""
    body = {"session_id": session, "message": message}
    with shop.http.stream(
        "POST", "/api/v1/chat", json=body, headers={"Accept": "text/event-stream"} | headers
    ) as response:
        assert response.status_code == 200
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Event]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
