"""Vendors that answer anything at all: every call ends in one of its own errors, soon, and nothing unusable comes through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from clients import openai_wire
from clients.channels import ChannelConversation, Unknown
from clients.channels.papercups import PapercupsClient
from clients.language_model import TOKEN_CHARACTERS, ModelRequest, OpenAILanguageModel, Timeouts
from clients.mail import Mail, SmtpServer, Taken
from config.errors import PermanentError, TransientError
from tests.hostile import talker
from tests.hostile.nasty import BODIES, VALUES

REQUEST = ModelRequest(system="s", history=(), question="Where?", passages=(), max_output_tokens=50)
LABELS = {"pricing": "asks what something costs", "other": "anything else"}
FIELDS = {"name": "the visitor's name"}
DEEP = b"[" * 100_000


def usable(text: str) -> bool:
    """Whether Postgres and UTF-8 take it."""
    return "\x00" not in text and text.encode("utf-8", "replace").decode() == text


def short(error: Exception) -> None:
    """Nothing of what the vendor said is in it."""
    assert len(str(error)) < 150, error


@pytest.fixture(scope="module")
def mad_model() -> Iterator[tuple[talker.Talker, OpenAILanguageModel]]:
    with talker.talking(talker.http(b"")) as server:
        timeouts = Timeouts(read_s=2, total_s=5, classify_s=2)
        model = OpenAILanguageModel("key", f"http://127.0.0.1:{server.port}/v1", "m", timeouts=timeouts)
        yield server, model
        model.close()


@pytest.fixture
def asked(mad_model: tuple[talker.Talker, OpenAILanguageModel]) -> Callable[[talker.Talk], OpenAILanguageModel]:
    """The model whose endpoint talks like this."""
    server, model = mad_model

    def at(talk: talker.Talk) -> OpenAILanguageModel:
        server.talk = talk
        return model

    return at


class TestModel:
    def chunk(self, **delta: Any) -> bytes:
        return json.dumps({"choices": [{"delta": delta}]}).encode()

    MORE = b'{"choices": [{"delta": {"content": " More."}}]}'
    END = b'{"choices": [{"delta": {}, "finish_reason": "stop"}]}'

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    def test_content_of_any_type_is_text_or_an_error_of_ours(self, asked, value: object) -> None:
        model = asked(
            talker.events(self.chunk(content="We are here. "), self.chunk(content=value), self.END, b"[DONE]")
        )
        with model.stream(REQUEST, should_stop=lambda: False) as call:
            try:
                text = "".join(call)
            except TransientError:
                return
        assert text.startswith("We are here. ")
        assert usable(text)

    @pytest.mark.parametrize(
        "data",
        [DEEP, b"\xff\xfe", b"{", b"null", b"7", b'{"choices": null}', b'{"choices": {"a": 1}}', b'{"choices": [null]}',
         b'{"choices": [{"delta": []}]}', b'{"usage": 7}', b'{"usage": {"prompt_tokens": "x", "completion_tokens": 1}}',
         b'{"error": []}', b'{"error": [1]}', b'{"error": {"code": {"a": 1}}}', b'{"choices": [{"finish_reason": {}}]}'],
    )  # fmt: skip
    def test_a_chunk_of_any_shape_ends_in_an_error_of_ours_or_in_an_answer(self, asked, data: bytes) -> None:
        model = asked(talker.events(data, self.END, b"[DONE]"))
        with model.stream(REQUEST, should_stop=lambda: False) as call:
            try:
                assert "".join(call) == ""
            except (TransientError, PermanentError) as error:
                short(error)

    def test_a_reason_that_nobody_knows_is_never_repeated(self, asked) -> None:
        told = "what the visitor wrote"
        model = asked(talker.events(json.dumps({"choices": [{"finish_reason": told}]}).encode(), b"[DONE]"))
        with model.stream(REQUEST, should_stop=lambda: False) as call, pytest.raises(PermanentError):
            list(call)
        assert call.finish_reason == "other"  # it becomes a metric's label

    @pytest.mark.parametrize("count", [-1, 10**30, 1e400, "7", None, [], True])
    def test_a_bill_that_cannot_be_true_is_not_believed(self, asked, count: object) -> None:
        usage = json.dumps({"usage": {"prompt_tokens": count, "completion_tokens": 1}}).encode()
        model = asked(talker.events(self.chunk(content="Hello."), usage, self.END, b"[DONE]"))
        with model.stream(REQUEST, should_stop=lambda: False) as call:
            assert "".join(call) == "Hello."
        assert call.usage is not None
        assert call.usage.reported is (count is True)
        assert 0 <= call.usage.prompt_tokens < 10_000

    @pytest.mark.parametrize("after", [(), (MORE, END, b"[DONE]")], ids=["cut", "more"])
    def test_a_bill_that_was_sent_before_the_end_is_not_the_whole_one(self, asked, after: tuple[bytes, ...]) -> None:
        so_far = {"usage": {"prompt_tokens": 2, "completion_tokens": 1}, "choices": [{"delta": {"content": "Hello."}}]}
        model = asked(talker.events(json.dumps(so_far).encode(), *after))
        with model.stream(REQUEST, should_stop=lambda: False) as call, suppress(TransientError):
            list(call)
        assert call.usage is not None
        assert (call.usage.reported, call.usage.completion_tokens) == (False, REQUEST.max_output_tokens)

    def test_an_answer_without_end_is_cut(self, asked) -> None:
        model = asked(talker.events(then_endlessly=self.chunk(content="word " * 100)))
        with model.stream(REQUEST, should_stop=lambda: False) as call:
            text = "".join(call)
        assert len(text) <= REQUEST.max_output_tokens * TOKEN_CHARACTERS + 500
        assert call.finish_reason == "length"

    def test_a_line_without_end_is_an_error(self, asked) -> None:
        endless = b'{"choices": [{"delta": {"content": "' + b"a" * (openai_wire.LINE_LIMIT_BYTES + 10)
        model = asked(talker.events(endless))
        with model.stream(REQUEST, should_stop=lambda: False) as call, pytest.raises(TransientError):
            list(call)

    @pytest.mark.parametrize("body", [*BODIES.values(), b'{"choices": [null]}', b'{"choices": "x", "usage": 7}',
                                      b'{"choices": [{"message": 7, "finish_reason": "stop"}]}'])  # fmt: skip
    def test_a_classification_of_any_shape_is_unsure_or_an_error_of_ours(self, asked, body: bytes) -> None:
        model = asked(talker.http(body))
        try:
            assert model.classify("how much", (), LABELS).label == "other"
        except (TransientError, PermanentError) as error:
            short(error)

    @pytest.mark.parametrize("content", ["[" * 100_000, '{"label": "pricing", "confidence": NaN}',
                                         '{"label": "pricing", "confidence": 1e400}', '{"label": {}, "confidence": []}',
                                         "\x00", '{"label": "pricing", "confidence": "1"}'])  # fmt: skip
    def test_a_label_comes_with_a_confidence_between_0_and_1(self, content: str) -> None:
        label, confidence = openai_wire.read_label(content, LABELS)
        assert label in LABELS
        assert 0.0 <= confidence <= 1.0

    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    def test_a_fact_is_text_that_can_be_stored_or_left_out(self, value: object) -> None:
        for text in openai_wire.read_fields(json.dumps({"name": value}), FIELDS).values():
            assert text
            assert usable(text)
        assert openai_wire.read_fields("[" * 100_000, FIELDS) == {}

    @pytest.mark.parametrize(
        "retry_after", ["1e300", "inf", "nan", "-5", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "soon"]
    )
    def test_a_delay_is_never_longer_than_a_turn_may_wait(self, retry_after: str) -> None:
        for name in ("retry-after", "retry-after-ms"):
            delay_ms = openai_wire._retry_after_ms({name: retry_after})
            assert delay_ms is None or 0 <= delay_ms <= openai_wire.LONGEST_DELAY_MS


class TestPapercups:
    CONVERSATION: dict[str, Any] = {  # noqa: RUF012
        "id": "c",
        "account_id": "a",
        "status": "open",
        "assignee_id": 7,
        "customer_id": "v",
        "created_at": "2026-05-01T12:00:00Z",
        "last_activity_at": "2026-05-01T12:00:00Z",
        "customer": {"id": "v", "name": "Vera", "email": "v@x.example", "phone": "+44", "company": {"name": "X"}},
        "messages": [
            {
                "id": "m",
                "account_id": "a",
                "conversation_id": "c",
                "type": "reply",
                "private": False,
                "body": "Hello",
                "created_at": "2026-05-01T12:00:00Z",
                "sent_at": "2026-05-01T12:00:00Z",
                "user_id": None,
                "customer_id": "v",
                "attachments": [],
                "metadata": {"frontdesk": "x"},
            }
        ],
    }

    def read(self, port: int) -> list[ChannelConversation]:
        client = PapercupsClient(
            f"http://127.0.0.1:{port}", "key", 1, marker_secret=b"s" * 32, account_id="a", timeout_s=3
        )
        found: list[ChannelConversation] = []
        for call in (lambda: client.read_back("c"), client.recent, client.me, lambda: client.messages("c")):
            try:
                got = call()
            except (TransientError, PermanentError, Unknown) as error:
                short(error)
                continue
            if isinstance(got, ChannelConversation):
                found.append(got)
            elif hasattr(got, "conversations"):
                found += got.conversations
                assert got.cursor is None or got.cursor.isascii()
        with suppress(TransientError, PermanentError, Unknown):
            client.send("c", "Hello", marker="m", sent_at=datetime.now(UTC))
        return found

    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_an_answer_that_is_none_is_an_error_of_ours(self, body: bytes) -> None:
        with talker.talking(talker.http(body)) as server:
            assert self.read(server.port) == []

    @pytest.mark.parametrize("place", ["conversation", "customer", "message", "page"])
    def test_a_field_of_any_type_is_usable_or_an_error_of_ours(self, place: str) -> None:
        with talker.talking(talker.http(b"")) as server:
            for answer in self._wrong_in(place):
                server.talk = talker.http(json.dumps(answer).encode())
                for view in self.read(server.port):
                    texts = [text for message in view.messages for text in (message.body, message.external_id)]
                    texts += [value for value in (view.customer.as_dict() if view.customer else {}).values() if value]
                    assert all(usable(text) for text in texts)

    def _wrong_in(self, place: str) -> Iterator[dict[str, Any]]:
        whole = self.CONVERSATION
        values = [value for what, value in VALUES.items() if what not in {"many accents", "an emoji family", "long"}]
        for number, value in enumerate(values):
            message, customer = whole["messages"][0], whole["customer"]
            match place:
                case "conversation":
                    name = list(whole)[number % len(whole)]
                    yield {"data": whole | {name: value}}
                    yield {"data": [whole | {each: value} for each in whole]}
                case "customer":
                    yield {"data": whole | {"customer": dict.fromkeys(customer, value)}}
                    yield {"data": [whole | {"customer": customer | {each: value}} for each in customer]}
                case "message":
                    yield {"data": whole | {"messages": [message | {"body": value}]}}
                    yield {"data": whole | {"messages": [message | {"metadata": {"frontdesk": value}}]}}
                    yield {"data": [whole | {"messages": [message | {each: value}]} for each in message]}
                case "page":
                    yield {"data": [whole], "next": value}
                    yield {"data": value}


class TestMailServer:
    def send(self, port: int) -> Taken | str:
        server = SmtpServer(f"smtp://desk:pass@127.0.0.1:{port}", "desk@example.com", "frontdesk.example")
        try:
            return server.send(Mail("<1@x>", ["a@example.com"], "Subject", "Text", datetime.now(UTC)))
        except (TransientError, PermanentError) as error:
            return str(error)

    @pytest.mark.parametrize(
        "said",
        [
            (b"",),
            (b"hello",),
            (b"\xff\xfe\x00",),
            (b"220",),
            (b"220-" + b"a" * 100_000,),
            (b"999 yes", b"250 ok"),
            (b"220 hi", b""),
            (b"220 hi", b"250-\xff\r\n250 AUTH \x00\xff PLAIN", b"235 ok", b"250 ok", b"250 ok", b"354 go", b"250 ok"),
            (b"220 hi", b"250-AUTH PLAIN\r\n250 SIZE 1", b"334 bm9wZQ=="),
            (b"220 hi", b"250 AUTH CRAM-MD5", b"334 \xff\xff not base64"),
            (b"220 hi", b"250 AUTH PLAIN", b"535 \x1b[31mred\x00\r\nX: y"),
            (b"220 hi", b"250 AUTH PLAIN", b"235 ok", b"250 ok", b"xyz no number"),
            (b"220 hi", b"250 AUTH PLAIN", b"235 ok", b"250 ok", b"550 " + b"\xff" * 5000),
            (b"220 hi", b"250 AUTH PLAIN", b"235 ok", b"250 ok", b"250 ok", b"354 go", b"554 \xe2\x80\xae\x00<script>"),
            (b"HTTP/1.1 400 Bad Request",),
            (b"220 hi", b"250 STARTTLS", b"220 go", b"\x16\x03\x01 nonsense"),
        ],
    )
    def test_whatever_a_mail_server_says_the_mail_is_taken_or_told_why_not(self, said: tuple[bytes, ...]) -> None:
        with talker.talking(talker.lines(*said)) as server:
            outcome = self.send(server.port)
        if isinstance(outcome, str):
            assert len(outcome) < 400
            assert outcome.isprintable()
            assert usable(outcome)
            assert "pass" not in outcome.replace("password", "")

    def test_an_answer_without_end_is_given_up(self) -> None:
        def talk(connection: Any) -> None:
            for _ in range(talker.LONGEST_TALK):
                connection.sendall(b"220-and so on\r\n" * 10)

        with talker.talking(talk) as server:
            assert "cannot be used" in str(self.send(server.port))
