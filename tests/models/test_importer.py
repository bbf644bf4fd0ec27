"""A predecessor's data becomes history: nothing lost, nothing twice, nothing mixed up, nothing answered."""

from __future__ import annotations

import csv
import json
import stat
import uuid
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.pool import NullPool

from config.errors import InvalidInput, NotFound
from models.base import Base
from models.conversation import Conversation, Owner
from models.database import tenant_session
from models.importer import Import, KeptAside, Reject
from models.knowledge import KnowledgeEntry, search_entries
from models.lead import Lead, merge_lead
from models.legacy import Table
from models.legacy_source import open_source
from models.message import Author, Message
from models.tenant import configuration
from models.turn import Turn

AT = "2024-05-01T12:00:00Z"
COLUMNS = {
    "conversations": ("id", "tenant_id", "session_id", "created_at"),
    "messages": ("id", "tenant_id", "conversation_id", "role", "content", "timestamp"),
    "leads": ("id", "tenant_id", "intent", "contact_info", "created_at"),
    "knowledge_bases": ("id", "tenant_id", "content", "updated_at"),
}


def write(folder: Path, **tables: list[tuple[Any, ...]]) -> Path:
    """CSV files; each row without its tenant_id, which is "old"."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS[name])
            writer.writerows((row[0], "old", *row[1:]) for row in rows)
    return folder


def take(
    tenant: Any, source: object, *, dry_run: bool = False, **more: Any
) -> tuple[dict[str, tuple[int, ...]], list[Reject]]:
    """(read, added, known, rejected) of each table that had rows, and what was kept aside."""
    rejects: list[Reject] = []
    run = Import(tenant.tenant_id, open_source(str(source)), rejects.append, lambda *_: None, **more)
    counts = run.run(dry_run=dry_run)
    return {str(table): astuple(of) for table, of in counts.items() if of.read}, rejects


def rows(tenant: Any, model: type[Any], *order: Any) -> list[Any]:
    with tenant_session(tenant.tenant_id) as session:
        return list(session.scalars(select(model).order_by(*order)))


def everything(tenant: Any) -> dict[str, list[Any]]:
    """All of a tenant's rows, but for the version of its knowledge: a statement that writes raises it, whatever it changed."""
    with tenant_session(tenant.tenant_id) as session:
        return {
            table.name: sorted(map(str, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if "tenant_id" in table.columns and table.name != "answer_version"
        }


def test_a_conversation_is_taken_over_closed_and_in_order(stores, alice, tmp_path):
    write(
        tmp_path,
        conversations=[("c1", "a-session", AT)],
        messages=[
            (1, "c1", "user", "Hello", "2024-05-01T12:00:01Z"),
            (2, "c1", "assistant", "Hi, how can I help?", "2024-05-01T12:00:02Z"),
            (3, "c1", "agent", "I take over.", "2024-05-01T12:00:03Z"),
        ],
    )
    counts, rejects = take(alice, tmp_path)
    assert (counts, rejects) == ({"conversations": (1, 1, 0, 0), "messages": (3, 3, 0, 0)}, [])
    (conversation,) = rows(alice, Conversation)
    assert (conversation.owner, conversation.created_at.isoformat()[:10]) == (Owner.BOT, "2024-05-01")
    assert conversation.closed_at == conversation.last_activity_at
    assert conversation.closed_at.second == 3
    assert "a-session" not in str(everything(alice))
    said = [(message.author, message.body) for message in rows(alice, Message, Message.accepted_at)]
    assert said == [
        (Author.VISITOR, "Hello"),
        (Author.BOT, "Hi, how can I help?"),
        (Author.HUMAN, "I take over."),
    ]


def test_nothing_answers_history(stores, alice, tmp_path):
    from tests.workers.line import QUEUES
    from workers.broker import queue
    from workers.sweep import sweep

    queue()._redis.flushdb()
    write(tmp_path, conversations=[("c1", "s", AT)], messages=[(1, "c1", "user", "I want a person!", AT)])
    take(alice, tmp_path)
    sweep(None)
    tenant = str(alice.tenant_id)
    assert [name for name in QUEUES if tenant in queue().depth(name)] == []
    assert rows(alice, Turn) == []


def test_a_second_run_adds_nothing_whatever_form_it_comes_in(stores, alice, tmp_path):
    tables: dict[str, list[tuple[Any, ...]]] = {
        "conversations": [(1, "s", AT), (2, "", AT)],
        "messages": [(1, 1, "user", "Hello", AT), (2, 2, "bot", "Hi", AT)],
        "leads": [(1, "pricing", "jane@example.org", AT)],
        "knowledge_bases": [(1, "Q: When?\nA: At nine.\nQ: Where?\nA: In York.", AT)],
    }
    take(alice, write(tmp_path / "csv", **tables))
    before = everything(alice)
    mixed = tmp_path / "export.jsonl"
    with mixed.open("w") as file:
        for name, of in reversed(tables.items()):
            for row in of:
                values = dict(zip(COLUMNS[name], (row[0], "old", *row[1:]), strict=True))
                file.write(json.dumps({"table": name} | values) + "\n")
    counts, rejects = take(alice, mixed)
    assert rejects == []
    assert {name: (added, known) for name, (_, added, known, _) in counts.items()} == {
        "conversations": (0, 2),
        "messages": (0, 2),
        "leads": (0, 1),
        "knowledge_bases": (0, 1),
    }
    assert everything(alice) == before


def test_a_dry_run_counts_exactly_and_changes_nothing(stores, alice, tmp_path):
    write(
        tmp_path,
        conversations=[(1, "s", AT), (2, "s", "never")],
        messages=[(1, 1, "user", "Hello", AT), (2, 2, "user", "orphan", AT), (3, 1, "wizard", "x", AT)],
        leads=[(1, "", "jane@example.org", AT), (2, "", "JANE@example.org", AT)],
        knowledge_bases=[(1, "Open daily.", "")],
    )
    before = everything(alice)
    tried, aside = take(alice, tmp_path, dry_run=True)
    assert everything(alice) == before
    done, rejects = take(alice, tmp_path)
    assert (tried, aside) == (done, rejects)
    assert done["messages"] == (3, 1, 0, 2)


def test_five_thousand_messages_with_broken_lines_lose_nothing(stores, alice, tmp_path):
    whole = [(number, number % 500, "user", f'Text {number}, "quoted"\nand more', AT) for number in range(5000)]
    write(tmp_path, conversations=[(number, "s", AT) for number in range(500)], messages=whole)
    lines = (tmp_path / "messages.csv").read_bytes().split(b"\r\n")
    broken = [
        b'x,old,1,user,"never closed,' + AT.encode(),
        b"x,old,1,user",
        b"x,old,1,wizard,text," + AT.encode(),
        b"x,old,1,user,text,yesterday",
        b"x,old,nobody,user,text," + AT.encode(),
        b"x,old,1,user,\xff," + AT.encode(),
    ]
    for number in range(50):
        lines.insert(1 + number * 101, broken[number % len(broken)])
    (tmp_path / "messages.csv").write_bytes(b"\r\n".join(lines))
    counts, rejects = take(alice, tmp_path)
    assert counts["messages"] == (5050, 5000, 0, 50)
    assert {message.body for message in rows(alice, Message)} == {row[3] for row in whole}
    at = {reject.place.line: reject for reject in rejects}
    assert len(at) == 50
    assert "quote" in at[2].reason
    assert (at[2].place.file, at[2].raw) == ("messages.csv", broken[0].decode())
    again, _ = take(alice, tmp_path)
    assert again["messages"] == (5050, 0, 5000, 50)


def test_an_id_that_was_used_twice_loses_no_message(stores, alice, tmp_path):
    write(
        tmp_path,
        conversations=[(1, "s", AT)],
        messages=[(1, 1, "user", "One", AT), (1, 1, "user", "One", AT), (1, 1, "user", "Another", AT)],
    )
    counts, rejects = take(alice, tmp_path)
    assert counts["messages"] == (3, 1, 1, 1)
    assert [(reject.place.line, reject.reason.partition(":")[0]) for reject in rejects] == [(4, "id")]


def test_rows_of_two_old_tenants_never_become_ones(stores, alice, tmp_path):
    (tmp_path / "conversations.csv").write_text(
        f"id,tenant_id,session_id,created_at\n1,a,s,{AT}\n2,b,s,{AT}\n3,,s,{AT}\n"
    )
    counts, rejects = take(alice, tmp_path)
    assert counts["conversations"] == (3, 2, 0, 1)
    assert rejects[0].reason.startswith("tenant_id")
    counts, _ = take(alice, tmp_path, old_tenant="b")
    assert counts["conversations"] == (3, 1, 1, 1)


class TestLeads:
    def leads(self, tenant: Any, tmp_path: Path, *contacts: str) -> list[Lead]:
        write(tmp_path, leads=[(number, "pricing", contact, AT) for number, contact in enumerate(contacts)])
        _, rejects = take(tenant, tmp_path)
        assert rejects == []
        return rows(tenant, Lead, Lead.created_at, Lead.email)

    @pytest.mark.parametrize(
        ("contact", "expected"),
        [
            ("Jane.Doe@Example.org", (None, "jane.doe@example.org", None, "pricing")),
            ('"Jane Doe" <jane@example.org>', ("Jane Doe", "jane@example.org", None, "pricing")),
            ("0161 496 0142", (None, None, "+441614960142", "pricing")),
            ("+49 30 901820, a@b.example", (None, "a@b.example", "+4930901820", "pricing")),
            ('{"name": "Jo", "email": "j@b.co", "phone": "0161 4960142"}', ("Jo", "j@b.co", "+441614960142", "pricing")),
            ("ask at the bakery", (None, None, None, "pricing: ask at the bakery")),
            ("{not json", (None, None, None, "pricing: {not json")),
        ],
    )  # fmt: skip
    def test_contact_is_normalised_as_everywhere(self, stores, alice, tmp_path, contact, expected):
        with tenant_session(alice.tenant_id) as session:
            configuration(session)[1].region = "GB"
        (lead,) = self.leads(alice, tmp_path, contact)
        assert (lead.name, lead.email, lead.phone, lead.wish) == expected

    def test_the_words_are_kept_in_a_conversation_of_its_own(self, stores, alice, tmp_path):
        (lead,) = self.leads(alice, tmp_path, "Jane, second house on the left, jane@example.org")
        (message,) = rows(alice, Message)
        assert message.body == "Jane, second house on the left, jane@example.org"
        assert lead.conversation_id == message.conversation_id
        assert rows(alice, Conversation)[0].closed_at is not None

    def test_they_merge_on_e_mail_then_phone_and_never_overwrite(self, stores, alice, tmp_path):
        contacts = (
            "a@b.example",
            "A@B.example +44 161 496 0142",
            "+441614960142",
            "c@b.example",
            "c@b.example, +441614960142",
        )
        write(
            tmp_path,
            conversations=[("now", "s", AT)],
        )
        take(alice, tmp_path)
        (conversation,) = rows(alice, Conversation)
        with tenant_session(alice.tenant_id) as session:
            merge_lead(
                session,
                alice.tenant_id,
                conversation.id,
                name="Known",
                email="c@b.example",
                phone=None,
                company=None,
                wish="the newer wish",
            )
        leads = {lead.email: lead for lead in self.leads(alice, tmp_path, *contacts)}
        assert set(leads) == {"a@b.example", "c@b.example"}
        assert leads["a@b.example"].phone == "+441614960142"
        assert (leads["c@b.example"].name, leads["c@b.example"].wish) == ("Known", "the newer wish")
        assert len(rows(alice, Message)) == len(contacts)

    def test_a_lead_without_contact_is_kept_aside(self, stores, alice, tmp_path):
        write(tmp_path, leads=[(1, "pricing", "", AT), (2, "x", "{}", AT)])
        counts, rejects = take(alice, tmp_path)
        assert counts["leads"] == (2, 0, 0, 2)
        assert {reject.reason.partition(":")[0] for reject in rejects} == {"contact_info"}


def test_knowledge_is_answered_from(stores, alice, tmp_path):
    write(tmp_path, knowledge_bases=[(1, "Q: Where can I park?\nA: Behind the house.\n\nQ: Bread?\nA: Daily.", "")])
    take(alice, tmp_path)
    with tenant_session(alice.tenant_id) as session:
        assert search_entries(session, "park").get()[0].answer == "Behind the house."
        entry = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.answer == "Daily.")).one()
        entry.answer = "On Sundays too."
    take(alice, tmp_path)
    assert {entry.answer for entry in rows(alice, KnowledgeEntry)} == {"Behind the house.", "On Sundays too."}


def test_the_same_ids_of_two_tenants_do_not_meet(stores, alice, mallory, tmp_path):
    write(
        tmp_path,
        conversations=[(1, "s", AT)],
        messages=[(1, 1, "user", "Hello", AT)],
        leads=[(1, "", "a@b.example", AT)],
    )
    take(alice, tmp_path)
    before = everything(alice)
    counts, _ = take(mallory, tmp_path)
    assert [added for _, added, _, _ in counts.values()] == [1, 1, 1]
    assert everything(alice) == before
    with tenant_session(mallory.tenant_id) as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 2


def test_an_unknown_tenant_is_refused(stores, tmp_path):
    write(tmp_path, conversations=[(1, "s", AT)])
    run = Import(uuid.uuid4(), open_source(str(tmp_path)), lambda _: None, lambda *_: None)
    with pytest.raises(NotFound):
        run.run()


def test_bad_rows_are_kept_aside_for_their_owner_alone(stores, alice, tmp_path):
    write(tmp_path / "in", conversations=[(1, "s", AT), (2, "s", "never")])
    told: list[Reject] = []
    with KeptAside(tmp_path / "rejects.jsonl", told.append) as aside:
        Import(alice.tenant_id, open_source(str(tmp_path / "in")), aside.keep, lambda *_: None).run()
    (line,) = map(json.loads, (tmp_path / "rejects.jsonl").read_text().splitlines())
    assert line == {
        "file": "conversations.csv",
        "line": 3,
        "table": "conversations",
        "reason": "created_at: missing, or not a time.",
        "raw": "2,old,s,never",
    }
    assert stat.S_IMODE((tmp_path / "rejects.jsonl").stat().st_mode) == 0o600
    assert aside.kept == len(told) == 1
    with KeptAside(tmp_path / "none.jsonl", told.append):
        pass
    assert not (tmp_path / "none.jsonl").exists()


@pytest.fixture
def old_database(stores) -> Iterator[str]:
    url = make_url(stores.superuser_url).set(drivername="postgresql+psycopg")
    name = f"old_{uuid.uuid4().hex[:8]}"
    server = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name, drivername="postgres").render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_the_predecessors_own_database_is_read(stores, alice, old_database):
    engine = create_engine(make_url(old_database).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as old:
        old.execute(
            text("CREATE TABLE conversations (id uuid, tenant_id uuid, session_id text, created_at timestamptz)")
        )
        old.execute(
            text(
                "CREATE TABLE messages (id serial, tenant_id uuid, conversation_id uuid, role text, content text, "
                "timestamp timestamp)"
            )
        )
        old.execute(
            text("CREATE TABLE leads (id int, tenant_id uuid, intent text, contact_info jsonb, created_at date)")
        )
        names = {"one": uuid.uuid4(), "tenant": uuid.uuid4()}
        old.execute(text("INSERT INTO conversations VALUES (:one, :tenant, 's', '2024-05-01T12:00:00+02')"), names)
        old.execute(
            text(
                "INSERT INTO messages (tenant_id, conversation_id, role, content, timestamp) "
                "SELECT :tenant, :one, 'user', 'Text ' || n, '2024-05-01'::timestamp + n * interval '1 second' "
                "FROM generate_series(1, 2500) n"
            ),
            names,
        )
        old.execute(text("INSERT INTO messages (id, role) VALUES (9999, 'user')"))
    counts, rejects = take(alice, old_database)
    assert counts == {"conversations": (1, 1, 0, 0), "messages": (2501, 2500, 0, 1)}
    assert (rejects[0].place.file, rejects[0].table) == ("messages", Table.MESSAGES)
    assert take(alice, old_database)[0]["messages"] == (2501, 0, 2500, 1)
    with engine.begin() as old:
        old.execute(text("ALTER TABLE leads DROP COLUMN created_at"))
    with pytest.raises(InvalidInput, match="leads"):
        take(alice, old_database)


def test_the_command_prints_what_it_did_and_what_it_kept_aside(stores, alice, tmp_path, capsys):
    import manage

    write(
        tmp_path / "old", conversations=[(1, "s", AT), (2, "s", "never-4711")], messages=[(1, 1, "user", "Hello", AT)]
    )
    aside = tmp_path / "aside.jsonl"
    asked = ["import", "legacy", str(tmp_path / "old"), "--tenant", str(alice.tenant_id), "--rejects", str(aside)]
    assert manage.main([*asked, "--dry-run"]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert rows(alice, Message) == []
    assert manage.main(asked) == 0
    printed = capsys.readouterr()
    assert "conversations.csv:3: created_at: missing, or not a time." in printed.out
    assert ["messages", "1", "1", "0", "0"] in [line.split() for line in printed.out.splitlines()]
    assert f"kept aside in {aside}" in printed.out
    assert "never-4711" not in printed.out + printed.err
    assert "never-4711" in aside.read_text()
    assert len(rows(alice, Message)) == 1
    with pytest.raises(SystemExit, match="no tenant by that id"):
        manage.main([*asked, "--tenant", str(uuid.uuid4())])
    assert manage.main(["import", "legacy", str(tmp_path / "none"), "--tenant", str(alice.tenant_id)]) == 1
    assert "no such file" in capsys.readouterr().err
