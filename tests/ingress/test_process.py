"""`uvicorn asgi:app` as the Procfile starts it: what it loads, how many connections it holds, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import pytest

from config.embedded_server import free_port
from tests.ingress.conftest import key, words

ROOT = Path(__file__).parents[2]


@dataclass
class Web:
    process: subprocess.Popen[bytes]
    http: httpx2.Client
    log: Path


@pytest.fixture
def web(stores, tmp_path) -> Iterator[Web]:
    port, log = free_port(), tmp_path / "web.log"
    uvicorn = [
        sys.executable,
        "-m",
        "uvicorn",
        "asgi:app",
        "--port",
        str(port),
        "--no-access-log",
        "--no-proxy-headers",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*uvicorn, "--timeout-graceful-shutdown", "20"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": stores.app_url, "REDIS_URL": stores.redis_url},
            stdout=output,
            stderr=output,
        )
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
        try:
            until = time.monotonic() + 15
            while time.monotonic() < until and process.poll() is None:
                try:
                    http.get("/healthz")
                    break
                except httpx2.ConnectError:
                    time.sleep(0.02)
            yield Web(process, http, log)
        finally:
            process.kill()
            process.wait()


def test_sigterm_answers_waiting_callers_and_ends_within_five_seconds(web, workers, alice, meanwhile):
    later = meanwhile(web.http.post, "/api/v1/chat", json=words(), headers=key(alice.api_key))
    workers.take()
    headers = key(alice.api_key, Accept="text/event-stream")
    with web.http.stream("POST", "/api/v1/chat", json=words(), headers=headers) as stream:
        workers.take()
        began = time.monotonic()
        web.process.send_signal(signal.SIGTERM)
        assert later.result(timeout=5).status_code == 202
        assert "event: error" in list(stream.iter_lines())
    web.process.wait(timeout=5)
    assert time.monotonic() - began < 5
    assert "Traceback" not in web.log.read_text()


def test_connections_stay_within_their_limits(web, workers, stores, alice, mallory, meanwhile):
    before = len(workers.redis.client_list())
    more = {"Prefer": "respond-async"}
    calls = [
        meanwhile(web.http.post, "/api/v1/chat", json=words(f"number {number}"), headers=key(who.api_key, **more))
        for number in range(50)
        for who in (alice, mallory)
    ]
    assert {call.result().status_code for call in calls} == {202}
    assert len(workers.redis.client_list()) - before <= 6
    with psycopg.connect(stores.superuser_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'frontdesk'"
        ).fetchone()
    assert found is not None
    assert found[0] <= 8  # this process and the test's own


def test_web_loads_no_vendor_library_at_start():
    script = (
        "import sys, asgi; "
        "print([name for name in ('openai', 'httpx2', 'stripe', 'dramatiq', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
