"""The stages' fixtures: the pipeline by hand, a bakery with knowledge, the Papercups double."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from models.database import tenant_session
from models.knowledge import KnowledgeEntry
from tests.doubles.papercups.handle import PapercupsDouble, running

END_LEFTOVERS = """
UPDATE turn SET state = 'silent' WHERE state IN ('received', 'classified', 'answered', 'sending', 'unknown');
UPDATE outbound SET state = 'dropped' WHERE state IN ('pending', 'sending', 'unknown');
UPDATE notice SET state = 'failed' WHERE state = 'pending';
DELETE FROM promise;
DELETE FROM webhook_event;
"""
ENTRIES = (
    ("What are your opening hours?", "We are open Monday to Friday from 8:00 to 18:00."),
    ("Do you sell gluten-free bread?", "Yes, we bake gluten-free bread every Tuesday. It costs £4.50."),
    ("Where can I park?", "There is free parking behind the bakery."),
)


@pytest.fixture(scope="session")
def _superuser(stores) -> Iterator[Engine]:
    engine = create_engine(stores.superuser_url, pool_size=1, pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _alone(request: pytest.FixtureRequest) -> None:
    """Before anything else: what other tests left unfinished is ended, for the clock's tasks see all tenants."""
    if "stores" in request.fixturenames:
        with request.getfixturevalue("_superuser").begin() as connection:
            connection.execute(text(END_LEFTOVERS))


@pytest.fixture
def line(stores) -> object:
    from tests.workers.line import Line
    from workers.broker import queue

    queue()._redis.flushdb()
    return Line()


@pytest.fixture
def bakery(alice):
    teach(alice)
    return alice


def teach(tenant) -> None:
    with tenant_session(tenant.tenant_id) as session:
        for question, answer in ENTRIES:
            session.add(KnowledgeEntry(tenant_id=tenant.tenant_id, question=question, answer=answer))


@pytest.fixture(scope="session")
def _double() -> Iterator[PapercupsDouble]:
    with running() as double:
        yield double


@pytest.fixture
def papercups(_double: PapercupsDouble) -> PapercupsDouble:
    _double.reset()
    return _double
