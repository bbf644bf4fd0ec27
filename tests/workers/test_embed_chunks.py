"""The job that gives chunks their vectors: only what lacks one, again when the model changes, into the index when many."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import delete, func, select, text, update

from clients.embeddings import IN_PROCESS, embedding_model
from config.settings import settings
from models.base import now
from models.chunk import DocumentOwner, KnowledgeChunk, NewChunk, replace_chunks
from models.database import system_session, tenant_session
from models.embedding import KEPT_ASKED, KEPT_RETIRED, mark_large, note_languages
from models.embedding_due import tenants_behind
from models.jobs import EmbedChunks, EmbedQuery
from models.knowledge import KnowledgeEntry
from models.search import ask_vector_model, search
from models.turn import Delivery
from models.vector import AskedVector, KnowledgeSpace, KnowledgeTerm, KnowledgeVector
from tests.documents import page
from tests.workers.line import api_visitor, configure
from workers import embed_overdue, embed_query
from workers.broker import queue
from workers.embed_chunks import embed_chunks, embed_tenant, next_batch


def vectors(tenant) -> dict[uuid.UUID, tuple[str, str]]:
    """Model and body vector by chunk."""
    with tenant_session(tenant.tenant_id) as session:
        return {row.chunk_id: (row.model, row.body) for row in session.scalars(select(KnowledgeVector))}


def space(tenant) -> KnowledgeSpace | None:
    with tenant_session(tenant.tenant_id) as session:
        return session.scalars(select(KnowledgeSpace)).first()


def run(tenant) -> None:
    embed_chunks(EmbedChunks(tenant_id=str(tenant.tenant_id)), Delivery(uuid.uuid4().hex, 1))


def test_every_live_chunk_gets_its_vectors_and_the_tenant_its_space(line, bakery):
    run(bakery)
    made = vectors(bakery)
    assert len(made) == 3
    assert {model for model, _ in made.values()} == {IN_PROCESS}
    seen = space(bakery)
    assert seen is not None
    assert (seen.model, seen.chunks, seen.vectors, seen.languages, seen.is_large) == (IN_PROCESS, 3, 3, ["en"], False)
    with tenant_session(bakery.tenant_id) as session:
        assert ask_vector_model(session).get() == IN_PROCESS
        assert session.scalar(select(KnowledgeTerm.chunks).where(KnowledgeTerm.lexeme == "bake")) == 1


def test_second_run_changes_nothing(line, bakery):
    run(bakery)
    before, seen = vectors(bakery), space(bakery)
    run(bakery)
    assert vectors(bakery) == before
    assert seen is not None
    assert space(bakery).made_at == seen.made_at


def test_only_what_is_new_is_embedded(line, bakery):
    run(bakery)
    before = vectors(bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(
            update(KnowledgeEntry).where(KnowledgeEntry.question == "Where can I park?").values(answer="In the yard.")
        )
    run(bakery)
    after = vectors(bakery)
    assert len(after) == 3
    assert len(before.keys() & after.keys()) == 2
    assert all(after[name] == before[name] for name in before.keys() & after.keys())


def test_of_long_texts_fewer_are_embedded_at_once(line, bakery):
    """A job has sixty seconds, and what it has embedded is stored a batch at a time."""
    with tenant_session(bakery.tenant_id) as session:
        session.execute(delete(KnowledgeEntry))
        for number in range(8):
            answer = "One sentence. " * 250 + f"It is {number}."
            session.add(KnowledgeEntry(tenant_id=bakery.tenant_id, question=f"Question {number}?", answer=answer))
    batch = next_batch(bakery.tenant_id, IN_PROCESS, set())
    assert len(batch) == 5  # 8 have 30,000 characters
    assert len(next_batch(bakery.tenant_id, IN_PROCESS, {chunk.chunk_id for chunk in batch})) == 3


def sentences(tenant) -> dict[str, int | None]:
    """How many vectors of its sentences each chunk has, by its text."""
    with tenant_session(tenant.tenant_id) as session:
        rows = session.execute(
            select(KnowledgeChunk.text, func.array_length(KnowledgeVector.sentences, 1))
            .join(KnowledgeVector, KnowledgeVector.chunk_id == KnowledgeChunk.id)
            .where(KnowledgeChunk.retired_at.is_(None))
        )
        return {row.text: row[1] for row in rows}


def test_each_sentence_of_an_entrys_answer_is_embedded_but_no_more_than_eight(line, alice):
    answers = ("In the yard.", "In the yard. It is free!", "So it goes. " * 12)
    with tenant_session(alice.tenant_id) as session:
        for answer in answers:
            session.add(KnowledgeEntry(tenant_id=alice.tenant_id, question="Where can I park?", answer=answer))
        document = page(alice.tenant_id)
        replace_chunks(
            session, alice.tenant_id, DocumentOwner(document), [NewChunk("Parking", "Behind us. It is free.")]
        )
    run(alice)
    made = {text.strip(): count for text, count in sentences(alice).items()}
    assert made == dict(zip(map(str.strip, answers), (1, 2, 8), strict=True)) | {"Behind us. It is free.": None}


def test_entries_whose_sentences_the_release_before_left_out_are_embedded_again(line, bakery):
    run(bakery)
    complete = sentences(bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(update(KnowledgeVector).values(sentences=None))
    assert set(sentences(bakery).values()) == {None}
    run(bakery)
    assert sentences(bakery) == complete


def test_vectors_of_another_model_are_made_anew(line, bakery):
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(update(KnowledgeVector).values(model="an-older-model"))
        session.execute(update(KnowledgeSpace).values(model="an-older-model"))
    run(bakery)
    assert {model for model, _ in vectors(bakery).values()} == {IN_PROCESS}
    seen = space(bakery)
    assert seen is not None
    assert seen.model == IN_PROCESS


def test_a_job_stops_when_it_was_enough_and_goes_on_where_it_stopped(line, alice):
    document = page(alice.tenant_id)
    with tenant_session(alice.tenant_id) as session:
        chunks = [NewChunk("", f"Passage {number}.") for number in range(40)]
        replace_chunks(session, alice.tenant_id, DocumentOwner(document), chunks)
    assert embed_tenant(alice.tenant_id, enough=lambda: True) is False
    first = vectors(alice)
    assert 0 < len(first) < 40
    seen = space(alice)
    assert seen is not None  # what is there can be found already
    assert seen.vectors == len(first)
    assert embed_tenant(alice.tenant_id) is True
    after = vectors(alice)
    assert len(after) == 40
    assert all(after[name] == first[name] for name in first)


def test_retired_chunks_lose_their_vectors_at_once_and_their_words_when_their_time_has_come(line, bakery):
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(delete(KnowledgeEntry).where(KnowledgeEntry.question == "Where can I park?"))
    run(bakery)
    assert len(vectors(bakery)) == 2
    with tenant_session(bakery.tenant_id) as session:
        retired = KnowledgeChunk.retired_at.is_not(None)
        assert session.scalar(select(func.count()).select_from(KnowledgeChunk).where(retired)) == 1
        session.execute(update(KnowledgeChunk).where(retired).values(retired_at=now() - KEPT_RETIRED * 1.01))
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        assert session.scalar(select(func.count()).select_from(KnowledgeChunk)) == 2


def test_a_tenant_without_chunks_has_no_space(line, bakery):
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(delete(KnowledgeEntry))
    run(bakery)
    assert space(bakery) is None
    assert vectors(bakery) == {}


def test_what_was_asked_is_forgotten_after_a_day(line, bakery):
    with tenant_session(bakery.tenant_id) as session:
        session.add(AskedVector(tenant_id=bakery.tenant_id, said="old", created_at=now() - KEPT_ASKED * 1.01))
        session.add(AskedVector(tenant_id=bakery.tenant_id, said="new"))
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        assert session.scalars(select(AskedVector.said)).all() == ["new"]


def test_vectors_move_into_the_index_some_at_a_time_and_out_again(line, bakery):
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        assert [mark_large(session, True, 2), mark_large(session, True, 2), mark_large(session, True, 2)] == [2, 1, 0]
        assert mark_large(session, False, 10) == 3


def test_an_entry_in_another_language_is_stemmed_by_its_own(line, bakery):
    german = ("Habt ihr auch Kuchen für Geburtstage?", "Ja, die Kuchen sind immer frisch und wir backen sie für Sie.")
    with tenant_session(bakery.tenant_id) as session:
        session.add(KnowledgeEntry(tenant_id=bakery.tenant_id, question=german[0], answer=german[1]))
        session.add(KnowledgeEntry(tenant_id=bakery.tenant_id, question="Balayage", answer="£130"))
    assert languages(bakery)[german[0]] == ("en", False)  # until its vector is made
    run(bakery)
    assert languages(bakery)[german[0]] == ("de", True)
    assert languages(bakery)["Balayage"] == ("en", False)
    seen = space(bakery)
    assert seen is not None
    assert seen.languages == ["de", "en"]
    with tenant_session(bakery.tenant_id) as session:
        found = search(session, "Kuchens Geburtstag", limit=5, language="en").get()  # no form that is written there
    assert [chunk.title for chunk in found if chunk.score > 0.2][:1] == [german[0]]


def test_a_change_of_the_tenants_language_leaves_what_tells_its_own(line, bakery):
    run(bakery)
    configure(bakery, language="tr")
    assert languages(bakery)["Where can I park?"] == ("en", True)
    with tenant_session(bakery.tenant_id) as session:
        session.add(KnowledgeEntry(tenant_id=bakery.tenant_id, question="Balayage", answer="£130"))
    configure(bakery, language="fr")
    assert languages(bakery)["Balayage"] == ("fr", False)


def test_a_language_that_comes_to_a_large_tenant_is_asked_in_at_once(line, bakery):
    with tenant_session(bakery.tenant_id) as session:
        note_languages(session, {"fr"})
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        note_languages(session, {"fr", "en"})
        note_languages(session, {"en"})
    seen = space(bakery)
    assert seen is not None
    assert seen.languages == ["en", "fr"]


def languages(tenant) -> dict[str, tuple[str, bool]]:
    with tenant_session(tenant.tenant_id) as session:
        rows = session.scalars(select(KnowledgeChunk).where(KnowledgeChunk.retired_at.is_(None)))
        return {row.heading: (row.language, row.detected) for row in rows}


def test_the_clock_finds_who_was_forgotten(line, bakery):
    with system_session() as session:
        assert bakery.tenant_id in tenants_behind(session, embedding_model(settings()))
    embed_overdue.embed_overdue(1)
    entry = line.fetch("knowledge")
    while entry is not None and entry.tenant_id != str(bakery.tenant_id):  # other tests' tenants are found as well
        entry = line.fetch("knowledge")
    assert entry is not None
    assert line.run(entry) == "done"
    with system_session() as session:
        assert bakery.tenant_id not in tenants_behind(session, embedding_model(settings()))
        assert bakery.tenant_id in tenants_behind(session, "another-model")
    assert len(vectors(bakery)) == 3


def test_a_turns_question_is_embedded_once_and_its_answer_found_by_meaning(line, bakery):
    visitor = api_visitor(bakery)
    visitor.say("Is there somewhere to leave my automobile?")
    line.run_all()
    assert kept(bakery) == 0  # nothing to compare with yet
    run(bakery)
    visitor.say("Is there somewhere to leave my automobile?")
    line.run_all()
    assert kept(bakery) == 1
    assert [source["title"] for source in visitor.turns()[-1].sources] in ([], ["Where can I park?"])


def test_a_greeting_is_not_embedded(line, bakery):
    run(bakery)
    api_visitor(bakery).say("Hello!")
    line.run_all()
    assert kept(bakery) == 0


def kept(tenant) -> int:
    with tenant_session(tenant.tenant_id) as session:
        return session.scalar(select(func.count()).select_from(AskedVector)) or 0


def test_a_search_that_waits_gets_its_vector_and_loses_its_words(line, bakery):
    name = uuid.uuid4()
    with tenant_session(bakery.tenant_id) as session:
        session.add(AskedVector(tenant_id=bakery.tenant_id, id=name, said="parking?"))
    queue().enqueue(EmbedQuery(tenant_id=str(bakery.tenant_id), query_id=str(name)))
    assert line.run_all() == [("query.embed", "done")]
    with tenant_session(bakery.tenant_id) as session:
        asked = session.get_one(AskedVector, (bakery.tenant_id, name))
        assert (asked.said, asked.model, asked.vector is not None) == (None, IN_PROCESS, True)
        before = asked.vector
    embed_query.embed_query(EmbedQuery(tenant_id=str(bakery.tenant_id), query_id=str(name)), Delivery("again", 1))
    with tenant_session(bakery.tenant_id) as session:
        assert session.get_one(AskedVector, (bakery.tenant_id, name)).vector == before


def test_a_search_that_is_gone_is_skipped(line, bakery):
    job = EmbedQuery(tenant_id=str(bakery.tenant_id), query_id=str(uuid.uuid4()))
    embed_query.embed_query(job, Delivery("gone", 1))


@pytest.mark.parametrize("table", ["knowledge_vector", "knowledge_space", "knowledge_term", "asked_vector"])
def test_all_of_it_goes_with_the_tenant(line, bakery, table):
    run(bakery)
    with tenant_session(bakery.tenant_id) as session:
        session.execute(text("DELETE FROM tenant"))
    with tenant_session(bakery.tenant_id) as session:
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
