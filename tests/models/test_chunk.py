"""Chunks follow their entries whoever writes them, keep their versions, and are stemmed in their language."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from models.chunk import (
    DocumentOwner,
    EntryOwner,
    KnowledgeChunk,
    NewChunk,
    chunks_named,
    live_chunks,
    replace_chunks,
    retire_documents,
)
from models.database import tenant_session
from models.knowledge import KnowledgeEntry
from models.source import KnowledgeSource
from models.tenant import configuration
from tests.documents import page


def chunks(tenant, *, live=True) -> list[KnowledgeChunk]:
    with tenant_session(tenant.tenant_id) as session:
        found = select(KnowledgeChunk).order_by(KnowledgeChunk.position, KnowledgeChunk.created_at)
        return list(session.scalars(found.where(KnowledgeChunk.retired_at.is_(None)) if live else found))


def add_entry(tenant, question="Where can I park?", answer="Behind the house.") -> uuid.UUID:
    with tenant_session(tenant.tenant_id) as session:
        made = KnowledgeEntry(tenant_id=tenant.tenant_id, id=uuid.uuid4(), question=question, answer=answer)
        session.add(made)
    return made.id


def replace(tenant, document: uuid.UUID, *texts: str, language: str | None = None) -> int:
    with tenant_session(tenant.tenant_id) as session:
        wanted = [NewChunk("Prices", each) for each in texts]
        return replace_chunks(session, tenant.tenant_id, DocumentOwner(document), wanted, language=language)


def test_an_entry_has_one_chunk_from_the_same_transaction_on(alice):
    with tenant_session(alice.tenant_id) as session:
        made = KnowledgeEntry(tenant_id=alice.tenant_id, id=uuid.uuid4(), question="Open?", answer="Yes.")
        session.add(made)
        session.flush()
        chunk = session.scalars(select(KnowledgeChunk)).one()
        assert (chunk.entry_id, chunk.heading, chunk.text, chunk.language) == (made.id, "Open?", "Yes.", "en")


def test_many_entries_in_one_statement_have_a_chunk_each(alice):
    rows = [{"tenant_id": alice.tenant_id, "id": uuid.uuid4(), "question": f"{n}?", "answer": "a"} for n in range(50)]
    with tenant_session(alice.tenant_id) as session:
        session.execute(insert(KnowledgeEntry), rows)
    assert {chunk.entry_id for chunk in chunks(alice)} == {row["id"] for row in rows}


def test_a_changed_entry_gets_a_new_chunk_and_the_old_one_can_still_be_read(alice):
    entry = add_entry(alice)
    (old,) = chunks(alice)
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(KnowledgeEntry).values(answer="In Tib Street."))
    (new,) = chunks(alice)
    assert (new.entry_id, new.text) == (entry, "In Tib Street.")
    with tenant_session(alice.tenant_id) as session:
        kept = chunks_named(session, [old.id])[old.id]
        assert kept.text == "Behind the house."
        assert kept.retired_at is not None


def test_an_entry_written_as_it_was_keeps_its_chunk(alice):
    add_entry(alice)
    (before,) = chunks(alice)
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(KnowledgeEntry).values(answer="Behind the house."))
    assert [chunk.id for chunk in chunks(alice, live=False)] == [before.id]


def test_a_deleted_entry_leaves_a_retired_chunk(alice):
    entry = add_entry(alice)
    with tenant_session(alice.tenant_id) as session:
        session.execute(delete(KnowledgeEntry))
    assert chunks(alice) == []
    assert [chunk.entry_id for chunk in chunks(alice, live=False)] == [entry]


def test_a_documents_chunks_are_kept_where_they_did_not_change(alice):
    document = page(alice.tenant_id)
    assert replace(alice, document, "one", "two", "three") == 3
    first = {chunk.text: chunk.id for chunk in chunks(alice)}
    assert replace(alice, document, "zero", "three", "one") == 1
    assert [chunk.text for chunk in chunks(alice)] == ["zero", "three", "one"]
    assert {chunk.text: chunk.id for chunk in chunks(alice) if chunk.text != "zero"} == {
        "three": first["three"],
        "one": first["one"],
    }
    retired = [chunk for chunk in chunks(alice, live=False) if chunk.retired_at is not None]
    assert [chunk.text for chunk in retired] == ["two"]


def test_the_same_passage_twice_stays_twice(alice):
    document = page(alice.tenant_id)
    assert replace(alice, document, "same", "same") == 2
    assert replace(alice, document, "same", "same") == 0
    assert replace(alice, document, "same") == 0
    assert len(chunks(alice)) == 1


def test_another_language_makes_new_chunks(alice):
    document = page(alice.tenant_id)
    replace(alice, document, "Preise", language="de")
    assert replace(alice, document, "Preise", language="de") == 0
    assert replace(alice, document, "Preise") == 1


def test_a_chunk_that_is_sure_of_its_language_is_stemmed_by_it(alice):
    wanted = [NewChunk("", "Wir haben geöffnet.", "de"), NewChunk("", "Balayage £130")]
    document = page(alice.tenant_id)
    for expected in (2, 0):
        with tenant_session(alice.tenant_id) as session:
            assert replace_chunks(session, alice.tenant_id, DocumentOwner(document), wanted, language="fr") == expected
    assert [chunk.language for chunk in chunks(alice)] == ["de", "fr"]


def test_documents_that_go_retire_their_chunks(alice):
    gone, stays = page(alice.tenant_id), page(alice.tenant_id, "https://linden.example/other")
    replace(alice, gone, "one", "two")
    replace(alice, stays, "three")
    with tenant_session(alice.tenant_id) as session:
        assert retire_documents(session, [gone]) == 2
        assert live_chunks(session, [gone, stays]) == {stays: 1}


def test_an_entrys_chunk_follows_the_tenants_language(alice):
    add_entry(alice, "Wo kann ich parken?", "Hinter den Häusern.")
    with tenant_session(alice.tenant_id) as session:
        _, config = configuration(session)
        config.language = "de"
    with tenant_session(alice.tenant_id) as session:
        assert session.execute(text("SELECT language, words::text FROM knowledge_chunk")).one() == (
            "de",
            "'den':6B 'haus':7B 'hint':5B 'ich':3A 'kann':2A 'park':4A 'wo':1A",
        )


@pytest.mark.parametrize(
    ("language", "stored", "asked"),
    [
        ("en", "opening hours", "hour"),
        ("es", "información", "informacion"),
        ("fr", "réservations", "reservation"),
        ("de", "Öffnungszeiten", "offnungszeit"),
        ("pt-BR", "reservações", "reservacoes"),
        ("it", "prenotazioni", "prenotazione"),
        ("nl", "afspraken", "afspraak"),
        ("tr", "randevular", "randevu"),
        ("pl", "godziny", "godziny"),
    ],
)
def test_words_are_stemmed_in_their_language_and_accents_do_not_matter(alice, language, stored, asked):
    statement = "SELECT chunk_words(:language, '', :stored) @@ plainto_tsquery(text_rules(:language), :asked)"
    with tenant_session(alice.tenant_id) as session:
        assert session.scalar(text(statement), {"language": language, "stored": stored, "asked": asked})


def test_a_chunk_has_at_most_one_owner(alice):
    add_entry(alice)
    document = page(alice.tenant_id)
    with pytest.raises(IntegrityError, match="one_owner"), tenant_session(alice.tenant_id) as session:
        session.execute(update(KnowledgeChunk).values(document_id=document))


def test_a_chunk_belongs_to_a_document_that_is_there_and_is_its_own_tenants(alice, mallory):
    for document in (uuid.uuid4(), page(mallory.tenant_id)):
        with pytest.raises(IntegrityError, match="fk_knowledge_chunk_tenant_id_document_id"):
            replace(alice, document, "one")


def test_retired_chunks_outlive_their_document_and_what_still_counted_is_retired(alice):
    document = page(alice.tenant_id)
    replace(alice, document, "old")
    replace(alice, document, "new")
    with tenant_session(alice.tenant_id) as session:
        session.execute(delete(KnowledgeSource))
    assert chunks(alice) == []
    assert {(chunk.text, chunk.document_id, chunk.retired_at is None) for chunk in chunks(alice, live=False)} == {
        ("old", None, False),
        ("new", None, False),
    }
    with tenant_session(alice.tenant_id) as session:
        named = chunks_named(session, [chunk.id for chunk in chunks(alice, live=False)])
    assert {chunk.text for chunk in named.values()} == {"old", "new"}


def test_a_tenant_goes_with_its_documents_and_their_chunks(alice):
    replace(alice, page(alice.tenant_id), "one")
    add_entry(alice)
    with tenant_session(alice.tenant_id) as session:
        session.execute(text("DELETE FROM tenant"))
    assert chunks(alice, live=False) == []


def test_no_chunks_retires_all_of_an_owner(alice):
    entry = add_entry(alice)
    with tenant_session(alice.tenant_id) as session:
        assert replace_chunks(session, alice.tenant_id, EntryOwner(entry), []) == 0
    assert chunks(alice) == []
