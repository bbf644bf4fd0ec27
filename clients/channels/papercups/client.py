"""Papercups' public REST API as a channel: sends as the bot's user, reads back, hands over. Synchronous, for workers.

Never retries and never trusts an answer: ids, sizes and types are checked, another account's data is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict

from clients.channels import (
    AnswerTooLarge,
    ChannelConversation,
    ChannelMessage,
    KeyRefused,
    NotSent,
    Page,
    QuickReply,
    Refused,
    Unknown,
)
from clients.channels.http import TOTAL_S, Answer, call
from clients.channels.papercups.address import server
from clients.channels.papercups.wire import MARKER_KEY, UserId, WireConversation, WireMessage, in_order
from clients.channels.untrusted import ExternalId, Line, ModelT, clean, parse, read_json
from config.errors import InvalidInput, PermanentError, TransientError

READ_LIMIT_BYTES = 8 * 1024 * 1024  # a conversation comes whole, without paging
WRITE_LIMIT_BYTES = 1024 * 1024
LONGEST_DELAY_MS = 3_600_000
LARGEST_PAGE = 50  # Papercups' own limit


@dataclass(frozen=True, slots=True)
class Me:
    """Whose key this is. The bot must be a user of its own, so `role` should not be admin."""

    user_id: int
    account_id: str
    email: str
    role: str


class _WireMe(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: UserId
    account_id: ExternalId
    email: Line = ""
    role: Line = ""


class _WireSent(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    id: ExternalId


class PapercupsClient:
    """One account's bot, a `clients.channels.Channel`. Cheap to make: all clients of a process share connections.

    `marker_secret` is the one our markers are made with; `account_id`, once known, refuses another account's answers
    (the server itself does not check whose conversation a key posts into).
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        bot_user_id: int,
        *,
        marker_secret: bytes,
        account_id: str | None = None,
        timeout_s: float = TOTAL_S,
    ) -> None:
        self._base_url, needed = server(base_url)
        self._headers = {"Authorization": f"Bearer {api_key}"} | needed
        self._bot_user_id = bot_user_id
        self._secret = marker_secret
        self._account_id = account_id
        self._timeout_s = timeout_s

    def __repr__(self) -> str:
        return f"PapercupsClient({self._base_url!r}, bot_user_id={self._bot_user_id})"

    # What a Channel does

    def send(
        self,
        conversation_external_id: str,
        body: str,
        *,
        marker: str,
        sent_at: datetime,
        private: bool = False,
        quick_replies: Sequence[QuickReply] = (),
        within_s: float | None = None,
    ) -> str:
        """Post a reply of the bot, or a private note. Read the conversation back before: that checks whose it is."""
        metadata: dict[str, object] = {"disable_webhook_events": True, MARKER_KEY: marker}
        if quick_replies:
            metadata["quick_replies"] = [{"text": clean(each.text), "action": each.action} for each in quick_replies]
        message = {
            "conversation_id": _checked(conversation_external_id),
            "body": clean(body),
            "type": "note" if private else "bot",
            "source": "api",
            "private": private,
            "sent_at": sent_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "metadata": metadata,
        }
        answer = self._write("POST", "/messages", {"message": message}, within_s)
        try:
            return parse(_WireSent, _data(answer)).id
        except (InvalidInput, AnswerTooLarge):
            raise Unknown("Papercups took the message but its answer makes no sense") from None

    def read_back(self, conversation_external_id: str) -> ChannelConversation:
        """The conversation with every message, notes included, oldest first."""
        answer = self._read(f"/conversations/{_in_path(conversation_external_id)}")
        wire = _understood(WireConversation, answer)
        self._check_owner(wire.account_id)
        if wire.id.lower() != conversation_external_id.lower():
            raise TransientError("Papercups answered with another conversation")
        return wire.as_channel_conversation(self._bot_user_id, self._secret)

    def hand_over(self, conversation_external_id: str) -> None:
        """Nobody's, urgent, unread, open. After our last note: a note marks it read and may assign it to the bot."""
        self._update(
            conversation_external_id, {"assignee_id": None, "priority": "priority", "read": False, "status": "open"}
        )

    def recent(self, *, cursor: str | None = None, limit: int = 20) -> Page:
        """Newest activity first, with all messages of each. A page too large to hold is asked for again, smaller."""
        limit = max(1, min(limit, LARGEST_PAGE))
        while True:
            query: dict[str, object] = {"limit": limit} | ({"after": cursor} if cursor else {})
            answer = self._read("/conversations?" + urlencode(query))
            if not answer.oversized or limit == 1:
                return self._page(answer)
            limit //= 2

    # What only Papercups has

    def messages(self, conversation_external_id: str) -> tuple[ChannelMessage, ...]:
        """The conversation's messages alone, oldest first."""
        query = urlencode({"conversation_id": _checked(conversation_external_id)})
        items = _items(_json(self._read(f"/messages?{query}")))
        wires = [_parsed(WireMessage, item) for item in items]
        ours = [each for each in wires if each.conversation_id.lower() == conversation_external_id.lower()]
        return in_order([each.as_channel_message(self._bot_user_id, self._secret) for each in ours])

    def assign(self, conversation_external_id: str, user_id: int | None) -> None:
        """To a user of the account, or to nobody."""
        self._update(conversation_external_id, {"assignee_id": user_id})

    def hand_back(self, conversation_external_id: str) -> None:
        """The bot takes it again: assigned to its user, no longer urgent."""
        self._update(conversation_external_id, {"assignee_id": self._bot_user_id, "priority": "not_priority"})

    def close(self, conversation_external_id: str) -> None:
        """A visitor's next message opens it again by itself."""
        self._update(conversation_external_id, {"status": "closed"})

    def reopen(self, conversation_external_id: str) -> None:
        """Open it without waiting for the visitor."""
        self._update(conversation_external_id, {"status": "open"})

    def me(self) -> Me:
        """Whose key this is: where `bot_user_id` and `account_id` come from."""
        wire = _understood(_WireMe, self._read("/me"))
        return Me(wire.id, wire.account_id, wire.email, wire.role)

    # How

    def _update(self, conversation_external_id: str, changes: dict[str, object]) -> None:
        self._write("PUT", f"/conversations/{_in_path(conversation_external_id)}", {"conversation": changes})

    def _page(self, answer: Answer) -> Page:
        value = _json(answer)
        found = []
        for item in _items(value):
            wire = _parsed(WireConversation, item)
            self._check_owner(wire.account_id)
            found.append(wire.as_channel_conversation(self._bot_user_id, self._secret))
        following = value.get("next") if isinstance(value, Mapping) else None
        goes_on = isinstance(following, str) and following.isascii() and 0 < len(following) <= 2_000
        return Page(tuple(found), following if goes_on else None)

    def _check_owner(self, account_id: str) -> None:
        if self._account_id is not None and account_id != self._account_id:
            raise Refused("the conversation belongs to another Papercups account", status=404)

    def _read(self, path: str) -> Answer:
        try:
            answer = self._call("GET", path, None, READ_LIMIT_BYTES)
        except Unknown as error:
            raise TransientError(str(error)) from error
        if answer.status >= 500:
            raise TransientError(f"Papercups answered {answer.status}", delay_ms=_delay_ms(answer))
        return answer

    def _write(self, method: str, path: str, body: object, within_s: float | None = None) -> Answer:
        answer = self._call(method, path, json.dumps(body).encode(), WRITE_LIMIT_BYTES, within_s)
        if answer.status >= 500:
            raise Unknown(f"Papercups answered {answer.status}")
        return answer

    def _call(
        self, method: str, path: str, content: bytes | None, limit_bytes: int, within_s: float | None = None
    ) -> Answer:
        headers = self._headers | ({"Content-Type": "application/json"} if content is not None else {})
        answer = call(
            method,
            f"{self._base_url}/api/v1{path}",
            headers=headers,
            content=content,
            limit_bytes=limit_bytes,
            total_s=self._timeout_s if within_s is None else min(self._timeout_s, within_s),
        )
        match answer.status:
            case 401:
                raise KeyRefused("Papercups does not accept the API key", status=401)
            case 408 | 429:
                raise NotSent(f"Papercups answered {answer.status}", delay_ms=_delay_ms(answer))
            case status if 300 <= status < 500:
                raise Refused(f"Papercups answered {status}", status=status)
            case _:
                return answer


def _checked(conversation_external_id: str) -> str:
    """Papercups' ids are UUIDs; a signed sender may have named anything, and it must stay one segment of a path."""
    if not conversation_external_id.strip(".") or len(conversation_external_id) > 200:
        raise PermanentError("this is no Papercups conversation")
    return conversation_external_id


def _in_path(conversation_external_id: str) -> str:
    return quote(_checked(conversation_external_id), safe="", errors="replace")


def _delay_ms(answer: Answer) -> int | None:
    """Retry-After in milliseconds, seconds or a date, at most an hour; None when absent or senseless."""
    text = answer.headers.get("retry-after", "").strip()
    if not text or len(text) > 40:
        return None
    if text.isascii() and text.isdigit():
        return min(int(text) * 1000, LONGEST_DELAY_MS)
    try:
        seconds = (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(int(seconds * 1000), 0), LONGEST_DELAY_MS)


def _json(answer: Answer) -> object:
    if answer.oversized:
        raise AnswerTooLarge("Papercups' answer is larger than we hold")
    try:
        return read_json(answer.body)
    except InvalidInput:
        raise TransientError(f"Papercups answered {answer.status} without JSON") from None


def _data(answer: Answer) -> object:
    try:
        value = _json(answer)
    except TransientError:
        return None
    return value.get("data") if isinstance(value, Mapping) else None


def _items(value: object) -> list[object]:
    items = value.get("data") if isinstance(value, Mapping) else None
    if not isinstance(items, list):
        raise TransientError("Papercups' answer holds no list")
    return items


def _parsed(model: type[ModelT], value: object) -> ModelT:
    try:
        return parse(model, value, "data")
    except InvalidInput as error:
        raise TransientError(f"Papercups' answer makes no sense: {error.detail}") from None


def _understood(model: type[ModelT], answer: Answer) -> ModelT:
    value = _json(answer)
    return _parsed(model, value.get("data") if isinstance(value, Mapping) else None)
