"""The predecessor's tables: what a row of each must hold to be taken over, and which sentence refuses one that does not.

Pure: values in, dataclasses out. Where rows come from is `legacy_source`, where they go is `importer`.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from models.message import Author

LONGEST_ID = 200
LONGEST_CONTENT = 100_000  # characters of one message
LONGEST_CONTACT = 2000
LONGEST_KNOWLEDGE = 1_000_000
LONGEST_QUESTION, LONGEST_ANSWER = 500, 8000
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 10**11  # an epoch in seconds of that size lies beyond `LATEST`

ROLES = {
    **dict.fromkeys(("user", "customer", "visitor"), Author.VISITOR),
    **dict.fromkeys(("assistant", "bot"), Author.BOT),
    **dict.fromkeys(("agent", "human", "operator"), Author.HUMAN),
}

_PAIR = re.compile(r"^[ \t]*(?:Q|Question)[ \t]*[:.][ \t]*", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(r"^[ \t]*(?:A|Answer)[ \t]*[:.][ \t]*", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n\s*")


class Table(StrEnum):
    """The predecessor's tables, in the order in which they are taken over."""

    CONVERSATIONS = "conversations"
    MESSAGES = "messages"
    KNOWLEDGE_BASES = "knowledge_bases"
    LEADS = "leads"


_NAMES = {
    Table.CONVERSATIONS: r"conversations?",
    Table.MESSAGES: r"messages?",
    Table.KNOWLEDGE_BASES: r"knowledge(?:_?bases?)?",
    Table.LEADS: r"leads?",
}

REQUIRED = {
    Table.CONVERSATIONS: ("id", "created_at"),
    Table.MESSAGES: ("id", "conversation_id", "role", "content", "timestamp"),
    Table.KNOWLEDGE_BASES: ("id", "content"),
    Table.LEADS: ("id", "contact_info", "created_at"),
}


class BadRow(Exception):
    """Why a row is not taken over: a sentence that names the field and repeats no content."""


def table_of(name: str) -> Table | None:
    """The table that a name says, as a word of it; None when it says none or more than one."""
    said = {
        table
        for table, words in _NAMES.items()
        if re.search(rf"(?:^|[^a-z])(?:{words})(?:[^a-z]|$)", name.strip().lower())
    }
    return said.pop() if len(said) == 1 else None


@dataclass(frozen=True)
class OldConversation:
    old_id: str
    session_id: str | None
    at: datetime


@dataclass(frozen=True)
class OldMessage:
    old_id: str
    conversation: str
    author: Author
    body: str
    at: datetime


@dataclass(frozen=True)
class OldLead:
    """`contact` is the text as it stood there, a JSON object as "name: value" lines; `fields` are that object's."""

    old_id: str
    intent: str | None
    contact: str
    fields: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class OldKnowledge:
    """One knowledge base. `entries` are (question, answer)."""

    old_id: str
    entries: tuple[tuple[str, str], ...]
    at: datetime | None


OldRow = OldConversation | OldMessage | OldLead | OldKnowledge


def read_row(table: Table, values: Mapping[str, object]) -> OldRow:
    """The row.

    Raises:
        BadRow: a field is missing or wrong.
    """
    match table:
        case Table.CONVERSATIONS:
            return OldConversation(_id(values, "id"), _optional(values, "session_id"), _instant(values, "created_at"))
        case Table.MESSAGES:
            return OldMessage(
                _id(values, "id"),
                _id(values, "conversation_id"),
                _author(values),
                _text(values, "content", LONGEST_CONTENT),
                _instant(values, "timestamp"),
            )
        case Table.KNOWLEDGE_BASES:
            entries = tuple(split_entries(_text(values, "content", LONGEST_KNOWLEDGE)))
            if not entries:
                raise BadRow("content: nothing to answer from.")
            at = _instant(values, "updated_at") if values.get("updated_at") not in (None, "") else None
            return OldKnowledge(_id(values, "id"), entries, at)
        case Table.LEADS:
            contact, fields = _contact(values)
            return OldLead(
                _id(values, "id"), _optional(values, "intent"), contact, fields, _instant(values, "created_at")
            )


def split_entries(content: str) -> Iterator[tuple[str, str]]:
    """Questions and answers of a knowledge base: its "Q: … A: …" pairs, else its paragraphs by their first lines.

    What is too long for one entry goes on in further ones with the same question.
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    for question, answer in (
        _pairs(content) if _PAIR.search(content) and _ANSWER.search(content) else _paragraphs(content)
    ):
        title = " ".join((question.strip() or answer).split())[:LONGEST_QUESTION]
        for part in _parts(answer.strip() or question.strip()):
            yield title, part


def _pairs(content: str) -> Iterator[tuple[str, str]]:
    before, *blocks = _PAIR.split(content)
    yield from _paragraphs(before)
    for block in blocks:
        question, *answers = _ANSWER.split(block, maxsplit=1)
        if question.strip() or answers:
            yield question, answers[0] if answers else ""


def _paragraphs(content: str) -> Iterator[tuple[str, str]]:
    for paragraph in _BLANK.split(content.strip()):
        first, _, rest = paragraph.strip().partition("\n")
        if first:
            yield first.lstrip("# "), rest if len(first) <= LONGEST_QUESTION else paragraph


def _parts(answer: str) -> Iterator[str]:
    while len(answer) > LONGEST_ANSWER:
        cut = answer.rfind(" ", LONGEST_ANSWER // 2, LONGEST_ANSWER)
        cut = LONGEST_ANSWER if cut < 0 else cut
        yield answer[:cut].strip()
        answer = answer[cut:].strip()
    if answer:
        yield answer


def text_id(value: object) -> str | None:
    """An id of any kind as text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | uuid.UUID):
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else None


def _id(values: Mapping[str, object], name: str) -> str:
    found = text_id(values.get(name))
    if found is None:
        raise BadRow(f"{name}: missing, or not an id.")
    return found


def _text(values: Mapping[str, object], name: str, longest: int) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise BadRow(f"{name}: missing, or not text.")
    text = _clean(value).strip()
    if not text:
        raise BadRow(f"{name}: empty.")
    if len(text) > longest:
        raise BadRow(f"{name}: longer than {longest:,} characters.")
    return text


def _optional(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    if isinstance(value, int | uuid.UUID) and not isinstance(value, bool):
        value = str(value)
    return _text({name: value}, name, LONGEST_CONTACT) if value not in (None, "") else None


def _author(values: Mapping[str, object]) -> Author:
    role = values.get("role")
    author = ROLES.get(role.strip().lower()) if isinstance(role, str) else None
    if author is None:
        raise BadRow(f"role: expected one of {', '.join(ROLES)}.")
    return author


def _instant(values: Mapping[str, object], name: str) -> datetime:
    """ISO 8601, Postgres' own form, or an epoch in seconds or milliseconds; without a zone it is UTC."""
    value = values.get(name)
    try:
        at = _moment(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        raise BadRow(f"{name}: missing, or not a time.") from None
    if not EARLIEST <= at <= LATEST:
        raise BadRow(f"{name}: not between {EARLIEST.year} and {LATEST.year}.")
    return at


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{9,13}(?:\.\d{1,9})?", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip())
    return datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS_FROM else value, UTC)


def _contact(values: Mapping[str, object]) -> tuple[str, Mapping[str, str]]:
    """The contact as text, and the fields of one that is a JSON object."""
    value = values.get("contact_info")
    if isinstance(value, str) and value.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):  # else it is text that only looks like an object
            value = json.loads(value)
    if not isinstance(value, Mapping):
        return _text(values, "contact_info", LONGEST_CONTACT), {}
    fields = {
        str(name).strip().lower(): _clean(str(each)).strip()
        for name, each in value.items()
        if isinstance(each, str | int) and not isinstance(each, bool)
    }
    text = "\n".join(f"{name}: {each}" for name, each in fields.items() if each)
    return _text({"contact_info": text}, "contact_info", LONGEST_CONTACT), fields


def _clean(text: str) -> str:
    """Without what Postgres or UTF-8 refuse."""
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
