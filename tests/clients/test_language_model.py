from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from llmock.scenarios import Delay, Fail, Reply, SlowFirstToken, StreamFault
from llmock.testing import LLMockServer

from clients import openai_wire
from clients.language_model import ChatTurn, ModelRequest, OpenAILanguageModel, Timeouts
from config.errors import Cancelled, PermanentError, TransientError

SECRET = "my secret is swordfish"
REQUEST = ModelRequest(
    system="Answer briefly.",
    history=(ChatTurn("user", "Hello"), ChatTurn("assistant", "Hello, how can I help?")),
    question=SECRET,
    passages=(),
    max_output_tokens=200,
)
TEXT = "We open at nine. A cut costs £48 [1]. See you soon!"
LABELS = {"pricing": "asks what something costs", "other": "anything else"}


@pytest.fixture(scope="module")
def server() -> Iterator[LLMockServer]:
    with LLMockServer() as running:
        yield running


@pytest.fixture
def script(server: LLMockServer) -> Callable[..., None]:
    server.state.scenarios.clear()
    return server.state.scenarios.add


@pytest.fixture
def model(server: LLMockServer) -> Iterator[OpenAILanguageModel]:
    running = OpenAILanguageModel("key", server.base_url(), "test-model")
    yield running
    running.close()


@pytest.fixture
def hasty(server: LLMockServer) -> Iterator[OpenAILanguageModel]:
    running = OpenAILanguageModel("key", server.base_url(), "test-model", timeouts=Timeouts(read_s=0.3))
    yield running
    running.close()


def never() -> bool:
    return False


def read(model: OpenAILanguageModel, should_stop: Callable[[], bool] = never) -> str:
    with model.stream(REQUEST, should_stop=should_stop) as call:
        return "".join(call)


def test_streams_the_answer_and_reports_usage(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Reply(text=TEXT))
    with model.stream(REQUEST, should_stop=never) as call:
        assert "".join(call) == TEXT
    assert call.finish_reason == "stop"
    assert call.usage is not None
    assert call.usage.reported
    assert call.usage.model == "test-model"
    assert call.usage.prompt_tokens > 0
    assert call.usage.completion_tokens > 0


def test_length_is_told_to_the_caller(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Reply(text="A whole sentence. And half", finish_reason="length"))
    with model.stream(REQUEST, should_stop=never) as call:
        assert "".join(call).startswith("A whole sentence.")
    assert call.finish_reason == "length"


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503])
def test_a_passing_status_is_for_later(model: OpenAILanguageModel, script: Callable[..., None], status: int) -> None:
    script(Fail(status))
    with pytest.raises(TransientError):
        read(model)


def test_a_rate_limit_says_how_long(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Fail(429, retry_after=7))
    with pytest.raises(TransientError) as caught:
        read(model)
    assert caught.value.delay_ms == 7_000


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_for_never_and_costs_nothing(
    model: OpenAILanguageModel, script: Callable[..., None], status: int
) -> None:
    script(Fail(status, message=SECRET))
    with model.stream(REQUEST, should_stop=never) as call, pytest.raises(PermanentError) as caught:
        list(call)
    assert call.usage is None
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_empty_account_is_for_never(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Fail(429, code="insufficient_quota"))
    with pytest.raises(PermanentError):
        read(model)


def test_a_filtered_answer_is_for_never(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Reply(text="Well", finish_reason="content_filter"))
    with pytest.raises(PermanentError):
        read(model)


@pytest.mark.parametrize("kind", ["truncate", "disconnect", "malformed"])
def test_a_broken_stream_is_for_later(model: OpenAILanguageModel, script: Callable[..., None], kind: str) -> None:
    script(Reply(text=TEXT), StreamFault(kind, after_chunks=3))  # type: ignore[arg-type]  # one of its literals
    pieces: list[str] = []
    with model.stream(REQUEST, should_stop=never) as call, pytest.raises(TransientError):
        pieces.extend(call)
    assert TEXT.startswith("".join(pieces))
    assert call.usage is not None
    assert not call.usage.reported


@pytest.mark.parametrize(
    "fault",
    [Delay(3), SlowFirstToken(3), StreamFault("stall", after_chunks=2, stall_seconds=3)],
    ids=["no answer", "no first token", "stalled"],
)
def test_silence_ends_with_the_read_timeout(
    hasty: OpenAILanguageModel, script: Callable[..., None], fault: object
) -> None:
    script(Reply(text=TEXT), fault)
    started = time.monotonic()
    with pytest.raises(TransientError, match="timed out"):
        read(hasty)
    assert time.monotonic() - started < 2.5


def test_the_whole_call_is_bounded(server: LLMockServer, script: Callable[..., None]) -> None:
    script(Reply(text=TEXT), Delay(3))
    model = OpenAILanguageModel("key", server.base_url(), "m", timeouts=Timeouts(total_s=0.3))
    with pytest.raises(TransientError, match="timed out"):
        read(model)
    model.close()


def test_nobody_listening_is_for_later_and_costs_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    model = OpenAILanguageModel(None, f"http://127.0.0.1:{port}/v1", "m")
    with model.stream(REQUEST, should_stop=never) as call, pytest.raises(TransientError):
        list(call)
    assert call.usage is None
    model.close()


def test_stopping_ends_the_call_within_a_slice_and_states_an_upper_bound(
    server: LLMockServer, script: Callable[..., None]
) -> None:
    script(Reply(text=TEXT), StreamFault("stall", after_chunks=2, stall_seconds=3))
    model = OpenAILanguageModel("key", server.base_url(), "m")
    asked: list[float] = []

    def stop_at_the_second_slice() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 2

    with model.stream(REQUEST, should_stop=stop_at_the_second_slice) as call, pytest.raises(Cancelled):
        list(call)
    assert asked[-1] - asked[0] < 2.5
    assert call.usage is not None
    assert not call.usage.reported
    assert call.usage.completion_tokens == REQUEST.max_output_tokens
    assert call.usage.prompt_tokens >= len(REQUEST.system + REQUEST.question)
    model.close()


def test_stopped_before_asking_costs_nothing(model: OpenAILanguageModel) -> None:
    with model.stream(REQUEST, should_stop=lambda: True) as call, pytest.raises(Cancelled):
        list(call)
    assert call.usage is None


def test_leaving_early_abandons_the_call(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Reply(text=TEXT), StreamFault("stall", after_chunks=4, stall_seconds=3))
    with model.stream(REQUEST, should_stop=never) as call:
        assert next(iter(call))
    assert call.usage is not None
    assert not call.usage.reported


def test_close_wakes_whoever_waits(server: LLMockServer, script: Callable[..., None]) -> None:
    script(Reply(text=TEXT), StreamFault("stall", after_chunks=2, stall_seconds=3))
    model = OpenAILanguageModel("key", server.base_url(), "m")
    ended: list[type[BaseException]] = []
    begun = threading.Event()

    def reader() -> None:
        try:
            with model.stream(REQUEST, should_stop=never) as call:
                for _ in call:
                    begun.set()
        except Cancelled as error:
            ended.append(type(error))

    thread = threading.Thread(target=reader)
    thread.start()
    assert begun.wait(3)
    model.close()
    thread.join(3)
    assert ended == [Cancelled]


def test_many_calls_share_one_loop(server: LLMockServer, script: Callable[..., None]) -> None:
    script(Reply(text=TEXT, times=None))
    model = OpenAILanguageModel("key", server.base_url(), "m")
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(read(model))) for _ in range(20)]
    before = {thread.name for thread in threading.enumerate()} | {thread.name for thread in threads}
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [TEXT] * 20
    new = {thread.name for thread in threading.enumerate()} - before
    model.close()
    assert {name for name in new if not name.startswith("language-model-resolver")} == {"language-model"}
    assert len(new) <= 3
    assert "language-model" not in {thread.name for thread in threading.enumerate()}


def test_a_slow_reader_gets_every_piece(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    text = " ".join(f"word{number}" for number in range(1_000))
    script(Reply(text=text))
    with model.stream(REQUEST, should_stop=never) as call:
        pieces = iter(call)
        first = next(pieces)
        assert first + "".join(pieces) == text


def test_classifies_by_schema(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Reply(text=json.dumps({"label": "pricing", "confidence": 0.8})))
    answer = model.classify("how much", REQUEST.history, LABELS)
    assert (answer.label, answer.confidence) == ("pricing", 0.8)
    assert answer.usage is not None
    assert answer.usage.reported


def test_the_schema_is_understood_by_the_endpoint(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    answer = model.classify("how much", (), LABELS)  # the double makes up an answer that fits the schema it was sent
    assert answer.label in LABELS


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="I think it is about prices."),
        Reply(text=json.dumps({"label": "invented", "confidence": 1})),
        Reply(text=json.dumps({"label": "pricing", "confidence": 1}), finish_reason="length"),
        Reply(text="", finish_reason="content_filter"),
    ],
)
def test_an_unusable_classification_is_unsure(
    model: OpenAILanguageModel, script: Callable[..., None], reply: Reply
) -> None:
    script(reply)
    answer = model.classify("how much", (), LABELS)
    assert (answer.label, answer.confidence) == ("other", 0.0)
    assert answer.usage is not None


def test_classify_translates_failures(model: OpenAILanguageModel, script: Callable[..., None]) -> None:
    script(Fail(503), Fail(401))
    with pytest.raises(TransientError):
        model.classify("how much", (), LABELS)
    with pytest.raises(PermanentError):
        model.classify("how much", (), LABELS)


@pytest.mark.parametrize(
    ("chunk", "later"),
    [
        (b'{"error": {"code": "insufficient_quota", "message": "x"}}', False),
        (b'{"error": {"type": "server_error", "message": "x"}}', True),
        (b'{"error": "overloaded"}', True),
    ],
)
def test_an_error_within_a_stream_is_later_or_never(chunk: bytes, later: bool) -> None:
    event = openai_wire.read_event(chunk)
    assert event.error is not None
    assert isinstance(openai_wire.stream_error(event.error), TransientError if later else PermanentError)


@pytest.mark.parametrize("chunk", [b"{", b"[]", b'{"choices": [1]}', b'{"choices": 1}', b'{"usage": {"x": 1}}'])
def test_a_corrupt_chunk_is_for_later(chunk: bytes) -> None:
    with pytest.raises(TransientError):
        openai_wire.read_event(chunk)


def test_an_unknown_failure_keeps_its_type_but_not_its_words() -> None:
    translated = openai_wire.translate(ZeroDivisionError(SECRET))
    assert "ZeroDivisionError" in str(translated)
    assert SECRET not in str(translated)
