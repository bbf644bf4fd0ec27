"""The search: by vector and words, of the session's tenant alone, through the indexes where there are many chunks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

import numpy
import psycopg
import pytest
from psycopg.adapt import Transformer
from sqlalchemy import delete, insert, text, update

from models.chunk import DocumentOwner, KnowledgeChunk, NewChunk, replace_chunks
from models.database import tenant_session
from models.embedding import ChunkVectors, keep_space, keep_vectors
from models.knowledge import KnowledgeEntry
from models.search import _SEARCH, FoundChunk, ask_vector_model, keep_turn_vector, search
from models.vector import KnowledgeSpace, KnowledgeVector, vector_text, vectors_text
from tests.documents import page

MODEL, SIZE = "a-model", 256  # of a size that has an index
PARKING = ("Where can I park?", "There is free parking behind the bakery.")
BREAD = ("Do you sell gluten-free bread?", "Every Tuesday, for £4.50.")
HOURS = ("When do you open?", "Monday to Friday from 8:00 to 18:00.")


def axis(number: int) -> list[float]:
    """A unit vector."""
    return [1.0 if place == number else 0.0 for place in range(SIZE)]


def teach(tenant, *entries: tuple[str, str]) -> list[uuid.UUID]:
    """Entries and their chunks' ids, in order."""
    rows = [
        {"tenant_id": tenant.tenant_id, "id": uuid.uuid4(), "question": question, "answer": answer}
        for question, answer in entries
    ]
    with tenant_session(tenant.tenant_id) as session:
        session.execute(insert(KnowledgeEntry), rows)
        chunks = dict(session.execute(text("SELECT entry_id, id FROM knowledge_chunk WHERE retired_at IS NULL")).all())
    return [chunks[row["id"]] for row in rows]


def embed(
    tenant,
    vectors: dict[uuid.UUID, tuple[Sequence[float], Sequence[float]]],
    *,
    model: str = MODEL,
    means: Sequence[Sequence[float]] = ([0.0] * SIZE, [0.0] * SIZE),
) -> None:
    """Heading's and body's vector of each chunk; a space without directions, and with these middles of the two."""
    with tenant_session(tenant.tenant_id) as session:
        kept = [ChunkVectors(name, SIZE, vector_text(h), vector_text(b)) for name, (h, b) in vectors.items()]
        keep_vectors(session, model, kept)
        keep_space(
            session,
            KnowledgeSpace(
                tenant_id=tenant.tenant_id,
                model=model,
                chunks=len(vectors),
                vectors=len(vectors),
                heading_mean=vector_text(means[0]),
                body_mean=vector_text(means[1]),
                directions=vectors_text([]),
            ),
        )


def find(tenant, query: str, vector: Sequence[float] | None = None, **more) -> list[FoundChunk]:
    settings = {"limit": 10, "language": "en", "model": MODEL} | more
    with tenant_session(tenant.tenant_id) as session:
        return search(session, query, vector=vector, **settings).get()


def titles(found: Sequence[FoundChunk]) -> list[str]:
    return [chunk.title for chunk in found]


@pytest.fixture
def bakery(alice):
    parking, bread, hours = teach(alice, PARKING, BREAD, HOURS)
    embed(alice, {parking: (axis(0), axis(1)), bread: (axis(2), axis(3)), hours: (axis(4), axis(5))})
    return alice


def test_words_alone_find_an_entry_from_the_transaction_that_wrote_it(alice):
    with tenant_session(alice.tenant_id) as session:
        session.add(KnowledgeEntry(tenant_id=alice.tenant_id, question=PARKING[0], answer=PARKING[1]))
        session.flush()
        (found,) = search(session, "is there parking", limit=5, language="en").get()
    assert (found.title, found.text, found.body_cosine) == (*PARKING, None)


def test_a_vector_finds_what_has_no_word_in_common(bakery):
    best = find(bakery, "somewhere for my automobile", axis(0))[0]
    assert (best.title, best.heading_cosine, best.body_cosine) == (PARKING[0], 1.0, 0.0)
    assert find(bakery, "xyzzy", axis(3))[0].title == BREAD[0]  # by its answer


def test_words_and_vectors_together_decide(bakery):
    torn = numpy.array(axis(0)) + numpy.array(axis(4))
    assert find(bakery, "when do you open", torn / numpy.linalg.norm(torn))[0].title == HOURS[0]
    assert find(bakery, "where can I park", torn / numpy.linalg.norm(torn))[0].title == PARKING[0]


def test_scores_lie_between_0_and_1_and_fall(bakery):
    found = find(bakery, "Where can I park?", axis(0))
    scores = [chunk.score for chunk in found]
    assert scores == sorted(scores, reverse=True)
    assert 1 > scores[0] > 0.9
    assert all(0 < score < 0.5 for score in scores[1:])


def test_it_is_told_how_near_the_nearest_sentence_is(alice):
    parking, bread = teach(alice, PARKING, BREAD)
    rng = numpy.random.default_rng(1)
    question, heading, body, *sentences = (each / numpy.linalg.norm(each) for each in rng.normal(size=(5, SIZE)))
    means = rng.normal(size=(2, SIZE)) * 0.02
    with tenant_session(alice.tenant_id) as session:
        keep_vectors(
            session,
            MODEL,
            [
                ChunkVectors(parking, SIZE, vector_text(heading), vector_text(body), vectors_text(sentences)),
                ChunkVectors(bread, SIZE, vector_text(heading), vector_text(body)),  # of a release that made none
            ],
        )
    embed(alice, {}, means=means)
    near = {chunk.title: chunk.sentence_near for chunk in find(alice, "xyzzy", question)}
    middle, seen = means.mean(axis=0), question - means[0]
    expected = [
        (each - middle) @ seen / numpy.linalg.norm(each - middle) / numpy.linalg.norm(seen) for each in sentences
    ]
    assert near[PARKING[0]] == pytest.approx(max(expected), abs=1e-3)
    alone = (body - means[1]) @ seen / numpy.linalg.norm(body - means[1]) / numpy.linalg.norm(seen)
    assert near[BREAD[0]] == pytest.approx(alone, abs=1e-3)
    assert {chunk.sentence_near for chunk in find(alice, "Where can I park? Do you sell bread?")} == {None}


def test_a_vector_of_another_model_or_size_is_not_compared(bakery):
    for vector, model in ((axis(0), "another"), ([1.0, 0.0], MODEL)):
        found = find(bakery, "Where can I park?", vector, model=model)
        assert found[0].title == PARKING[0]
        assert found[0].body_cosine is None


def test_a_chunk_without_a_vector_yet_is_found_by_its_words_beside_those_that_have_one(bakery):
    teach(bakery, ("Is there parking for bicycles?", "In the yard."))
    assert find(bakery, "parking for bicycles", axis(4))[0].title == "Is there parking for bicycles?"


def test_a_turns_vector_is_read_where_it_is_kept(bakery):
    turn = uuid.uuid4()
    with tenant_session(bakery.tenant_id) as session:
        session.execute(
            text("INSERT INTO asked_vector (tenant_id, id, model, vector) VALUES (:tenant, :id, :model, :vector)"),
            {"tenant": bakery.tenant_id, "id": turn, "model": MODEL, "vector": vector_text(axis(2))},
        )
    assert find(bakery, "xyzzy", turn_id=turn)[0].title == BREAD[0]
    assert find(bakery, "xyzzy", turn_id=uuid.uuid4()) == []


def test_another_tenants_vector_and_chunks_are_out_of_reach(bakery, mallory):
    name = uuid.uuid4()
    with tenant_session(bakery.tenant_id) as session:
        session.execute(
            text("INSERT INTO asked_vector (tenant_id, id, model, vector) VALUES (:tenant, :id, :model, :vector)"),
            {"tenant": bakery.tenant_id, "id": name, "model": MODEL, "vector": vector_text(axis(2))},
        )
    (hers,) = teach(mallory, ("Mallory's?", "Nothing."))
    embed(mallory, {hers: (axis(2), axis(2))})
    assert find(mallory, "Where can I park?") == []
    assert titles(find(mallory, "gluten-free bread", axis(0))) == ["Mallory's?"]
    assert find(mallory, "bread", turn_id=name) == []


def test_without_a_tenant_there_is_nothing(bakery):
    with tenant_session(uuid.uuid4()) as session:
        session.execute(text("SELECT set_config('app.tenant_id', '', true)"))
        assert search(session, "Where can I park?", limit=5, language="en", vector=axis(0), model=MODEL).get() == []


def test_the_helper_that_asks_the_index_is_nobodys_to_call(bakery):
    with pytest.raises(Exception, match="permission denied"), tenant_session(bakery.tenant_id) as session:
        session.execute(text("SELECT nearest_chunks('[1,0]', 'm', 5)"))


def test_both_functions_have_a_pinned_search_path(bakery):
    with tenant_session(bakery.tenant_id) as session:
        rows = session.execute(
            text(
                "SELECT proname, prosecdef, proconfig, r.rolname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner "
                "WHERE proname IN ('search_chunks', 'nearest_chunks', 'search_entries')"
            )
        ).all()
    assert len(rows) == 3
    for name, definer, configuration, owner in rows:
        assert definer, name
        assert "search_path=pg_catalog, public, pg_temp" in configuration, name
        assert owner == "frontdesk_search", name


def test_retired_and_ownerless_chunks_are_not_found(bakery):
    with tenant_session(bakery.tenant_id) as session:
        session.execute(delete(KnowledgeEntry).where(KnowledgeEntry.question == PARKING[0]))
        session.execute(update(KnowledgeChunk).where(KnowledgeChunk.heading == BREAD[0]).values(entry_id=None))
    assert titles(find(bakery, "park bread open", axis(0))) == [HOURS[0]]


def test_a_documents_passage_is_found_by_words_of_its_text(alice):
    document = page(alice.tenant_id, "https://linden.example/prices")
    with tenant_session(alice.tenant_id) as session:
        chunks = [NewChunk("Prices > Colour", "Balayage starts at £130."), NewChunk("Prices > Cuts", "A cut is £48.")]
        replace_chunks(session, alice.tenant_id, DocumentOwner(document), chunks)
    best = find(alice, "balayage")[0]
    assert (best.text, best.document_id, best.entry_id) == ("Balayage starts at £130.", document, None)
    assert best.source == "https://linden.example/prices"


def test_an_entry_has_no_address(bakery):
    assert [found.source for found in find(bakery, "park")] == [None]


def test_addresses_are_looked_up_by_key_for_the_hits_alone(stores, alice):
    """As the application's role; no join of all documents with all that a function may return."""
    document = page(alice.tenant_id)
    values = {"query": "park", "language": "en", "turn": None, "vector": None, "model": None, "size": 8}
    with psycopg.connect(stores.superuser_url) as connection:
        connection.execute(
            "INSERT INTO knowledge_document (tenant_id, id, source_id, url) SELECT tenant_id, gen_random_uuid(), source_id, "
            "url || n FROM knowledge_document, generate_series(1, 3000) n WHERE id = %s",
            [document],
        )
        connection.execute("ANALYZE knowledge_document")
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", [str(alice.tenant_id)])
        connection.execute("SET LOCAL ROLE frontdesk_app")
        statement = b"EXPLAIN " + _SEARCH.text(Transformer(connection).as_literal, values)
        plan = "\n".join(row[0] for row in connection.execute(statement))
        connection.rollback()
    assert "Index Scan using pk_knowledge_document" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize(
    ("language", "question", "asked"),
    [
        ("es", "¿Dónde puedo aparcar?", "aparcamos donde"),
        ("de", "Wie sind die Öffnungszeiten?", "offnungszeit"),
        ("fr", "Quelles sont vos réservations ?", "reservation"),
        ("xx", "godziny otwarcia", "godziny"),
    ],
)
def test_words_are_compared_in_the_chunks_language(alice, language, question, asked):
    document = page(alice.tenant_id)
    with tenant_session(alice.tenant_id) as session:
        replace_chunks(session, alice.tenant_id, DocumentOwner(document), [NewChunk(question, "-")], language=language)
    assert titles(find(alice, asked, language=language)) == [question]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "'",
        "\\",
        "a' | b:*",
        "<->",
        "!",
        "\x00",
        "a\x00park",
        "🥐",
        "%s %(x)s :x",
        "x" * 5000,
        "https://a.b/c?d='e'\\f",
    ],
)
def test_any_query_is_answered(bakery, query):
    find(bakery, query)
    assert len(find(bakery, query, axis(0))) == 3


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (2, 2), (0, 0), (-5, 0), (1000, 3)])
def test_no_more_than_asked_for(bakery, limit, expected):
    assert len(find(bakery, "park", axis(0), limit=limit)) == expected


def test_the_model_of_a_tenants_vectors(bakery, mallory):
    for tenant, expected in ((bakery, MODEL), (mallory, None)):
        with tenant_session(tenant.tenant_id) as session:
            assert ask_vector_model(session).get() == expected


def test_a_turns_vector_needs_its_turn(bakery):
    with pytest.raises(Exception, match="fk_asked_vector"), tenant_session(bakery.tenant_id) as session:
        keep_turn_vector(session, bakery.tenant_id, uuid.uuid4(), MODEL, axis(0))


# ---- many chunks -----------------------------------------------------------------------------------------------------

MANY = 1_500


@pytest.fixture(scope="module")
def crowd(stores):
    """A tenant of many chunks, marked large; its vectors by the place of its chunks."""
    from models.tenant import create_tenant

    tenant = create_tenant("Crowd")
    chance = numpy.random.default_rng(1)
    vectors = chance.normal(size=(MANY, SIZE))
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    names = teach(
        tenant, *((f"What is item {n} of shelf {n % 40}?", f"It is a thing called name{n}.") for n in range(MANY))
    )
    embed(tenant, {name: (vector, vector) for name, vector in zip(names, vectors.tolist(), strict=True)})
    others = create_tenant("Others")
    teach(others, *((f"What is piece {n}?", f"It is called other{n}.") for n in range(MANY)))
    mark(tenant, is_large=True)
    with psycopg.connect(stores.superuser_url, autocommit=True) as connection:
        connection.execute("ANALYZE knowledge_chunk, knowledge_vector, knowledge_term")
    return tenant, vectors


def mark(tenant, *, is_large: bool) -> None:
    with tenant_session(tenant.tenant_id) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))  # the job that does this moves a few at a time
        session.execute(update(KnowledgeVector).values(is_large=is_large))
        session.execute(update(KnowledgeSpace).values(is_large=is_large))


def plans(stores, tenant, query: str, vector: Sequence[float]) -> str:
    """What Postgres did within the function, as the application's role (auto_explain speaks; it needs a superuser to load)."""
    said: list[str] = []
    with psycopg.connect(stores.superuser_url) as connection:
        connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
        connection.execute("LOAD 'auto_explain'")
        for setting in ("log_min_duration = 0", "log_nested_statements = on", "log_analyze = on"):
            connection.execute(f"SET LOCAL auto_explain.{setting}")
        connection.execute("SET LOCAL client_min_messages = log")
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", [str(tenant.tenant_id)])
        connection.execute("SET LOCAL ROLE frontdesk_app")
        assert connection.execute("SELECT current_user").fetchone() == ("frontdesk_app",)
        connection.execute(
            "SELECT * FROM search_chunks(%s, 'en', NULL, %s, %s, 8)", [query, vector_text(vector), MODEL]
        )
    return "\n".join(said)


def test_many_chunks_are_searched_through_the_indexes(stores, crowd):
    tenant, vectors = crowd
    plan = plans(stores, tenant, "name77 thing", vectors[77].tolist())
    assert f"Index Scan using ix_knowledge_vector_heading_{SIZE}" in plan
    assert f"Index Scan using ix_knowledge_vector_body_{SIZE}" in plan
    assert "Bitmap Index Scan on ix_knowledge_chunk_tenant_words" in plan
    assert re.findall(r"Seq Scan on knowledge_(?:chunk|vector|term)\b", plan) == []


def test_few_chunks_are_compared_one_by_one_and_only_the_tenants(stores, crowd):
    tenant, vectors = crowd
    mark(tenant, is_large=False)
    plan = plans(stores, tenant, "name77 thing", vectors[77].tolist())
    mark(tenant, is_large=True)
    assert "ix_knowledge_vector_heading" not in plan
    assert re.search(
        r"Index (?:Scan|Only Scan)[^\n]*pk_knowledge_vector|Bitmap Index Scan on pk_knowledge_vector", plan
    )


def test_the_index_finds_what_comparing_each_finds(crowd):
    tenant, vectors = crowd
    chance = numpy.random.default_rng(2)
    asked = [vectors[n] * 0.6 + chance.normal(scale=0.04, size=SIZE) for n in range(0, MANY, 50)]
    asked = [list(vector / numpy.linalg.norm(vector)) for vector in asked]
    approximate = [{c.chunk_id for c in find(tenant, "xyzzy", vector, limit=8)} for vector in asked]
    mark(tenant, is_large=False)
    exact = [{c.chunk_id for c in find(tenant, "xyzzy", vector, limit=8)} for vector in asked]
    mark(tenant, is_large=True)
    shares = [len(one & other) / len(other) for one, other in zip(approximate, exact, strict=True)]
    assert sum(shares) / len(shares) >= 0.97


def test_a_large_and_a_small_tenant_in_turn_on_one_connection_get_their_own(crowd, bakery):
    tenant, vectors = crowd
    for n in range(12):  # more often than a plan is made anew
        assert find(tenant, f"name{n}", vectors[n].tolist())[0].title.startswith(f"What is item {n} ")
        assert titles(find(bakery, "park", axis(0)))[0] == PARKING[0]
        assert len(find(bakery, "park", axis(0))) == 3


def test_nothing_of_the_search_stays_on_the_connection(crowd):
    tenant, vectors = crowd
    find(tenant, "name1", vectors[1].tolist())
    with tenant_session(tenant.tenant_id) as session:
        shown = [
            session.scalar(text(f"SHOW {name}")) for name in ("enable_sort", "hnsw.ef_search", "plan_cache_mode", "jit")
        ]
    assert shown[0] == "on"
    assert shown[1] == "40"
    assert shown[2] == "auto"
