"""How long a caller of the API waits for the first sentence of a streamed answer: from the request to the event."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx2

from bench.deployment import BenchTenant, Deployment

READERS = 16
QUESTION = "What is the secret word today?"  # an answer to what depends on the day is never kept for the next who asks


def first_sentences(
    deployment: Deployment, tenants: Sequence[BenchTenant], rate_per_s: float, seconds: float
) -> list[float]:
    """Milliseconds, one of each streamed turn; sessions are new, requests come evenly."""
    http = httpx2.Client(base_url=deployment.web_url, trust_env=False, timeout=30)
    with http, ThreadPoolExecutor(READERS) as readers:
        start, waits = time.monotonic(), []
        for number in range(int(rate_per_s * seconds)):
            time.sleep(max(0.0, start + number / rate_per_s - time.monotonic()))
            waits.append(readers.submit(_wait, http, tenants[number % len(tenants)]))
        return [wait.result() for wait in waits]


def _wait(http: httpx2.Client, tenant: BenchTenant) -> float:
    """Reads to the end; what was said must be the tenant's own."""
    headers = {"X-API-Key": tenant.api_key, "Accept": "text/event-stream"}
    asked = {"session_id": uuid.uuid4().hex, "message": QUESTION}
    began, first_s, name = time.perf_counter(), None, ""
    with http.stream("POST", "/api/v1/chat", json=asked, headers=headers) as response:
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "sentence" and first_s is None:
                first_s = time.perf_counter() - began
                if tenant.word not in line:
                    raise SystemExit(f"another tenant's word: {line}")
    if first_s is None:
        raise SystemExit(f"nothing was said; the last event was {name}")
    return first_s * 1000
