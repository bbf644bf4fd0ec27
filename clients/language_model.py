"""The language model: one question in, pieces of text and the tokens they cost out, for any OpenAI-compatible endpoint.

Refuses to retry (the queue does), to build prompts (workers/prompts.py does) and to put content into an error or a log.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar

from clients import openai_wire
from clients.openai_engine import Engine, Pipe
from config.errors import Cancelled, PermanentError, TransientError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

T = TypeVar("T")

SLICE_S = 0.25  # how long a worker thread waits at most before it asks whether to stop
MESSAGE_OVERHEAD_TOKENS = 8  # role and separators around each message
CALL_OVERHEAD_TOKENS = 256  # what a chat template may put in front: a date, a default role
TOKEN_CHARACTERS = 64  # more than any has: what is longer than was allowed is cut there, whatever the endpoint does
CLASSIFY_OUTPUT_TOKENS = 1_000  # a label needs 20, a contact 100; the rest is room for models that think first
UNSURE = openai_wire.UNSURE


@dataclass(frozen=True)
class Passage:
    """One retrieved passage: an entry's question and answer, or a piece of a document under its headings.

    heading_cosine, body_cosine: of its vectors to the question's; None where either has none. sentence_near: how near its
    nearest sentence is, seen from the middle of the tenant's texts. url: a page's address or a file's name.
    """

    entry_id: str
    title: str
    text: str
    score: float
    heading_cosine: float | None = None
    body_cosine: float | None = None
    sentence_near: float | None = None
    url: str | None = None


@dataclass(frozen=True)
class ChatTurn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True)
class ModelRequest:
    """Everything a model needs for one answer. `system` already holds the passages; `passages` are what `[n]` cites.
    `model`: another one than the client's own. facts: what the business says of itself, which needs no citation.
    language: of what we say in our own name.
    """

    system: str
    history: tuple[ChatTurn, ...]
    question: str
    passages: tuple[Passage, ...]
    max_output_tokens: int
    facts: str = ""
    language: str = "en"
    model: str | None = None


@dataclass(frozen=True)
class Bound:
    """What a call can use at most: no token is shorter than a byte, and no answer longer than we allow."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class Usage:
    """What a call cost. Not `reported`: an upper bound, because the endpoint never said."""

    model: str
    prompt_tokens: int
    completion_tokens: int
    reported: bool
    cached_tokens: int = 0  # of the prompt's: read from the provider's cache
    written_tokens: int | None = None  # of the prompt's: written to it; None when nobody said


@dataclass(frozen=True)
class Classification:
    """One of the offered labels, or `UNSURE` with confidence 0. `usage` is None when no model was asked."""

    label: str
    confidence: float
    usage: Usage | None


@dataclass(frozen=True)
class Extraction:
    """What a model says stands in the texts, by field; a claim to be verified. `usage` is None when none was asked."""

    values: Mapping[str, str]
    usage: Usage | None


class ModelCall(Protocol):
    """One running answer: enter, iterate over pieces, leave. Leaving early abandons the call."""

    @property
    def usage(self) -> Usage | None:
        """The cost so far, as an upper bound until reported; None when nothing can have been charged."""

    @property
    def finish_reason(self) -> str | None:
        """After the end: "stop", or "length" when the last sentence may be cut off. None before."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def __iter__(self) -> Iterator[str]: ...


class LanguageModel(Protocol):
    """What the stages ask: the endpoint below, the extractive answerer, or a test's double."""

    @property
    def name(self) -> str: ...

    def stream(self, request: ModelRequest, *, should_stop: Callable[[], bool]) -> ModelCall: ...

    def classify(self, text: str, history: Sequence[ChatTurn], labels: Mapping[str, str]) -> Classification: ...

    def extract(self, texts: Sequence[str], fields: Mapping[str, str]) -> Extraction: ...


@dataclass(frozen=True)
class Timeouts:
    """How long the endpoint may be silent, and how long one call may take in all."""

    connect_s: float = 5.0
    read_s: float = 20.0  # also the wait for the first byte
    total_s: float = 60.0
    classify_s: float = 15.0


class OpenAILanguageModel:
    """One event loop, one connection pool and one thread per process, however many calls run at once."""

    def __init__(
        self, api_key: str | None, base_url: str | None, model: str, *, timeouts: Timeouts | None = None
    ) -> None:
        self.name = model
        self._api_key = api_key or "none"  # self-hosted endpoints need none, the SDK insists on one
        self._base_url = base_url
        self._timeouts = timeouts or Timeouts()
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def stream(self, request: ModelRequest, *, should_stop: Callable[[], bool]) -> ModelCall:
        """Ask for one answer.

        Raises while iterating:
            Cancelled: `should_stop()` said so; the connection is closed.
            TransientError: the endpoint is away, busy, too slow, or ended the stream early.
            PermanentError: the endpoint will never answer this, or filtered the answer.
        """
        return _OpenAICall(self, request, should_stop)

    def classify(self, text: str, history: Sequence[ChatTurn], labels: Mapping[str, str]) -> Classification:
        """Choose one of `labels` (name → what it means) for the visitor's message. Raises like `stream`."""
        messages = openai_wire.classification_messages(text, history, labels)
        content, usage = self._structured(messages, openai_wire.label_format(labels))
        if content is None:
            return Classification(UNSURE, 0.0, usage)
        label, confidence = openai_wire.read_label(content, labels)
        return Classification(label, confidence, usage)

    def extract(self, texts: Sequence[str], fields: Mapping[str, str]) -> Extraction:
        """Find `fields` (name → what it means) in what a visitor wrote. Raises like `stream`."""
        messages = openai_wire.extraction_messages(texts, fields)
        content, usage = self._structured(messages, openai_wire.fields_format(fields))
        return Extraction(openai_wire.read_fields(content or "", fields), usage)

    def _structured(self, messages: openai_wire.Messages, form: Any) -> tuple[str | None, Usage]:
        engine = self._running()
        future = engine.submit(_guarded(_complete(engine.client, self.name, messages, form), self._timeouts.classify_s))
        try:
            while not future.done():
                concurrent.futures.wait([future], timeout=SLICE_S)  # in slices: Dramatiq's time limit must get through
        finally:
            future.cancel()
        return _outcome(future)

    def close(self) -> None:
        """Abandon what runs, close the connections, end the thread."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None and engine.process_id == os.getpid():
            engine.close()

    def _running(self) -> Engine:
        """The engine of *this* process: threads do not survive Dramatiq's fork."""
        with self._lock:
            if self._engine is None or self._engine.process_id != os.getpid():
                self._engine = Engine(
                    self._api_key, self._base_url, connect_s=self._timeouts.connect_s, read_s=self._timeouts.read_s
                )
            return self._engine


class _OpenAICall:
    """One streamed answer, read by a worker thread."""

    def __init__(self, model: OpenAILanguageModel, request: ModelRequest, should_stop: Callable[[], bool]) -> None:
        self._model = model
        self._messages = openai_wire.chat_messages(request)
        self._max_output_tokens = request.max_output_tokens
        self._name = request.model or model.name
        self._should_stop = should_stop
        self._ending = _Ending()
        self._future: concurrent.futures.Future[None] | None = None

    @property
    def usage(self) -> Usage | None:
        if self._future is None or self._ending.free:
            return None
        whole = (
            self._ending.usage if self._ending.finish_reason else None
        )  # some count as they go: a cut stream used more
        return whole or _upper_bound(self._name, self._messages, self._max_output_tokens)

    @property
    def finish_reason(self) -> str | None:
        return self._ending.finish_reason

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._future is not None:
            self._future.cancel()  # closes the connection; nothing happens when it is over

    def __iter__(self) -> Iterator[str]:
        if self._should_stop():
            raise Cancelled("stopped before the model was asked")
        future, pipe = self._start()
        ended, ask_at = False, time.monotonic() + SLICE_S
        while not ended:
            text, ended = pipe.take(SLICE_S)
            if not ended and time.monotonic() >= ask_at:
                if self._should_stop():
                    future.cancel()
                    raise Cancelled("stopped while the model answered")
                ask_at = time.monotonic() + SLICE_S
            if text:
                yield text
        _outcome(future)

    def _start(self) -> tuple[concurrent.futures.Future[None], Pipe]:
        engine = self._model._running()
        pipe = Pipe(engine.loop)
        work = _answer(engine.client, self._name, self._messages, self._max_output_tokens, pipe, self._ending)
        future = self._future = engine.submit(_guarded(work, self._model._timeouts.total_s, self._ending))
        future.add_done_callback(lambda _: pipe.end())
        return future, pipe


def _outcome(future: concurrent.futures.Future[T]) -> T:
    if future.cancelled():  # by close(), while we waited
        raise Cancelled("the language model was closed")
    return future.result()


@dataclass
class _Ending:
    """What is known once a stream is over. Written by the loop, read by the thread after the end."""

    finish_reason: str | None = None
    usage: Usage | None = None
    free: bool = False  # refused, or never written to a socket: nothing was charged


async def _answer(
    client: AsyncOpenAI, model: str, messages: openai_wire.Messages, max_output_tokens: int, pipe: Pipe, ending: _Ending
) -> None:
    # The SDK's own stream builds pydantic objects for each token: 114 µs a chunk against 50 µs read like this, and
    # 200 streams share one core.
    request = client.chat.completions.with_streaming_response.create(
        model=model,
        messages=[],
        max_completion_tokens=max_output_tokens,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"messages": messages},  # what stands here the SDK does not walk through: 0.3 ms a call
    )
    said = 0
    async with request as response, contextlib.aclosing(openai_wire.server_sent(response.iter_bytes())) as events:
        async for data in events:
            event = openai_wire.read_event(data)
            if event.error is not None:
                raise openai_wire.stream_error(event.error)
            if event.refused:
                raise PermanentError("the model refused to answer")
            if event.content:
                ending.usage = None  # what was reported before it does not count it
                await pipe.put(event.content)
                said += len(event.content)
                if said > max_output_tokens * TOKEN_CHARACTERS:
                    ending.finish_reason = "length"
                    return
            if event.tokens:
                ending.usage = _reported(model, event.tokens)
            ending.finish_reason = event.finish_reason or ending.finish_reason
    openai_wire.check_finish(ending.finish_reason)


async def _complete(
    client: AsyncOpenAI, model: str, messages: openai_wire.Messages, form: Any
) -> tuple[str | None, Usage]:
    """One answer in a fixed form; None instead of it when the model refused or did not finish."""
    try:  # the SDK checks no types: any part may be missing or something else
        completion = await client.chat.completions.create(
            model=model,
            messages=[],
            max_completion_tokens=CLASSIFY_OUTPUT_TOKENS,
            extra_body={"messages": messages, "response_format": form},
        )
        reported = completion.usage
        tokens = openai_wire.read_usage(reported.to_dict()) if reported else None
        choice = completion.choices[0] if completion.choices else None
        finished = choice is not None and choice.finish_reason == "stop" and not choice.message.refusal
        content = str(choice.message.content or "") if choice is not None and finished else None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise TransientError("the model's answer was corrupt") from None
    usage = _reported(model, tokens) if tokens else _upper_bound(model, messages, CLASSIFY_OUTPUT_TOKENS, form)
    return content, usage


async def _guarded(work: Awaitable[T], limit_s: float, ending: _Ending | None = None) -> T:
    """Bound a call in time and translate its failure, here and nowhere else."""
    try:
        async with asyncio.timeout(limit_s):
            return await work
    except Exception as error:
        translated = openai_wire.translate(error)
        free = openai_wire.is_free(error)
        if ending is not None:
            ending.free = free
        if isinstance(translated, TransientError | PermanentError):
            translated.free = free
        # Without the cause: the SDK's errors quote the endpoint, which may quote the visitor.
        raise translated from None


def answer_bound(request: ModelRequest) -> Bound:
    """Of `stream`."""
    return Bound(_prompt_bound(openai_wire.chat_messages(request)), request.max_output_tokens)


def classify_bound(text: str, history: Sequence[ChatTurn], labels: Mapping[str, str]) -> Bound:
    """Of `classify`."""
    messages = openai_wire.classification_messages(text, history, labels)
    return Bound(_prompt_bound(messages, openai_wire.label_format(labels)), CLASSIFY_OUTPUT_TOKENS)


def extract_bound(texts: Sequence[str], fields: Mapping[str, str]) -> Bound:
    """Of `extract`."""
    messages = openai_wire.extraction_messages(texts, fields)
    return Bound(_prompt_bound(messages, openai_wire.fields_format(fields)), CLASSIFY_OUTPUT_TOKENS)


def _prompt_bound(messages: openai_wire.Messages, form: Any = None) -> int:
    """An endpoint writes a form, and a few words of its own, in front of what we send."""
    said = sum(len(message["content"].encode()) + MESSAGE_OVERHEAD_TOKENS for message in messages)
    return said + CALL_OVERHEAD_TOKENS + (len(json.dumps(form)) if form is not None else 0)


def _upper_bound(model: str, messages: openai_wire.Messages, max_output_tokens: int, form: Any = None) -> Usage:
    return Usage(model, _prompt_bound(messages, form), max_output_tokens, reported=False)


def _reported(model: str, tokens: openai_wire.Tokens) -> Usage:
    return Usage(model, tokens.prompt, tokens.completion, True, tokens.cached, tokens.written)
