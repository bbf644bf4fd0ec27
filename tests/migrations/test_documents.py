"""The migrations that tie passages to their documents, and remember whose lack vectors, meet what the release before left."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.pool import NullPool

from migrations.run import upgrade
from tests.migrations.test_plans import add_tenant, database_at, entered, seen

BEFORE = "20261122_masking"
CHUNKS = "SELECT text, document_id IS NULL, retired_at IS NULL FROM knowledge_chunk ORDER BY text"


@pytest.fixture
def old_database(stores) -> Iterator[URL]:
    with database_at(stores, BEFORE) as url:
        yield url


def run(url: URL, tenant: uuid.UUID, *statements: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        entered(connection, tenant)
        for statement in statements:
            connection.execute(text(statement), {"tenant": tenant})


def migrate(url: URL) -> None:
    upgrade(owner_url=url.render_as_string(hide_password=False))


SOURCE = "INSERT INTO knowledge_source (tenant_id, id, kind, name) VALUES (:tenant, :tenant, 'website', 'n')"
DOCUMENT = "INSERT INTO knowledge_document (tenant_id, id, source_id, url) VALUES (:tenant, :tenant, :tenant, 'u')"


def chunk(said: str, document: str, retired: str = "NULL") -> str:
    return (
        "INSERT INTO knowledge_chunk (tenant_id, id, document_id, heading, text, language, retired_at) "
        f"VALUES (:tenant, gen_random_uuid(), {document}, '', '{said}', 'en', {retired})"
    )


def test_passages_of_documents_that_are_gone_are_released_and_no_longer_count(old_database: URL):
    tenant, other = add_tenant(old_database), add_tenant(old_database)
    run(old_database, tenant, SOURCE, DOCUMENT, chunk("kept", ":tenant"), chunk("old", ":tenant", "now()"))
    run(old_database, other, chunk("lost", "gen_random_uuid()"), chunk("lost and old", "gen_random_uuid()", "now()"))
    migrate(old_database)
    assert seen(old_database, tenant, CHUNKS) == [("kept", False, True), ("old", False, False)]
    assert seen(old_database, other, CHUNKS) == [("lost", True, False), ("lost and old", True, False)]
    proven = "SELECT count(*) FROM pg_constraint WHERE conrelid = 'knowledge_chunk'::regclass AND NOT convalidated"
    assert seen(old_database, tenant, proven) == [(0,)]
    assert seen(old_database, tenant, "SELECT count(*) FROM pg_policies WHERE policyname = 'owner_reads'") == [(0,)]


def test_everybody_is_looked_at_once_for_passages_without_vectors(old_database: URL):
    tenant = add_tenant(old_database)
    migrate(old_database)
    assert seen(old_database, tenant, "SELECT waits_for FROM embedding_due") == [(None,)]


def test_what_the_release_before_adds_is_remembered_and_what_it_deletes_is_retired(old_database: URL):
    tenant = add_tenant(old_database)
    migrate(old_database)
    run(old_database, tenant, "DELETE FROM embedding_due", SOURCE, DOCUMENT, chunk("new", ":tenant"))
    assert seen(old_database, tenant, "SELECT count(*) FROM embedding_due") == [(1,)]
    run(old_database, tenant, "DELETE FROM knowledge_source")
    assert seen(old_database, tenant, CHUNKS) == [("new", True, False)]
