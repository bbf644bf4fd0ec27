"""What of the predecessor's rows is understood, and which sentence refuses the rest. No database."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from config.errors import InvalidInput
from models.legacy import (
    BadRow,
    OldConversation,
    OldMessage,
    Table,
    read_row,
    split_entries,
    table_of,
)
from models.legacy_lines import LONGEST_LINE_BYTES, Record, Unreadable
from models.legacy_source import open_source
from models.message import Author

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MESSAGE = {"id": "m1", "conversation_id": "c1", "role": "user", "content": "Hi", "timestamp": "2024-05-01T12:00:00Z"}
COLUMNS = "id,tenant_id,conversation_id,role,content,timestamp"
LINE = "{id},t,c1,user,{text},2024-05-01T12:00:00Z"


def message(**more: object) -> OldMessage:
    row = read_row(Table.MESSAGES, MESSAGE | more)
    assert isinstance(row, OldMessage)
    return row


def found(path: Path, table: Table = Table.MESSAGES) -> list[Record | Unreadable]:
    return list(open_source(str(path)).records(table))


def contents(path: Path) -> list[str]:
    """Each row's content, or in brackets why it is none."""
    return [f"[{row.reason}]" if isinstance(row, Unreadable) else str(row.values["content"]) for row in found(path)]


@pytest.mark.parametrize(
    ("given", "author"),
    [
        ("user", Author.VISITOR),
        ("Customer", Author.VISITOR),
        (" visitor ", Author.VISITOR),
        ("assistant", Author.BOT),
        ("BOT", Author.BOT),
        ("agent", Author.HUMAN),
        ("human", Author.HUMAN),
        ("operator", Author.HUMAN),
    ],
)
def test_roles(given, author):
    assert message(role=given).author is author


@pytest.mark.parametrize(
    "given",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01 12:00:00+00",
        "2024-05-01 12:00:00",
        "2024-05-01T14:00:00.000+02:00",
        1714564800,
        "1714564800",
        1714564800000,
        "1714564800.0",
        datetime(2024, 5, 1, 12),  # noqa: DTZ001  # a column without a zone
        datetime(2024, 5, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_times(given):
    assert message(timestamp=given).at == NOON


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("id", ""),
        ("id", True),
        ("id", 1.5),
        ("id", "a\nb"),
        ("id", "x" * 201),
        ("conversation_id", None),
        ("role", "wizard"),
        ("role", None),
        ("role", 1),
        ("content", None),
        ("content", " \x00 "),
        ("content", ["x"]),
        ("content", "x" * 100_001),
        ("timestamp", None),
        ("timestamp", "yesterday"),
        ("timestamp", ""),
        ("timestamp", True),
        ("timestamp", -1),
        ("timestamp", 1e300),
        ("timestamp", "9999-12-31T23:59:59-23:59"),
        ("timestamp", "0001-01-01T00:00:00+23:59"),
        ("timestamp", {}),
    ],
)
def test_a_wrong_field_is_named_and_its_content_never_repeated(field, value):
    with pytest.raises(BadRow) as bad:
        message(**{field: value})
    assert str(bad.value).startswith(f"{field}:")
    assert len(str(bad.value)) < 120


def test_ids_are_the_same_in_whatever_form_they_come():
    name = uuid.uuid4()
    assert message(id=7).old_id == message(id="7").old_id == message(id=" 7 ").old_id
    assert message(id=name).old_id == message(id=str(name)).old_id


def test_null_bytes_and_lone_surrogates_are_cleaned():
    assert message(content="a\x00b\ud800").body == "ab\ufffd"


def test_a_conversation_may_lack_its_session():
    row = read_row(Table.CONVERSATIONS, {"id": 1, "session_id": None, "created_at": "2024-05-01T12:00:00Z"})
    assert row == OldConversation("1", None, NOON)


@pytest.mark.parametrize(
    ("content", "entries"),
    [
        ("Q: When?\nA: At nine.\nQ: Where?\nA: A\nB.", [("When?", "At nine."), ("Where?", "A\nB.")]),
        ("question: When?\r\nANSWER: At nine.", [("When?", "At nine.")]),
        ("About us.\n\nQ: When?\nA: At nine.", [("About us.", "About us."), ("When?", "At nine.")]),
        ("Parking\nBehind the house.\n\n \nBread\nEvery day.", [("Parking", "Behind the house."), ("Bread", "Every day.")]),
        ("# Parking\nBehind.", [("Parking", "Behind.")]),
        ("One line only.", [("One line only.", "One line only.")]),
        ("Is Q: a letter?", [("Is Q: a letter?", "Is Q: a letter?")]),
    ],
)  # fmt: skip
def test_a_knowledge_base_becomes_entries(content, entries):
    assert list(split_entries(content)) == entries


def test_no_part_of_a_long_knowledge_base_is_lost():
    words = [f"word{number}" for number in range(5000)]
    entries = list(split_entries("Title\n" + " ".join(words)))
    assert all(len(question) <= 500 and 0 < len(answer) <= 8000 for question, answer in entries)
    assert " ".join(answer for _, answer in entries).split() == words
    one_line = list(split_entries("x" * 20_000))
    assert "".join(answer for _, answer in one_line) == "x" * 20_000
    assert len(one_line[0][0]) == 500


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("messages", Table.MESSAGES),
        ("public.messages-2024", Table.MESSAGES),
        ("Message", Table.MESSAGES),
        ("knowledge_bases", Table.KNOWLEDGE_BASES),
        ("knowledge", Table.KNOWLEDGE_BASES),
        ("leads_export", Table.LEADS),
        ("conversations", Table.CONVERSATIONS),
        ("misleads", None),
        ("leads-and-messages", None),
        ("export", None),
        ("", None),
    ],
)
def test_a_name_says_the_table(name, table):
    assert table_of(name) is table


class TestCsv:
    def test_quotes_line_breaks_semicolons_and_a_byte_order_mark(self, tmp_path):
        path = tmp_path / "messages.csv"
        path.write_bytes(
            b"\xef\xbb\xbfID;Tenant_Id;conversation_id;role;content;timestamp\r\n"
            b'm1;t;c1;user;"He said ""hi"";\r\nthen left";2024-05-01\r\n'
            b"\r\n"
            b'm2;t;c1;user;5" nails;2024-05-01'
        )
        assert contents(path) == ['He said "hi";\r\nthen left', '5" nails']
        assert [row.place.line for row in found(path)] == [2, 5]

    def test_a_quote_that_is_never_closed_costs_its_own_line(self, tmp_path):
        path = tmp_path / "messages.csv"
        good = [LINE.format(id=f"m{number}", text=f"text {number}") for number in range(5)]
        broken = LINE.format(id="bad", text='"never closed')
        path.write_text("\n".join([COLUMNS, good[0], broken, *good[1:], broken]))
        found_ = contents(path)
        assert [text for text in found_ if text.startswith("text")] == [f"text {number}" for number in range(5)]
        assert found_[1] == "[a quote is never closed.]"
        assert len(found_) == 7

    def test_two_such_quotes_do_not_make_one_message_of_what_is_between(self, tmp_path):
        path = tmp_path / "messages.csv"
        good = [LINE.format(id=f"m{number}", text=f"text {number}") for number in range(3)]
        opens, closes = LINE.format(id="x", text='"opens'), LINE.format(id="y", text='"')
        path.write_text("\n".join([COLUMNS, opens, *good, closes, *good]))
        assert [text for text in contents(path) if text.startswith("text")] == ["text 0", "text 1", "text 2"] * 2

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"m1,t,c1,user", "4 columns instead of 6."),
            (b"m1,t,c1,user,a,2024-05-01,more", "7 columns instead of 6."),
            (b"m1,t,c1,user,\xff\xfe,2024-05-01", "not UTF-8."),
            (b'm1,t,c1,user,"a"b,2024-05-01', "not a row of CSV: a quote is in the wrong place."),
            (b"m1,t,c1,user," + b"x" * (LONGEST_LINE_BYTES + 9) + b",2024-05-01", "longer than 1 MiB."),
            (b"\x0b", "1 columns instead of 6."),
        ],
    )
    def test_a_broken_line_is_told_and_the_next_is_read(self, tmp_path, line, reason):
        path = tmp_path / "messages.csv"
        good = LINE.format(id="m2", text="good").encode()
        path.write_bytes(COLUMNS.encode() + b"\n" + line + b"\n" + good + b"\n")
        assert contents(path) in ([f"[{reason}]", "good"], ["good"])  # a line of blanks is none
        assert found(path)[-1].place.line == 3

    @pytest.mark.parametrize(
        ("header", "says"),
        [("id,role,content", "conversation_id, timestamp"), ("", "lacks"), ("id,id," + COLUMNS, "twice"), ("\xff", "")],
    )
    def test_a_missing_column_stops_with_a_sentence(self, tmp_path, header, says):
        path = tmp_path / "messages.csv"
        path.write_bytes(header.encode("latin-1") + b"\nx\n")
        with pytest.raises(InvalidInput, match=r"messages\.csv") as wrong:
            found(path)
        assert says in str(wrong.value)

    def test_an_empty_file_has_no_rows(self, tmp_path):
        (tmp_path / "messages.csv").write_bytes(b"")
        assert found(tmp_path) == []


class TestJsonLines:
    @pytest.mark.parametrize(
        "line", [b"{", b"[1]", b"null", b"\xff", b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}", b'"x"']
    )
    def test_a_broken_line_is_told_and_the_next_is_read(self, tmp_path, line):
        path = tmp_path / "messages.jsonl"
        path.write_bytes(line + b"\n\n" + json.dumps(MESSAGE).encode())
        bad, good = found(path)
        assert isinstance(bad, Unreadable)
        assert (bad.place.line, good.place.line) == (1, 3)
        assert good.raw == json.dumps(MESSAGE)


class TestSources:
    def test_a_mixed_file_names_the_table_in_each_row_and_tells_the_rest_once(self, tmp_path):
        path = tmp_path / "export.jsonl"
        rows = [{"table": "messages"} | MESSAGE, {"table": "conversations", "id": 1}, {"table": "users"}, {"id": 2}]
        path.write_text("\n".join([*(json.dumps(row) for row in rows), "{"]))
        of = {table: found(path, table) for table in Table}
        assert [len(of[table]) for table in Table] == [4, 1, 0, 0]
        assert [type(row) for row in of[Table.CONVERSATIONS]] == [Record, Unreadable, Unreadable, Unreadable]
        csv = tmp_path / "export.csv"
        csv.write_text("table,id,session_id,created_at\nconversations,1,,2024-05-01\nnone,2,,\n")
        assert [type(row) for row in found(csv, Table.CONVERSATIONS)] == [Record, Unreadable]
        assert found(csv, Table.LEADS) == []

    def test_a_file_of_no_table_is_refused(self, tmp_path):
        path = tmp_path / "export.csv"
        path.write_text("id,created_at\n1,2024-05-01\n")
        with pytest.raises(InvalidInput, match=r"export\.csv"):
            found(path, Table.CONVERSATIONS)

    @pytest.mark.parametrize("name", ["nothing", "folder"])
    def test_where_there_is_nothing_a_sentence_says_so(self, tmp_path, name):
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "notes.txt").write_text("x")
        with pytest.raises(InvalidInput, match=name):
            open_source(str(tmp_path / name))

    def test_an_unreachable_database_is_told_without_its_password(self):
        source = open_source("postgres://somebody:hunter2@127.0.0.1:1/old")
        with pytest.raises(InvalidInput, match="old database") as wrong:
            list(source.records(Table.MESSAGES))
        assert "hunter2" not in str(wrong.value)
